"""What editors decided, as pages show it: a mark, a reason, who and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from claims.labels import NO_VERDICT, label
from claims.models import Verdict
from claims.public import dates
from claims.public.corrections import in_a_language
from claims.vocabulary import Rating, Stage


@dataclass(frozen=True, slots=True)
class Stamp:
    """A rating as a mark: `key` is its class and glyph."""

    key: str
    words: str | Promise


def stamp(rating: str, words: str = "") -> Stamp:
    """The mark of a rating; an empty one is a claim that nobody has decided about."""
    return Stamp(rating, words or label(rating, Rating)) if rating else Stamp("unreviewed", NO_VERDICT)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict as readers see it."""

    stamp: Stamp
    reason: str
    language: str
    by: str
    second_reader: str
    decided: str
    as_known_on: str
    is_current: bool
    # While nobody but its author has read it: by when somebody else will.
    second_reading_due: str


def decision(verdict: Verdict) -> Decision:
    reason, language = in_a_language(verdict, "reason")
    return Decision(
        stamp=stamp(verdict.rating, verdict.label),
        reason=reason,
        language=language,
        by=verdict.author.get_full_name() or verdict.author.get_username(),
        second_reader=_name(verdict.second_reader),
        decided=dates.written(verdict.decided_at) if verdict.decided_at else "",
        as_known_on=dates.written(verdict.as_known_on),
        is_current=verdict.stage == Stage.CURRENT,
        second_reading_due=dates.written(verdict.second_reading_due_at)
        if verdict.is_early and verdict.second_reading_due_at
        else "",
    )


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""
