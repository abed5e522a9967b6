"""Sentences with marks: "denies<TAB>[S Iran] [C denied] [T sending drones]." S the speaker, C the cue, T the content.

A line with the act `none` has no marks: nothing is said in it. A sentence with several acts has a line for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from claims.extraction import Finding, Span, extract
from claims.vocabulary import Act

TABLES = Path(__file__).parent / "tables"
TURNS = frozenset({Act.DENIES, Act.ADMITS, Act.RETRACTS})
_MARK = re.compile(r"\[([SCT]) ((?:[^\[\]]|\[[^\]]*\])*)\]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Marked:
    act: str
    speakers: tuple[Span, ...]
    cues: tuple[Span, ...]
    contents: tuple[Span, ...]


@dataclass
class Item:
    """One sentence with everything that is said in it; nothing, for a look-alike."""

    text: str
    said: list[Marked] = field(default_factory=list)


@dataclass
class Score:
    right: int = 0
    wanted: int = 0
    found: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0


def read(name: str) -> list[Item]:
    """The items of tables/`name`.txt, in order."""
    items: dict[str, Item] = {}
    for line in (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        act, marked = line.split("\t", 1)
        text, spans = unmark(marked)
        item = items.setdefault(text, Item(text))
        if act != "none":
            Act(act)
            item.said.append(Marked(act, tuple(spans["S"]), tuple(spans["C"]), tuple(spans["T"])))
    return list(items.values())


def unmark(marked: str) -> tuple[str, dict[str, list[Span]]]:
    text, at = "", 0
    spans: dict[str, list[Span]] = {"S": [], "C": [], "T": []}
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        spans[match[1]].append((len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return text + marked[at:], spans


def words_in(text: str, spans: Iterable[Span]) -> frozenset[int]:
    spans = list(spans)
    return frozenset(
        m.start() for m in _WORD.finditer(text) if any(a < m.end() and m.start() < b for a, b in spans)
    )


def overlap(left: frozenset[int], right: frozenset[int]) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0


def same_speaker(text: str, marked: Marked, finding: Finding) -> bool:
    """The words overlap; a speaker that the sentence leaves out is right when it is left out or worked out."""
    spans = [mention.span for mention in finding.speakers if mention.span]
    if not marked.speakers:
        return not spans or all(mention.inferred for mention in finding.speakers)
    if spans:
        return bool(words_in(text, marked.speakers) & words_in(text, spans))
    wanted = {word.lower() for a, b in marked.speakers for word in _WORD.findall(text[a:b])}
    return any(
        wanted & {word.lower() for word in _WORD.findall(mention.text)} for mention in finding.speakers
    )


def score(items: Iterable[Item], language: str, acts: frozenset[Act] | None = None) -> Score:
    """Recall and precision of findings with one of `acts` (all when none are named): the act, the speaker, and the content (half
    of the words shared) or, for what is denied or admitted, the cue."""
    total = Score()
    for item in items:
        found = [f for f in extract(item.text, language) if acts is None or f.act in acts]
        wanted = [m for m in item.said if acts is None or Act(m.act) in acts]
        pairs = _pairs(item, wanted, found, strict=acts is None)
        total.right += len(pairs)
        for number, marked in enumerate(wanted):
            if number not in pairs:
                total.errors.append(
                    f"MISSED {marked.act}: {item.text} ← {[_show(item.text, f) for f in found]}"
                )
        total.wanted += len(wanted)
        total.found += len(found)
        total.errors += [
            f"EXTRA {_show(item.text, f)} ← {item.text}"
            for number, f in enumerate(found)
            if number not in pairs.values()
        ]
    return total


def right_ones(item: Item, found: Sequence[Finding]) -> frozenset[int]:
    """The numbers of those that the sentence says: the act, the speaker, the content."""
    return frozenset(_pairs(item, item.said, found, strict=True).values())


def _pairs(item: Item, wanted: Sequence[Marked], found: Sequence[Finding], *, strict: bool) -> dict[int, int]:
    """Number in `wanted` → number in `found`, the first that fits."""
    pairs: dict[int, int] = {}
    for number, marked in enumerate(wanted):
        for each, finding in enumerate(found):
            if each not in pairs.values() and _matches(item.text, marked, finding, strict=strict):
                pairs[number] = each
                break
    return pairs


def _matches(text: str, marked: Marked, finding: Finding, *, strict: bool) -> bool:
    if finding.act != marked.act or not same_speaker(text, marked, finding):
        return False
    content = words_in(text, finding.content)
    if overlap(words_in(text, marked.contents), content) >= 0.5:
        return True
    near = words_in(text, [*marked.contents, *marked.cues])
    cue = words_in(text, [finding.cue] if finding.cue else [])
    return not strict and bool((content | cue) & near)


def _show(text: str, f: Finding) -> str:
    words = " … ".join(text[a:b] for a, b in f.content)
    return f"{f.act.value}/{f.rule}({', '.join(m.text for m in f.speakers)}: {words})"
