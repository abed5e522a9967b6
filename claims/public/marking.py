"""Marks the words that were looked for, in a text as it stands: never in a copy that a headline function has rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connections, router

from claims.models import Claim

LONGEST_SNIPPET, BEFORE_A_HIT = 320, 120

TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
WORD = re.compile(r"\w+(?:['’]\w+)*")
EITHER = {"or", "o"}


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_hit: bool = False


def positive(asked: str) -> list[str]:
    """The words that are looked for, without those that must not occur."""
    found: list[str] = []
    for minus, exact, plain in TERM.findall(asked):
        if not minus and (exact or plain).lower() not in EITHER:
            found += WORD.findall(exact or plain)
    return list(dict.fromkeys(found))


class Marker:
    """Marks the words of texts that are what was asked for, by their stems in either language. One query for all texts of a page."""

    def __init__(self, asked: str, texts: Iterable[str]) -> None:
        words = sorted({word for text in texts for word in WORD.findall(text)})
        wanted = " or ".join(positive(asked))
        self._hits: set[str] = set()
        if words and wanted:
            with connections[router.db_for_read(Claim)].cursor() as cursor:
                cursor.execute(
                    "SELECT word FROM unnest(%s::text[]) AS word WHERE"
                    " to_tsvector('italian', word) @@ websearch_to_tsquery('italian', %s)"
                    " OR to_tsvector('english', word) @@ websearch_to_tsquery('english', %s)",
                    [words, wanted, wanted],
                )
                self._hits = {word for (word,) in cursor.fetchall()}

    def __call__(self, text: str) -> list[Piece]:
        return list(self._pieces(text))

    def snippet(self, text: str) -> list[Piece]:
        """A long text around its first hit, cut between words."""
        if len(text) <= LONGEST_SNIPPET:
            return self(text)
        places = (match.start() for match in WORD.finditer(text) if match[0] in self._hits)
        start = max(0, next(places, 0) - BEFORE_A_HIT)
        start = text.find(" ", start) + 1 if start else 0
        end = text.rfind(" ", start, start + LONGEST_SNIPPET)
        end = len(text) if start + LONGEST_SNIPPET >= len(text) else max(end, start + BEFORE_A_HIT)
        return [
            *([Piece("… ")] if start else []),
            *self._pieces(text[start:end]),
            *([Piece(" …")] if end < len(text) else []),
        ]

    def _pieces(self, text: str) -> Iterator[Piece]:
        reached = 0
        for match in WORD.finditer(text):
            if match[0] in self._hits:
                if match.start() > reached:
                    yield Piece(text[reached : match.start()])
                yield Piece(match[0], is_hit=True)
                reached = match.end()
        if reached < len(text):
            yield Piece(text[reached:])
