"""What one run of records knows: the records, what became of each, and what their references lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models

from claims.importing.shapes import TYPES
from sources.characters import Refused
from sources.vocabulary import Outcome

__all__ = ["Acts", "Answer", "Identity", "Ledger", "Record", "Report", "Row", "references"]

Identity = tuple[str, ...]


class Answer(NamedTuple):
    """What became of one record: one line of `import_records --json`, with the fields of sources.importing.Answer.

    `reason` is "ok" or a class of sources/reasons.py; `object` is what the record became, as "claims.claim:12".
    """

    file: str
    verdict: str
    outcome: str
    reason: str
    message: str = ""
    flags: tuple[str, ...] = ()
    source: int | None = None
    object: str = ""


@dataclass(eq=False, slots=True)
class Row:
    """What an identity leads to: a stored row, or one that is about to be stored.

    `seen`: readers have seen it, so that it changes only in the open. `merged`: another one took its place, and `pk` is
    that other one. `original`: of a source, that it is the text for which a summary of ours stood.
    """

    pk: int
    instance: Any
    is_new: bool = False
    seen: bool = False
    merged: bool = False
    original: bool = False


@dataclass(eq=False, slots=True)
class Record:
    """One record of the run, checked. `row` is given when its type's turn comes; `values` are model fields to write,
    `children` the rows that hang on it.
    """

    number: int
    name: str
    type: str
    fields: dict[str, Any]
    identity: Identity
    row: Row = field(init=False)
    values: dict[str, Any] = field(default_factory=dict)
    children: dict[str, list[Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.type} {' / '.join(self.identity)}"


@dataclass
class Acts:
    """The editorial decisions that the records ask for. Importing only notes them: an editor's command carries them out."""

    statements: list[Record] = field(default_factory=list)
    sources: list[Record] = field(default_factory=list)
    evidence: list[Record] = field(default_factory=list)
    verdicts: list[Record] = field(default_factory=list)
    claims: list[Record] = field(default_factory=list)
    positions: list[Record] = field(default_factory=list)

    def waiting(self) -> dict[str, int]:
        """How many of each wait for an editor, without those that hang on the others."""
        counts = {
            "claim": len(self.claims),
            "article": len(self.sources),
            "assessment": len(self.verdicts),
            "piece of evidence": len(self.evidence),
        }
        return {word: count for word, count in counts.items() if count}


@dataclass
class Report:
    """The answers of a run, one a record and in their order, and what the records ask an editor to decide."""

    answers: list[Answer] = field(default_factory=list)
    acts: Acts = field(default_factory=Acts)

    def counts(self) -> Counter[str]:
        return Counter(answer.outcome for answer in self.answers)

    def refuse(self, record: Record, refused: Refused) -> None:
        """A decision that was asked for is not possible; what was stored stays a draft."""
        before = self.answers[record.number]
        self.answers[record.number] = before._replace(
            verdict="reject", outcome=Outcome.FAILED.value, reason=refused.reason, message=refused.sentence
        )

    def accept(self, record: Record, obj: models.Model, outcome: Outcome) -> None:
        """A decision that was asked for is carried out."""
        self.answers[record.number] = _answer(record, outcome, obj=obj)


def _answer(
    record: Record,
    outcome: Outcome,
    *,
    reason: str = "ok",
    message: str = "",
    obj: models.Model | None = None,
    source: int | None = None,
) -> Answer:
    """`verdict` follows from the outcome: what is here already is skipped, like an article."""
    verdicts = {Outcome.MATCHED: "skip", Outcome.SKIPPED: "skip", Outcome.FAILED: "reject"}
    if outcome == Outcome.MATCHED and reason == "ok":
        reason = "duplicate"
    return Answer(
        record.name,
        verdicts.get(outcome, "accept"),
        outcome.value,
        reason,
        message,
        source=source,
        object=f"{obj._meta.label_lower}:{obj.pk}" if obj is not None else "",
    )


