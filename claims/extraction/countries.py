"""Countries and bodies: by which words news name them, in Italian and English (data/countries.toml).

Codes are ISO 3166's (`CN`), CLDR's for the Union and the United Nations (`EU`, `UN`), and short names in capitals for bodies that
are no country (`NATO`, `IAEA`, `HAMAS`). A capital or a seat stands for its government: "Mosca" and "il Cremlino" are `RU`.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.extraction.phrases import Phrases, Word, key_of, words_of

__all__ = ["LANGUAGES", "Countries", "Country", "load"]

LANGUAGES = ("it", "en")

_DATA = Path(__file__).with_name("data") / "countries.toml"
# Longer words in capitals are no initials.
LONGEST_INITIALS = 6
# "il vertice sino-russo": a country's name as the first half of a compound, and nothing else by itself.
_FIRST_HALVES = {"sino": "CN", "anglo": "GB", "italo": "IT", "franco": "FR", "nippo": "JP", "ispano": "ES"}


@dataclass(frozen=True, slots=True)
class Country:
    """A country or body. All but `code` by language; `names` are never empty, the first is what to call it."""

    code: str
    names: Mapping[str, tuple[str, ...]]
    people: Mapping[str, tuple[str, ...]]
    capitals: Mapping[str, tuple[str, ...]]
    seats: Mapping[str, tuple[str, ...]]

    def forms(self, language: str) -> tuple[str, ...]:
        """Every form by which texts in this language name it, as spelled."""
        return (
            *self.names[language],
            *self.people.get(language, ()),
            *self.capitals.get(language, ()),
            *self.seats.get(language, ()),
        )


class Countries:
    """All of them, looked up by words."""

    def __init__(self, version: int, countries: Mapping[str, Country]) -> None:
        self.version = version
        self.by_code = dict(countries)
        self._forms = {language: self._folded(language) for language in LANGUAGES}
        self._phrases = {language: self._spelled(language) for language in LANGUAGES}

    def _folded(self, language: str) -> dict[str, str]:
        forms: dict[str, str] = {}
        for country in self.by_code.values():
            for form in country.forms(language):
                for written in {form, form.replace("'", "’")}:
                    forms.setdefault(written.casefold(), country.code)
        return forms

    def _spelled(self, language: str) -> Phrases[list[tuple[str, str]]]:
        spelled: dict[str, list[tuple[str, str]]] = {}
        for country in self.by_code.values():
            for form in country.forms(language):
                spelled.setdefault(" ".join(key_of(form)), []).append((form, country.code))
        return Phrases(spelled)

    def forms(self, language: str) -> Mapping[str, str]:
        """Code by form in small letters, for "it" or "en". "us" and "usa" are in it: see `named` for what a capital means."""
        return self._forms[language]

    def name(self, code: str, language: str) -> str:
        """What to call it. Raises KeyError for a code that is not here."""
        return self.by_code[code].names[language][0]

    def named(self, written: str, language: str) -> str | None:
        """The code of a form as it is written, or None. Names need their capital, initials all of theirs ("US", never "us")."""
        words = words_of(written)
        found = self._phrases[language].at(words, 0) if words else None
        return _fitting(words, found[1]) if found and found[0] == len(words) else None

    def find(self, text: str, language: str) -> list[tuple[int, int, str]]:
        """Where a text names one: (start, end, code), half-open characters, in order, none inside another."""
        words = words_of(text)
        return [
            (words[first].start, words[after - 1].end, code)
            for first, after, code in self.among(words, language, text)
        ]

    def among(self, words: Sequence[Word], language: str, text: str) -> Iterator[tuple[int, int, str]]:
        """The same by places in `words`, which are those of `text`: first word, word after the last, code."""
        phrases = self._phrases[language]
        place = 0
        while place < len(words):
            found = phrases.at(words, place)
            code = _fitting(words[place : found[0]], found[1]) if found else None
            if found and code:
                yield place, found[0], code
                place = found[0]
                continue
            half = _FIRST_HALVES.get(words[place].folded)
            if half and text[words[place].end : words[place].end + 1] == "-":
                yield place, place + 1, half
            place += 1


def _fitting(words: Sequence[Word], forms: Sequence[tuple[str, str]]) -> str | None:
    """The code of the first of these spellings that the words as written agree with."""
    for form, code in forms:
        spelled = [word.text for word in words_of(form)]
        if form.isupper() and len(form) <= LONGEST_INITIALS:
            if all(word.text == part for word, part in zip(words, spelled, strict=True)):
                return code
        elif not form[0].isupper() or words[0].text[0].isupper():
            return code
    return None


@functools.cache
def load() -> Countries:
    """The countries, read once. Raises KeyError or tomllib.TOMLDecodeError on a damaged data file."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    version = int(data.pop("version"))
    return Countries(version, {code: _country(code, entry) for code, entry in data.items()})


def _country(code: str, entry: Mapping[str, list[str]]) -> Country:
    def both(prefix: str) -> dict[str, tuple[str, ...]]:
        return {language: tuple(entry.get(f"{prefix}_{language}", ())) for language in LANGUAGES}

    names = {language: tuple(entry[language]) for language in LANGUAGES}
    return Country(code, names, both("people"), both("capitals"), both("seats"))
