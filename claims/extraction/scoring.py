"""How good the machine is on annotated texts: statements, speakers, acts, denials. Pure.

A finding and an annotated statement are the same when their words overlap by half (intersection over union); one to one, the best
total. Statements that may be found or not are neither missed nor rewarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from claims.extraction.findings import Finding, Span
from claims.extraction.gold import GoldStatement, GoldText, stance_of
from claims.extraction.pairing import best_pairs

__all__ = ["ALIKE", "Counts", "Found", "TextScore", "f1", "found_in", "right_ones", "score"]

# Contents overlap enough from here on.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is scored. `words`: numbers of the words of its content; `with_cue`: those of the cue as well."""

    spans: tuple[Span, ...]
    words: frozenset[int]
    with_cue: frozenset[int]
    speaker: str
    speaker_span: Span | None
    stance: str

    @property
    def place(self) -> str:
        """Where it stands and what it is, in numbers: "120-180 denies"."""
        return " ".join(f"{start}-{end}" for start, end in self.spans) + f" {self.stance}"


@dataclass
class Counts:
    """Sums over texts. `loose`: denials by the right speaker that share a word with what was denied or how."""

    wanted: int = 0
    found: int = 0
    right: int = 0
    false: int = 0
    speakers: int = 0
    acts: int = 0
    acts_strict: int = 0
    both: int = 0
    optional: int = 0
    denials: int = 0
    denials_right: int = 0
    denials_false: int = 0
    denials_loose: int = 0
    denials_loose_false: int = 0
    in_furniture: int = 0
    in_traps: int = 0
    twice: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def figures(self) -> dict[str, Any]:
        """Shares, 0 to 1, beside the counts they come from."""
        denials = self.denials_right, self.denials_false, self.denials
        loose = self.denials_loose, self.denials_loose_false, self.denials
        return {
            "wanted": self.wanted,
            "found": self.found,
            "statements": f1(self.right, self.false, self.wanted),
            "speakers": self.speakers / (self.right or 1),
            "acts": self.acts / (self.right or 1),
            "acts_strict": self.acts_strict / (self.right or 1),
            "speakers_and_acts": self.both / (self.right or 1),
            "denials_wanted": self.denials,
            "denials": f1(*denials),
            "denials_loose": f1(*loose),
            "in_furniture": self.in_furniture,
            "in_traps": self.in_traps,
            "twice": self.twice,
        }


@dataclass
class TextScore:
    """One text. `found`: annotated statement → what is right besides its words ("speaker", "act"); `false`: places of findings
    that are no annotated statement; `denials`: annotated denials found with their speaker.
    """

    doc: str
    language: str
    counts: Counts
    found: dict[str, list[str]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    denials: list[str] = field(default_factory=list)


def f1(right: int, false: int, wanted: int) -> dict[str, float]:
    """Precision, recall and their harmonic mean, 0 to 1."""
    precision = right / (right + false) if right + false else 0.0
    recall = right / wanted if wanted else 0.0
    total = precision + recall
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / total if total else 0.0}


def found_in(gold: GoldText, findings: Iterable[Finding]) -> list[Found]:
    """Findings in the words of the text. A joint statement is scored by its first speaker."""
    return [_found(gold, each) for each in findings]


def _found(gold: GoldText, each: Finding) -> Found:
    first = each.speakers[0] if each.speakers else None
    words = gold.numbers(each.content)
    return Found(
        spans=each.content,
        words=words,
        with_cue=words | gold.numbers([each.cue] if each.cue else []),
        speaker=(first.name or first.text) if first else "",
        speaker_span=first.span if first else None,
        stance=stance_of(each.act),
    )


def score(gold: GoldText, found: Sequence[Found]) -> TextScore:
    """Measures what was found in one text."""
    return _Scoring(gold, found).done()


def right_ones(gold: GoldText, found: Sequence[Found]) -> frozenset[int]:
    """The numbers of those that are an annotated statement, by the right speaker, with the right act."""
    pairs = _Scoring(gold, found).found_of.items()
    return frozenset(
        right
        for left, right in pairs
        if _said_by(gold.statements[left], found[right]) and _right_act(gold.statements[left], found[right])
    )


