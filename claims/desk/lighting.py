"""An article's text cut into pieces, each lit by what stands there: statements, who says them, page furniture.

Pure but for the models' rows it is given; everything is half-open characters of `Source.body`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from claims.models import Statement
from claims.vocabulary import Review
from sources.models import Source

__all__ = ["Light", "Lit", "Window", "by_place", "lights_of", "lit", "window"]

# A longer text is shown from here before the current statement to there after it.
LONGEST, BEFORE = 40_000, 8_000


@dataclass(frozen=True, slots=True)
class Light:
    """What lights a stretch of text. `kind` is the CSS class; `statement`: the key of what a click opens."""

    start: int
    end: int
    kind: str
    statement: int | None = None


@dataclass(frozen=True, slots=True)
class Lit:
    """A stretch of text and its classes. `at`: where it begins; `first`: here the current statement begins."""

    text: str
    at: int
    kinds: str = ""
    statement: int | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a text that is shown."""

    start: int
    end: int
    cut_before: bool
    cut_after: bool


def window(body: str, about: int | None) -> Window:
    """All of an ordinary article; of a very long text the part around `about`."""
    if len(body) <= LONGEST:
        return Window(0, len(body), False, False)
    start = max(0, min((about or 0) - BEFORE, len(body) - LONGEST))
    if start:
        # Not from the middle of a line, unless the line is endless.
        line = body.find("\n", start, start + 2_000)
        start = line + 1 if line >= 0 else start
    end = min(len(body), start + LONGEST)
    return Window(start, end, start > 0, end < len(body))


def lights_of(
    source: Source, statements: Iterable[Statement], current: Statement | None, names: Sequence[Any]
) -> Iterator[Light]:
    """Everything that lights the text. `names`: the places where the current statement's speakers are named."""
    for piece in source.furniture or ():
        yield Light(piece["start"], piece["end"], "furniture")
    if source.title_span:
        yield Light(source.title_span[0], source.title_span[1], "title")
    for statement in statements:
        if current is not None and statement.pk == current.pk:
            continue
        kind = "waits" if statement.review == Review.SUGGESTED else "done"
        for span in statement.spans:
            yield Light(span["start"], span["end"], kind, statement.pk)
    if current is not None:
        yield from _lights_of_current(current, names)


def _lights_of_current(current: Statement, names: Sequence[Any]) -> Iterator[Light]:
    for start, end in current.reading.get("about", ()):
        yield Light(start, end, "about")
    for span in names:
        if span:
            yield Light(span["start"], span["end"], "who")
    if current.cue_span:
        yield Light(current.cue_span["start"], current.cue_span["end"], "cue")
    for span in current.spans:
        yield Light(span["start"], span["end"], "now", current.pk)


def lit(body: str, part: Window, lights: Iterable[Light]) -> list[Lit]:
    """The part of the text in order, cut wherever a light begins or ends. Lights may overlap: a click opens the shortest one."""
    inside = [each for each in lights if max(each.start, part.start) < min(each.end, part.end)]
    begins: dict[int, list[Light]] = {}
    ends: dict[int, list[Light]] = {}
    for each in inside:
        begins.setdefault(max(each.start, part.start), []).append(each)
        ends.setdefault(min(each.end, part.end), []).append(each)
    edges = sorted({part.start, part.end, *begins, *ends})
    pieces: list[Lit] = []
    shining: list[Light] = []
    anchored = False
    for start, end in pairwise(edges):
        for each in ends.get(start, ()):
            shining.remove(each)
        shining += begins.get(start, ())
        first = not anchored and any(each.kind == "now" for each in shining)
        anchored = anchored or first
        opens = min((each for each in shining if each.statement), key=_length, default=None)
        kinds = " ".join(sorted({each.kind for each in shining}))
        pieces.append(Lit(body[start:end], start, kinds, opens.statement if opens else None, first))
    return pieces


def _length(light: Light) -> int:
    return light.end - light.start


def by_place(statements: Iterable[Statement]) -> list[Statement]:
    """In text order; what is nested comes after what it stands in."""
    return sorted(statements, key=lambda each: (each.start, -each.end, each.pk))
