"""What a text is about: the tree of themes of two levels, as data (data/themes.toml), and its words in Italian and English."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.extraction.countries import LANGUAGES
from claims.extraction.phrases import Phrases, Word

__all__ = ["Theme", "Themes", "load"]

_DATA = Path(__file__).with_name("data") / "themes.toml"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme; `above` is the wider one that it belongs to, none for those of the upper level. `names` by language."""

    slug: str
    above: str
    names: Mapping[str, str]


class Themes:
    """The tree, looked up by words."""

    def __init__(
        self,
        version: int,
        by_slug: Mapping[str, Theme],
        words: Mapping[str, Mapping[str, tuple[str, ...]]],
        made_of: Mapping[str, frozenset[str]],
    ) -> None:
        self.version = version
        self.by_slug = dict(by_slug)
        self._phrases = {language: Phrases(words[language]) for language in LANGUAGES}
        self._made_of = dict(made_of)

    def name(self, slug: str, language: str) -> str:
        """What to call a theme; a slug that is not in the tree (an editor's own tag) is its own name."""
        theme = self.by_slug.get(slug)
        return theme.names[language] if theme else slug.replace("-", " ")

    def among(self, words: Sequence[Word], language: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """The themes that these words tell of: first word, word after the last, slugs; in order, none inside another."""
        return self._phrases[language].find(words)

    def widened(self, slugs: set[str]) -> frozenset[str]:
        """These themes, those above them, and those that they make together."""
        wide = slugs | {self.by_slug[slug].above for slug in slugs if slug in self.by_slug}
        wide |= {slug for slug, parts in self._made_of.items() if parts <= wide}
        return frozenset(slug for slug in wide if slug)

    def narrowest(self, slugs: set[str]) -> set[str]:
        """These themes without those that follow from others of them: what `widened` added, told to people."""
        above = {self.by_slug[slug].above for slug in slugs if slug in self.by_slug}
        parts = {part for slug in slugs for part in self._made_of.get(slug, ())}
        return slugs - above - parts


@functools.cache
def load() -> Themes:
    """The themes, read once. Raises KeyError or tomllib.TOMLDecodeError on a damaged data file, ValueError on a doubled slug."""
    data: dict[str, Any] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    version = int(data.pop("version"))
    by_slug: dict[str, Theme] = {}
    words: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    made_of: dict[str, frozenset[str]] = {}

    def add(slug: str, above: str, entry: Mapping[str, Any]) -> None:
        if slug in by_slug:
            raise ValueError(f"two themes are called {slug!r}")
        by_slug[slug] = Theme(slug, above, {language: entry[language][0] for language in LANGUAGES})
        for language in LANGUAGES:
            for phrase in entry[language]:
                phrase = phrase.casefold()
                words[language][phrase] = (*words[language].get(phrase, ()), slug)

    for slug, entry in data.items():
        is_theme = entry.get("alone", True)
        if is_theme:
            add(slug, "", entry)
        if "with" in entry:
            made_of[slug] = frozenset(entry["with"])
        for below, under in entry.items():
            if isinstance(under, dict):
                add(below, slug if is_theme else "", under)
    return Themes(version, by_slug, words, made_of)
