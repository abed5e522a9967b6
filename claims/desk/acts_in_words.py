"""What each act is called where history is read. A step's own word where nobody has found a better one."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

ACTS: dict[str, Promise] = {
    "import": gettext_lazy("Imported"),
    "read_source": gettext_lazy("Read by the machine"),
    "edit": gettext_lazy("Edited in a form"),
    "delete": gettext_lazy("Deleted"),
    "accept": pgettext_lazy("history", "Accepted"),
    "reject": pgettext_lazy("history", "Discarded"),
    "discard": pgettext_lazy("history", "Discarded"),
    "settle": gettext_lazy("Accepted with speaker and claim"),
    "revise": gettext_lazy("Corrected in triage"),
    "close_article": gettext_lazy("Closed the article"),
    "accept_sure": gettext_lazy("Accepted the surest suggestions"),
    "merge_statements": gettext_lazy("Merged statements"),
    "split_statement": gettext_lazy("Split a statement"),
    "edit_statement": gettext_lazy("Edited a statement"),
    "attribute": gettext_lazy("Said who speaks"),
    "carry": gettext_lazy("Said through whose hands it came"),
    "attach": gettext_lazy("Put on the claim"),
    "detach": gettext_lazy("Taken off the claim"),
    "save_name_variant": gettext_lazy("Saved another name"),
    "move_name": gettext_lazy("Moved a name to somebody else"),
    "speak_for": gettext_lazy("Said for whom they speak"),
    "affiliate": gettext_lazy("Added a role"),
    "end_affiliation": gettext_lazy("Ended a role"),
    "make_claim_from": gettext_lazy("Made a claim of a statement"),
    "make_speaker_from": gettext_lazy("Made a person or body of a name"),
    "merge_speakers": gettext_lazy("Merged people or bodies"),
    "unmerge_speakers": gettext_lazy("Took back a merge of people or bodies"),
    "merge_claims": gettext_lazy("Merged claims"),
    "unmerge_claims": gettext_lazy("Took back a merge of claims"),
    "split_claim": gettext_lazy("Split a claim"),
    "confirm_derivation": gettext_lazy("Confirmed as a copy"),
    "refuse_derivation": gettext_lazy("Refused as a copy"),
    "choose_origin": gettext_lazy("Chose the original source"),
    "triage_once": gettext_lazy("Left to the original"),
    "take_change": gettext_lazy("Took over a change of the reading"),
    "leave_change": gettext_lazy("Left a change of the reading"),
    "add_evidence": gettext_lazy("Added evidence"),
    "edit_claim": gettext_lazy("Edited the claim"),
    "replace_digest": gettext_lazy("Replaced our summary by the original"),
    "publish": pgettext_lazy("history", "Published"),
    "publish_source": gettext_lazy("Published the article"),
    "publish_update": gettext_lazy("Published an update"),
    "review_again": gettext_lazy("Put under review"),
    "withdraw": pgettext_lazy("history", "Withdrawn"),
    "reopen": pgettext_lazy("history", "Reopened"),
    "correct": pgettext_lazy("history", "Corrected"),
    "propose": gettext_lazy("Proposed an assessment"),
    "propose_again": gettext_lazy("Proposed again"),
    "approve": gettext_lazy("Approved"),
    "send_back": gettext_lazy("Sent back"),
    "drop": gettext_lazy("Taken back before it was decided"),
    "publish_now": gettext_lazy("Published before the second reading"),
    "confirm": gettext_lazy("Marked as confirmed"),
    "dispute": gettext_lazy("Marked as disputed"),
    "mark_unproven": gettext_lazy("Marked as unproven"),
    "mark_refuted": gettext_lazy("Marked as refuted"),
    "approve_order": gettext_lazy("Approved an order"),
    "take_back_approval": gettext_lazy("Took back the approval of an order"),
    "record_request": gettext_lazy("Recorded a request"),
    "edit_request": gettext_lazy("Edited a request"),
    "answer_request": gettext_lazy("Answered a request"),
    "reopen_request": gettext_lazy("Opened a request again"),
    "publish_reply": gettext_lazy("Published a reply"),
    "hide_reply": gettext_lazy("Took a reply off the page"),
    "assign": gettext_lazy("Handed to a colleague"),
    "finish_assignment": gettext_lazy("Done by who had it"),
    "write_note": gettext_lazy("Wrote a note"),
    "reset_code": gettext_lazy("Reset the one-time codes"),
    "set_up_code": gettext_lazy("Set up a code app"),
    "redact": gettext_lazy("Erased words on an order"),
}


def in_words(verb: str) -> str:
    """The act's name for people; "" where nobody said what it was."""
    if verb.startswith("undo "):
        return _("Undone: %(act)s") % {"act": in_words(verb.removeprefix("undo "))}
    return str(ACTS[verb]) if verb in ACTS else verb.replace("_", " ")
