"""A text cut into paragraphs, cited passages and what is not part of the article. Pure: no Django, no database.

All places are half-open characters of the whole text. Marks may overlap: every one of them is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

LINE = re.compile(r"[^\n]+")
BLANK = re.compile(r"\s")


class Mark(NamedTuple):
    """A stretch of a statement's words. A statement of several stretches has several marks of one `key`."""

    start: int
    end: int
    key: int


class Range(NamedTuple):
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Words with the same marks. `begins`: statements whose first words these are; `ends`: those whose last."""

    text: str
    covers: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    is_furniture: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`notes`: statements that begin here, in order. `cut_before`, `cut_after`: the paragraph goes on there, unshown.
    `gap_before`: whole paragraphs are left out before it."""

    segments: tuple[Segment, ...]
    notes: tuple[int, ...] = ()
    is_furniture: bool = False
    cut_before: bool = False
    cut_after: bool = False
    gap_before: bool = False


def windows(text: str, marks: Iterable[Mark], *, context: int) -> list[Range]:
    """Every mark with at most `context` characters on either side, on whole words; overlapping ones become one."""
    found: list[Range] = []
    for mark in sorted(marks):
        start, end = max(0, mark.start - context), min(len(text), mark.end + context)
        while 0 < start < mark.start and not BLANK.match(text[start - 1]):
            start += 1
        while mark.end < end < len(text) and not BLANK.match(text[end]):
            end -= 1
        if found and start <= found[-1].end:
            found[-1] = Range(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Range(start, end))
    return found


def paragraphs(
    text: str, marks: Sequence[Mark], *, furniture: Iterable[Range] = (), shown: Sequence[Range] | None = None
) -> list[Paragraph]:
    """The text in order, a paragraph a line; only what lies in `shown`, when given."""
    shown = [Range(0, len(text))] if shown is None else shown
    furniture = list(furniture)
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for mark in marks:
        first[mark.key] = min(mark.start, first.get(mark.key, mark.start))
        last[mark.key] = max(mark.end, last.get(mark.key, mark.end))
    found: list[Paragraph] = []
    reached = 0
    for window in shown:
        is_next = True
        for line in LINE.finditer(text, window.start, window.end):
            start, end = line.span()
            segments = _segments(text, Range(start, end), marks, furniture, first, last)
            if not any(segment.text.strip() for segment in segments):
                continue
            found.append(
                Paragraph(
                    segments=segments,
                    notes=tuple(
                        sorted({key for s in segments for key in s.begins}, key=lambda key: (first[key], key))
                    ),
                    is_furniture=all(s.is_furniture or not s.text.strip() for s in segments),
                    cut_before=start > 0 and text[start - 1] != "\n",
                    cut_after=end < len(text) and text[end] != "\n",
                    gap_before=is_next and bool(text[reached:start].strip()),
                )
            )
            is_next = False
        reached = window.end
    return found


def left_out_at_the_end(text: str, shown: Sequence[Range]) -> bool:
    """Whether the text goes on after the last thing shown."""
    return bool(text[shown[-1].end if shown else 0 :].strip())


def _segments(
    text: str,
    line: Range,
    marks: Sequence[Mark],
    furniture: Sequence[Range],
    first: dict[int, int],
    last: dict[int, int],
) -> tuple[Segment, ...]:
    inside = [mark for mark in marks if mark.start < line.end and mark.end > line.start]
    foreign = [place for place in furniture if place.start < line.end and place.end > line.start]
    cuts = {line.start, line.end}
    for start, end in [(m.start, m.end) for m in inside] + list(foreign):
        cuts |= {max(start, line.start), min(end, line.end)}
    edges = sorted(cuts)
    segments = []
    for start, end in pairwise(edges):
        covers = list(dict.fromkeys(m.key for m in inside if m.start <= start and m.end >= end))
        segments.append(
            Segment(
                text=text[start:end],
                covers=tuple(covers),
                begins=tuple(key for key in covers if first[key] == start),
                ends=tuple(key for key in covers if last[key] == end),
                is_furniture=any(place.start <= start and place.end >= end for place in foreign),
            )
        )
    return tuple(segments)
