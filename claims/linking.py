"""The step between what a source says and what we track: statements get speakers, and take their place on claims.

Each function is one editorial act: may you? change, log, one transaction (see acts.py). They raise errors.Refused with a sentence, errors.Stale
when somebody else was faster, and PermissionDenied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change
from claims.corrections import note_change, was_seen
from claims.errors import Refused
from claims.models import (
    Carrier,
    Claim,
    OldSlug,
    Position,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
)
from claims.vocabulary import STANCE_OF_ACT, Act, NameKind, Publication, Review, Stance, Verb
from sources.models import Source
from sources.names import fold

__all__ = [
    "Candidate",
    "accept",
    "attach",
    "attribute",
    "candidates",
    "credit",
    "detach",
    "edit_statement",
    "merge_claims",
    "merge_speakers",
    "reject",
    "save_name_variant",
]

# Details of a statement whose change readers are told about once it has been published (DESIGN: no silent fixes).
TOLD = ("spans", "said_earliest", "said_latest", "said_basis", "after")


def _claims_of(statement: Statement) -> list[int]:
    return list(statement.positions.values_list("claim_id", flat=True))


def accept(statement: Statement, *, by: User, base: int | None = None) -> None:
    """An editor stands by the suggestion. Readers see it only where a position of it is published."""
    _review(statement, Review.ACCEPTED, by=by, base=base)


def reject(statement: Statement, *, by: User, because: str = "", base: int | None = None) -> None:
    """An editor discards it. What readers had seen disappears from the pages, and a correction says so."""
    _review(statement, Review.REJECTED, by=by, because=because, base=base)


def _review(
    statement: Statement, review: Review, *, by: User, because: str = "", base: int | None = None
) -> None:
    with act(Verb.TRIAGE, by=by, name="accept" if review == Review.ACCEPTED else "reject", because=because):
        if statement.review == review and base is None:
            return
        before = statement.review
        changes = {
            "review": review.value,
            "review_reason": because,
            "reviewed_by": by,
            "reviewed_at": timezone.now(),
        }
        change(statement, changes, base=base)
        if was_seen(statement):
            note_change(statement, by=by, before={"review": before}, after={"review": review.value})
        contest.refresh(_claims_of(statement))


def edit_statement(
    statement: Statement, changes: Mapping[str, Any], *, by: User, base: int | None = None
) -> None:
    """Writes an editor's changes; a published statement's place or date gets its public correction."""
    with act(Verb.DRAFT, by=by, name="edit_statement"):
        before = {name: getattr(statement, name) for name in TOLD}
        stored = Statement.objects.get(pk=statement.pk)
        before = {name: getattr(stored, name) for name in TOLD}
        change(statement, changes, base=base)
        told = [name for name in TOLD if name in changes and changes[name] != before[name]]
        if told and was_seen(statement):
            note_change(
                statement,
                by=by,
                before={name: before[name] for name in told},
                after={name: changes[name] for name in told},
            )
        contest.refresh(_claims_of(statement))


def attribute(
    statement: Statement,
    speaker: Speaker,
    *,
    by: User,
    on_behalf_of: Speaker | None = None,
    as_written: str = "",
    role_as_written: str = "",
) -> StatementSpeaker:
    """Credits the statement to `speaker` alone, in the place of whoever it was credited to.

    Raises Refused for an anonymous speaker of another source's family: they stay with their source or its origin.
    """
    if speaker.only_in_id is not None and speaker.only_in_id not in (
        statement.source_id,
        statement.source.origin_id,
    ):
        raise Refused("anonymous", _("%(name)s stays with the article that quotes them.") % {"name": speaker})
    with act(Verb.TRIAGE, by=by, name="attribute"):
        rows = list(statement.speakers.select_related("speaker"))
        before = [str(row) for row in rows]
        kept = rows[0] if rows else StatementSpeaker(statement=statement)
        statement.speakers.exclude(pk=kept.pk).delete()
        kept.speaker, kept.on_behalf_of, kept.order = speaker, on_behalf_of, 0
        kept.as_written = as_written or kept.as_written
        kept.role_as_written = role_as_written or kept.role_as_written
        kept.save()
        if before != [speaker.name] and was_seen(statement):
            note_change(statement, by=by, before={"speaker": before}, after={"speaker": [speaker.name]})
        contest.refresh(_claims_of(statement))
        return kept


def credit(
    statement: Statement,
    rows: Iterable[StatementSpeaker],
    *,
    by: User,
    gone: Iterable[StatementSpeaker] = (),
) -> None:
    """Stores new and changed speakers of a statement that several may share, and removes `gone`. A new one comes after the others.

    Raises Refused for an anonymous speaker of another source's family, as `attribute` does.
    """
    rows = list(rows)
    for row in rows:
        speaker = row.speaker
        if speaker and speaker.only_in_id not in (None, statement.source_id, statement.source.origin_id):
            raise Refused("anonymous", _("%(name)s stays with the article that quotes them.") % {"name": speaker})
    with act(Verb.TRIAGE, by=by, name="attribute"):
        before = [str(row) for row in statement.speakers.select_related("speaker")]
        for row in gone:
            row.delete()
        for row in rows:
            taken = set(statement.speakers.exclude(pk=row.pk).values_list("order", flat=True))
            if row.order in taken:
                row.order = max(taken) + 1
            row.save()
        after = [str(row) for row in statement.speakers.select_related("speaker")]
        if before != after and was_seen(statement):
            note_change(statement, by=by, before={"speaker": before}, after={"speaker": after})
        contest.refresh(_claims_of(statement))


def attach(
    statement: Statement,
    claim: Claim,
    stance: Stance | None = None,
    *,
    by: User,
    partial: bool = False,
    implied: bool = False,
    inferred: bool = False,
) -> Position:
    """Says what the statement does to the claim; without `stance`, what its act suggests. Again: changes it.

    On a published claim readers see a new position only after "publish update".
    """
    if claim.merged_into_id is not None:
        raise Refused("merged", _("This claim was merged into another one: use that one."))
    with act(Verb.TRIAGE, by=by, name="attach"):
        wanted = {
            "stance": (stance or STANCE_OF_ACT[Act(statement.act)]).value,
            "partial": partial,
            "implied": implied,
            "inferred": inferred,
        }
        position, made = Position.objects.get_or_create(
            statement=statement, claim=claim, defaults={**wanted, "proposed_by": by}
        )
        before = {name: getattr(position, name) for name in wanted}
        if not made and before != wanted:
            change(position, wanted)
            if position.published_at is not None:
                told = [name for name in wanted if before[name] != wanted[name]]
                note_change(
                    statement,
                    by=by,
                    before={name: before[name] for name in told},
                    after={name: wanted[name] for name in told},
                )
        _touch(claim)
        contest.refresh([claim.pk])
        return position


def detach(position: Position, *, by: User) -> None:
    """The statement has nothing to do with the claim. Raises Refused once readers have seen it: discard the statement instead."""
    if position.published_at is not None:
        raise Refused(
            "published",
            _("Readers have seen this: discard the statement, or change what it does to the claim."),
        )
    with act(Verb.TRIAGE, by=by, name="detach"):
        claim = position.claim
        position.delete()
        _touch(claim)
        contest.refresh([claim.pk])


def _touch(claim: Claim) -> None:
    """What changes on a claim's form changes its version too."""
    Claim.objects.filter(pk=claim.pk).update(updated_at=timezone.now())


