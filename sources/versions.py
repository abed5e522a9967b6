"""Two versions of one page: what was taken out, what was put in, and whether certain words are still there. Pure: no Django.

Paragraphs are compared first, then the words of those that changed. Paragraphs and runs of words that stand once in both texts
are held fast (Bram Cohen's patience diff: n log n); what is left between them goes to difflib, with a budget for
all of it together, so that two unlike texts of a megabyte take about a second. What exceeds the budget is given as replaced whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import Any

__all__ = ["Change", "Piece", "diff", "find_again"]

# Comparisons of difflib, in all: len(a) * len(b) of every stretch that is given to it.
BUDGET = 1_500_000
# Stretches that difflib compares well by itself.
SMALL = 10_000
# Tokens that are held fast together: four words with the blanks between them.
RUN = 7
# A piece that stayed between two changes is shown as changed with them unless it has so many words.
STAYED_WORDS = 3
# Words shorter than this may stand anywhere: they are found again only with what stood beside them.
SHORT = 24
BESIDE = 8
OCCURRENCES = 200

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w+")


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in both versions, only in the older (removed) or only in the newer one (added)."""

    change: Change
    text: str


def diff(older: str, newer: str) -> list[Piece]:
    """What became of `older`, in order. The texts of the same and removed pieces make up `older`, of the same and added ones `newer`."""
    budget = _Budget(BUDGET)
    lines = _LINE.findall(older), _LINE.findall(newer)
    pieces: list[Piece] = []
    for change, old, new in _aligned(*lines, budget, run=1):
        if change == Change.SAME or not old or not new:
            pieces += _pieces(change, old, new)
            continue
        words = _TOKEN.findall("".join(old)), _TOKEN.findall("".join(new))
        for each in _aligned(*words, budget, run=RUN):
            pieces += _pieces(*each)
    return _readable(pieces)


def find_again(spans: Sequence[Mapping[str, Any]], body: str) -> list[tuple[int, int]] | None:
    """Where the exact words of a statement's `spans` ({exact, prefix, suffix, …}) stand in `body`, in order; None when they do not.

    Of several places the one whose surroundings are most alike counts. Short words are found only beside the words that were
    beside them before: a "No" stands in every article.
    """
    places: list[tuple[int, int]] = []
    at = 0
    for span in spans:
        found = _find(span, body, at)
        if found is None:
            return None
        places.append(found)
        at = found[1]
    return places or None


# --- Comparing


class _Budget:
    """How much difflib may still do."""

    def __init__(self, left: int) -> None:
        self.left = left

    def allows(self, cost: int) -> bool:
        if cost > self.left:
            return False
        self.left -= cost
        return True


_Aligned = tuple[Change, Sequence[str], Sequence[str]]


def _aligned(a: Sequence[str], b: Sequence[str], budget: _Budget, *, run: int) -> Iterator[_Aligned]:
    """Stretches of two sequences in order: the same in both, or (REMOVED) what stands in the place of what; either may be empty."""
    at_a = at_b = 0
    for match_a, match_b, size in _matches(a, b, budget, run):
        if match_a > at_a or match_b > at_b:
            yield Change.REMOVED, a[at_a:match_a], b[at_b:match_b]
        yield Change.SAME, a[match_a : match_a + size], b[match_b : match_b + size]
        at_a, at_b = match_a + size, match_b + size
    if at_a < len(a) or at_b < len(b):
        yield Change.REMOVED, a[at_a:], b[at_b:]


def _matches(a: Sequence[str], b: Sequence[str], budget: _Budget, run: int) -> Iterator[tuple[int, int, int]]:
    """(place in a, place in b, size) of equal stretches, in order in both."""
    first, last_a, last_b = 0, len(a), len(b)
    while first < min(last_a, last_b) and a[first] == b[first]:
        first += 1
    while min(last_a, last_b) > first and a[last_a - 1] == b[last_b - 1]:
        last_a, last_b = last_a - 1, last_b - 1
    if first:
        yield 0, 0, first
    at_a = at_b = first
    for held_a, held_b in [*_held(a, b, first, last_a, last_b, run), (last_a, last_b)]:
        if held_a < at_a or held_b < at_b:
            continue  # taken along by the one before
        if at_a < held_a and at_b < held_b and budget.allows((held_a - at_a) * (held_b - at_b)):
            matcher = SequenceMatcher(None, a[at_a:held_a], b[at_b:held_b], autojunk=False)
            for match in matcher.get_matching_blocks()[:-1]:
                yield at_a + match.a, at_b + match.b, match.size
        size = 0
        while held_a + size < last_a and held_b + size < last_b and a[held_a + size] == b[held_b + size]:
            size += 1
        if size:
            yield held_a, held_b, size
        at_a, at_b = held_a + size, held_b + size
    if last_a < len(a):
        yield last_a, last_b, len(a) - last_a


