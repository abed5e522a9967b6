"""How often a rule is right: data/confidence.toml, counted on our own sentences and articles (tests/extraction), none of anybody else's."""

from __future__ import annotations

import functools
import tomllib

from claims.extraction.lexicon import DATA

# A rule that was never counted.
UNKNOWN = 0.5
# A speaker who had to be worked out is wrong more often than one who is named.
INFERRED = 0.8


def of(rule: str, language: str, *, certain: bool) -> float:
    """0 to 1. `certain`: the speaker is named where the cue stands."""
    known = _table(language).get(rule, UNKNOWN)
    return round(known if certain else known * INFERRED, 2)


@functools.cache
def _table(language: str) -> dict[str, float]:
    with (DATA / "confidence.toml").open("rb") as file:
        table: dict[str, float] = tomllib.load(file)[language]
    return table
