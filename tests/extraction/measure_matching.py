"""How well signatures tell sentences that say the same from those that only seem to, over pairs.tsv.

    python -m tests.extraction.measure_matching [--show SET]

pairs.tsv holds our own sentences, one in Italian and one in English a line. `answer` is "same" where both tell of one proposition, whether
they assert or deny it. `set`: "tune" is what weights were chosen on, "held_out" was written at the same time and left alone; both are
older than the theme tree, whose author had written them. "after" was written when tree and weights stood, "later" when the glossary stood
too, each on other subjects: they tell what to expect of news that nobody had in mind. Figures are average precision over all pairs of a set, best likeness first.
"""

from __future__ import annotations

import argparse
import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from claims.extraction.findings import KnownName
from claims.extraction.likeness import Rarity, likeness
from claims.extraction.signature import known, signature

PAIRS = Path(__file__).with_name("pairs.tsv")
SETS = ("tune", "held_out", "after", "later")
# As a newsroom's list of speakers would have them: whom they speak for.
PEOPLE = {
    "Macron": "FR", "Orban": "HU", "Orbán": "HU", "Trump": "US", "Putin": "RU", "Zelensky": "UA", "Xi": "CN", "Fico": "SK", "Erdogan": "TR",
    "Aliyev": "AZ", "Pashinyan": "AM", "Lukashenko": "BY", "Maduro": "VE", "von der Leyen": "EU",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    part: str
    same: bool
    kind: str
    it: str
    en: str
    score: float


@functools.cache
def pairs() -> list[Pair]:
    """All pairs with their likeness. What is rare is counted over all sentences of the file."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    people = known(KnownName(name, party) for name, party in PEOPLE.items())
    sentences = {(language, row[language]) for row in rows for language in ("it", "en")}
    found = {(language, text): signature(text, language, people).elements() for language, text in sentences}
    rarity = Rarity.of(found.values())
    return [
        Pair(
            row["set"], row["answer"] == "same", row["kind"], row["it"], row["en"],
            likeness(found["it", row["it"]], found["en", row["en"]], rarity),
        )
        for row in rows
    ]  # fmt: skip


def ranked(*parts: str) -> list[Pair]:
    """The pairs of these sets, most alike first; of equals the wrong ones first, so that ties never flatter."""
    return sorted((pair for pair in pairs() if pair.part in parts), key=lambda pair: (-pair.score, pair.same))


def average_precision(*parts: str) -> float:
    """Mean over the right pairs of the share of right ones among all that rank no lower."""
    right, total = 0, 0.0
    for place, pair in enumerate(ranked(*parts), start=1):
        if pair.same:
            right += 1
            total += right / place
    return total / right


def main() -> None:
    parser = argparse.ArgumentParser(description="Average precision of claim matching over pairs.tsv.")
    parser.add_argument("--show", choices=SETS, help="print the pairs of a set, most alike first")
    show = parser.parse_args().show
    for part in SETS:
        some = ranked(part)
        right = sum(pair.same for pair in some)
        print(f"{part:9} {average_precision(part):.3f}  of {len(some)} pairs, {right} of them the same")
    print(f"{'all':9} {average_precision(*SETS):.3f}  of {len(pairs())} pairs")
    for pair in ranked(show) if show else ():
        print(f"{pair.score:.2f} {'+' if pair.same else '-'} {pair.kind:24} {pair.it} | {pair.en}")


if __name__ == "__main__":
    main()
