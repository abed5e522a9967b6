"""Sealing: committed events are hashed into a chain, so that what anybody changes in them afterwards is found.

Only transactions below the horizon are sealed: whatever of them was committed is there, and nothing of them can still come. A chain
written by a trigger would make everybody who edits wait for everybody else (measured: 46 acts a second).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from claims.history.leaves import (
    SETTINGS,
    SIZE,
    Layout,
    Position,
    Stretch,
    layout_now,
    leaf_query,
    place_query,
    unpack,
)
from claims.models import HistorySeal

__all__ = ["OWNER", "Sealed", "chained", "one_at_a_time", "seal"]

# The connection that may write seals; the application's may only read them.
OWNER = "owner"
# Events of one seal, and at least so many of one transaction of ours, if there are as many.
EVENTS_A_SEAL, EVENTS_AT_ONCE = 10_000, 300_000
# After the names of all tables.
END = "~"
# Any number; two people who seal wait for each other on it.
LOCK = 20_261_121


@dataclass(slots=True)
class Sealed:
    """What was done: events and seals written, and what the chain ends with now ("" while there is no seal)."""

    events: int = 0
    seals: int = 0
    head: str = ""


def chained(previous: str, digest: str) -> str:
    """The head of a seal: sha256 of the head before it ("" for the first) and its digest, as hexadecimal digits."""
    return hashlib.sha256(f"{previous}{digest}".encode()).hexdigest()


@contextmanager
def one_at_a_time() -> Iterator[CursorWrapper]:
    """A transaction of the owner's in which nobody else seals or erases, and rows are always written the same way."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(SETTINGS)
        yield cursor


def seal(*, progress: Callable[[int], None] = lambda _events: None) -> Sealed:
    """Seals every event of a transaction that is over. Interrupted, it goes on where it stopped; repeated, it adds nothing."""
    done = Sealed()
    while True:
        with one_at_a_time() as cursor:
            chain = _Chain(cursor)
            before = done.events
            _begin_era_if_needed(cursor, chain, done)
            _seal_some(cursor, chain, done)
            done.head = chain.head
        if done.events == before:
            return done
        progress(done.events)


class _Chain:
    """The end of the chain: what the next seal is tied to, and what its digests are taken of."""

    def __init__(self, cursor: CursorWrapper) -> None:
        seals = HistorySeal.objects.using(OWNER).defer("leaves")
        self.last = seals.order_by("-pk").first()
        self.head = self.last.head if self.last else ""
        era = seals.filter(era__isnull=False).order_by("-pk").values("pk", "era").first()
        self.era: dict[str, Any] | None = era["era"] if era else None
        self.since = era["pk"] if era else 0
        layout = seals.filter(layout__isnull=False).order_by("-pk").values_list("layout", flat=True).first()
        self.layout: Layout = [(table, columns) for table, columns in layout or []]
        # Transactions are sealed whole: nothing more of the last one is to come.
        self.after: Position | None = (self.last.last[0], END, 0) if self.last else None

    def add(self, leaves: bytes, layout: Layout, era: dict[str, Any] | None) -> None:
        """Writes the next seal. `era` only when it begins with this one; then there may be no leaves yet."""
        digest = hashlib.sha256(leaves).hexdigest()
        self.head = chained(self.head, digest)
        first, last = _ends(leaves, layout)
        columns = [[table, list(columns)] for table, columns in layout]
        self.last = HistorySeal.objects.using(OWNER).create(
            first=first,
            last=last,
            events=len(leaves) // SIZE,
            leaves=leaves,
            layout=None if columns == [[table, list(names)] for table, names in self.layout] else columns,
            era=era,
            digest=digest,
            previous=self.last,
            head=self.head,
        )
        self.layout, self.after = layout, (last[0], END, 0)
        if era is not None:
            self.era, self.since = era, self.last.pk


def _ends(leaves: bytes, layout: Layout) -> tuple[Position, Position]:
    """Where the first and the last of the leaves lie; before everything where there are none."""
    if not leaves:
        return (0, "", 0), (0, "", 0)
    first, last = (next(unpack(leaves[at : at + SIZE])) for at in (0, len(leaves) - SIZE))
    return (first.xid, layout[first.table][0], first.id), (last.xid, layout[last.table][0], last.id)


