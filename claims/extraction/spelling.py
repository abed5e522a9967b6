"""Words in the letters that their Italian and English spellings share, and numbers however they are written."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from claims.extraction.phrases import Word

__all__ = ["LittleWords", "load", "numbers_in", "plain", "skeleton"]

_DATA = Path(__file__).with_name("data") / "little_words.toml"


@dataclass(frozen=True, slots=True)
class LittleWords:
    """data/little_words.toml. `sources` and `targets` by language."""

    version: int
    calendar: frozenset[str]
    beginnings: frozenset[str]
    empty: frozenset[str]
    sources: dict[str, frozenset[str]]
    targets: dict[str, frozenset[str]]
    articles: frozenset[str]
    numbers: dict[str, int]
    multiples: dict[str, int]


@functools.cache
def load() -> LittleWords:
    """The words, read once. Raises KeyError or tomllib.TOMLDecodeError on a damaged data file."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))

    def words(key: str) -> frozenset[str]:
        return frozenset(data[key].split())

    return LittleWords(
        version=int(data["version"]),
        calendar=words("calendar"),
        beginnings=words("beginnings"),
        empty=words("empty"),
        sources={language: words(f"source_{language}") for language in ("it", "en")},
        targets={language: words(f"target_{language}") for language in ("it", "en")},
        articles=words("articles"),
        numbers=dict(data["numbers"]),
        multiples=dict(data["multiples"]),
    )


_VOWELS = re.compile(r"[aeiouy]")
_DOUBLED = re.compile(r"(.)\1+")
# Longest first: "tsch" is no "ch" after a "ts".
_SOUNDS = {
    "tsch": "c", "zh": "z", "sh": "s", "kh": "c", "ch": "c", "ph": "f", "th": "t", "gh": "g", "gn": "n", "gl": "l", "ck": "c",
    "q": "c", "k": "c", "x": "s", "w": "v", "j": "i", "z": "s",
}  # fmt: skip
_SOUND = re.compile("|".join(_SOUNDS))


@functools.lru_cache(maxsize=16_384)
def plain(word: str) -> str:
    """A word without accents and doubled letters, in the letters that both languages use: "fosforo" and "phosphorus" begin alike."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _DOUBLED.sub(r"\1", _SOUND.sub(lambda match: _SOUNDS[match[0]], bare))


def skeleton(name: str) -> str:
    """A proper name without its vowels, but for a first one: "Kharkiv" and "Charkiv" are "crcv". Whole where less than three letters are left."""
    word = plain(name)
    bones = word[:1] + _VOWELS.sub("", word[1:])
    return (bones if len(bones) > 2 else word)[:LONGEST_NAME]


# More digits are no number of anything.
LONGEST_FIGURE = 20
# Names are keys of an index, which takes no endless ones.
LONGEST_NAME = 40

# Thousands are parted by three digits; a part of one or two is a fraction ("1.8 billion").
_FIGURE = re.compile(
    r"(?P<thousands>\d{1,3}(?:[.,]\d{3})+(?!\d))|(?P<whole>\d+)(?:[.,](?P<part>\d{1,2})(?!\d))?"
)


def numbers_in(text: str, words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """The numbers of a text, whose words these are: digits, and how it is written. "5.000", "5,000", "cinquemila" are all 5000."""
    little = load()
    for match in _FIGURE.finditer(text):
        if len(match[0]) > LONGEST_FIGURE:
            continue
        figure = re.sub(r"[.,]", "", match["thousands"] or "") or f"{match['whole']}.{match['part'] or 0}"
        amount = Decimal(figure) * _multiple(words, match.end())
        yield f"{amount.normalize():f}", match[0]
    skipped = -1
    for place, word in enumerate(words):
        value = little.numbers.get(word.folded, 0)
        if not value or place == skipped:
            continue
        last = word
        following = words[place + 1] if place + 1 < len(words) else None
        unit = little.numbers.get(following.folded, 0) if following else 0
        if following and 20 <= value < 100 and 0 < unit < 10:
            value, last, skipped = value + unit, following, place + 1
        yield str(value * _multiple(words, last.end)), text[word.start : last.end]


def _multiple(words: Sequence[Word], end: int) -> int:
    """What the words after a number multiply it by: "million", "hundred thousand"."""
    multiples = load().multiples
    product = 1
    for word in words:
        if word.start < end:
            continue
        if word.folded not in multiples:
            break
        product *= multiples[word.folded]
    return product
