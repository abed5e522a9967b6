"""Leaves: for each event its place and the digest of what it says, 50 bytes. All that sealing, verifying and erasing share.

Place: table (its number in the layout), transaction, id. The payload is every column of the event and the context of its act (who, verb,
reason), as PostgreSQL writes a row of them; `SETTINGS` keep that text the same whoever asks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from claims.history.events import event_models

# [(table, columns)], by table: what digests are taken of. A column that is added later is not in the seals before it.
Layout = Sequence[tuple[str, Sequence[str]]]
# (transaction, table, id): the order of history.
Position = tuple[int, str, int]

_LEAF = struct.Struct(">hqq32s")
SIZE = _LEAF.size
SETTINGS = """
    SET LOCAL statement_timeout = 0; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL bytea_output = 'hex';
    SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off
"""


class Leaf(NamedTuple):
    table: int
    xid: int
    id: int
    digest: bytes

    @property
    def order(self) -> tuple[int, int, int]:
        return self.xid, self.table, self.id


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of history: the events after `after` up to and including `to` (None: without end) in (transaction, table, id) order.

    `floors`, `ceilings`: {table: id}; only events above the one and not above the other were counted by the same server.
    """

    after: Position | None = None
    to: Position | None = None
    floors: Mapping[str, int] = field(default_factory=dict)
    ceilings: Mapping[str, int] | None = None


def layout_now() -> list[tuple[str, list[str]]]:
    """Every table of events with its columns, as the models are now."""
    found = []
    for event in event_models().values():
        columns = [str(column.column) for column in event._meta.concrete_fields if column.column]
        found.append((event._meta.db_table, sorted(columns)))
    return sorted(found)


def model_of(table: str) -> type[Model] | None:
    """The tracked model whose events a table holds."""
    return next((model for model, event in event_models().items() if event._meta.db_table == table), None)


def unpack(leaves: bytes) -> Iterator[Leaf]:
    return map(Leaf._make, _LEAF.iter_unpack(leaves))


def leaf_query(layout: Layout, stretch: Stretch) -> tuple[str, list[Any]]:
    """SQL of the rows (xid, tab, id, leaf) of a stretch, in no order, with its parameters. A table that is gone has no rows."""
    branches, params = [], []
    for number, (table, columns) in enumerate(layout):
        where, values = _within(table, stretch)
        branches.append(f"""
            SELECT e.pgh_xid AS xid, {number} AS tab, e.pgh_id AS id,
                int2send({number}::int2) || int8send(e.pgh_xid) || int8send(e.pgh_id)
                    || sha256(convert_to({_payload(columns)}, 'UTF8')) AS leaf
            FROM {table} e LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id
            WHERE {where}""")
        params += values
    return "\n UNION ALL ".join(branches), params


def place_query(layout: Layout, stretch: Stretch) -> tuple[str, list[Any]]:
    """SQL of the rows (xid, tab, id) of a stretch, without reading what the events say."""
    branches, params = [], []
    for number, (table, _columns) in enumerate(layout):
        where, values = _within(table, stretch)
        branches.append(
            f"SELECT e.pgh_xid AS xid, {number} AS tab, e.pgh_id AS id FROM {table} e WHERE {where}"
        )
        params += values
    return "\n UNION ALL ".join(branches), params


def _within(table: str, stretch: Stretch) -> tuple[str, list[Any]]:
    """The condition that an event of the table lies in the stretch. By transaction first: there is an index of it."""
    conditions, values = ["true"], list[Any]()
    if stretch.after:
        xid, bound, pk = stretch.after
        # Of the same transaction: later tables whole, the bound's own from the next event on.
        conditions.append("e.pgh_xid > %s" if table < bound else "e.pgh_xid >= %s")
        values.append(xid)
        if table == bound:
            conditions.append("(e.pgh_xid > %s OR e.pgh_id > %s)")
            values += [xid, pk]
    if stretch.to:
        xid, bound, pk = stretch.to
        conditions.append("e.pgh_xid < %s" if table > bound else "e.pgh_xid <= %s")
        values.append(xid)
        if table == bound:
            conditions.append("(e.pgh_xid < %s OR e.pgh_id <= %s)")
            values += [xid, pk]
    if stretch.floors.get(table):
        conditions.append("e.pgh_id > %s")
        values.append(stretch.floors[table])
    if stretch.ceilings is not None:
        conditions.append("e.pgh_id <= %s")
        values.append(stretch.ceilings.get(table, 0))
    return " AND ".join(conditions), values


def pack(cursor: CursorWrapper, layout: Layout, stretch: Stretch) -> bytes:
    """The leaves of a stretch as they are now, one after another."""
    query, params = leaf_query(layout, stretch)
    cursor.execute(
        f"SELECT coalesce(string_agg(leaf, ''::bytea ORDER BY xid, tab, id), ''::bytea) FROM ({query}) found",
        params,
    )
    (found,) = cursor.fetchone()
    return bytes(found)


def digests(
    cursor: CursorWrapper, layouts: Iterable[tuple[Layout, Sequence[tuple[str, int]]]]
) -> dict[tuple[str, int], str]:
    """{(table, id): digest} of these events as they are now, each taken of the columns of its layout."""
    found: dict[tuple[str, int], str] = {}
    for layout, keys in layouts:
        for table, columns in layout:
            wanted = [pk for name, pk in keys if name == table]
            if wanted:
                cursor.execute(
                    f"SELECT e.pgh_id, encode(sha256(convert_to({_payload(columns)}, 'UTF8')), 'hex') FROM {table} e"
                    " LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id WHERE e.pgh_id = ANY(%s)",
                    [wanted],
                )
                found |= {(table, pk): digest for pk, digest in cursor.fetchall()}
    return found


def _payload(columns: Sequence[str]) -> str:
    """SQL of all that an event says: its columns, null apart from empty, and the context of its act."""
    return "ROW(" + ", ".join([*(f'e."{column}"' for column in columns), "c.metadata"]) + ")::text"