# --- names ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A speaker that written words may mean. `score`: 0 to 1; `reason`: the name that matched, where it is not the speaker's own."""

    speaker: Speaker
    score: float
    reason: str = ""


def candidates(written: str, *, language: str | None = None, limit: int = 10) -> list[Candidate]:
    """Speakers of that name or alias, best first: exact before the beginning of a name, a name before an alias.

    Nothing is decided: a lookup returns candidates. Merged speakers lead to who they were merged into. Two queries.
    """
    key = fold(" ".join(written.split()))
    if not key:
        return []
    found: dict[int, Candidate] = {}

    def offer(speaker: Speaker, score: float, reason: str) -> None:
        speaker = speaker.merged_into or speaker
        known = found.get(speaker.pk)
        if known is None or known.score < score:
            found[speaker.pk] = Candidate(speaker, score, reason)

    begins = Q(sort_key__startswith=key) | Q(sort_key__contains=f" {key}")
    for speaker in (
        Speaker.objects.filter(begins).select_related("merged_into").order_by("sort_key")[: limit * 5]
    ):
        offer(speaker, 1.0 if speaker.sort_key == key else 0.8, "")
    begins = Q(normalised__startswith=key) | Q(normalised__contains=f" {key}")
    names = SpeakerName.objects.filter(begins).select_related("speaker__merged_into")
    if language:
        names = names.filter(language__in=[language, ""])
    for name in names.order_by("normalised")[: limit * 5]:
        offer(name.speaker, 0.9 if name.normalised == key else 0.7, name.name)
    return sorted(found.values(), key=lambda each: (-each.score, each.speaker.sort_key))[:limit]


