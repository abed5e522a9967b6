"""How much two signatures are alike: weighted Jaccard, where what is rare among the claims weighs more.

The weights below were chosen on tests/extraction/pairs.tsv (the part to tune on) and stand on a plateau: half or twice as much of any
changes the average precision by less than two points.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

__all__ = ["IN_CONTEXT", "Rarity", "likeness", "opposed"]

# By the element's letter: how much it weighs, and which part of that counts against two texts where only one of them has it.
# Themes and names that one text leaves out are often in other words in the other; an actor that only one has is another story.
WEIGHTS = {
    "a": (1.0, 1.0),
    "t": (1.0, 0.6),
    "g": (0.8, 0.3),
    "n": (1.0, 0.6),
    "#": (0.5, 0.5),
    "w": (0.3, 0.3),
    "d": (0.5, 1.0),
}
# People weigh as names do: "the Ukrainian president" need not name him. Their slugs are in small letters, codes in capitals.
ANOTHER_PERSON = 0.6
# What is said near a statement, not in it ("He denies it."), counts in part. Chosen on the statements of the seeds.
IN_CONTEXT = 0.4
# A few claims tell little of what is rare: as if so many more were there, one in fifty of which holds any given element.
ASSUMED, SHARE = 50, 0.02


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many of `total` signatures hold an element; those not counted are taken for the rarest."""

    counts: Mapping[str, int]
    total: int

    @classmethod
    def of(cls, signatures: Iterable[Collection[str]]) -> Rarity:
        """Counted over these signatures."""
        every = list(signatures)
        return cls(Counter(element for each in every for element in each), len(every))

    def weight(self, element: str) -> float:
        """What it weighs where both have it: its kind's weight times its inverse document frequency."""
        kind = WEIGHTS.get(element[0])
        if kind is None:
            return 0.0
        count = min(self.counts.get(element, 0), self.total)
        return kind[0] * math.log((self.total + ASSUMED) / (count + ASSUMED * SHARE))


def likeness(
    one: AbstractSet[str],
    other: AbstractSet[str],
    rarity: Rarity,
    context: AbstractSet[str] = frozenset(),
) -> float:
    """0 (nothing in common) to 1 (the same). `context`: what stands around `one`, which helps where `other` has it and else is no matter."""
    shared = sum(rarity.weight(element) for element in one & other)
    apart = sum(rarity.weight(element) * _against(element) for element in one ^ other)
    for element in (context & other) - one:
        hint = rarity.weight(element) * IN_CONTEXT
        shared += hint
        apart -= hint * _against(element)
    return shared / (shared + apart) if shared else 0.0


def _against(element: str) -> float:
    if element.startswith("a:") and element.islower():
        return ANOTHER_PERSON
    return WEIGHTS.get(element[0], (0.0, 0.0))[1]


def opposed(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Whether one tells the other way round who does it to whom."""
    turned = {f"d:{'>'.join(reversed(way[2:].split('>')))}" for way in one if way.startswith("d:")}
    return bool(turned & other)
