"""A worker's life: take what waits in the queue, say every few seconds that it lives, come back when the database does."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import CommandError
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections
from procrastinate import PsycopgConnector, exceptions
from procrastinate.contrib.django import app, connector_params
from procrastinate.job_context import JobContext

from claims.tasks import MAIL, SEAL
from sources.queueing import waiting_jobs
from sources.tasks import WORK, Hand, take_up

__all__ = ["Worker", "queues_here", "side_by_side"]

# Seconds until a worker whose database went away looks for it again.
PAUSE = 2.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def queues_here() -> list[str]:
    """What this machine can do. E-mail only where its way out is set; seals only where the owner's address is known."""
    queues = [WORK]
    if not settings.CLAIMTRACKER_EMAIL_URL.startswith("console:"):
        queues.append(MAIL)
    if settings.EMBEDDED or settings.DATABASE_OWNER_URL:
        queues.append(SEAL)
    return queues


class Worker:
    """One process that works off one job after another. `until_empty`: ends when nothing waits. `stalled`: seconds of silence after
    which another worker counts as dead. `say`: told one sentence at a time.
    """

    def __init__(self, *, until_empty: bool, stalled: float, say: Callable[[str], None]) -> None:
        self.until_empty = until_empty
        self.stalled = stalled
        self.say = say
        self.stopped = False
        self._hand = Hand()

    def run(self) -> None:
        """Until it is told to stop; finishes the job at hand first. Raises LookupError where the queue's tables are missing."""
        queues = queues_here()
        lost = False
        while not self.stopped:
            try:
                # Brings the embedded server up, too.
                with connections["default"].cursor() as cursor:
                    cursor.execute("SELECT to_regclass('procrastinate_jobs'), to_regclass('sources_parcel')")
                    if None in cursor.fetchone():
                        raise LookupError
                if lost:
                    self.say("The database is back.")
                    lost = False
                address = connector_params("default")
                connections.close_all()  # the tasks open their own, in their thread
                asyncio.run(self._session(queues, address))
                # A session also ends where the database broke it off, with what was in hand; and a part that failed waits for its
                # next attempt.
                if self.until_empty and not waiting_jobs(self.stalled):
                    return
            except (DatabaseError, exceptions.ConnectorException, OSError) as error:
                why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
                if self.until_empty:
                    raise
                if not lost:
                    self.say(f"The database cannot be used ({why}). Trying again until it can.")
                lost = True
            finally:
                connections.close_all()
            if not self.stopped:
                self._pause()

    async def _session(self, queues: list[str], address: dict[str, Any]) -> None:
        """Works until it is told to stop, or until the database goes away."""
        connector = PsycopgConnector(kwargs=address, min_size=1, max_size=4, timeout=10.0)
        self._hand = Hand()
        with app.replace_connector(connector):
            async with app.open_async():
                await self._look_after_others()
                taking_up = asyncio.ensure_future(self._keep_looking())
                work = asyncio.ensure_future(
                    app.run_worker_async(
                        queues=queues,
                        wait=not self.until_empty,
                        delete_jobs="successful",
                        install_signal_handlers=False,
                        update_heartbeat_interval=self.stalled / 4,
                        stalled_worker_timeout=self.stalled,
                        worker_middleware=[self._hand.noted],
                        task_middleware=[_connected_afresh],
                    )
                )
                self._on_signals(work.cancel)
                try:
                    with suppress(asyncio.CancelledError):
                        await work
                finally:
                    taking_up.cancel()

    async def _keep_looking(self) -> None:
        """Beside the work, not as a part of it: a worker at a long job must not keep the others' from being taken up."""
        while True:
            await asyncio.sleep(self.stalled / 4)
            # The worker itself says when the database is gone.
            with suppress(exceptions.ConnectorException, DatabaseError):
                await self._look_after_others()

    async def _look_after_others(self) -> None:
        try:
            await take_up(app.job_manager, stalled=self.stalled)
            await self._hand.give_back(app.job_manager)
        finally:
            await sync_to_async(close_old_connections)()

    def _on_signals(self, cancel: Callable[[], Any]) -> None:
        def stop(number: int) -> None:
            # Told twice (Ctrl-C reaches each of several processes, and so does what their parent hands on), it still ends the
            # job at hand: a second cancellation would break it off.
            if not self.stopped:
                self.stopped = True
                cancel()

        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop, number)

    def _pause(self) -> None:
        def stop(number: int, frame: Any) -> None:
            self.stopped = True

        before = {number: signal.signal(number, stop) for number in SIGNALS}
        end = time.monotonic() + PAUSE
        while not self.stopped and time.monotonic() < end:
            time.sleep(0.1)
        for number, handler in before.items():
            signal.signal(number, handler)


def _connected_afresh(work: Callable[[], Any], context: JobContext, worker: Any) -> Any:
    """Around each task, in its thread, as Django does it around a request: the database may have been restarted since the last one."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


def side_by_side(count: int, run: Callable[[], None]) -> bool:
    """`run` in so many processes of its own, until they end or this one is told to stop; one that is killed is replaced. Returns
    whether all of them ended well.
    """
    connections.close_all()  # a connection must not be shared with a fork
    living = {_fork(run) for _number in range(count)}
    stopping, well = False, True

    def stop(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True
        for pid in living:
            os.kill(pid, signal.SIGTERM)

    for number in SIGNALS:
        signal.signal(number, stop)
    while living:
        pid, status = os.wait()
        living.discard(pid)
        if stopping:
            continue
        if os.WIFSIGNALED(status):
            living.add(new := _fork(run))
            if stopping:  # told so while it was made
                os.kill(new, signal.SIGTERM)
        elif status:
            well = False
    return well


def _fork(run: Callable[[], None]) -> int:
    """The child's process id. The child never comes back from here."""
    pid = os.fork()
    if pid:
        return pid
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    code = 1
    try:
        run()
        code = 0
    except CommandError as error:
        print(error, file=sys.stderr, flush=True)
    finally:
        connections.close_all()
        atexit._run_exitfuncs()  # the embedded database goes with its last client
        os._exit(code)
