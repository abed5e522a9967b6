"""Copies of the database that readers' pages are read from, and which of them may be used at the moment.

A copy (a streaming standby, settings.CLAIMTRACKER_REPLICAS) is used while it shows everything that was committed on the primary so
many seconds ago (CLAIMTRACKER_REPLICA_LAG). That is asked, not believed: each process notes how far the primary's log had come, and later
whether the copy has got there. So a copy that lost its stream without noticing counts as behind. Where none may be used, the primary
answers; where the primary is away, copies that answer are used as they are, for nothing can be written then.
"""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import structlog
from django.conf import settings
from django.db import Error, connections

PRIMARY = "public"
# Seconds between two questions of one process, and before one that did not answer is asked again.
EVERY = 1.0
REST = 5.0
NO_REPLICA = "is no replica"
# Bytes of the write-ahead log since the cluster began.
WRITTEN = "SELECT (pg_current_wal_lsn() - '0/0')::bigint"
REPLAYED = "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END"

log = structlog.get_logger(__name__)


@dataclass
class Copy:
    """One copy; `trouble` says why it is not used, "" while it is."""

    alias: str
    trouble: str = "not asked yet"
    rests_until: float = 0.0


class Replicas:
    """The copies of one process. `lag`: seconds; `clock`: seconds that never go back."""

    def __init__(
        self, aliases: Sequence[str], lag: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.copies = [Copy(alias) for alias in aliases]
        self._lag, self._clock = lag, clock
        # (when, how far the primary's log had come), oldest first.
        self._marks: deque[tuple[float, int]] = deque()
        self._primary_rests_until = 0.0
        self._ask_at = 0.0
        self._asking = Lock()

    def chosen(self, page: str) -> str | None:
        """Alias of the copy for a page's address, with an open connection; None: the primary reads.

        One page is read from one copy as long as it can be: whoever reloads it never sees an older state.
        """
        self._ask_now_and_then()
        usable = [copy for copy in self.copies if not copy.trouble]
        if not usable and self._clock() < self._primary_rests_until:
            # Nobody else can answer: whoever did not a moment ago may do so now.
            usable = [copy for copy in self.copies if copy.trouble != NO_REPLICA]
        start = zlib.crc32(page.encode()) if usable else 0
        for number in range(len(usable)):
            copy = usable[(start + number) % len(usable)]
            try:
                with connections[copy.alias].cursor():  # asks whether a kept connection is still alive
                    return copy.alias
            except Error:
                self.failed(copy.alias)
        return None

    def failed(self, alias: str) -> None:
        """It did not answer a page: not used until it has answered a question again."""
        for copy in self.copies:
            if copy.alias == alias:
                self._now(copy, "does not answer")

    def troubles(self) -> dict[str, str]:
        """{alias: why it is not used, "" when it is}, asked now where the last question is old enough."""
        self._ask_now_and_then()
        return {copy.alias: copy.trouble for copy in self.copies}

    def _ask_now_and_then(self) -> None:
        """One thread asks; the others go on with what is known."""
        if not self.copies or self._clock() < self._ask_at or not self._asking.acquire(blocking=False):
            return
        try:
            self._note_the_primary()
            for copy in self.copies:
                if self._clock() >= copy.rests_until:
                    self._now(copy, self._trouble_of(copy))
            self._ask_at = self._clock() + EVERY
        finally:
            self._asking.release()

    def _note_the_primary(self) -> None:
        if self._clock() < self._primary_rests_until:
            return
        try:
            written = _asked(PRIMARY, WRITTEN)
        except Error:
            self._marks.clear()
            self._primary_rests_until = self._clock() + REST
            return
        now = self._clock()
        # Marks of a busier hour would excuse a copy that stopped since.
        while self._marks and self._marks[0][0] < now - 2 * self._lag - EVERY:
            self._marks.popleft()
        self._marks.append((now, written or 0))

    def _trouble_of(self, copy: Copy) -> str:
        try:
            replayed = _asked(copy.alias, REPLAYED)
        except Error:
            return "does not answer"
        if replayed is None:
            return NO_REPLICA  # promoted, or the address of the primary
        return "" if replayed >= self._due() else "is behind"

    def _due(self) -> int:
        """How far a copy must have come: the newest mark of at least `lag` seconds ago, the oldest where none is so old."""
        latest = self._clock() - self._lag
        old_enough = [written for moment, written in self._marks if moment <= latest]
        return old_enough[-1] if old_enough else self._marks[0][1] if self._marks else 0

    def _now(self, copy: Copy, trouble: str) -> None:
        copy.rests_until = self._clock() + REST if trouble == "does not answer" else 0.0
        if trouble == copy.trouble:
            return
        copy.trouble = trouble
        if trouble:
            log.warning("replica_not_used", replica=copy.alias, because=trouble)
        else:
            log.info("replica_used", replica=copy.alias)


def _asked(alias: str, question: str) -> int | None:
    """One number. Raises Error, with the connection closed, when nobody answers."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
    except Error:
        connections[alias].close()
        raise
    return row[0] if row else None


@lru_cache
def replicas() -> Replicas:
    """This process's one view of the copies."""
    return Replicas(settings.CLAIMTRACKER_REPLICAS, settings.CLAIMTRACKER_REPLICA_LAG)