class Ledger:
    """The state of a run: rows by type and identity, refused records, answers."""

    def __init__(self, size: int, *, keep: bool) -> None:
        self.keep = keep
        self.rows: dict[str, dict[Identity, Row]] = {kind: {} for kind in TYPES}
        self.lost: dict[str, dict[Identity, Record]] = {kind: {} for kind in TYPES}
        self.answers: list[Answer | None] = [None] * size
        self.acts = Acts()
        self._dependents: dict[tuple[str, Identity], list[Record]] = {}

    def refer(self, record: Record, kind: str, *identity: str) -> Row:
        """What a reference of `record` leads to. Raises Refused: depends, missing_reference."""
        lost = self.lost[kind].get(identity)
        if lost is not None:
            raise Refused("depends", f"It depends on {lost} ({lost.name}), which was refused.")
        row = self.rows[kind].get(identity)
        if row is None:
            raise Refused(
                "missing_reference",
                f"There is no {kind} “{' / '.join(identity)}”, neither in these files nor stored here.",
            )
        if kind == record.type:
            # The one it refers to may still be refused.
            self._dependents.setdefault((kind, identity), []).append(record)
        return row

    def refuse(self, record: Record, refused: Refused) -> None:
        """Refuses the record, and whatever of its own type hangs on it. (Later types ask `refer`.)"""
        waiting = [(record, refused)]
        while waiting:
            current, why = waiting.pop()
            if self.is_lost(current):
                continue
            self.answers[current.number] = _answer(
                current, Outcome.FAILED, reason=why.reason, message=why.sentence
            )
            self.lost[current.type][current.identity] = current
            because = Refused("depends", f"It depends on {current} ({current.name}), which was refused.")
            waiting += [
                (each, because) for each in self._dependents.get((current.type, current.identity), ())
            ]

    def is_lost(self, record: Record) -> bool:
        return self.lost[record.type].get(record.identity) is record

    def answer(
        self, record: Record, outcome: Outcome, *, reason: str = "ok", message: str = "", obj: Any = None
    ) -> None:
        source = obj.pk if record.type == "source" and obj is not None else None
        self.answers[record.number] = _answer(
            record, outcome, reason=reason, message=message, obj=obj, source=source
        )


def references(kind: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, Identity]]:
    """Every (type, identity) that a record of this type refers to."""
    for name, target in _PLAIN.get(kind, ()):
        if name in fields:
            yield target, (fields[name],)
    if kind == "speaker":
        yield from (("source", (each["seen_in"],)) for each in fields.get("names", ()) if "seen_in" in each)
        yield from (("speaker", (each["body"],)) for each in fields.get("affiliations", ()))
    elif kind == "claim":
        yield from (("speaker", (slug,)) for slug in fields.get("actors", ()))
    elif kind == "statement":
        yield from _in_statement(fields)
    elif kind in ("position", "evidence") and "statement" in fields:
        yield "source", (fields["statement"]["source"],)
        yield "statement", (fields["statement"]["source"], fields["statement"]["key"])
    elif kind == "verdict":
        yield from (("evidence", (each,)) for each in fields.get("evidence", ()))


_PLAIN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "source": (("outlet", "outlet"),),
    "speaker": (("speaks_for", "speaker"), ("outlet", "outlet"), ("only_in", "source")),
    "claim": (("topic", "topic"),),
    "statement": (("source", "source"),),
    "position": (("claim", "claim"),),
    "evidence": (("claim", "claim"), ("source", "source")),
    "verdict": (("claim", "claim"),),
}


def _in_statement(fields: Mapping[str, Any]) -> Iterator[tuple[str, Identity]]:
    for name in ("inside", "after"):
        if name in fields:
            yield "statement", (fields["source"], fields[name])
    for who in fields.get("speakers", ()):
        yield from (("speaker", (who[name],)) for name in ("speaker", "on_behalf_of") if name in who)
    for hands in fields.get("carriers", ()):
        yield from ((name, (hands[name],)) for name in ("outlet", "speaker") if name in hands)
        if "statement" in hands:
            yield "statement", (fields["source"], hands["statement"])