def _seal_some(cursor: CursorWrapper, chain: _Chain, done: Sealed) -> None:
    """The next transactions below the horizon, whole, in the era that lasts."""
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    (horizon,) = cursor.fetchone()
    floors = chain.era["floors"] if chain.era else {}
    layout = layout_now()
    query, params = place_query(layout, Stretch(after=chain.after, to=(horizon - 1, END, 0), floors=floors))
    cursor.execute(
        f"SELECT max(xid) FROM (SELECT xid FROM ({query}) found ORDER BY xid LIMIT {EVENTS_AT_ONCE}) batch",
        params,
    )
    (newest,) = cursor.fetchone()
    if newest is not None:
        era = None if chain.era else {"cluster": cluster(cursor), "floors": {}}
        _write(
            cursor, chain, done, layout, Stretch(after=chain.after, to=(newest, END, 0), floors=floors), era
        )


def _write(
    cursor: CursorWrapper,
    chain: _Chain,
    done: Sealed,
    layout: Layout,
    stretch: Stretch,
    era: dict[str, Any] | None,
) -> None:
    """The events of a stretch as so many seals; the first of them says which era begins."""
    query, params = leaf_query(layout, stretch)
    cursor.execute(
        f"""
        SELECT string_agg(leaf, ''::bytea ORDER BY place) FROM (
            SELECT leaf, row_number() OVER (ORDER BY xid, tab, id) AS place FROM ({query}) found
        ) numbered GROUP BY (place - 1) / {EVENTS_A_SEAL} ORDER BY (place - 1) / {EVENTS_A_SEAL}
        """,
        params,
    )
    for (leaves,) in cursor.fetchall():
        chain.add(bytes(leaves), layout, era)
        era = None
        done.events += len(leaves) // SIZE
        done.seals += 1


# -- after a backup was restored on another server -------------------------------------------------------------------------------


def cluster(cursor: CursorWrapper) -> str:
    """Which server counts the transactions."""
    cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
    return str(cursor.fetchone()[0])


def _begin_era_if_needed(cursor: CursorWrapper, chain: _Chain, done: Sealed) -> None:
    """Another server counts transactions anew: what was brought along is sealed to its end, and a new era begins above it."""
    layout = layout_now()
    here = cluster(cursor)
    if (chain.era is not None and chain.era["cluster"] == here) or not _moved(cursor, chain, layout):
        return
    tables = ", ".join(table for table, _columns in layout)
    cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")  # nobody writes until the floors are laid
    floors = _floors(cursor, chain, layout)
    old = chain.era or {"cluster": "", "floors": {}}
    rest = Stretch(after=chain.after, floors=old["floors"], ceilings=floors)
    _write(cursor, chain, done, layout, rest, None if chain.era else old)
    chain.add(b"", layout, {"cluster": here, "floors": floors})
    done.seals += 1


def _moved(cursor: CursorWrapper, chain: _Chain, layout: Layout) -> bool:
    """Whether these events were written on another server: the seals name it, or their transactions lie in the future."""
    if chain.era is not None:
        return True
    query, params = place_query(layout, Stretch())
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM ({query}) found WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)",
        params,
    )
    return bool(cursor.fetchone()[0])


def _floors(cursor: CursorWrapper, chain: _Chain, layout: Layout) -> dict[str, int]:
    """The last event of each table that was brought along: before the first one that lies among the sealed without a seal."""
    sealed: dict[str, set[int]] = {table: set() for table, _columns in layout}
    names = [table for table, _columns in layout]
    in_force = [table for table, _columns in chain.layout]
    for seal_ in HistorySeal.objects.using(OWNER).filter(pk__gte=chain.since).order_by("pk"):
        in_force = [table for table, _columns in seal_.layout] if seal_.layout else in_force
        for leaf in unpack(bytes(seal_.leaves)):
            sealed.setdefault(in_force[leaf.table], set()).add(leaf.id)
    old = chain.era["floors"] if chain.era else {}
    floors = {}
    for table in names:
        cursor.execute(f"SELECT coalesce(max(pgh_id), 0) FROM {table}")
        (floors[table],) = cursor.fetchone()
        if chain.after:
            cursor.execute(
                f"SELECT pgh_id FROM {table} WHERE pgh_id > %s AND pgh_xid <= %s ORDER BY pgh_id",
                [old.get(table, 0), chain.after[0]],
            )
            stray = next((pk for (pk,) in cursor.fetchall() if pk not in sealed[table]), None)
            floors[table] = stray - 1 if stray else floors[table]
    return floors
