"""Two measurements beside each other: what the machine finds now and did not before, and the other way round. Pure.

A saved run holds ids and numbers, no word of the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from claims.extraction.scoring import TextScore

__all__ = ["compare", "saved"]

Run = Mapping[str, Mapping[str, Any]]


def saved(scores: Iterable[TextScore]) -> dict[str, dict[str, Any]]:
    """A run as it is kept: per text the statements found, with what else is right of each, and the places of false findings."""
    return {
        each.doc: {
            "found": {name: " ".join(right) for name, right in sorted(each.found.items())},
            "false": sorted(each.false),
        }
        for each in scores
    }


def compare(before: Run, now: Run) -> tuple[list[str], list[str]]:
    """(gained, lost), a line each, over the texts that both runs have."""
    gained: list[str] = []
    lost: list[str] = []
    for doc in sorted(set(before) & set(now)):
        was, is_now = _facts(before[doc]), _facts(now[doc])
        gained += [f"{doc} {fact}" for fact in sorted(is_now - was)]
        lost += [f"{doc} {fact}" for fact in sorted(was - is_now)]
        wrong_was, wrong_now = set(before[doc]["false"]), set(now[doc]["false"])
        gained += [f"{doc} no longer false: {place}" for place in sorted(wrong_was - wrong_now)]
        lost += [f"{doc} false: {place}" for place in sorted(wrong_now - wrong_was)]
    return gained, lost


def _facts(text: Mapping[str, Any]) -> set[str]:
    """What is right in one text: a statement, its speaker, its act."""
    return {
        f"{name} {what}" for name, right in text["found"].items() for what in ("statement", *right.split())
    }
