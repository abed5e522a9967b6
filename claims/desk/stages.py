"""The acts on a proposal: approve, send back, propose again, take back, publish now. Each has a page that says what will happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from claims import reviewing
from claims.desk.proposing import DecisionForm
from claims.labels import label
from claims.models import Claim, Evidence, Verdict, VerdictNote
from claims.permissions import may
from claims.vocabulary import EvidenceKind, Rating, Stage, Verb

PROPOSED, RETURNED, CURRENT = Stage.PROPOSED.value, Stage.RETURNED.value, Stage.CURRENT.value


@dataclass(frozen=True, slots=True)
class StageAct:
    """One act on a verdict: who may, at which stages, on whose (True: one's own, False: somebody else's), and the step that does it.

    `run(verdict, by, asked, base)`: `asked` is the cleaned form, `base` the claim's version that the page showed.
    """

    key: str
    verb: Verb
    name: Promise
    explains: Promise
    stages: tuple[str, ...]
    own: bool
    run: Callable[[Verdict, Any, Any, int], Any]
    asks: tuple[str, ...] = ()
    done: Promise | None = None

    def is_for(self, verdict: Verdict, user: Any) -> bool:
        """Whether this person can do it now. What is in force is read again only where that reading is due."""
        if verdict.stage not in self.stages or (verdict.stage == CURRENT and not verdict.is_early):
            return False
        return (verdict.author_id == user.pk) is self.own and may(user, self.verb)


STAGE_ACTS: dict[str, StageAct] = {
    act.key: act
    for act in (
        StageAct(
            "approve",
            Verb.APPROVE,
            gettext_lazy("Approve"),
            gettext_lazy("You are its second reader: your name stands beside the author's."),
            (PROPOSED, CURRENT),
            False,
            lambda verdict, by, _asked, base: reviewing.approve(verdict, by=by, base=base),
            done=gettext_lazy("Approved: it is in force."),
        ),
        StageAct(
            "send-back",
            Verb.APPROVE,
            gettext_lazy("Send back with a note"),
            gettext_lazy("Its author reads your note and can propose it again. Readers see nothing of it."),
            (PROPOSED,),
            False,
            lambda verdict, by, asked, base: reviewing.send_back(
                verdict, by=by, note=asked["note"], base=base
            ),
            ("note",),
            gettext_lazy("Sent back with your note."),
        ),
        StageAct(
            "publish-now",
            Verb.PUBLISH_NOW,
            gettext_lazy("Publish now, second reading due in 24 h"),
            gettext_lazy(
                "It comes into force before anybody else has read it. The desk shows that, and why."
            ),
            (PROPOSED,),
            True,
            lambda verdict, by, asked, base: reviewing.publish_now(
                verdict, by=by, because=asked["early_reason"], base=base
            ),
            ("early_reason",),
            gettext_lazy("It is in force; a second reading is due in 24 hours."),
        ),
        StageAct(
            "propose-again",
            Verb.PROPOSE,
            gettext_lazy("Propose again"),
            gettext_lazy(
                "With other words or another assessment a new proposal takes its place; this one stays on record."
            ),
            (RETURNED,),
            True,
            lambda verdict, by, asked, base: reviewing.propose_again(
                verdict,
                by=by,
                rating=asked["rating"],
                because={"it": asked["reason_it"], "en": asked["reason_en"]},
                evidence=list(asked.get("cites") or []),
                note=asked["answer"],
                base=base,
            ),
            ("rating", "reason_it", "reason_en", "cites", "answer"),
            gettext_lazy("It is proposed again; it counts when another editor approves it."),
        ),
        StageAct(
            "take-back",
            Verb.PROPOSE,
            gettext_lazy("Take it back"),
            gettext_lazy("Nobody will be asked to approve it. It stays on record as dropped."),
            (PROPOSED, RETURNED),
            True,
            lambda verdict, by, _asked, _base: reviewing.drop(verdict, by=by),
            done=gettext_lazy("The proposal is taken back."),
        ),
    )
}


class StageForm(DecisionForm):
    """What some of these acts ask for; the page keeps only the fields of its act."""

    note = forms.CharField(
        label=gettext_lazy("Note to its author"),
        help_text=gettext_lazy("What is missing, in a sentence. Readers never see it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    early_reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"),
        help_text=gettext_lazy("A sentence for your colleagues; it stays in the history."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, act: StageAct, verdict: Verdict, data: Any = None) -> None:
        cited = [each["id"] for each in verdict.evidence]
        initial = {
            "rating": verdict.rating,
            **{name: getattr(verdict, name) for name in ("reason_it", "reason_en")},
        } | ({"cites": cited} if cited else {})
        super().__init__(verdict.claim, data, initial=initial)
        for name in set(self.fields) - set(act.asks):
            del self.fields[name]


def acts_on(verdict: Verdict, user: Any) -> list[StageAct]:
    """What this person can do with it now."""
    return [act for act in STAGE_ACTS.values() if act.is_for(verdict, user)]


def waiting_on(claim: Claim, user: Any) -> list[dict[str, Any]]:
    """The claim's proposals and early decisions, each with its notes and what this person can do. Two queries and their notes."""
    found = (
        claim.verdicts.filter(stage__in=(PROPOSED, RETURNED, CURRENT))
        .select_related("author", "second_reader")
        .prefetch_related(Prefetch("notes", VerdictNote.objects.select_related("author")))
        .order_by("pk")
    )
    return [
        {"verdict": each, "acts": acts_on(each, user), "cited": cited_in(each)}
        for each in found
        if each.stage != CURRENT or each.is_early
    ]


def cited_in(verdict: Verdict) -> list[tuple[Promise | str, str]]:
    """What it cites, as frozen: kind and words. One query where a statement, a passage or a file is cited without a note."""
    silent = [each["id"] for each in verdict.evidence if not _said(each)]
    stored = Evidence.objects.filter(pk__in=silent).select_related("statement", "source") if silent else ()
    kept = {each.pk: str(each.statement or each.source or each.file) for each in stored}
    gone = _("evidence that was removed since")
    return [
        (label(each["kind"], EvidenceKind), _said(each) or kept.get(each["id"], gone))
        for each in verdict.evidence
    ]


def _said(each: Mapping[str, Any]) -> str:
    """Its note in the page's language, else in the other, else its link."""
    first = (get_language() or "en")[:2]
    other = "en" if first == "it" else "it"
    return str(each.get(f"note_{first}") or each.get(f"note_{other}") or each.get("url") or "")


def consequences(act: StageAct, verdict: Verdict) -> Sequence[str]:
    """What will happen, in sentences."""
    said = [str(act.explains)]
    if act.key not in ("approve", "publish-now") or verdict.stage == CURRENT:
        return said
    claim = verdict.claim
    now = claim.verdicts.filter(stage=Stage.CURRENT).first()
    wanted = label(verdict.rating, Rating)
    if now is not None:
        words = {"was": label(now.rating, Rating), "now": wanted}
        said.append(_("“%(now)s” takes the place of “%(was)s”, which stays on record.") % words)
    else:
        said.append(_("The claim's assessment becomes “%(now)s”.") % {"now": wanted})
    if now is not None and claim.is_public:
        said.append(_("A public correction says that the assessment changed."))
    if not claim.is_public:
        said.append(_("Readers do not see this claim."))
    return said
