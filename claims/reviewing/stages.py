"""A second pair of eyes: an editor proposes, another approves or sends back with a note.

A proposal's rating and words never change. Who wants other words after a note drops it and proposes anew; who only adds evidence or
answers the note proposes the same one again. A senior editor may bring their own into force before anybody has read it, with a reason;
the second reading is then due within a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, lock, stale
from claims.corrections import words
from claims.errors import Refused
from claims.models import Claim, Evidence, Verdict, VerdictNote
from claims.reviewing.verdicts import Because, checked_reason, frozen, lacks, supersede, write
from claims.vocabulary import REASON_MIN_LENGTH, Rating, Stage, Verb

# How long an assessment may be in force before somebody else has read it.
SECOND_READING_WITHIN = timedelta(hours=24)


def propose(
    claim: Claim,
    rating: Rating | str,
    *,
    by: User,
    because: Because,
    evidence: Iterable[Evidence] = (),
    as_known_on: date | None = None,
) -> Verdict:
    """Proposes a rating for another editor to approve, whatever the setting. Its grounds may still come. Raises Refused, PermissionDenied."""
    said = words(because)
    with act(Verb.PROPOSE, by=by, name="propose", because=said["en"] or said["it"]):
        reason = checked_reason(said)
        stored = lock(claim)
        if stored.merged_into_id is not None:
            raise Refused("merged", _("It was merged into another claim."))
        return write(
            stored, Rating(rating), by, reason, list(evidence), as_known_on=as_known_on, stage=Stage.PROPOSED
        )


def propose_again(
    verdict: Verdict,
    *,
    by: User,
    rating: Rating | str | None = None,
    because: Because | None = None,
    evidence: Iterable[Evidence] | None = None,
    note: str = "",
    base: int | None = None,
) -> Verdict:
    """The author's answer to a note. Returns what waits now: the same proposal, or the one that took its place.

    Without other words or another rating it is the same one, with the evidence as it is cited now. `note`: for the second reader.
    `base`: the claim's version that the page showed. Raises Refused, Stale.
    """
    said = words(because) if because is not None else None
    with act(Verb.PROPOSE, by=by, name="propose_again", because=note):
        stored = _held(verdict, base)
        if stored.author_id != by.pk:
            raise Refused("own", _("Only its author proposes it again."))
        if stored.stage != Stage.RETURNED:
            raise Refused("stage", _("Only what was sent back is proposed again."))
        wanted = Rating(rating or stored.rating)
        reason = checked_reason(said) if said is not None else _reason_of(stored)
        cited = stored.evidence if evidence is None else frozen(evidence)
        if wanted == stored.rating and reason == _reason_of(stored):
            stored.stage, stored.evidence = Stage.PROPOSED.value, cited
            stored.save(update_fields=["stage", "evidence"])
        else:
            _move(stored, Stage.DROPPED)
            stored = write(stored.claim, wanted, by, reason, _still_there(cited), stage=Stage.PROPOSED)
        if note.strip():
            VerdictNote.objects.create(verdict=stored, author=by, text=note.strip())
        return stored


def approve(verdict: Verdict, *, by: User, base: int | None = None) -> Verdict:
    """A second editor brings a proposal into force, or stands by what is in force and still had no second reading.

    `base`: the claim's version that the page showed. Raises Refused for its author and for what waits for nobody; Stale.
    """
    with act(Verb.APPROVE, by=by, name="approve"):
        stored = _held(verdict, base)
        if not stored.awaits_second_reading:
            raise Refused("stage", _("Only a proposed decision can be approved."))
        if stored.author_id == by.pk:
            raise Refused("own", _("The second reader is another person than the author."))
        stored.second_reader = by
        if stored.stage == Stage.CURRENT:
            stored.save(update_fields=["second_reader"])
            return stored
        return _into_force(stored, by)


def publish_now(verdict: Verdict, *, by: User, because: str, base: int | None = None) -> Verdict:
    """A senior editor brings their own proposal into force before its second reading, which is due within a day.

    `because`: why it cannot wait; kept and shown on the desk. Raises Refused, Stale, PermissionDenied.
    """
    with act(Verb.PUBLISH_NOW, by=by, name="publish_now", because=because):
        why = because.strip()
        if len(why) < REASON_MIN_LENGTH:
            raise Refused(
                "reason", _("Say in at least %(n)s characters why it cannot wait.") % {"n": REASON_MIN_LENGTH}
            )
        stored = _held(verdict, base)
        if stored.stage != Stage.PROPOSED:
            raise Refused("stage", _("Only a proposed decision can be published now."))
        if stored.author_id != by.pk:
            raise Refused("another", _("It is somebody else's: approve it, and it is in force."))
        stored.early_reason = why
        stored.second_reading_due_at = timezone.now() + SECOND_READING_WITHIN
        return _into_force(stored, by)


def send_back(verdict: Verdict, *, by: User, note: str, base: int | None = None) -> VerdictNote:
    """A second editor returns a proposal with a note. Raises Refused without one, and for one's own; Stale."""
    with act(Verb.APPROVE, by=by, name="send_back", because=note):
        if len(note.strip()) < REASON_MIN_LENGTH:
            raise Refused(
                "reason", _("Say in at least %(n)s characters what is missing.") % {"n": REASON_MIN_LENGTH}
            )
        stored = _held(verdict, base)
        if stored.stage != Stage.PROPOSED:
            raise Refused("stage", _("Only a proposed decision can be sent back."))
        if stored.author_id == by.pk:
            raise Refused("own", _("It is your own: take it back instead."))
        _move(stored, Stage.RETURNED)
        return VerdictNote.objects.create(verdict=stored, author=by, text=note.strip())


