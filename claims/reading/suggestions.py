"""From a finding to what is stored: places with their words, the days it can have been said, a fingerprint. Plain values.

A Suggestion goes into the database at once, or waits as JSON in a proposed change until an editor takes it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from claims.extraction import Finding
from claims.extraction.dates import resolve
from claims.models.statement import Noticed
from claims.vocabulary import SUGGESTIONS_PER_SOURCE, Act
from sources.quotations import span_at
from sources.vocabulary import DateBasis

__all__ = ["Place", "Suggestion", "Text", "most_useful", "suggestions"]

# Whoever denies, admits or takes back is the news: these come before others when a text holds more than we keep.
NEWS = frozenset({Act.DENIES.value, Act.ADMITS.value, Act.RETRACTS.value})

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """What the machine needs of a source, without the database: it travels to the processes that read.

    `published`: first and last day, None where nobody states one.
    """

    pk: int
    body: str
    language: str
    sha256: str
    furniture: tuple[Place, ...] = ()
    title: Place | None = None
    published: tuple[dt.date, dt.date] | None = None
    published_basis: str = DateBasis.UNKNOWN.value


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One finding, ready to be stored.

    `statement`: values of the Statement's own columns. `speakers` and `carriers`: values of their rows, in order. `inside`: the
    fingerprint of the suggestion it is nested in. All of it is JSON.
    """

    fingerprint: str
    statement: dict[str, Any]
    speakers: list[dict[str, Any]] = field(default_factory=list)
    carriers: list[dict[str, Any]] = field(default_factory=list)
    inside: str = ""

    @property
    def spans(self) -> list[Place]:
        return [(span["start"], span["end"]) for span in self.statement["spans"]]

    @property
    def cue(self) -> Place | None:
        span = self.statement["cue_span"]
        return (span["start"], span["end"]) if span else None

    @property
    def act(self) -> str:
        return str(self.statement["act"])

    def as_json(self) -> dict[str, Any]:
        exact = " […] ".join(span["exact"] for span in self.statement["spans"])
        return {**asdict(self), "exact": exact[:200]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Suggestion:
        return cls(**{name: stored[name] for name in cls.__slots__})


def suggestions(text: Text, findings: Sequence[Finding]) -> list[Suggestion]:
    """One for each finding, in the order of the text; the same thing found by two rules is one."""
    prints = [_fingerprint(text, found) for found in findings]
    made: dict[str, Suggestion] = {}
    for fingerprint, found in zip(prints, findings, strict=True):
        if fingerprint not in made:
            inside = prints[found.parent] if found.parent is not None else ""
            made[fingerprint] = Suggestion(
                fingerprint,
                _statement(text, found),
                [_speaker(text, mention) for mention in found.speakers],
                [
                    {
                        "kind": via.kind.value,
                        "as_written": via.text[:300],
                        "span": dict(span_at(text.body, *via.span)),
                    }
                    for via in found.carriers
                ],
                "" if inside == fingerprint else inside,
            )
    return list(made.values())


def most_useful(found: Sequence[Suggestion], limit: int = SUGGESTIONS_PER_SOURCE) -> list[Suggestion]:
    """At most `limit`, in the order they came: denials and admissions before others, then what is surest."""
    if len(found) <= limit:
        return list(found)
    ranked = sorted(found, key=lambda each: (each.act not in NEWS, -(each.statement["confidence"] or 0)))
    kept = {each.fingerprint for each in ranked[:limit]}
    return [each for each in found if each.fingerprint in kept]


def _fingerprint(text: Text, found: Finding) -> str:
    """DESIGN §2: of the source, the places, the cue, where the speakers stand and the act."""
    speakers = [mention.span or mention.text for mention in found.speakers]
    told = json.dumps([text.pk, text.sha256, found.content, found.cue, speakers, found.act.value])
    return hashlib.sha256(told.encode()).hexdigest()


def _statement(text: Text, found: Finding) -> dict[str, Any]:
    body = text.body
    return {
        "act": found.act.value,
        "cue": body[slice(*found.cue)][:200] if found.cue else "",
        "cue_span": dict(span_at(body, *found.cue)) if found.cue else None,
        "delivery": found.delivery.value,
        "hedge": found.hedge.value,
        "spans": [dict(span_at(body, *span)) for span in found.content],
        "in_title": found.in_title or _within(found.content, text.title),
        "rule": found.rule,
        "confidence": found.confidence,
        "reading": _noticed(found),
        **_said(text, found),
    }


def _within(spans: Sequence[Place], title: Place | None) -> bool:
    return title is not None and title[0] <= spans[0][0] and spans[-1][1] <= title[1]


def _said(text: Text, found: Finding) -> dict[str, Any]:
    """The days that the words support, and the words themselves even where they support none."""
    if found.when is None:
        return {}
    words = text.body[slice(*found.when)]
    when = resolve(words, text.language, text.published, text.published_basis)
    return {
        "said_earliest": when.earliest.isoformat() if when.earliest else None,
        "said_latest": when.latest.isoformat() if when.latest else None,
        "said_basis": when.basis.value,
        "said_as_written": when.as_written[:100],
    }


def _noticed(found: Finding) -> Noticed:
    noticed: dict[str, Any] = {
        "also": [act.value for act in found.also],
        "about": [list(span) for span in found.about],
        "flags": list(found.flags),
        "negated": found.negated,
        "inferred": found.inferred,
        "unnamed": [order for order, who in enumerate(found.speakers) if who.unnamed],
        "worked_out": [order for order, who in enumerate(found.speakers) if who.inferred],
    }
    return cast(Noticed, {name: value for name, value in noticed.items() if value})


def _speaker(text: Text, mention: Any) -> dict[str, Any]:
    return {
        "as_written": mention.text[:300],
        "role_as_written": mention.role[:300],
        "span": dict(span_at(text.body, *mention.span)) if mention.span else None,
    }
