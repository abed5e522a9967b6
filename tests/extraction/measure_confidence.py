"""Counts how often each rule of the reading machine is right, and writes claims/extraction/data/confidence.toml.

    .venv/bin/python -m tests.extraction.measure_confidence [--write]

Counted on our own sentences (tables/) and on the articles that the rules were made with (01 to 06 of each language), never on
anybody else's texts. Right: who, what and the words. A rule that fired seldom is drawn towards the share of all rules of its
language (`PRIOR` findings' worth), so that one lucky hit is no certainty. Rules do better on the texts that they were made with:
all shares are lowered by how much worse they did, together, on the articles that were held out.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from claims.extraction import Finding, extract
from claims.extraction.gold import read_folder
from claims.extraction.lexicon import DATA
from claims.extraction.scoring import found_in, right_ones
from tests.extraction import marked

LANGUAGES = ("it", "en")
ARTICLES = Path(__file__).parent / "articles"
HELD_OUT = frozenset({"07", "08", "09", "10", "11", "12"})
# As many findings of the common share are added to every rule's own.
PRIOR = 4


def counted(language: str) -> Iterator[tuple[str, bool]]:
    """(rule, whether it was right) of every finding whose speaker stands where it is said."""
    for finding, right in [*_in_tables(language), *_in_articles(language)]:
        if not any(mention.inferred for mention in finding.speakers):
            yield finding.rule, right


def shares(language: str) -> dict[str, float]:
    """Rule → share of its findings that are right in new texts, 0 to 1."""
    fired: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for rule, was_right in counted(language):
        fired[rule] += 1
        right[rule] += was_right
    common = sum(right.values()) / sum(fired.values())
    smoothed = {rule: (right[rule] + PRIOR * common) / (n + PRIOR) for rule, n in sorted(fired.items())}
    new = [
        (smoothed.get(finding.rule, common), was) for finding, was in _in_articles(language, held_out=True)
    ]
    transfer = sum(was for _share, was in new) / sum(share for share, _was in new)
    return {rule: round(share * transfer, 2) for rule, share in smoothed.items()}


def _in_tables(language: str) -> Iterator[tuple[Finding, bool]]:
    for table in ("denials", "sayings"):
        for item in marked.read(f"{table}_{language}"):
            found = extract(item.text, language)
            right = marked.right_ones(item, found)
            for number, finding in enumerate(found):
                # The tables of denials do not mark what else is said in their sentences.
                if table == "sayings" or finding.act in marked.TURNS:
                    yield finding, number in right


def _in_articles(language: str, *, held_out: bool = False) -> Iterator[tuple[Finding, bool]]:
    for gold in read_folder(ARTICLES):
        if gold.language == language and (gold.doc[-2:] in HELD_OUT) is held_out:
            found = extract(gold.text, language)
            right = right_ones(gold, found_in(gold, found))
            yield from ((finding, number in right) for number, finding in enumerate(found))


def as_toml() -> str:
    lines = [
        "# rule = how often it is right. Written by tests/extraction/measure_confidence.py; not edited by hand."
    ]
    for language in LANGUAGES:
        lines.append(f"[{language}]")
        lines += [f'"{rule}" = {share}' for rule, share in shares(language).items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="write the data file instead of printing it")
    if parser.parse_args().write:
        (DATA / "confidence.toml").write_text(as_toml(), encoding="utf-8")
    else:
        print(as_toml(), end="")


if __name__ == "__main__":
    main()
