"""Where a statement stands in its source's text: by exact words or by characters. Pure.

Characters are half-open and counted in Unicode code points of the stored text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sources.characters import Refused

__all__ = ["Span", "find", "places", "span"]

Span = dict[str, Any]

# Characters of prefix and suffix kept beside a quotation (W3C TextQuoteSelector).
CONTEXT = 32


def span(body: str, start: int, end: int) -> Span:
    """The place as it is stored, with its words and those around it."""
    return {
        "start": start,
        "end": end,
        "exact": body[start:end],
        "prefix": body[max(0, start - CONTEXT) : start],
        "suffix": body[end : end + CONTEXT],
    }


def find(body: str, quote: Mapping[str, str], source: str) -> tuple[int, int]:
    """Where the quoted words stand. Raises Refused: quote_not_found, quote_ambiguous.

    `quote`: {exact, prefix?, suffix?}; the words before and after belong to the search, not to the place.
    """
    prefix, exact = quote.get("prefix", ""), quote["exact"]
    sought = prefix + exact + quote.get("suffix", "")
    found = body.find(sought)
    shown = exact if len(exact) <= 120 else exact[:119] + "…"
    if found < 0:
        raise Refused("quote_not_found", f"The words “{shown}” are not in the source {source}.")
    if body.find(sought, found + 1) >= 0:
        raise Refused(
            "quote_ambiguous",
            f"The words “{shown}” stand more than once in the source {source}; add a prefix or suffix.",
        )
    start = found + len(prefix)
    return start, start + len(exact)


def places(body: str, stated: Sequence[tuple[int, int]], source: str) -> list[Span]:
    """The places of a statement, ordered and apart. Raises Refused (bad_span) when they do not fit the text."""
    found = []
    last = 0
    for start, end in stated:
        if end > len(body):
            raise Refused(
                "bad_span",
                f"The place {start}–{end} lies outside the source {source} ({len(body):,} characters).",
            )
        if start < last:
            raise Refused("bad_span", "The places of a statement must follow each other and not overlap.")
        found.append(span(body, start, end))
        last = end
    return found
