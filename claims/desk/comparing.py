"""Two texts beside each other, as an editor reads them: what they share, what changed, and long stretches left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sources.models import Source
from sources.origins import compare
from sources.versions import Change, diff, find_again

# Characters kept of a stretch that is only there for orientation, before and after what is marked.
AROUND = 160
# Pieces of a comparison on one page.
PIECES = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of a text on the page. `kind`: "" as it stands, "gap" for what is left out, "removed", "added" or "shared";
    shared passages have the same `number` in both texts."""

    text: str
    kind: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A possible copy and its original with the passages that both have. `cut`: there are more than fit on a page."""

    copy: list[Shown]
    original: list[Shown]
    passages: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What a newer version took out and put in, in words. `cut`: there is more than fits on a page."""

    pieces: list[Shown]
    removed: int
    added: int
    cut: bool

    @property
    def is_empty(self) -> bool:
        return not (self.removed or self.added)


def side_by_side(copy: Source, original: Source) -> SideBySide:
    """Both texts with their common passages numbered in the order of the copy. Some tenths of a second for the longest texts."""
    found = compare(copy, original)
    passages = list(enumerate(found.passages, start=1))
    ours = [(each.a_start, each.a_end, number) for number, each in passages]
    theirs = sorted((each.b_start, each.b_end, number) for number, each in passages)
    return SideBySide(
        _marked(copy.body, ours[: PIECES // 2]),
        _marked(original.body, theirs[: PIECES // 2]),
        len(passages),
        len(passages) > PIECES // 2,
    )


def difference(older: str, newer: str) -> Difference:
    """The newer text with what it took out and put in. A second or two for texts of a megabyte."""
    pieces = diff(older, newer)
    shown: list[Shown] = []
    for number, piece in enumerate(pieces[:PIECES]):
        if piece.change == Change.SAME:
            shown += _shortened(piece.text, first=number == 0, last=number == len(pieces) - 1)
        else:
            shown.append(Shown(piece.text, piece.change.value))
    removed, added = (
        sum(len(piece.text.split()) for piece in pieces if piece.change == change)
        for change in (Change.REMOVED, Change.ADDED)
    )
    return Difference(shown, removed, added, cut=len(pieces) > PIECES)


def kept(spans: Sequence[dict[str, Any]], newer: str) -> list[Shown] | None:
    """A statement's words where they stand in a newer text, with a little around; None where they are no longer there."""
    places = find_again(spans, newer)
    if places is None:
        return None
    return _marked(newer, [(start, end, 0) for start, end in places])


def _marked(body: str, places: Iterable[tuple[int, int, int]]) -> list[Shown]:
    shown: list[Shown] = []
    at = 0
    for start, end, number in places:
        if start > at:
            shown += _shortened(body[at:start], first=at == 0, last=False)
        shown.append(Shown(body[start:end], "shared", number))
        at = end
    if at < len(body):
        shown += _shortened(body[at:], first=at == 0, last=True)
    return shown


def _shortened(text: str, *, first: bool, last: bool) -> list[Shown]:
    """A stretch for orientation: its beginning and end; only the end of what comes before the first mark, only the beginning of
    what comes after the last.
    """
    if len(text) <= 3 * AROUND:
        return [Shown(text)]
    head = "" if first else text[: text.rfind(" ", 0, AROUND) + 1] or text[:AROUND]
    tail_at = text.find(" ", len(text) - AROUND)
    tail = "" if last else text[tail_at:] if tail_at > 0 else text[-AROUND:]
    return [each for each in (Shown(head), Shown("", "gap"), Shown(tail)) if each.text or each.kind]