def save_name_variant(
    speaker: Speaker,
    name: str,
    *,
    kind: NameKind,
    by: User,
    language: str = "",
    seen_in: Source | None = None,
) -> SpeakerName:
    """Remembers that the speaker is also written like this."""
    name = " ".join(name.split())
    if not name:
        raise Refused("empty", _("A name variant needs a name."))
    with act(Verb.TRIAGE, by=by, name="save_name_variant"):
        variant, _made = SpeakerName.objects.get_or_create(
            speaker=speaker,
            name=name,
            defaults={"kind": kind.value, "language": language, "seen_in": seen_in},
        )
        return variant


# --- merging ----------------------------------------------------------------------------------------------------------------


def merge_speakers(loser: Speaker, *, into: Speaker, by: User, because: str) -> None:
    """Two records of one person or body become one: statements move, the name stays as a variant, the old address leads here."""
    if loser.pk == into.pk or into.merged_into_id is not None or loser.merged_into_id is not None:
        raise Refused("merge", _("Choose two different people or bodies that are not merged already."))
    if loser.only_in_id is not None or into.only_in_id is not None:
        raise Refused("anonymous", _("Unnamed speakers are never merged: nobody knows who they are."))
    with act(Verb.MERGE, by=by, name="merge_speakers", because=because):
        both = StatementSpeaker.objects.filter(speaker=into).values("statement")
        StatementSpeaker.objects.filter(speaker=loser, statement__in=both).delete()
        claims = set(
            Position.objects.filter(statement__speakers__speaker__in=[loser, into]).values_list(
                "claim_id", flat=True
            )
        )
        moved = Statement.objects.filter(
            speakers__speaker=loser, positions__published_at__isnull=False
        ).distinct()
        for statement in moved:
            note_change(statement, by=by, before={"speaker": [loser.name]}, after={"speaker": [into.name]})
        StatementSpeaker.objects.filter(speaker=loser).update(speaker=into)
        StatementSpeaker.objects.filter(on_behalf_of=loser).update(on_behalf_of=into)
        Carrier.objects.filter(speaker=loser).update(speaker=into)
        Speaker.objects.filter(speaks_for=loser).exclude(pk=into.pk).update(speaks_for=into)
        known = set(into.names.values_list("name", flat=True)) | {into.name}
        for name, kind in [(loser.name, NameKind.OFFICIAL.value), *loser.names.values_list("name", "kind")]:
            if name not in known:
                known.add(name)
                SpeakerName.objects.create(speaker=into, name=name, kind=kind)
        OldSlug.objects.get_or_create(slug=loser.slug, speaker=into)
        change(loser, {"merged_into": into})
        contest.refresh(claims)


def merge_claims(loser: Claim, *, into: Claim, by: User, because: str) -> None:
    """Two claims that say the same become one: positions and evidence move, the old address leads to the new one (301)."""
    if loser.pk == into.pk or into.merged_into_id is not None or loser.merged_into_id is not None:
        raise Refused("merge", _("Choose two different claims that are not merged already."))
    if loser.publication != Publication.DRAFT and into.publication == Publication.DRAFT:
        raise Refused("draft", _("A published claim cannot be merged into a draft: publish that one first."))
    with act(Verb.MERGE, by=by, name="merge_claims", because=because):
        for position in loser.positions.exclude(statement__in=into.positions.values("statement")):
            Position.objects.filter(pk=position.pk).update(claim=into)
        loser.evidence.update(claim=into)
        if loser.publication != Publication.DRAFT:
            OldSlug.objects.get_or_create(slug=loser.slug, claim=into)
            note_change(into, by=by, before={}, after={"merged": loser.text}, text=because)
        change(loser, {"merged_into": into})
        _touch(into)
        contest.refresh([loser.pk, into.pk])
