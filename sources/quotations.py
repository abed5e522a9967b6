"""Words of a source at their place, as they are stored and found. Pure: no Django, no database.

Characters are half-open and counted in Unicode code points of the stored text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

__all__ = ["AROUND", "Span", "occurrences", "span_at"]

# Characters of prefix and suffix kept beside a quotation.
AROUND = 32


class Span(TypedDict):
    """A place in a source: half-open characters of `Source.body`, and the words there (W3C TextPositionSelector and
    TextQuoteSelector). `prefix` and `suffix` are the words around it, at most AROUND characters each."""

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def span_at(body: str, start: int, end: int) -> Span:
    """A place as it is stored: with its words and those around it."""
    return Span(
        start=start,
        end=end,
        exact=body[start:end],
        prefix=body[max(0, start - AROUND) : start],
        suffix=body[end : end + AROUND],
    )


def occurrences(body: str, words: str, start: int = 0) -> Iterator[int]:
    """Where `words` begin in `body`, from `start` on; they may overlap. Nothing for no words."""
    place = body.find(words, start) if words else -1
    while place >= 0:
        yield place
        place = body.find(words, place + 1)
