"""Words of a text, and finding known words and phrases among them: a dictionary look-up for every word, no scan of a list.

Phrases are compared word by word: what stands between two words (a blank, a hyphen, an apostrophe, a full stop) does not
matter, so "Al-Qaeda" is "al Qaeda" and "U.S." is "U.S". Letters are compared without regard to case; who asks decides what a
capital means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_WORD = re.compile(r"\w+")

# Stems are looked up by their first letters, so none is shorter.
SHORTEST_STEM = 3

# So many first words are remembered; then all are forgotten, so that memory stays flat.
_MOST_MET = 50_000

V = TypeVar("V")
# The words of a phrase after its first, and its value.
_Candidate = tuple[tuple[str, ...], V]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, its half-open characters in the text, and the same in small letters."""

    text: str
    start: int
    end: int
    folded: str


def words_of(text: str) -> list[Word]:
    """The words of a text, in order. Letters, digits and underscores make a word; everything else parts words."""
    return [Word(match[0], match.start(), match.end(), match[0].casefold()) for match in _WORD.finditer(text)]


def key_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase in small letters, by which it is looked up."""
    return tuple(match[0].casefold() for match in _WORD.finditer(phrase))


class Phrases(Generic[V]):
    """Values by word or phrase. A phrase's last word may end in a star: any word that begins so ("sanzion*")."""

    def __init__(self, values: Mapping[str, V]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], V]]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[tuple[str, ...], V]]] = defaultdict(list)
        self._met: dict[str, tuple[list[_Candidate[V]], ...]] = {}
        for phrase, value in values.items():
            key = tuple(part + "*" * star for part, star in _parts(phrase))
            if not key:
                raise ValueError(f"{phrase!r} holds no word")
            first = key[0]
            if first.endswith("*"):
                if len(first) - 1 < SHORTEST_STEM:
                    raise ValueError(f"the stem of {phrase!r} is shorter than {SHORTEST_STEM} letters")
                self._by_stem[first[:SHORTEST_STEM]].append((key, value))
            else:
                self._by_first[first].append((key, value))
        for candidates in (*self._by_first.values(), *self._by_stem.values()):
            candidates.sort(key=lambda candidate: (-len(candidate[0]), -len(candidate[0][0])))

    def at(self, words: Sequence[Word], place: int) -> tuple[int, V] | None:
        """The longest phrase that begins with the word at `place`: the place after its last word, and its value."""
        first = words[place].folded
        met = self._met.get(first)
        if met is None:
            met = self._meet(first)
        return self._longest(words, place, met) if met else None

    def find(self, words: Sequence[Word]) -> Iterator[tuple[int, int, V]]:
        """Every phrase in these words, the longest at each place, none inside another: first word, word after the last, value."""
        after = 0
        for place, word in enumerate(words):
            met = self._met.get(word.folded)
            if met is None:
                met = self._meet(word.folded)
            if met and place >= after and (found := self._longest(words, place, met)) is not None:
                after = found[0]
                yield place, after, found[1]

    def _meet(self, first: str) -> tuple[list[_Candidate[V]], ...]:
        """What may begin with this word, once for each word: phrases of whole words, and those of which it begins with the stem."""
        whole = [(key[1:], value) for key, value in self._by_first.get(first, ())]
        by_stem = self._by_stem.get(first[:SHORTEST_STEM], ())
        stems = [(key[1:], value) for key, value in by_stem if first.startswith(key[0][:-1])]
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        met = self._met[first] = tuple(each for each in (whole, stems) if each)
        return met

    @staticmethod
    def _longest(
        words: Sequence[Word], place: int, met: tuple[list[_Candidate[V]], ...]
    ) -> tuple[int, V] | None:
        found: tuple[int, V] | None = None
        for candidates in met:
            for rest, value in candidates:
                after = place + 1 + len(rest)
                if found is not None and after <= found[0]:
                    break
                if after <= len(words) and all(
                    _is_like(words[place + offset].folded, part) for offset, part in enumerate(rest, 1)
                ):
                    found = (after, value)
                    break
        return found


def _parts(phrase: str) -> Iterator[tuple[str, bool]]:
    """The folded words of a phrase, and whether a star follows each."""
    for match in re.finditer(r"(\w+)(\*?)", phrase):
        yield match[1].casefold(), bool(match[2])


def _is_like(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
