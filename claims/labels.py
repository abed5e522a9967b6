"""What people read for each stored word of the newsroom. "Position", "stance", "act" and "contest state" never appear."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.vocabulary import (
    Act,
    BulkState,
    CarrierKind,
    ChangeKind,
    Contest,
    CorrectionKind,
    Delivery,
    EvidenceKind,
    Hedge,
    LinkKind,
    LinkState,
    NameKind,
    NoticeKind,
    Publication,
    Rating,
    RequestKind,
    RequestOutcome,
    Review,
    Role,
    SpeakerKind,
    Stage,
    Stance,
    StatementOrigin,
    Verb,
)
from sources.labels import choices as choices_of

LABELS: dict[type[StrEnum], Mapping[str, Promise | str]] = {
    SpeakerKind: {
        SpeakerKind.PERSON: _("Person"),
        SpeakerKind.ORGANISATION: _("Organisation"),
        SpeakerKind.GOVERNMENT: _("Government"),
        SpeakerKind.GROUP: _("Group"),
        SpeakerKind.OUTLET: _("Outlet"),
        SpeakerKind.ANONYMOUS: _("Unnamed"),
    },
    NameKind: {
        NameKind.OFFICIAL: _("Official name"),
        NameKind.TRANSLITERATION: _("Other spelling"),
        NameKind.ABBREVIATION: _("Abbreviation"),
        NameKind.ROLE: _("Role"),
        NameKind.GARBLED: _("Garbled"),
    },
    Act: {
        Act.ASSERTS: pgettext_lazy("act", "says"),
        Act.CONFIRMS: pgettext_lazy("act", "confirms"),
        Act.ACCUSES: pgettext_lazy("act", "accuses"),
        Act.DENIES: pgettext_lazy("act", "denies"),
        Act.ADMITS: pgettext_lazy("act", "admits"),
        Act.RETRACTS: pgettext_lazy("act", "retracts"),
        Act.ASKS: pgettext_lazy("act", "asks"),
        Act.DOUBTS: pgettext_lazy("act", "doubts"),
        Act.DECLINES: pgettext_lazy("act", "no comment"),
        Act.REFUSES: pgettext_lazy("act", "refuses"),
        Act.WARNS: pgettext_lazy("act", "warns"),
        Act.DEMANDS: pgettext_lazy("act", "calls for"),
        Act.ANNOUNCES: pgettext_lazy("act", "announces"),
    },
    Stance: {
        Stance.ASSERTS: _("Says so"),
        Stance.DENIES: _("Denies it"),
        Stance.ADMITS: _("Admits it"),
        Stance.RETRACTS: _("Takes it back"),
        Stance.CONTEXT: _("Context"),
    },
    Delivery: {
        Delivery.DIRECT: _("Direct quote"),
        Delivery.INDIRECT: _("Reported speech"),
        Delivery.MIXED: _("Mixed"),
        Delivery.PARAPHRASE: _("Paraphrase"),
    },
    Hedge: {
        Hedge.NONE: pgettext_lazy("hedge", "Plain"),
        Hedge.REPORTED: pgettext_lazy("hedge", "Reported"),
        Hedge.CONDITIONAL: pgettext_lazy("hedge", "Conditional"),
        Hedge.UNCERTAIN: pgettext_lazy("hedge", "Uncertain"),
    },
    StatementOrigin: {
        StatementOrigin.IMPORT: _("Imported record"),
        StatementOrigin.EXTRACTION: _("Found by machine"),
        StatementOrigin.EDITOR: _("Entered by an editor"),
    },
    Review: {
        Review.SUGGESTED: pgettext_lazy("review", "Suggested"),
        Review.ACCEPTED: pgettext_lazy("review", "Accepted"),
        Review.REJECTED: pgettext_lazy("review", "Discarded"),
    },
    CarrierKind: {
        CarrierKind.OUTLET: _("Outlet"),
        CarrierKind.PERSON: _("Person"),
        CarrierKind.EVENT: _("Event"),
        CarrierKind.DOCUMENT: _("Document"),
    },
    Publication: {
        Publication.DRAFT: pgettext_lazy("claim", "Draft"),
        Publication.PUBLISHED: pgettext_lazy("claim", "Published"),
        Publication.UNDER_REVIEW: pgettext_lazy("claim", "Under review"),
        Publication.WITHDRAWN: pgettext_lazy("claim", "Withdrawn"),
    },
    Rating: {
        Rating.CONFIRMED: pgettext_lazy("rating", "Confirmed"),
        Rating.DISPUTED: pgettext_lazy("rating", "Disputed"),
        Rating.UNPROVEN: pgettext_lazy("rating", "Unproven"),
        Rating.REFUTED: pgettext_lazy("rating", "Contradicted by the evidence"),
    },
    Stage: {
        Stage.PROPOSED: pgettext_lazy("stage", "Proposed"),
        Stage.RETURNED: pgettext_lazy("stage", "Sent back"),
        Stage.CURRENT: pgettext_lazy("stage", "Current"),
        Stage.SUPERSEDED: pgettext_lazy("stage", "Superseded"),
        Stage.DROPPED: pgettext_lazy("stage", "Dropped"),
    },
    EvidenceKind: {
        EvidenceKind.SUPPORTS: pgettext_lazy("evidence", "For"),
        EvidenceKind.REFUTES: pgettext_lazy("evidence", "Against"),
        EvidenceKind.CONTEXT: pgettext_lazy("evidence", "Context"),
    },
    Contest: {
        Contest.DENIED_THEN_ADMITTED: _("Denied, then admitted"),
        Contest.ADMITTED: _("Admitted"),
        Contest.RETRACTED: _("Taken back"),
        Contest.DENIED: _("Denied"),
        Contest.UNCONTESTED: _("No denial on record"),
    },
    LinkKind: {
        LinkKind.SAME_AS: _("Same as"),
        LinkKind.CONTRADICTS: _("Contradicts"),
        LinkKind.PART_OF: _("Part of"),
        LinkKind.FOLLOWS: _("Follows"),
    },
    LinkState: {
        LinkState.SUGGESTED: pgettext_lazy("review", "Suggested"),
        LinkState.ACCEPTED: pgettext_lazy("review", "Accepted"),
        LinkState.REJECTED: pgettext_lazy("review", "Discarded"),
    },
    CorrectionKind: {
        CorrectionKind.CORRECTION: _("Correction"),
        CorrectionKind.RECTIFICATION: pgettext_lazy("a party's", "Correction"),
        CorrectionKind.DIGEST: _("Original text in place of our summary"),
    },
    RequestKind: {
        RequestKind.RIGHT_OF_REPLY: _("Reply requested"),
        RequestKind.REPLY: _("Reply"),
        RequestKind.CORRECTION: _("Correction request"),
        RequestKind.REMOVAL: _("Removal request"),
        RequestKind.PRIVACY: _("Privacy request"),
        RequestKind.COURT_ORDER: _("Court order"),
    },
    RequestOutcome: {
        RequestOutcome.OPEN: pgettext_lazy("request", "Open"),
        RequestOutcome.ANSWERED: pgettext_lazy("request", "Answered"),
        RequestOutcome.NO_ANSWER: _("No answer"),
        RequestOutcome.ACCEPTED: pgettext_lazy("request", "Accepted"),
        RequestOutcome.PARTLY_ACCEPTED: pgettext_lazy("request", "Accepted in part"),
        RequestOutcome.REFUSED: pgettext_lazy("request", "Refused"),
    },
    NoticeKind: {
        NoticeKind.ASSIGNED: _("Something is handed to you"),
        NoticeKind.SECOND_READING: _("A proposal waits for a second reading"),
        NoticeKind.SENT_BACK: _("A proposal of yours is sent back"),
        NoticeKind.REQUEST_DUE: _("A request is due"),
    },
    BulkState: {
        BulkState.WAITING: pgettext_lazy("one of many", "Still to do"),
        BulkState.DONE: pgettext_lazy("one of many", "Done"),
        BulkState.REFUSED: pgettext_lazy("one of many", "Not done"),
    },
    ChangeKind: {
        ChangeKind.ADD: pgettext_lazy("reading", "Add"),
        ChangeKind.CHANGE: pgettext_lazy("reading", "Change"),
        ChangeKind.DROP: pgettext_lazy("reading", "Drop"),
    },
    Role: {
        Role.VIEWER: _("Viewer"),
        Role.EDITOR: _("Editor"),
        Role.SENIOR_EDITOR: _("Senior editor"),
        Role.ADMIN: _("Administrator"),
    },
    Verb: {
        Verb.READ_DESK: _("Read everything on the desk"),
        Verb.IMPORT: _("Import articles and records"),
        Verb.TRIAGE: _("Triage: accept, discard, say who speaks, put on a claim"),
        Verb.DRAFT: _("Write and edit what is not published"),
        Verb.PROPOSE: _("Propose an assessment"),
        Verb.MARK: _("Mark an assessment at once (when no second reading is asked for)"),
        Verb.APPROVE: _("Approve or send back somebody else’s proposal"),
        Verb.PUBLISH: _("Publish claims and articles"),
        Verb.PUBLISH_UPDATE: _("Publish an update of a published claim"),
        Verb.PUBLISH_NOW: _("Publish before the second reading"),
        Verb.CORRECT: _("Correct what readers have seen"),
        Verb.REVIEW_AGAIN: _("Put a published claim under review"),
        Verb.WITHDRAW: _("Withdraw"),
        Verb.REOPEN: pgettext_lazy("act of an editor", "Reopen"),
        Verb.MERGE: _("Merge and split claims, merge people and bodies"),
        Verb.RECORD_REQUEST: _("Record requests and replies"),
        Verb.ASSIGN: _("Hand work to a colleague; write notes for colleagues"),
        Verb.APPROVE_ORDER: _("Approve an order to erase words that somebody else recorded"),
        Verb.MANAGE_USERS: _("Manage accounts and roles"),
    },
}

# A claim that no editor has decided about has no rating; this is what people read instead.
NO_VERDICT = _("Not reviewed yet")
NO_VERDICT_DESK = pgettext_lazy("desk", "To be reviewed")


def choices(words: type[StrEnum]) -> list[tuple[str, Promise | str]]:
    """Field choices of a vocabulary, as plain string values with their labels."""
    return choices_of(words, LABELS)


def label(word: StrEnum | str, words: type[StrEnum]) -> Promise | str:
    """What people read for one stored word."""
    return LABELS[words][word]
