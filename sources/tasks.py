"""What workers do for the archive: parcels of articles, and taking up what a dead worker left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.utils import timezone
from procrastinate import RetryStrategy, exceptions, jobs
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.manager import JobManager

from sources import queueing

__all__ = ["RETRY", "WORK", "Hand", "take_up", "worked_off"]

# The queue of parcels. Every worker takes them.
WORK = "work"
# A parcel that fails again so often is given up; so is one that kills its workers.
RETRIES = 4
RETRY = RetryStrategy(max_attempts=RETRIES, wait=2, linear_wait=5)
DEAD = f"Begun {RETRIES + 1} times; the last worker died of it: is it too large for its memory?"
AWAY = f"Begun {RETRIES + 1} times; the last time the database went away."


def worked_off(context: JobContext, work: Callable[[int], None], parcel: int) -> None:
    """Does the work on a parcel and keeps why it failed, for the desk. Raises what it raises, for the queue to try again."""
    try:
        work(parcel)
    except queueing.Taken:
        return  # the other one brings it to its end
    except Exception as error:
        queueing.note_error(parcel, error)
        if context.job.attempts >= RETRIES:
            queueing.give_up_job(context.job.id)
        raise


@app.task(name=queueing.IMPORT, queue=WORK, retry=RETRY, pass_context=True)
def import_parcel(context: JobContext, *, parcel: int) -> None:
    worked_off(context, queueing.import_parcel, parcel)


async def take_up(manager: JobManager, *, stalled: float) -> None:
    """Gives the work of workers that were silent for `stalled` seconds to the living. The queue does not do that by itself.

    A worker that was silent and comes back ends the job that another has in hand by now: should that one die, its parcel has no job,
    and gets a new one here.
    """
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled):
        if job.id is not None:
            await _once_more(manager, job.id, job.attempts, DEAD)
    for parcel, task in await sync_to_async(queueing.parcels_without_job)():
        # Two of us may do it at once: a parcel with two jobs is worked off once.
        job_id = await app.configure_task(task).defer_async(parcel=parcel)
        await sync_to_async(queueing.note_job)(parcel, job_id)


async def _once_more(manager: JobManager, job: int, attempts: int, why: str) -> None:
    """Lets a job wait again for whoever takes it; gives it up, for that reason, when it was begun too often. Where that is not possible it
    stays as it is: it holds up no other.
    """
    # Another worker may take it up at the same moment: then it is no longer ours to move.
    with suppress(exceptions.ConnectorException, DatabaseError):
        if attempts >= RETRIES:
            await manager.finish_job_by_id_async(job, status=jobs.Status.FAILED, delete_job=False)
            await sync_to_async(queueing.give_up_job)(job, why)
            return
        try:
            await manager.retry_job_by_id_async(job, retry_at=timezone.now())
        except exceptions.UniqueViolation:
            # By the clock, and the next of its kind waits already. None of them is handed out while one is thought to be in hand.
            await manager.finish_job_by_id_async(job, status=jobs.Status.FAILED, delete_job=True)


class Hand:
    """What a living worker has in hand: one job, or none."""

    def __init__(self) -> None:
        # Its row in the queue's table of workers, as soon as it had a job.
        self._worker: int | None = None
        self._job: int | None = None
        self._adrift: set[int] = set()

    async def noted(self, work: Callable[[], Awaitable[Any]], context: JobContext, worker: Any) -> Any:
        """Around each job (a worker_middleware of procrastinate)."""
        self._worker, self._job = worker.worker_id, context.job.id
        try:
            return await work()
        finally:
            self._job = None

    async def give_back(self, manager: JobManager) -> None:
        """Gives back jobs that ended here without the queue hearing of it, the database being away just then: as this worker lives on,
        nobody else would ever take them up. What they stored is not stored again. To be called now and then, at least a second apart.
        """
        if self._worker is None:
            return
        attempts = await sync_to_async(queueing.jobs_with)(self._worker)
        adrift = attempts.keys() - {self._job}
        # Seen at two looks: between a job's end and the word of it there is a moment.
        for job in adrift & self._adrift:
            await _once_more(manager, job, attempts[job], AWAY)
        self._adrift = adrift
