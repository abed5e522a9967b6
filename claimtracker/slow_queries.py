"""Queries that take long, told once each in the log by their shape: never by their values, which may be what somebody wrote.

Only inside a request: a page has to be quick, an import need not. `manage.py slow_queries` sums the lines up.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from environs import ValidationError

EVENT = "slow_query"
LONGEST_SHAPE = 4000  # characters

log = structlog.get_logger(__name__)

_PLACE = re.compile(r"%s|%%|%\((\w+)\)s")
_SEVERAL = re.compile(r"\(%s(?:, ?%s)+\)")
_ROWS = re.compile(r"\(%s\)(?:, ?\(%s\))+")


def milliseconds(number: int) -> None:
    """environs validator of CLAIMTRACKER_SLOW_QUERY_MS."""
    if not 0 <= number <= 60_000:
        raise ValidationError("is not a number of milliseconds from 0 (off) to 60000.")


def noticed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's execute wrapper: one line for a query of a page that took CLAIMTRACKER_SLOW_QUERY_MS or longer, failed ones too."""
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.perf_counter() - began) * 1000
        if took >= settings.CLAIMTRACKER_SLOW_QUERY_MS:
            _tell(str(sql), took, context["connection"].alias)


def _tell(sql: str, took: float, alias: str) -> None:
    if "route" not in structlog.contextvars.get_contextvars():
        return
    found = shape(sql)
    log.warning(EVENT, milliseconds=round(took), database=alias, query=name_of(found), shape=found)


def shape(sql: str) -> str:
    """The query on one line, each value as $1, $2 …, lists of values as one: what `EXPLAIN (GENERIC_PLAN)` takes as it is."""
    one_line = _ROWS.sub("(%s)", _SEVERAL.sub("(%s)", " ".join(sql.split())))
    numbers = itertools.count(1)
    named: defaultdict[str, int] = defaultdict(lambda: next(numbers))

    def placed(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${named[found[1]] if found[1] else next(numbers)}"

    return _PLACE.sub(placed, one_line)[:LONGEST_SHAPE]


def name_of(shape: str) -> str:
    """Eight characters that stand for a shape."""
    return hashlib.sha256(shape.encode()).hexdigest()[:8]


@dataclass
class Summed:
    """All lines about one shape; milliseconds."""

    query: str
    shape: str
    times: int = 0
    total: int = 0
    worst: int = 0
    routes: set[str] = field(default_factory=set)


def summed(lines: Iterable[str]) -> list[Summed]:
    """The shapes that a log tells of, those that took longest in all first. Other lines are passed over."""
    found: dict[str, Summed] = {}
    for line in lines:
        if EVENT not in line:
            continue
        try:
            said = json.loads(line[line.index("{") :])
            query, took = str(said["query"]), int(said["milliseconds"])
        except (ValueError, KeyError, TypeError):
            continue
        if said.get("event") != EVENT:
            continue
        entry = found.setdefault(query, Summed(query, str(said.get("shape", ""))))
        entry.times, entry.total, entry.worst = entry.times + 1, entry.total + took, max(entry.worst, took)
        entry.routes.add(str(said.get("route", "")))
    return sorted(found.values(), key=lambda entry: -entry.total)
