"""An article opened for triage: its suggestions in text order, the one an editor is at, and what comes before and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from claims.desk.lighting import by_place
from claims.labels import label
from claims.models import Carrier, Position, Statement, StatementSpeaker
from claims.vocabulary import TURNING_ACTS, Act, Review
from sources.models import Source

__all__ = ["Line", "Opened", "open_article", "with_everything"]

# So many lines before and after the current one are listed.
LISTED = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One suggestion in the list."""

    statement: Statement
    number: int
    who: str
    current: bool

    @property
    def waits(self) -> bool:
        return self.statement.review == Review.SUGGESTED

    @property
    def turns(self) -> bool:
        return self.statement.act in TURNING_ACTS

    @property
    def act(self) -> str:
        return str(label(self.statement.act, Act))


@dataclass(slots=True)
class Opened:
    """An article in triage. `statements`: what waits and what was accepted, in text order; `numbers`: their place in it.

    `order`: keys of what waits, as an editor goes through it: first what somebody says, then what nobody is named for.
    """

    source: Source
    statements: Sequence[Statement]
    numbers: Mapping[int, int]
    speakers: Mapping[int, Sequence[StatementSpeaker]]
    order: Sequence[int]
    current: Statement | None

    @property
    def waiting(self) -> int:
        return len(self.order)

    @property
    def newest(self) -> int:
        """The newest suggestion that this page knows of."""
        return max(self.order, default=0)

    @property
    def done(self) -> int:
        return len(self.statements) - len(self.order)

    def step(self, by: int) -> int | None:
        """The key of what waits so many places after (before) the current one; from a decided one, the nearest in the text."""
        if self.current is None:
            return None
        if self.current.pk in self.order:
            at = self.order.index(self.current.pk) + by
            return self.order[at] if 0 <= at < len(self.order) else None
        here = self.current.start
        places = {each.pk: each.start for each in self.statements}
        near = [key for key in self.order if (places[key] >= here) == (by > 0)]
        return (near[0] if by > 0 else near[-1]) if near else None

    def line(self, statement: Statement) -> Line:
        rows = self.speakers.get(statement.pk, ())
        return Line(
            statement,
            self.numbers.get(statement.pk, 0),
            ", ".join(str(row) for row in rows),
            self.current is not None and statement.pk == self.current.pk,
        )

    def lines(self) -> tuple[list[Line], list[Line], bool]:
        """What is listed: what somebody says, what nobody is named for, and whether some lines are left out."""
        shown = list(self.statements)
        at = self.numbers.get(self.current.pk, 1) if self.current else 1
        part = shown[max(0, at - 1 - LISTED) : at + LISTED]
        lines = [self.line(each) for each in part]
        named = [line for line in lines if line.who]
        return named, [line for line in lines if not line.who], len(part) < len(shown)


def open_article(source: Source, asked: int | None = None) -> Opened:
    """The article with the suggestion `asked`, or the first that waits. Four queries."""
    rows = Statement.objects.filter(source=source).only("source", "act", "review", "spans", "version")
    statements = by_place(rows.exclude(review=Review.REJECTED))
    speakers: dict[int, list[StatementSpeaker]] = {}
    credited = StatementSpeaker.objects.filter(statement__source=source).select_related("speaker")
    for row in credited.order_by("statement", "order"):
        speakers.setdefault(row.statement_id, []).append(row)
    waiting = [each.pk for each in statements if each.review == Review.SUGGESTED]
    order = [key for key in waiting if key in speakers] + [key for key in waiting if key not in speakers]
    key = asked if asked is not None else next((key for key in order if key in speakers), None)
    current = with_everything(source, key) if key is not None else None
    if current is None and asked is not None:
        current = with_everything(source, order[0]) if order else None
    numbers = {statement.pk: number for number, statement in enumerate(statements, 1)}
    return Opened(source, statements, numbers, speakers, order, current)


def with_everything(source: Source, key: int) -> Statement | None:
    """A statement of the article with whatever its card shows."""
    found = (
        Statement.objects.filter(source=source, pk=key)
        .select_related("inside", "reviewed_by")
        .prefetch_related(
            Prefetch("speakers", StatementSpeaker.objects.select_related("speaker")),
            Prefetch("carriers", Carrier.objects.select_related("speaker", "outlet")),
            Prefetch(
                "positions",
                Position.objects.select_related("claim").defer("claim__search_it", "claim__search_en"),
            ),
        )
        .first()
    )
    if found is not None:
        found.source = source
    return found
