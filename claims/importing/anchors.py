"""Where a statement stands in its source's text: by exact words or by characters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from sources.characters import Refused
from sources.quotations import Span, occurrences, span_at

__all__ = ["find", "places"]


def find(body: str, quote: Mapping[str, str], source: str) -> tuple[int, int]:
    """Where the quoted words stand. Raises Refused: quote_not_found, quote_ambiguous.

    `quote`: {exact, prefix?, suffix?}; the words before and after belong to the search, not to the place.
    """
    prefix, exact = quote.get("prefix", ""), quote["exact"]
    sought = prefix + exact + quote.get("suffix", "")
    found = list(islice(occurrences(body, sought), 2))
    shown = exact if len(exact) <= 120 else exact[:119] + "…"
    if not found:
        raise Refused("quote_not_found", f"The words “{shown}” are not in the source {source}.")
    if len(found) > 1:
        raise Refused(
            "quote_ambiguous",
            f"The words “{shown}” stand more than once in the source {source}; add a prefix or suffix.",
        )
    start = found[0] + len(prefix)
    return start, start + len(exact)


def places(body: str, stated: Sequence[tuple[int, int]], source: str) -> list[Span]:
    """The places of a statement, ordered and apart. Raises Refused (bad_span) when they do not fit the text."""
    found: list[Span] = []
    last = 0
    for start, end in stated:
        if end > len(body):
            raise Refused(
                "bad_span",
                f"The place {start}–{end} lies outside the source {source} ({len(body):,} characters).",
            )
        if start < last:
            raise Refused("bad_span", "The places of a statement must follow each other and not overlap.")
        found.append(span_at(body, start, end))
        last = end
    return found
