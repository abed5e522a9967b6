"""What PostgreSQL would do for the queries of a page: EXPLAIN, read by a program.

A query of a public page may not read more as the tables grow. Three things betray one that does: OFFSET, which reads what it leaves out;
a sequential scan; and a walk through a whole index. A walk is fine where a LIMIT stops it: the index has the order of the page then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.test.utils import CaptureQueriesContext

# Not by readers' and editors' work: a table of kinds, people with an account, counts by kind.
SMALL = {"claims_topic", "claims_claimcount", "sources_outlet", "claims_outletcount", "auth_user"}
READS = re.compile(r"\(*(?:SELECT|WITH|DECLARE)")
DECLARED = re.compile(r"^DECLARE .*? FOR (?=\(*(?:SELECT|WITH))")
# Nodes that want all rows of what stands beneath them before they give one.
GREEDY = {"Sort", "Aggregate", "Hash", "WindowAgg", "SetOp"}


@dataclass(frozen=True, slots=True)
class Fault:
    """`what`: in a few words; `node`: as EXPLAIN names it; `sql`: the whole query."""

    what: str
    node: str
    sql: str

    def __str__(self) -> str:
        return f"{self.what}: {self.node} in {self.sql[:200]} … {self.sql[-400:]}"


def queries_of(page: Callable[[], object]) -> list[str]:
    """What a page asks of the database, in order; a page read in pieces is one query here."""
    with CaptureQueriesContext(connections["public"]) as captured:
        page()
    return [DECLARED.sub("", query["sql"]) for query in captured if READS.match(query["sql"])]


def plan_of(sql: str, *, settings: str = "", analyze: bool = False) -> dict[str, Any]:
    """EXPLAIN's answer as a tree. `settings`: what to SET before, for this query only. $1 in it: the plan that serves all values."""
    options = "FORMAT JSON, ANALYZE, TIMING off" if analyze else "FORMAT JSON, GENERIC_PLAN"
    connection = connections["public"]
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        if settings:
            cursor.execute(settings)
        try:
            # Straight to the driver: the query is complete, a % in it stands for nothing.
            cursor.execute(f"EXPLAIN ({options}) {sql}")
            (answer,) = cursor.fetchone()
        finally:
            if settings:
                cursor.execute(re.sub(r"SET (\w+) = \w+", r"RESET \1", settings))
    tree: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    return tree


def tables_below(rows: int) -> set[str]:
    """Tables of which PostgreSQL knows that they hold fewer rows (or nothing, before ANALYZE)."""
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples < %s", [rows])
        return {name for (name,) in cursor.fetchall()}


def faults(
    sql: str, plan: dict[str, Any], *, walked: Collection[str] = (), more_than: int = 0
) -> Iterator[Fault]:
    """What grows with the tables. `walked`: tables too small for the choice of an index to say anything.

    `more_than`: rows that a node may look at all the same, for a plan that was carried out.
    """
    if re.search(r"\bOFFSET\b", sql):
        yield Fault("OFFSET", "", sql)
    for node, is_stopped in _scans(plan["Plan"], is_stopped=False):
        kind, table = node["Node Type"], node.get("Relation Name", "")
        if not table or table in SMALL or (more_than and rows_read(node) <= more_than):
            continue
        if kind == "Seq Scan":
            yield Fault("everything is read", f"{kind} on {table}", sql)
        elif kind.startswith("Index") and "Index Cond" not in node and not is_stopped and table not in walked:
            yield Fault("a whole index is walked", f"{kind} on {node['Index Name']}", sql)
        elif more_than:
            yield Fault(f"{rows_read(node):,.0f} rows are looked at", f"{kind} on {table}", sql)


def _scans(node: dict[str, Any], *, is_stopped: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every node, and whether a LIMIT above stops it as soon as the page is full."""
    yield node, is_stopped
    kind = node["Node Type"]
    greedy = kind in GREEDY and not (kind == "Aggregate" and node.get("Strategy") == "Sorted")
    for child in node.get("Plans", ()):
        # The outer side of a join is read as far as the join is; its inner side is looked into again and again.
        outer = child.get("Parent Relationship") in ("Outer", "Subquery", "Member")
        yield from _scans(child, is_stopped=(is_stopped or kind == "Limit") and outer and not greedy)


def rows_read(node: dict[str, Any]) -> float:
    """How many rows a scan has looked at, all rounds together; 0 where the plan was not carried out."""
    once: float = (
        node.get("Actual Rows", 0)
        + node.get("Rows Removed by Filter", 0)
        + node.get("Rows Removed by Index Recheck", 0)
    )
    return once * float(node.get("Actual Loops", 0))