def _held(
    a: Sequence[str], b: Sequence[str], first: int, last_a: int, last_b: int, run: int
) -> list[tuple[int, int]]:
    """Places of what stands once in each, as many as are in the same order in both (longest increasing subsequence). Short
    stretches need none; in long ones lines seldom repeat, single words do, `run` of them together do not.
    """
    if (last_a - first) * (last_b - first) <= SMALL:
        return []
    runs_a, runs_b = _runs(a, first, last_a, run), _runs(b, first, last_b, run)
    once_a, once_b = Counter(runs_a), Counter(runs_b)
    place_in_b = {each: first + at for at, each in enumerate(runs_b) if once_b[each] == 1}
    pairs = [
        (first + at, place_in_b[each])
        for at, each in enumerate(runs_a)
        if once_a[each] == 1 and each in place_in_b
    ]
    ends: list[int] = []  # place in b of the last of the best row of each length
    rows: list[int] = []  # its number in `pairs`
    before: list[int] = []
    for number, (_a, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [number]
    held: list[tuple[int, int]] = []
    number = rows[-1] if rows else -1
    while number >= 0:
        held.append(pairs[number])
        number = before[number]
    return held[::-1]


def _runs(tokens: Sequence[str], first: int, last: int, run: int) -> list[int]:
    """A number for each run of so many tokens. Two runs may have the same by chance: what is held is compared again."""
    window = tokens[first:last]
    shifted = [window[shift:] for shift in range(run)]
    return [hash(each) for each in zip(*shifted, strict=False)]


def _pieces(change: Change, old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if change == Change.SAME:
        yield Piece(change, "".join(old))
        return
    if old:
        yield Piece(Change.REMOVED, "".join(old))
    if new:
        yield Piece(Change.ADDED, "".join(new))


def _readable(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind joined, and one removed and one added piece where changes are only a word or two apart."""
    joined: list[tuple[str, str, str]] = []  # removed, added, and what stayed after them
    for same, group in groupby(pieces, key=lambda piece: piece.change == Change.SAME):
        texts = dict.fromkeys(Change, "")
        for piece in group:
            texts[piece.change] += piece.text
        if not same:
            joined.append((texts[Change.REMOVED], texts[Change.ADDED], ""))
        elif joined:
            joined[-1] = (*joined[-1][:2], texts[Change.SAME])
        else:
            joined.append(("", "", texts[Change.SAME]))
    made: list[Piece] = []
    removed = added = ""
    for number, (old, new, stayed) in enumerate(joined):
        removed, added = removed + old, added + new
        if (removed or added) and number + 1 < len(joined) and _is_scrap(stayed):
            removed, added = removed + stayed, added + stayed
            continue
        for change, text in ((Change.REMOVED, removed), (Change.ADDED, added), (Change.SAME, stayed)):
            if text:
                made.append(Piece(change, text))
        removed = added = ""
    return made


def _is_scrap(text: str) -> bool:
    """Too little to be worth reading between two changes, and within one paragraph."""
    return "\n" not in text and len(_WORD.findall(text)) < STAYED_WORDS


# --- Finding again


def _find(span: Mapping[str, Any], body: str, at: int) -> tuple[int, int] | None:
    words, prefix, suffix = span["exact"], span.get("prefix", ""), span.get("suffix", "")
    best, alike = None, -1
    place = body.find(words, at)
    for _occurrence in range(OCCURRENCES):
        if place < 0:
            break
        end = place + len(words)
        if _whole(body, place, end):
            before = _common(prefix[::-1], body[max(0, place - len(prefix)) : place][::-1])
            after = _common(suffix, body[end : end + len(suffix)])
            enough = len(words) >= SHORT or max(before, after) >= min(BESIDE, max(len(prefix), len(suffix)))
            if enough and before + after > alike:
                best, alike = (place, end), before + after
        place = body.find(words, place + 1)
    return best


def _whole(body: str, start: int, end: int) -> bool:
    """Whether the words are not part of longer ones."""
    cut_before = start > 0 and body[start - 1].isalnum() and body[start].isalnum()
    cut_after = end < len(body) and body[end - 1].isalnum() and body[end].isalnum()
    return not (cut_before or cut_after)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size