def drop(verdict: Verdict, *, by: User) -> Verdict:
    """Its author takes a proposal back, before or after it was sent back; it stays on record. Raises Refused."""
    with act(Verb.PROPOSE, by=by, name="drop"):
        stored = _held(verdict, None)
        if stored.author_id != by.pk:
            raise Refused("own", _("Only its author takes a proposal back."))
        if stored.stage not in (Stage.PROPOSED, Stage.RETURNED):
            raise Refused("stage", _("It is no proposal any more."))
        return _move(stored, Stage.DROPPED)


def read_by_publishing(claim: Claim, *, by: User) -> None:
    """Publishing a draft is the second reading of its assessment; of one's own, that reading is due within a day."""
    if not settings.CLAIMTRACKER_SECOND_READER:
        return
    unread = Verdict.objects.filter(claim=claim, stage=Stage.CURRENT, second_reader=None)
    unread.filter(author=by).update(second_reading_due_at=timezone.now() + SECOND_READING_WITHIN)
    unread.exclude(author=by).update(second_reader=by)


def _held(verdict: Verdict, base: int | None) -> Verdict:
    """The verdict as it is stored, its claim held first, as in every act on decisions. Raises Stale."""
    claim = lock(verdict.claim)
    if base is not None and claim.version != base:
        raise stale(claim, {}, base=base)
    stored = Verdict.objects.select_for_update(of=("self",)).get(pk=verdict.pk)
    stored.claim = claim
    return stored


def _move(verdict: Verdict, stage: Stage) -> Verdict:
    verdict.stage = stage.value
    verdict.save(update_fields=["stage"])
    return verdict


def _into_force(verdict: Verdict, by: User) -> Verdict:
    """Asks for the grounds once more: what they were may have been discarded since."""
    missing = lacks(verdict.claim, verdict.rating)
    if missing:
        raise Refused("grounds", " ".join(missing))
    supersede(verdict.claim, verdict.rating, by)
    verdict.stage, verdict.decided_at = Stage.CURRENT.value, timezone.now()
    verdict.evidence = frozen(_still_there(verdict.evidence) or verdict.claim.evidence.all())
    verdict.save()
    contest.refresh([verdict.claim_id])
    return verdict


def _still_there(cited: Iterable[dict[str, object]]) -> list[Evidence]:
    return list(Evidence.objects.filter(pk__in=[each["id"] for each in cited]))


def _reason_of(verdict: Verdict) -> dict[str, str]:
    return {code: getattr(verdict, f"reason_{code}") for code in ("it", "en")}
