"""What an order erases, and what is put in its place: as many black squares as there were characters, so that every other place in
the text stays where it is. Of a statement its words wherever they stand; of an article its whole text; of a claim its words and ours
about it. Addresses and digests stay: by them the same text is known again and not imported a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Model, Q

from claims.history.events import event_model_of
from claims.models import (
    Carrier,
    Claim,
    Correction,
    Evidence,
    Note,
    Position,
    Reading,
    ReadingChange,
    Request,
    Statement,
    StatementSpeaker,
    Verdict,
    VerdictNote,
    Withdrawal,
)
from sources.models import Source

__all__ = ["BLACK", "Erasure", "Held", "erasure_of"]

BLACK = "█"
_CHARACTER = re.compile(r"[^\n]")
# Shorter words are erased at their place alone: a "No" stands in every article.
LONG_ENOUGH = 16
# Pieces of words as short as this are left at the edge of a text.
EDGE = 4
Text = Callable[[str], str]


class Held(NamedTuple):
    """Rows that may hold the words (a condition that rows and their events share), and in which columns."""

    rows: Q
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """`text` is what becomes of a text, `body` what becomes of the source's; `reasons`: of the reasons of the acts on these rows too.

    `gone`: what is dropped altogether, being of use only with its words.
    """

    held: Mapping[type[Model], Held]
    text: Text
    body: tuple[str, str] = ("", "")
    reasons: bool = False
    gone: frozenset[str] = frozenset()

    def value(self, column: str, value: Any) -> Any:
        """What stands in the column afterwards; a value that holds none of the words is returned as it was."""
        if column in self.gone:
            return {}
        old, new = self.body
        return new if old and value == old else self._value(value)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self._at_its_place(value) or {key: self._value(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._value(each) for each in value]
        return None if isinstance(value, (bytes, memoryview)) else value

    def _at_its_place(self, span: dict[str, Any]) -> dict[str, Any] | None:
        """A passage of the source, as it reads in the new text; None for anything else, and for a passage of an older text."""
        old, new = self.body
        start, end, exact = span.get("start"), span.get("end"), span.get("exact")
        if not (isinstance(start, int) and isinstance(end, int) and old and old[start:end] == exact):
            return None
        before, after = len(span.get("prefix") or ""), len(span.get("suffix") or "")
        beside = {"prefix": new[start - before : start], "suffix": new[end : end + after]}
        return {**span, "exact": new[start:end], **{name: beside[name] for name in beside if name in span}}


def erasure_of(order: Request) -> Erasure:
    """What the order erases: it names one statement, one article or one claim."""
    if order.statement:
        return _of_a_statement(order.statement, order)
    if order.claim:
        return _of_a_claim(order.claim.pk, order)
    if order.source:
        return _of_a_source(order.source, order)
    raise ValueError("the order names nothing")


def black(text: str) -> str:
    return _CHARACTER.sub(BLACK, text)


def without(words: Iterable[str]) -> Text:
    """Blackens these words wherever they stand, cut off at the edge of a text too: what is kept beside a quotation begins and ends
    anywhere.
    """
    longest_first = sorted({each for each in words if len(each) >= LONG_ENOUGH}, key=len, reverse=True)

    def blacken(text: str) -> str:
        for each in longest_first:
            text = text.replace(each, black(each))
            sizes = range(min(len(each) - 1, len(text)), EDGE - 1, -1)
            if size := next((size for size in sizes if text.startswith(each[-size:])), 0):
                text = black(text[:size]) + text[size:]
            if size := next((size for size in sizes if text.endswith(each[:size])), 0):
                text = text[:-size] + black(text[-size:])
        return text

    return blacken


def _letters(about: Q, order: Request) -> Held:
    """What others wrote to us about it and what we answered: it quotes the words. Who wrote and when stays, and so does the order itself."""
    return Held(about & ~Q(id=order.pk), ("text", "answer", "outcome_note"))


def _of_a_source(source: Source, order: Request) -> Erasure:
    gone = frozenset({"reading", "finding", "before", "after"})
    return Erasure(_on_a_source(source.pk, order), black, (source.body, black(source.body)), gone=gone)


def _of_a_statement(statement: Statement, order: Request) -> Erasure:
    """Its words as they stand now and as they ever stood: our summary of the article had others."""
    past = event_model_of(Statement)._default_manager.filter(pgh_obj=statement.pk)
    spans = [statement.spans, *past.values_list("spans", flat=True)]
    text = without(span["exact"] for each in spans for span in each)
    old = statement.source.body
    new = text(old)
    for span in statement.spans:
        start, end = span["start"], span["end"]
        new = new[:start] + black(new[start:end]) + new[end:]
    return Erasure(_on_a_source(statement.source_id, order), text, (old, new))


def _of_a_claim(pk: int, order: Request) -> Erasure:
    verdicts = list(Verdict.objects.filter(claim=pk).values_list("pk", flat=True))
    return Erasure(
        {
            Claim: Held(Q(id=pk), ("text_it", "text_en", "period_note", "desk_note")),
            Position: Held(Q(claim=pk), ()),  # has no words of its own; logs call it by the claim's
            Verdict: Held(Q(claim=pk), ("reason_it", "reason_en", "early_reason")),
            VerdictNote: Held(Q(verdict__in=verdicts), ("text",)),
            Evidence: Held(Q(claim=pk), ("note_it", "note_en")),
            Correction: Held(Q(claim=pk), ("text_it", "text_en", "before", "after")),
            Withdrawal: Held(Q(claim=pk), ("reason_it", "reason_en")),
            Note: Held(Q(claim=pk), ("text",)),
            Request: _letters(Q(claim=pk), order),
        },
        black,
        reasons=True,
        gone=frozenset({"before", "after"}),
    )


def _on_a_source(source: int, order: Request) -> dict[type[Model], Held]:
    """All that quotes the article, or did before it was deleted."""

    def ever(model: type[Model], **condition: Any) -> list[int]:
        events = event_model_of(model)._default_manager.filter(**condition)
        return list(events.order_by().values_list("pgh_obj_id", flat=True).distinct())

    statements = ever(Statement, source=source)
    changes = ever(ReadingChange, reading__in=ever(Reading, source=source))
    words = ("spans", "cue", "cue_span", "corrected_reading", "said_as_written", "desk_note", "reading")
    return {
        Source: Held(Q(id=source), ("title", "body", "byline", "raw")),
        Statement: Held(Q(id__in=statements), words),
        StatementSpeaker: Held(Q(statement__in=statements), ("as_written", "role_as_written", "span")),
        Carrier: Held(Q(statement__in=statements), ("as_written", "span")),
        Evidence: Held(Q(source=source), ("span",)),
        ReadingChange: Held(Q(id__in=changes), ("finding",)),
        Request: _letters(Q(source=source) | Q(statement__in=statements), order),
        Correction: Held(
            Q(source=source) | Q(statement__in=statements), ("text_it", "text_en", "before", "after")
        ),
    }
