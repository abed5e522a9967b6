"""What a reading says beside what is there already: the same words, other words, words no longer found. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from claims.reading.suggestions import Place, Suggestion
from claims.vocabulary import STANCE_OF_ACT, Act, ChangeKind

__all__ = ["ALIKE", "Change", "Stored", "changes", "overlap", "same_words", "sift"]

# Two statements are about the same words when they share at least so much of all their characters.
ALIKE = 0.5
# Characters of a drawer in which places are looked up.
_DRAWER = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """A statement of the source. `decided`: an editor or a record has had a hand in it.

    `cue`: None where nothing is known by it, as with a discarded statement: other words of the same verb are news then.
    """

    pk: int
    fingerprint: str
    spans: tuple[Place, ...]
    act: str
    decided: bool
    cue: Place | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a later reading proposes. `statement`: the suggestion it is about, None for a new one; `found`: None for a drop."""

    kind: ChangeKind
    statement: int | None
    found: Suggestion | None

    @property
    def key(self) -> tuple[str, int | None, str]:
        """The same proposal made again has the same key."""
        return self.kind.value, self.statement, self.found.fingerprint if self.found else ""


def overlap(one: Sequence[Place], other: Sequence[Place]) -> float:
    """Shared characters of all characters of two lists of disjoint places, 0 to 1."""
    shared = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)
    total = sum(end - start for start, end in one) + sum(end - start for start, end in other) - shared
    return shared / total if total else 0.0


def same_words(found: Suggestion, other: Stored) -> float:
    """How much two statements are about the same words, 0 to 1; 0 when they are not about the same.

    Either they share at least half of their characters; or one verb introduces both and the words touch, cut more or less
    widely ("urged him to stop", "to stop"), or the verb's own words are all that was found ("having denied it").
    """
    shared = overlap(found.spans, other.spans)
    if shared >= ALIKE:
        return shared
    if not found.cue or not other.cue or overlap([found.cue], [other.cue]) < ALIKE:
        return 0.0
    if shared or all(overlap([span], [found.cue]) for span in found.spans):
        return max(shared, 0.01)
    return 0.0


def sift(found: Iterable[Suggestion], stored: Sequence[Stored]) -> tuple[list[Suggestion], dict[str, int]]:
    """What may be suggested: nothing that is there, and no words that an editor has decided about.

    Also says, by fingerprint, which statement stands for each of the others.
    """
    there = {each.fingerprint: each.pk for each in stored if each.fingerprint}
    decided = _Places([each for each in stored if each.decided])
    new: list[Suggestion] = []
    for each in found:
        if each.fingerprint in there:
            continue
        same = [(alike, -other.pk) for alike, other in decided.alike(each) if _same_kind(each, other)]
        if same:
            there[each.fingerprint] = -max(same)[1]
        else:
            new.append(each)
    return new, there


def changes(found: Sequence[Suggestion], stored: Sequence[Stored]) -> list[Change]:
    """What a later reading proposes: what is new, what is found with other words, act or speaker, what is found no more.

    Only suggestions that nobody has touched can change or drop.
    """
    prints = {each.fingerprint for each in found}
    known = {each.fingerprint for each in stored if each.fingerprint}
    fresh = {each.fingerprint: each for each in found if each.fingerprint not in known}
    gone = {each.pk: each for each in stored if not each.decided and each.fingerprint not in prints}
    made: list[Change] = []
    for pk, fingerprint in _pairs(fresh.values(), list(gone.values())):
        if pk in gone and fingerprint in fresh:
            del gone[pk]
            made.append(Change(ChangeKind.CHANGE, pk, fresh.pop(fingerprint)))
    made += [Change(ChangeKind.ADD, None, each) for each in sift(fresh.values(), stored)[0]]
    made += [Change(ChangeKind.DROP, pk, None) for pk in gone]
    return made


def _pairs(fresh: Iterable[Suggestion], gone: Sequence[Stored]) -> list[tuple[int, str]]:
    """Statements found no more and findings of much the same words, the most alike first."""
    places = _Places(gone)
    alike = [
        (-likeness, other.pk, each.fingerprint) for each in fresh for likeness, other in places.alike(each)
    ]
    return [(pk, fingerprint) for _likeness, pk, fingerprint in sorted(alike)]


def _same_kind(found: Suggestion, other: Stored) -> bool:
    """Says so, denies, admits, takes back or context: another word for the same speech act is no news."""
    return STANCE_OF_ACT[Act(found.act)] == STANCE_OF_ACT[Act(other.act)]


class _Places:
    """Statements by where they stand, so that a long text is compared in time that grows with its length."""

    def __init__(self, stored: Sequence[Stored]) -> None:
        self._drawers: dict[int, list[Stored]] = defaultdict(list)
        for each in stored:
            for drawer in _drawers(each.spans, each.cue):
                self._drawers[drawer].append(each)

    def alike(self, found: Suggestion) -> Iterator[tuple[float, Stored]]:
        """Those of the same words, with how much they are the same."""
        drawers = _drawers(found.spans, found.cue)
        near = {each.pk: each for drawer in drawers for each in self._drawers.get(drawer, ())}
        return ((alike, each) for each in near.values() if (alike := same_words(found, each)))


def _drawers(spans: Sequence[Place], cue: Place | None) -> set[int]:
    places = [*spans, cue] if cue else spans
    return {drawer for start, end in places for drawer in range(start // _DRAWER, end // _DRAWER + 1)}