class _Scoring:
    """One text being scored: who is whom, then the counts."""

    def __init__(self, gold: GoldText, found: Sequence[Found]) -> None:
        self.gold, self.found = gold, found
        self.weights = {
            (left, right): weight
            for left, statement in enumerate(gold.statements)
            for right, each in enumerate(found)
            if (weight := self._weight(statement, each))
        }
        self.found_of = best_pairs(self.weights)
        self.gold_of = {right: left for left, right in self.found_of.items()}
        self.result = TextScore(gold.doc, gold.language, Counts(found=len(found)))

    def done(self) -> TextScore:
        for left, statement in enumerate(self.gold.statements):
            if statement.required:
                self._wanted(statement, self.found_of.get(left))
        for right, each in enumerate(self.found):
            self._extra(right, each)
        self._denials()
        self._denials_loosely()
        return self.result

    def _weight(self, statement: GoldStatement, each: Found) -> float:
        """More for more of the words; then for the speaker, the stance, and what must be found. 0: not the same statement."""
        shared = max(_overlap(content, each.words) for content in statement.contents)
        if shared < ALIKE:
            return 0.0
        return (
            1
            + shared
            + 0.5 * _said_by(statement, each)
            + 0.25 * _right_act(statement, each)
            + 0.5 * statement.required
        )

    def _wanted(self, statement: GoldStatement, right: int | None) -> None:
        counts = self.result.counts
        counts.wanted += 1
        if right is None:
            self.result.missed.append(statement.id)
            return
        each = self.found[right]
        speaker, act = _said_by(statement, each), _right_act(statement, each)
        counts.right += 1
        counts.speakers += speaker
        counts.acts += act
        counts.acts_strict += each.stance == statement.stance
        counts.both += speaker and act
        self.result.found[statement.id] = [
            word for word, holds in (("speaker", speaker), ("act", act)) if holds
        ]

    def _extra(self, right: int, each: Found) -> None:
        """A finding that no statement has for itself is false, also where it says one of them a second time."""
        counts = self.result.counts
        if right in self.gold_of:
            counts.optional += not self.gold.statements[self.gold_of[right]].required
            return
        counts.false += 1
        self.result.false.append(each.place)
        counts.twice += any(left in self.found_of for left, other in self.weights if other == right)
        size = len(each.words) or 1
        counts.in_furniture += len(each.words & self.gold.furniture) / size >= ALIKE
        counts.in_traps += len(each.words & self.gold.traps) / size >= ALIKE

    def _denials(self) -> None:
        """Denials found with their words, their speaker and as denials; and what was taken for one."""
        counts = self.result.counts
        wanted = self._wanted_denials()
        counts.denials = len(wanted)
        self.result.denials = [self.gold.statements[left].id for left in wanted if self._denial_found(left)]
        counts.denials_right = len(self.result.denials)
        counts.denials_false = len(self._false_denials())

    def _wanted_denials(self) -> list[int]:
        return [
            left
            for left, each in enumerate(self.gold.statements)
            if each.required and each.stance == "denies"
        ]

    def _denial_found(self, left: int) -> bool:
        right = self.found_of.get(left)
        return (
            right is not None
            and self.found[right].stance == "denies"
            and _said_by(self.gold.statements[left], self.found[right])
        )

    def _false_denials(self) -> list[int]:
        """Found denials that are none: not those of statements that may be read so, or that may be found or not."""
        false = []
        for right, each in enumerate(self.found):
            left = self.gold_of.get(right)
            statement = self.gold.statements[left] if left is not None else None
            if each.stance != "denies":
                continue
            if statement is None:
                false.append(right)
            elif statement.stance == "denies" and _said_by(statement, each):
                continue
            elif statement.required and (
                statement.stance == "denies" or "denies" not in statement.other_stances
            ):
                false.append(right)
        return false

    def _denials_loosely(self) -> None:
        """A denial by the right speaker that shares a word with the content or the cue."""
        used: set[int] = set()
        for left in sorted(self._wanted_denials(), key=lambda left: not self._denial_found(left)):
            statement = self.gold.statements[left]
            near = [
                right
                for right, each in enumerate(self.found)
                if right not in used
                and each.stance == "denies"
                and _said_by(statement, each)
                and each.with_cue & statement.hull
            ]
            if near:
                used.add(min(near, key=lambda right: self.found_of.get(left) != right))
        self.result.counts.denials_loose = len(used)
        self.result.counts.denials_loose_false = len(set(self._false_denials()) - used)


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _said_by(statement: GoldStatement, each: Found) -> bool:
    return statement.is_said_by(each.speaker, each.speaker_span)


def _right_act(statement: GoldStatement, each: Found) -> bool:
    return each.stance == statement.stance or each.stance in statement.other_stances
