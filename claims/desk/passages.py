"""The words of a statement where they stand: up to 200 characters on either side, the words themselves marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import F, IntegerField
from django.db.models.functions import Cast, Greatest, Length, Substr

from claims.models import Statement
from sources.vocabulary import PASSAGE_CONTEXT

# A statement whose pieces stand far apart is shown from its first piece on.
LONGEST = 4000
WORD_END = re.compile(r"\s+")
BLANK_LINES = re.compile(r"\n\s*\n")


class Piece(NamedTuple):
    """A stretch of text; `marks` are whatever covers it."""

    text: str
    marks: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of a source's text. `cut_before` and `cut_after`: the text goes on there."""

    pieces: tuple[Piece, ...]
    cut_before: bool
    cut_after: bool


class Mark(NamedTuple):
    """Half-open characters of a text, and what stands there."""

    start: int
    end: int
    what: Any = True


def cut_up(text: str, marks: Iterable[Mark], *, offset: int = 0) -> list[Piece]:
    """The text in order, cut wherever a mark begins or ends; marks may overlap. `offset`: where `text` starts in the marks' count."""
    inside = [mark for mark in marks if mark.start < offset + len(text) and mark.end > offset]
    cuts = {offset, offset + len(text)}
    for mark in inside:
        cuts |= {max(mark.start, offset), min(mark.end, offset + len(text))}
    edges = sorted(cuts)
    return [
        Piece(
            text[start - offset : end - offset],
            tuple(m.what for m in inside if m.start <= start and m.end >= end),
        )
        for start, end in pairwise(edges)
    ]


def passages_of(statements: Sequence[Statement]) -> dict[int, Passage]:
    """The passage of each statement by its key, in one query that leaves the rest of the articles in the database."""
    first = Cast(F("spans__0__start"), IntegerField())
    last = Cast(F("spans__-1__end"), IntegerField())
    start = Greatest(first - PASSAGE_CONTEXT, 0)
    rows = (
        Statement.objects.filter(pk__in=[statement.pk for statement in statements])
        .annotate(
            window_start=start,
            window=Substr("source__body", start + 1, last - start + PASSAGE_CONTEXT),
            body_length=Length("source__body"),
        )
        .values("pk", "spans", "window_start", "window", "body_length")
    )
    return {row["pk"]: _passage(row) for row in rows}


def _passage(row: Mapping[str, Any]) -> Passage:
    start, first, last = row["window_start"], row["spans"][0]["start"], row["spans"][-1]["end"]
    text = row["window"]
    if start > 0:
        # Not from the middle of a word.
        skipped = WORD_END.search(text, 0, first - start)
        start, text = (start + skipped.end(), text[skipped.end() :]) if skipped else (start, text)
    goes_on = start + len(text) < row["body_length"]
    if goes_on:
        end = text.rfind(" ", last - start)
        text = text[:end] if end > 0 else text
    text = text[:LONGEST]
    marks = [Mark(span["start"], span["end"]) for span in row["spans"]]
    pieces = (
        Piece(BLANK_LINES.sub("\n", piece.text), piece.marks) for piece in cut_up(text, marks, offset=start)
    )
    return Passage(tuple(pieces), cut_before=start > 0, cut_after=start + len(text) < row["body_length"])
