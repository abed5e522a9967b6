"""A claim as it stood at a moment, rebuilt from events alone: whatever happened since does not show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model

from claims.history.events import Events, about_claim, event_model_of
from claims.models import (
    Claim,
    Correction,
    Evidence,
    Position,
    Speaker,
    Statement,
    StatementSpeaker,
    Topic,
    Verdict,
)
from sources.models import Outlet, Source

__all__ = ["PastClaim", "PastStatement", "claim_as_of"]

Row = TypeVar("Row", bound=Model)
# Columns of texts that can be long, and that no page of the past shows.
LONG = frozenset({"body", "raw", "furniture", "reading"})


@dataclass(frozen=True, slots=True)
class PastStatement:
    """A statement on the claim as it was then. The rows are not stored ones: nothing can be saved."""

    position: Position
    statement: Statement
    speakers: list[str]
    source: Source | None
    outlet: str


@dataclass(slots=True)
class PastClaim:
    """`claim` is None where it was not there yet, or not any more."""

    at: datetime
    claim: Claim | None
    topic: str = ""
    statements: list[PastStatement] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    accounts: dict[int, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict | None:
        """The assessment in force."""
        return next((each for each in self.verdicts if each.stage == "current"), None)

    @property
    def decisions(self) -> list[tuple[Verdict, str, str]]:
        """(decision, who decided, who read it as the second), newest first."""
        names = self.accounts
        return [
            (each, names.get(each.author_id, ""), names.get(each.second_reader_id or 0, ""))
            for each in self.verdicts
        ]


def claim_as_of(pk: int, at: datetime) -> PastClaim:
    """The claim with its statements, evidence, decisions and corrections at that moment; a dozen queries."""
    scope = about_claim(pk)
    claim = next(iter(_rows(Claim, scope[Claim], at)), None)
    past = PastClaim(at, claim)
    if claim is None:
        return past
    positions = [each for each in _rows(Position, scope[Position], at) if each.claim_id == pk]
    past.statements = _statements(positions, at)
    past.evidence = [each for each in _rows(Evidence, scope[Evidence], at) if each.claim_id == pk]
    past.verdicts = sorted(_rows(Verdict, scope[Verdict], at), key=lambda each: -each.pk)
    past.corrections = sorted(_rows(Correction, scope[Correction], at), key=lambda each: -each.pk)
    topics = _by_id(Topic, {claim.topic_id}, at)
    past.topic = str(topics[claim.topic_id]) if claim.topic_id in topics else ""
    people = {each.author_id for each in past.verdicts} | {each.second_reader_id for each in past.verdicts}
    people |= {each.by_id for each in past.corrections}
    past.accounts = dict(
        User.objects.filter(pk__in=[pk for pk in people if pk]).values_list("pk", "username")
    )
    return past


def _statements(positions: Iterable[Position], at: datetime) -> list[PastStatement]:
    """Those that nobody had discarded by then, oldest first by what was known of their day."""
    of = {each.statement_id: each for each in positions}
    statements = {pk: each for pk, each in _by_id(Statement, of, at).items() if each.review != "rejected"}
    said = _rows(StatementSpeaker, _events(StatementSpeaker).filter(statement__in=list(statements)), at)
    people = _by_id(Speaker, {each.speaker_id for each in said}, at)
    names: dict[int, list[str]] = defaultdict(list)
    for each in sorted(said, key=lambda each: (each.order, each.pk)):
        speaker = people.get(each.speaker_id or 0)
        names[each.statement_id].append(speaker.name if speaker else each.as_written)
    sources = _by_id(Source, {each.source_id for each in statements.values()}, at)
    outlets = _by_id(Outlet, {each.outlet_id for each in sources.values()}, at)
    found = []
    for pk, statement in statements.items():
        source = sources.get(statement.source_id)
        outlet = outlets.get(source.outlet_id or 0) if source else None
        found.append(PastStatement(of[pk], statement, names[pk], source, outlet.name if outlet else ""))
    return sorted(found, key=lambda each: (str(each.statement.said_earliest or "9"), each.position.pk))


def _events(model: type[Model]) -> Events:
    events: Events = event_model_of(model)._default_manager.all()
    return events


def _by_id(model: type[Row], keys: Iterable[Any], at: datetime) -> dict[int, Row]:
    wanted = [key for key in set(keys) if key is not None]
    return {row.pk: row for row in _rows(model, _events(model).filter(pgh_obj__in=wanted), at)}


def _rows(model: type[Row], events: Events, at: datetime) -> list[Row]:
    """What the last event before the moment left of each row: nothing after a delete."""
    last = events.filter(pgh_created_at__lte=at).order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    here = {column.attname for column in events.model._meta.concrete_fields}
    last = last.defer(*(LONG & here))
    columns = [c.attname for c in model._meta.concrete_fields if c.attname in here - LONG]
    return [
        model(**{name: getattr(event, name) for name in columns})
        for event in last
        if event.pgh_label != "delete"
    ]
