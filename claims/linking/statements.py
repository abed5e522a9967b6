"""A statement is accepted or discarded, credited to its speakers, and put on claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change, lock, refuse_steps_own, stale
from claims.corrections import in_both, note_change, was_seen
from claims.errors import Refused
from claims.models import (
    Carrier,
    Claim,
    Position,
    Speaker,
    Statement,
    StatementSpeaker,
)
from claims.vocabulary import STANCE_OF_ACT, Act, Review, Stance, Verb
from sources.models import Source

# Details of a statement whose change readers are told about once it has been published (DESIGN: no silent fixes).
TOLD = ("spans", "said_earliest", "said_latest", "said_basis", "after")
# What other acts decide about a statement.
OWN = frozenset({"source", "origin", "review", "review_reason", "reviewed_by", "reviewed_at"})


def claims_of(statement: Statement) -> list[int]:
    return list(statement.positions.values_list("claim_id", flat=True))


def still_suggested(statement: Statement, base: int | None) -> Statement:
    """The suggestion as stored now, held until the end of the act. Raises Stale when it was changed since `base`, Refused when it was
    decided.
    """
    stored = lock(statement)
    if base is not None and stored.version != base:
        raise stale(stored, {"review": stored.review}, base=base)
    if stored.review != Review.SUGGESTED:
        raise Refused("decided", _("Somebody has decided about this statement already."))
    return stored


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
        stored = lock(statement)
        if stored.review == review and base is None:
            return
        if review == Review.ACCEPTED and not _words_are_there(stored):
            raise Refused("moved", _("The text was replaced since: mark these words again."))
        changes = {
            "review": review.value,
            "review_reason": because,
            "reviewed_by": by,
            "reviewed_at": timezone.now(),
        }
        seen = stored.review != review and was_seen(statement)
        change(statement, changes, base=base)
        if seen:
            note_change(
                statement,
                by=by,
                before={"review": stored.review},
                after={"review": review.value},
                text=in_both(lambda: _shown_again() if review == Review.ACCEPTED else _no_longer_shown()),
            )
        contest.refresh(claims_of(statement))


def _shown_again() -> str:
    return _("This statement is shown again.")


def _no_longer_shown() -> str:
    return _("This statement is no longer shown: our editors discarded it.")


def _words_are_there(statement: Statement) -> bool:
    body = statement.source.body
    return all(body[span["start"] : span["end"]] == span["exact"] for span in statement.spans)


def edit_statement(
    statement: Statement, changes: Mapping[str, Any], *, by: User, base: int | None = None
) -> None:
    """Writes an editor's changes; a published statement's place or date gets its public correction."""
    with act(Verb.DRAFT, by=by, name="edit_statement"):
        refuse_steps_own(changes, OWN)
        stored = lock(statement)
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
        contest.refresh(claims_of(statement))


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
    with act(Verb.TRIAGE, by=by, name="attribute"):
        lock(statement)
        _refuse_strangers(statement, [speaker, on_behalf_of])
        before = _credited(statement)
        rows = list(statement.speakers.all())
        kept = rows[0] if rows else StatementSpeaker(statement=statement)
        statement.speakers.exclude(pk=kept.pk).delete()
        kept.speaker, kept.on_behalf_of, kept.order = speaker, on_behalf_of, 0
        kept.as_written = as_written or kept.as_written
        kept.role_as_written = role_as_written or kept.role_as_written
        kept.save()
        _tell_of_speakers(statement, before, by=by)
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
    with act(Verb.TRIAGE, by=by, name="attribute"):
        lock(statement)
        _refuse_strangers(statement, [body for row in rows for body in (row.speaker, row.on_behalf_of)])
        before = _credited(statement)
        for row in gone:
            row.delete()
        for row in rows:
            taken = set(statement.speakers.exclude(pk=row.pk).values_list("order", flat=True))
            if row.order in taken:
                row.order = max(taken) + 1
            row.save()
        _tell_of_speakers(statement, before, by=by)


def carry(statement: Statement, rows: Iterable[Carrier], *, by: User, gone: Iterable[Carrier] = ()) -> None:
    """Stores through whose hands the statement came, and removes `gone`; readers who have seen it are told.

    Raises Refused for an anonymous speaker of another source's family.
    """
    rows = list(rows)
    with act(Verb.TRIAGE, by=by, name="carry"):
        lock(statement)
        _refuse_strangers(statement, [row.speaker for row in rows])
        before = _carried(statement)
        for row in gone:
            row.delete()
        for row in rows:
            taken = set(statement.carriers.exclude(pk=row.pk).values_list("order", flat=True))
            if row.order in taken:
                row.order = max(taken) + 1
            row.save()
        Statement.objects.filter(pk=statement.pk).update(version=F("version") + 1)
        after = _carried(statement)
        if before != after and was_seen(statement):
            note_change(statement, by=by, before={"carriers": before}, after={"carriers": after})


def _carried(statement: Statement) -> list[str]:
    """Through whose hands it came, nearest to the reader first."""
    return [str(row) for row in statement.carriers.select_related("speaker", "outlet")]


def _refuse_strangers(statement: Statement, bodies: Iterable[Speaker | None]) -> None:
    """An unnamed speaker speaks in its own article only; equal texts under two addresses (one origin) are one article."""
    origins = Source.objects.values_list("origin_id", flat=True)
    for body in bodies:
        if (
            body
            and body.only_in_id
            and origins.get(pk=body.only_in_id) != origins.get(pk=statement.source_id)
        ):
            raise Refused(
                "anonymous", _("%(name)s stays with the article that quotes them.") % {"name": body}
            )


def _credited(statement: Statement) -> list[str]:
    """Who says it, as readers are told; for whom, where the statement says so itself."""
    return [
        f"{row} ({row.on_behalf_of})" if row.on_behalf_of else str(row)
        for row in statement.speakers.select_related("speaker", "on_behalf_of")
    ]


def _tell_of_speakers(statement: Statement, before: list[str], *, by: User) -> None:
    """Counts the change as one of the statement, tells readers where they had seen it, and counts the parties again."""
    Statement.objects.filter(pk=statement.pk).update(version=F("version") + 1)
    after = _credited(statement)
    if before != after and was_seen(statement):
        note_change(statement, by=by, before={"speaker": before}, after={"speaker": after})
    contest.refresh(claims_of(statement))


def attach(
    statement: Statement,
    claim: Claim,
    stance: Stance | str | None = None,
    *,
    by: User,
    partial: bool = False,
    implied: bool = False,
    inferred: bool = False,
) -> Position:
    """Says what the statement does to the claim; without `stance`, what its act suggests. Again: changes it.

    On a published claim readers see a new position only after "publish update".
    """
    with act(Verb.TRIAGE, by=by, name="attach"):
        if lock(claim).merged_into_id is not None:
            raise Refused("merged", _("This claim was merged into another one: use that one."))
        wanted = {
            "stance": Stance(stance or STANCE_OF_ACT[Act(statement.act)]).value,
            "partial": partial,
            "implied": implied,
            "inferred": inferred,
        }
        position, made = Position.objects.get_or_create(
            statement=statement, claim=claim, defaults={**wanted, "proposed_by": by}
        )
        before = {name: getattr(position, name) for name in wanted}
        if not made and before != wanted:
            # Until readers see it, whoever says what it does last is its author: another editor publishes it.
            mine = {} if position.published_at else {"proposed_by": by}
            change(position, {**wanted, **mine})
            if position.published_at is not None and was_seen(statement):
                told = [name for name in wanted if before[name] != wanted[name]]
                note_change(
                    statement,
                    by=by,
                    before={name: before[name] for name in told},
                    after={name: wanted[name] for name in told},
                )
        touch([claim.pk])
        contest.refresh([claim.pk])
        return position


def detach(position: Position, *, by: User) -> None:
    """The statement has nothing to do with the claim. Raises Refused once readers have seen it: discard the statement instead."""
    with act(Verb.TRIAGE, by=by, name="detach"):
        if lock(position).published_at is not None:
            raise Refused(
                "published",
                _("Readers have seen this: discard the statement, or change what it does to the claim."),
            )
        claim = position.claim
        position.delete()
        touch([claim.pk])
        contest.refresh([claim.pk])


def delete_statement(statement: Statement, *, by: User) -> None:
    """Deletes what was entered by mistake, with its places on claims. The database refuses what readers have seen (IntegrityError).

    Raises ProtectedError where another statement or evidence rests on it.
    """
    with act(Verb.TRIAGE, by=by, name="delete"):
        stored = lock(statement)
        claims = claims_of(stored)
        stored.delete()
        touch(claims)
        contest.refresh(claims)


def delete_source(source: Source, *, by: User) -> None:
    """Deletes a draft article with its statements and their places on claims; refuses what `delete_statement` refuses."""
    with act(Verb.DRAFT, by=by, name="delete"):
        stored = lock(source)
        held = Statement.objects.select_for_update().filter(source=stored).order_by("pk")
        statements = list(held.values_list("pk", flat=True))
        claims = list(Position.objects.filter(statement__in=statements).values_list("claim_id", flat=True))
        stored.delete()
        touch(claims)
        contest.refresh(claims)


def touch(claims: Collection[int]) -> None:
    """What changes on a claim's form changes its version too. `claims`: keys."""
    Claim.objects.filter(pk__in=claims).update(updated_at=timezone.now())
