"""Common words of news that are no theme, each by the notion that it shares with words of the other language (data/glossary.tsv)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from claims.extraction.countries import LANGUAGES
from claims.extraction.phrases import Phrases, Word, key_of

__all__ = ["VERSION", "Glossary", "load"]

# Raise it when a line of the file changes its first English word, or loses words.
VERSION = 2

_DATA = Path(__file__).with_name("data") / "glossary.tsv"


class Glossary:
    """The notions, looked up by words."""

    def __init__(self, words: dict[str, dict[str, tuple[str, ...]]]) -> None:
        self._phrases = {language: Phrases(words[language]) for language in LANGUAGES}

    def among(self, words: Sequence[Word], language: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """The notions of these words: first word, word after the last, names of the notions; in order, none inside another."""
        return self._phrases[language].find(words)


@functools.cache
def load() -> Glossary:
    """The glossary, read once. Raises ValueError on a damaged line."""
    words: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    for number, line in enumerate(_DATA.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("#") or not line:
            continue
        columns = line.split("\t")
        if len(columns) != len(LANGUAGES):
            raise ValueError(
                f"line {number} of {_DATA.name} has {len(columns)} columns instead of {len(LANGUAGES)}"
            )
        notion = "-".join(key_of(columns[1].split(",")[0]))
        for language, column in zip(LANGUAGES, columns, strict=True):
            for phrase in filter(None, map(str.strip, column.split(","))):
                known = words[language].get(phrase.casefold(), ())
                words[language][phrase.casefold()] = (*known, notion)
    return Glossary(words)
