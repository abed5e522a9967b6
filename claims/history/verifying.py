"""Verifying: does the history still fit its seals? Whoever may read it may ask.

What is found: an event that was changed, removed or put in after it was sealed; a seal that was changed, removed or put in; with a head
that was published earlier, a chain that was written anew. What was erased on an order is counted, and fits as long as nobody touches
what is left of it (see redacting).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from claims.history.leaves import (
    SETTINGS,
    SIZE,
    Layout,
    Leaf,
    Stretch,
    layout_now,
    model_of,
    pack,
    place_query,
    unpack,
)
from claims.history.sealing import chained, cluster
from claims.models import HistorySeal, Redaction

__all__ = ["Misfit", "Verified", "verify"]


class Misfit(Exception):
    """The first thing that does not fit, in one sentence."""


@dataclass(slots=True)
class Verified:
    """What fits: sealed events, seals, events erased on an order; and how many newer events no seal covers yet."""

    events: int = 0
    seals: int = 0
    erased: int = 0
    newer: int = 0
    head: str = ""


def verify(
    *, published: str = "", using: str = "default", progress: Callable[[int], None] = lambda _events: None
) -> Verified:
    """Compares every sealed event with its leaf. Raises Misfit at the first that does not fit.

    `published`: a head that was made public earlier; it must be one of the chain.
    """
    inside = connections[using].in_atomic_block
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not inside:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(SETTINGS)
        found = Verified()
        erased = _Erased(using)
        heads = set()
        layout: Layout
        stretch = Stretch()
        for seal, layout, stretch in _links(using):
            _check_link(seal, found.head)
            leaves = bytes(seal.leaves)
            _check_columns(cursor, seal, layout)
            if pack(cursor, layout, stretch) != leaves:
                _compare(seal, layout, leaves, pack(cursor, layout, stretch), erased, cursor)
            found.events, found.seals, found.head = found.events + seal.events, found.seals + 1, seal.head
            heads.add(seal.head)
            progress(found.events)
        if published and published not in heads:
            raise Misfit(
                f"The published head {published[:12]}… is not in the chain: seals were written anew or removed."
            )
        erased.check_orders(cursor)
        found.erased = len(erased.newest)
        found.newer = _newer(cursor, Stretch(after=stretch.to, floors=stretch.floors), using)
        return found


def _newer(cursor: CursorWrapper, stretch: Stretch, using: str) -> int:
    """How many events no seal covers yet. None of them is of a transaction that is sealed, or of one that has not begun."""
    layout = layout_now()
    query, params = place_query(layout, stretch)
    cursor.execute(
        "SELECT count(*), min(xid), max(xid), pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        f" FROM ({query}) newer",
        params,
    )
    newer, oldest, newest, to_come = cursor.fetchone()
    seals = HistorySeal.objects.using(using).filter(era__isnull=False).order_by("-pk")
    era = seals.values_list("era", flat=True).first()
    if not newer or era is None or stretch.after is None or era["cluster"] != cluster(cursor):
        return int(newer)
    for xid, why in ((oldest, "is sealed"), (newest, "has not begun")):
        if xid <= stretch.after[0] or xid >= to_come:
            cursor.execute(f"SELECT tab, id FROM ({query}) newer WHERE xid = %s", [*params, xid])
            table, pk = cursor.fetchone()
            raise Misfit(
                f"{_called(cursor, layout[table][0], pk)} was put in: it says to be of a transaction that {why}."
            )
    return int(newer)


def _links(using: str) -> Iterator[tuple[HistorySeal, Layout, Stretch]]:
    """Every seal, oldest first, with what its digests are taken of and the stretch that it covers."""
    seals = HistorySeal.objects.using(using).order_by("pk")
    eras: list[tuple[int, Any]] = list(seals.filter(era__isnull=False).values_list("pk", "era"))
    layout: Layout = []
    after = None
    floors: dict[str, int] = {}
    ceilings: dict[str, int] | None = None
    for pk in list(seals.values_list("pk", flat=True)):
        seal = seals.get(pk=pk)
        layout = seal.layout if seal.layout is not None else layout
        if seal.era is not None:
            floors, after = seal.era["floors"], None
            ceilings = next((later["floors"] for at, later in eras if at > pk), None)
        to = _position(seal.last)
        yield seal, layout, Stretch(after=after, to=to, floors=floors, ceilings=ceilings)
        after = to


def _position(stored: Any) -> tuple[int, str, int]:
    xid, table, pk = stored
    return int(xid), str(table), int(pk)


def _check_link(seal: HistorySeal, head: str) -> None:
    if (seal.previous.head if seal.previous else "") != head:
        raise Misfit(
            f"Seal {seal.pk} is not tied to the one before it: a seal was removed, put in or changed."
        )
    leaves = bytes(seal.leaves)
    if (
        hashlib.sha256(leaves).hexdigest() != seal.digest
        or chained(head, seal.digest) != seal.head
        or len(leaves) != seal.events * SIZE
    ):
        raise Misfit(f"Seal {seal.pk} was changed: its digests do not add up.")


def _check_columns(cursor: CursorWrapper, seal: HistorySeal, layout: Layout) -> None:
    """Asked once a layout: what digests were taken of must still be there to be compared."""
    if seal.layout is None:
        return
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    there = set(cursor.fetchall())
    for table, columns in layout:
        for column in columns:
            if (table, column) not in there:
                raise Misfit(
                    f"The column {column} of {table} is gone: the events sealed with it cannot be verified."
                )


def _compare(
    seal: HistorySeal, layout: Layout, sealed: bytes, stored: bytes, erased: _Erased, cursor: CursorWrapper
) -> None:
    """Names the first difference that no order explains."""
    was, now = ({leaf.order: leaf for leaf in unpack(leaves)} for leaves in (sealed, stored))
    for order in sorted(was.keys() | now.keys()):
        old, new = was.get(order), now.get(order)
        if old and new and (old.digest == new.digest or erased.explains(layout[old.table][0], old, new)):
            continue
        table = layout[order[1]][0]
        what = "was put in" if old is None else "was removed" if new is None else "was changed"
        raise Misfit(
            f"{_called(cursor, table, order[2])} {what} after the history was sealed (seal {seal.pk}, {seal.sealed_at:%Y-%m-%d %H:%M} UTC)."
        )


def _called(cursor: CursorWrapper, table: str, pk: int) -> str:
    """An event in words: what it says of which row, as far as it is still there."""
    cursor.execute(f"SELECT pgh_label, pgh_obj_id, pgh_created_at FROM {table} WHERE pgh_id = %s", [pk])
    row = cursor.fetchone()
    if row is None:
        return f"Event {pk} of {table}"
    model = model_of(table)
    name = model._meta.model_name if model else table
    return f"Event {pk} of {table} ({row[0]} of {name} {row[1]}, {row[2]:%Y-%m-%d %H:%M} UTC)"


class _Erased:
    """What orders explain: the events whose words were erased, and what was left of them."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.first: dict[tuple[str, int], str] = {}
        self.newest: dict[tuple[str, int], str] = {}
        self.requests: dict[int, list[str]] = {}
        for row in Redaction.objects.using(using).order_by("pk"):
            self.first.setdefault((row.table, row.event), row.was)
            self.newest[row.table, row.event] = row.left
            self.requests.setdefault(row.request_id, []).append(row.line)

    def explains(self, table: str, old: Leaf, new: Leaf) -> bool:
        """Whether the event was erased on an order and is as the order left it."""
        key = table, old.id
        return self.first.get(key) == old.digest.hex() and self.newest.get(key) == new.digest.hex()

    def check_orders(self, cursor: CursorWrapper) -> None:
        """What was erased is in the history of the order itself: nobody adds to it afterwards."""
        for request, lines in self.requests.items():
            cursor.execute(
                "SELECT c.metadata->>'erased' FROM claims_requestevent e JOIN pghistory_context c ON c.id = e.pgh_context_id"
                " WHERE e.pgh_obj_id = %s AND c.metadata->>'verb' = 'redact' AND e.carried_out_at IS NOT NULL",
                [request],
            )
            digests = {said for (said,) in cursor.fetchall()}
            if hashlib.sha256("\n".join(lines).encode()).hexdigest() not in digests:
                raise Misfit(
                    f"What request {request} erased is not what its history says: events were changed without an order."
                )
