"""Texts that share their words: agency copy, edited, cut and with another's name on it. Pure: no Django, no database.

Two steps. A *sketch* is a few dozen numbers kept with every text: two texts that share passages share some of
them, so that candidates are found through an index without reading any text. `overlap` then compares two texts
word by word, and says where they agree.

A sketch is the smallest hashes of the text's shingles (runs of SHINGLE words): every shingle below one threshold
for all texts, so that a passage is recognised in a text of any length (Broder, "On the resemblance and containment
of documents", 1997), at least FEWEST for short texts and at most MOST for long ones.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, compress, pairwise

__all__ = ["COMPARED", "VERSION", "Overlap", "Passage", "Runs", "is_copy", "overlap", "sketch", "trimmed"]

# Changes with whatever changes a sketch: those of an older version are made again.
VERSION = 1
# Characters of a text that are compared. No agency report is longer, and time stays bounded.
COMPARED = 100_000
# Words of a shingle: four alone are often a stock phrase, six lose too much to an editor's pen.
SHINGLE = 5
# One shingle in eight is kept.
THRESHOLD = 2**32 // 8
FEWEST, MOST = 24, 512

# A run of words shorter than this counts only beside another one; NEAR words of both texts may lie between.
ALONE = 12
NEAR = 8
# A shingle that a text repeats is looked for at so many of its places.
PLACES = 16

# What makes a text a copy (shares of the words that are compared). Below half it may still hold a whole report.
COPY_SHARE = 0.4
HOLDS_SHARE, HELD_SHARE, HELD_WORDS = 0.2, 0.8, 80
# Two reports of one speech share its words; a copy shares what stands around the quotations too.
TOLD_WORDS = 25

_WORD = re.compile(r"\w+")
_WITH_BLANK = (1).__add__
_ACCENT = re.compile(r"[\u0300-\u036f]+")
# An opening mark inside ends the search, or a text of nothing else would be searched again at each.
_QUOTED = re.compile(r"«[^«»\n]*»|“[^“”\n]*”|„[^„“”\n]*[“”]|\"[^\"\n]*\"")

Spans = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Passage:
    """One run of words that stands in both texts: half-open characters of each, and how many words."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    words: int


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, folded, and where each stands."""

    folded: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.folded)


@dataclass(frozen=True, slots=True)
class _Tile:
    """`size` words from word `a` of one text that are the words from word `b` of the other."""

    a: int
    b: int
    size: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share. Shares are of the words of each, 0 to 1; `words` are shared, `quoted` of them in quotation marks.

    `passages` are in the order of text a; they never overlap each other, in neither text.
    """

    share_of_a: float
    share_of_b: float
    words: int
    quoted: int
    passages: tuple[Passage, ...]
    _a: _Words
    _b: _Words
    _tiles: tuple[_Tile, ...]

    def across(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the words at characters `start` to `end` of text a stand in text b, from the first word's first character
        to the last word's last; None unless all of them stand there in one run.
        """
        first, after = bisect_left(self._a.starts, start), bisect_right(self._a.ends, end)
        if first >= after:
            return None
        place = bisect_right([tile.a for tile in self._tiles], first) - 1
        if place < 0:
            return None
        tile = self._tiles[place]
        if after > tile.a + tile.size:
            return None
        shift = tile.b - tile.a
        return self._b.starts[first + shift], self._b.ends[after - 1 + shift]


def sketch(text: str, *, skip: Spans = ()) -> list[int]:
    """The numbers by which texts that share passages find each other, ascending; [] for a text of a few words.

    `skip`: places of page furniture, which all articles of a site share.
    """
    flat = unicodedata.normalize("NFD", _without(text[:COMPARED], skip).lower())
    hashes = _shingles(_WORD.findall(_ACCENT.sub("", flat)))
    kept = {each for each in hashes if each < THRESHOLD}
    if len(kept) < FEWEST:
        return sorted({*hashes})[:FEWEST]
    return sorted(kept)[:MOST]


def overlap(a: str, b: str, *, skip_a: Spans = (), skip_b: Spans = ()) -> Overlap:
    """What the first COMPARED characters of two texts share, whatever the order of the passages in each.

    `skip_a`, `skip_b`: places of page furniture; their words neither count nor part what stands around them.
    """
    one, other = _words(a, skip_a), _words(b, skip_b)
    tiles = _weighty(_tiles(one.folded, other.folded))
    shared = sum(tile.size for tile in tiles)
    return Overlap(
        share_of_a=shared / len(one) if len(one) else 0.0,
        share_of_b=shared / len(other) if len(other) else 0.0,
        words=shared,
        quoted=_quoted(a, one, tiles),
        passages=tuple(
            Passage(
                one.starts[tile.a],
                one.ends[tile.a + tile.size - 1],
                other.starts[tile.b],
                other.ends[tile.b + tile.size - 1],
                tile.size,
            )
            for tile in tiles
        ),
        _a=one,
        _b=other,
        _tiles=tuple(tiles),
    )


class Runs:
    """A text's runs of SHINGLE words, to rule out quickly that it is a copy: most texts that share some numbers are none."""

    __slots__ = ("runs", "seen", "words")

    def __init__(self, text: str, *, skip: Spans = ()) -> None:
        words = _plain_words(text, skip)
        self.words = len(words)
        self.runs = list(zip(*(words[start:] for start in range(SHINGLE)), strict=False))
        self.seen = frozenset(self.runs)

    def may_be_copy(self, original: Runs) -> bool:
        """False only where `is_copy` would be, whatever `overlap` finds: what two texts share stands in runs that are in both."""
        shared = self._covered(original)
        if shared < TOLD_WORDS:
            return False
        share, share_of_original = shared / self.words, original._covered(self) / original.words
        return share >= COPY_SHARE or (share >= HOLDS_SHARE and share_of_original >= HELD_SHARE)

    def _covered(self, other: Runs) -> int:
        """How many words stand in runs that the other text has too."""
        covered = last = 0
        for at in compress(range(len(self.runs)), map(other.seen.__contains__, self.runs)):
            covered += min(SHINGLE, at + SHINGLE - last)
            last = at + SHINGLE
        return covered


def is_copy(share: float, share_of_original: float, *, words: int, quoted: int) -> bool:
    """Whether a text with this share of another's words should be looked at as a copy of it.

    Most of it, or a whole report inside a longer text; and never for quotations alone, which two reporters may both have heard.
    """
    if words - quoted < TOLD_WORDS:
        return False
    holds_it = share >= HOLDS_SHARE and share_of_original >= HELD_SHARE and words >= HELD_WORDS
    return share >= COPY_SHARE or holds_it


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The place from the first word's first character to the last word's last; None where there is no word."""
    found = [word.span() for word in _WORD.finditer(text, start, end)]
    return (found[0][0], found[-1][1]) if found else None


@functools.lru_cache(maxsize=65_536)
def _fold_accents(word: str) -> str:
    """Agencies write "perche'", sites "perché"."""
    return "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))


def _folded(word: str) -> str:
    word = word.lower()
    return word if word.isascii() else _fold_accents(word)


def _pieces(size: int, skip: Spans) -> Iterable[tuple[int, int]]:
    """What of a text of `size` characters is not to be skipped. `skip` is in order and disjoint."""
    at = 0
    for start, end in skip:
        if start >= size:
            break
        if start > at:
            yield at, start
        at = max(at, end)
    if at < size:
        yield at, size


def _without(text: str, skip: Spans) -> str:
    return "\n".join(text[start:end] for start, end in _pieces(len(text), skip))


def _plain_words(text: str, skip: Spans) -> list[str]:
    """The folded words of `_words` without their places, in a fifth of the time."""
    pieces = (text[start:end] for start, end in _pieces(min(len(text), COMPARED), skip))
    # The one capital that is two characters in small letters.
    words = [word for piece in pieces for word in _WORD.findall(piece.replace("İ", "I").lower())]
    return words if text.isascii() else [word if word.isascii() else _fold_accents(word) for word in words]


def _words(text: str, skip: Spans) -> _Words:
    found = [
        word
        for start, end in _pieces(min(len(text), COMPARED), skip)
        for word in _WORD.finditer(text, start, end)
    ]
    return _Words(
        [_folded(word.group()) for word in found],
        [word.start() for word in found],
        [word.end() for word in found],
    )


def _shingles(words: list[str]) -> list[int]:
    """A number for each run of SHINGLE words, in order: 32 bits, the same on every machine and run."""
    if len(words) < SHINGLE:
        return []
    text = " ".join(words).encode()
    # Where each word ends, and the next begins one blank later.
    ends = list(accumulate(map(_WITH_BLANK, map(len, text.split(b" ")))))
    crc32 = zlib.crc32
    return [crc32(text[start : end - 1]) for start, end in zip([0, *ends], ends[SHINGLE - 1 :], strict=False)]


def _tiles(a: list[str], b: list[str]) -> list[_Tile]:
    """Runs of equal words, the longest at each word of `a`; no word of either is in two of them."""
    places: dict[int, list[int]] = {}
    for at, shingle in enumerate(_shingles(b)):
        known = places.setdefault(shingle, [])
        if len(known) < PLACES:
            known.append(at)
    taken = bytearray(len(b))
    tiles: list[_Tile] = []
    shingles = _shingles(a)
    at = 0
    while at < len(shingles):
        best, size = 0, 0
        for place in places.get(shingles[at], ()):
            length = _run(a, b, at, place, taken)
            if length > size:
                best, size = place, length
        if size < SHINGLE:
            at += 1
            continue
        tiles.append(_Tile(at, best, size))
        taken[best : best + size] = b"\x01" * size
        at += size
    return tiles


def _run(a: list[str], b: list[str], at: int, place: int, taken: bytearray) -> int:
    """How many words from `at` are those from `place`, as far as they are free."""
    size, most = 0, min(len(a) - at, len(b) - place)
    while size < most and a[at + size] == b[place + size] and not taken[place + size]:
        size += 1
    return size


def _weighty(tiles: list[_Tile]) -> list[_Tile]:
    """Without stock phrases: a short run counts only where it goes on from another, with an edit between them."""
    beside: set[int] = set()
    for number, (one, next_one) in enumerate(pairwise(tiles)):
        gap_in_b = next_one.b - one.b - one.size
        if next_one.a - one.a - one.size <= NEAR and 0 <= gap_in_b <= NEAR:
            beside |= {number, number + 1}
    return [tile for number, tile in enumerate(tiles) if tile.size >= ALONE or number in beside]


def _quoted(text: str, words: _Words, tiles: Iterable[_Tile]) -> int:
    """How many words of the tiles stand in quotation marks."""
    inside = bytearray(len(words))
    for quotation in _QUOTED.finditer(text, 0, COMPARED):
        first, after = (
            bisect_left(words.starts, quotation.start()),
            bisect_left(words.starts, quotation.end()),
        )
        inside[first:after] = b"\x01" * (after - first)
    return sum(sum(inside[tile.a : tile.a + tile.size]) for tile in tiles)
