"""Ratings: what each rests on, and how it comes into force.

With second reading off (the default) an editor's mark is current at once. With it on, a mark on a published claim is a proposal
until another editor approves it. The database enforces that one verdict is current, that the second reader is another person,
and that the rating has its grounds; here we say so in words before it has to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, stale
from claims.corrections import in_both, note_change, was_seen, words
from claims.errors import Refused
from claims.labels import label
from claims.models import Claim, Evidence, Position, StatementSpeaker, Verdict
from claims.vocabulary import (
    REASON_MIN_LENGTH,
    EvidenceKind,
    Publication,
    Rating,
    Review,
    Stage,
    Stance,
    Verb,
)

Because = str | Mapping[str, str]
# What a verdict keeps of each piece of evidence.
FROZEN = ("id", "kind", "note_it", "note_en", "statement", "source", "url", "file_sha256")


def lacks(claim: Claim, rating: Rating | str) -> list[str]:
    """What the claim still needs for this rating, in sentences; [] when its grounds hold."""
    rating = Rating(rating)
    if claim.merged_into_id is not None:
        return [_("It was merged into another claim.")]
    if rating == Rating.UNPROVEN:
        return []
    if rating == Rating.CONFIRMED:
        if claim.evidence.filter(kind=EvidenceKind.SUPPORTS).exists() or _admitted_after_denial(claim):
            return []
        return [_("It needs evidence for it, or an admission by a party that had denied it.")]
    if claim.evidence.filter(kind=EvidenceKind.REFUTES).exists():
        return []
    if rating == Rating.REFUTED:
        return [_("It needs evidence against it.")]
    denied = Position.objects.filter(claim=claim, stance=Stance.DENIES, statement__review=Review.ACCEPTED)
    return [] if denied.exists() else [_("It needs an accepted denial, or evidence against it.")]


def _admitted_after_denial(claim: Claim) -> bool:
    """Whether a party that denied it also admitted it, by accepted statements."""
    rows = StatementSpeaker.objects.filter(
        speaker__isnull=False,
        statement__review=Review.ACCEPTED,
        statement__positions__claim=claim,
        statement__positions__stance__in=[Stance.DENIES, Stance.ADMITS],
    ).values_list(
        "statement__positions__stance", "on_behalf_of_id", "speaker_id", "statement__positions__claim_id"
    )
    spoken = [(stance, body or speaker) for stance, body, speaker, about in rows if about == claim.pk]
    parties = contest.Parties(body for _stance, body in spoken)
    by_stance: dict[str, set[int]] = {Stance.DENIES: set(), Stance.ADMITS: set()}
    for stance, body in spoken:
        by_stance.setdefault(stance, set()).add(parties.of(body).pk)
    return bool(by_stance[Stance.DENIES] & by_stance[Stance.ADMITS])


def confirm(claim: Claim, *, by: User, because: Because, **more: Any) -> Verdict:
    """Marks one claim as confirmed; see `decide`."""
    return decide([claim], Rating.CONFIRMED, by=by, because=because, **more)[0]


def dispute(claim: Claim, *, by: User, because: Because, **more: Any) -> Verdict:
    """Marks one claim as disputed; see `decide`."""
    return decide([claim], Rating.DISPUTED, by=by, because=because, **more)[0]


def decide(
    claims: Iterable[Claim],
    rating: Rating | str,
    *,
    by: User,
    because: Because,
    evidence: Iterable[Evidence] = (),
    bases: Mapping[int, int] | None = None,
    key: str | None = None,
    as_known_on: date | None = None,
) -> list[Verdict]:
    """Marks claims with a rating and a reason: all of them or none.

    `because`: the reason readers see, {"it": …, "en": …} or a string in the active language. `bases`: {claim id: version the form started from}.
    `evidence`: what is cited; without it, all that the claim has. Returns the verdicts: current, or proposed where a second
    reading is due. Raises Refused, Stale, PermissionDenied.
    """
    rating = Rating(rating)
    chosen = sorted(set(claims), key=lambda claim: claim.pk)
    said = words(because)
    with act(Verb.MARK, by=by, name=_verb(rating), because=said["en"] or said["it"]):
        if not chosen:
            raise Refused("none", _("Choose at least one claim."))
        reason = checked_reason(said)
        locked = {
            claim.pk: claim
            for claim in Claim.objects.select_for_update()
            .filter(pk__in=[c.pk for c in chosen])
            .order_by("pk")
        }
        for claim in chosen:
            base = (bases or {}).get(claim.pk)
            if base is not None and locked[claim.pk].version != base:
                raise stale(claim, {}, base=base)
            missing = lacks(locked[claim.pk], rating)
            if missing:
                raise Refused(
                    "grounds", _("“%(claim)s”: %(what)s") % {"claim": claim.text, "what": " ".join(missing)}
                )
        cited = list(evidence)
        made = [
            write(locked[c.pk], rating, by, reason, cited, key=key, as_known_on=as_known_on) for c in chosen
        ]
        contest.refresh([claim.pk for claim in chosen])
        return made


def _verb(rating: Rating) -> str:
    return {Rating.CONFIRMED: "confirm", Rating.DISPUTED: "dispute"}.get(rating, f"mark_{rating.value}")


def checked_reason(because: Because) -> dict[str, str]:
    reason = {language: text.strip() for language, text in words(because).items()}
    if max(map(len, reason.values())) < REASON_MIN_LENGTH:
        raise Refused(
            "reason",
            _("Give a reason of at least %(n)s characters: readers will see it.") % {"n": REASON_MIN_LENGTH},
        )
    return reason


def write(
    claim: Claim,
    rating: Rating,
    by: User,
    reason: Mapping[str, str],
    cited: Sequence[Evidence],
    *,
    key: str | None = None,
    as_known_on: date | None = None,
    stage: Stage | None = None,
) -> Verdict:
    waits = settings.CLAIMTRACKER_SECOND_READER and claim.publication != Publication.DRAFT
    stage = stage or (Stage.PROPOSED if waits else Stage.CURRENT)
    if stage == Stage.CURRENT:
        supersede(claim, rating, by)
    labels = in_both(lambda: str(label(rating, Rating)))
    now = timezone.now()
    return Verdict.objects.create(
        claim=claim,
        key=key,
        stage=stage.value,
        rating=rating.value,
        reason_it=reason["it"],
        reason_en=reason["en"],
        author=by,
        as_known_on=as_known_on or timezone.localdate(),
        evidence=frozen(cited or claim.evidence.all()) if stage == Stage.CURRENT else frozen(cited),
        decided_at=now if stage == Stage.CURRENT else None,
        label_it=labels["it"],
        label_en=labels["en"],
    )


def supersede(claim: Claim, rating: Rating | str, by: User) -> None:
    """The decision in force gives way; readers who may have seen it are told. The claim's version counts it: forms notice."""
    Claim.objects.filter(pk=claim.pk).update(updated_at=timezone.now())
    for old in Verdict.objects.filter(claim=claim, stage=Stage.CURRENT):
        Verdict.objects.filter(pk=old.pk).update(stage=Stage.SUPERSEDED.value)
        if was_seen(claim):
            note_change(
                claim,
                by=by,
                before={"rating": old.rating},
                after={"rating": Rating(rating).value},
                text=in_both(partial(_changed, old.rating, rating)),
            )


def _changed(was: Rating | str, now: Rating | str) -> str:
    was, now = str(label(was, Rating)), str(label(now, Rating))
    if was == now:
        return _("We gave a new reason for our assessment “%(rating)s”.") % {"rating": now}
    return _("Our assessment changed from “%(was)s” to “%(now)s”.") % {"was": was, "now": now}


def frozen(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """What the verdict rests on, as it is now: a list of {"id", "kind", "note_it", …}, oldest first."""
    cited = Evidence.objects.filter(pk__in=[each.pk for each in evidence]).order_by("pk")
    return list(cited.values(*FROZEN))
