"""Work that waits for a worker: handing it over, working it off exactly once, saying how far it is.

A run is cut into parcels (models.Parcel), and a job of the queue (procrastinate, in the same database) says of each that it is to be
worked off. Jobs may be started twice, by a second worker when the first seems dead; what a parcel holds is stored once all the same,
because every lot of it is stored in one transaction with the parcel's new position.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from sources.importing import import_batch, in_batches, start_run
from sources.incoming import Incoming
from sources.inserting import insert_values
from sources.models import ImportItem, ImportRun, Parcel
from sources.parcels import MOST_FILES, in_parcels, pack, unpack
from sources.vocabulary import RunKind, RunState

__all__ = [
    "STALLED",
    "Progress",
    "Taken",
    "give_up_job",
    "hand_over",
    "holding",
    "import_parcel",
    "jobs_with",
    "keep_answers",
    "move_on",
    "note_error",
    "note_job",
    "parcels_without_job",
    "progress_of",
    "queue_again",
    "queue_articles",
    "queue_reading",
    "seal_run",
    "waiting_jobs",
    "workers_alive",
]

# Seconds without a sign of life after which a worker counts as dead. They give one four times as often.
STALLED = 20
IMPORT, READ = "import_parcel", "read_parcel"
TASKS = {RunKind.ARTICLES.value: IMPORT, RunKind.READING.value: READ}


class Taken(Exception):
    """Somebody else is further with this parcel: the job was started twice."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `left`, `doing` and `failed` count its parcels; `waiting` the files or articles in those that are left."""

    state: RunState
    parts: int = 0
    left: int = 0
    doing: int = 0
    failed: int = 0
    waiting: int = 0
    error: str = ""


# --- Handing over


def queue_articles(
    files: Iterable[Incoming], *, run: ImportRun, encoding: str | None = None
) -> Iterator[int]:
    """Hands the files over, a parcel at a time, and says after each how many it held. Each is there whole or not at all.

    Ends the run's list of parcels when all are handed over; interrupted before that, what was handed over is worked off all the same.
    """
    for lot in in_parcels(files):
        hand_over(run, count=len(lot), files=pack(lot), encoding=encoding or "")
        yield len(lot)
    seal_run(run)


@transaction.atomic
def queue_reading(keys: Sequence[int], *, by: User | None) -> ImportRun:
    """Hands articles over to be read: a run of its own, there whole or not at all."""
    run = start_run(by=by, kind=RunKind.READING)
    for start in range(0, len(keys), MOST_FILES):
        lot = list(keys[start : start + MOST_FILES])
        hand_over(run, count=len(lot), keys=lot)
    seal_run(run)
    return run


@transaction.atomic
def hand_over(run: ImportRun, **parcel: Any) -> None:
    """A parcel and its job."""
    made = Parcel.objects.create(run=run, **parcel)
    _defer(made)
    ImportRun.objects.filter(pk=run.pk).update(parts=F("parts") + 1)


def _defer(parcel: Parcel) -> None:
    note_job(parcel.pk, app.configure_task(TASKS[parcel.run.kind]).defer(parcel=parcel.pk))


def note_job(pk: int, job: int) -> None:
    """That job is to work off the parcel."""
    Parcel.objects.filter(pk=pk).update(job=job)


def parcels_without_job() -> list[tuple[int, str]]:
    """Parcels that were not given up and that nobody will work off, each with the name of its task."""
    jobs = ProcrastinateJob.objects.filter(pk=OuterRef("job"), status__in=["todo", "doing"])
    lost = Parcel.objects.filter(~Exists(jobs), failed_at=None).values_list("pk", "run__kind")
    return [(pk, TASKS[kind]) for pk, kind in lost]


@transaction.atomic
def seal_run(run: ImportRun) -> None:
    """Says that no parcel will be added. A run without any, or whose last one is done already, is finished."""
    ImportRun.objects.filter(pk=run.pk).update(queued_at=timezone.now())
    _finish_if_last(run.pk)


@transaction.atomic
def queue_again(run: ImportRun | None = None) -> int:
    """Gives what was given up, of one run or of all, to the queue once more; returns how many parcels."""
    chosen = (
        Parcel.objects.filter(failed_at__isnull=False).select_related("run").select_for_update(of=("self",))
    )
    parcels = list(chosen.filter(run=run) if run else chosen)
    with connection.cursor() as cursor:
        failed = [parcel.job for parcel in parcels if parcel.job]
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'failed' AND id = ANY(%s)", [failed])
    for parcel in parcels:
        Parcel.objects.filter(pk=parcel.pk).update(failed_at=None, error="")
        _defer(parcel)
    return len(parcels)


# --- Working off


@contextmanager
def holding(parcel: Parcel, position: int) -> Iterator[None]:
    """A transaction in which nobody else works off the parcel. Raises Taken where it is not (or no longer) at `position`."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Whoever holds it may be at a large lot; and so may we.
            cursor.execute("SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = '150s'")
        held = (
            Parcel.objects.select_for_update().filter(pk=parcel.pk).values_list("position", flat=True).first()
        )
        if held != position:
            raise Taken
        yield


def move_on(parcel: Parcel, position: int, *, last: bool) -> None:
    """Inside `holding`: so much of the parcel is stored; with the last lot it goes, and with its last parcel the run ends."""
    if not last:
        Parcel.objects.filter(pk=parcel.pk).update(position=position)
        return
    # Two parcels that end at once wait for each other here: the second sees that it is the last. Not for those that only
    # point at the run with an answer, who may be waiting for us.
    ImportRun.objects.select_for_update(no_key=True).filter(pk=parcel.run_id).values_list("pk").first()
    Parcel.objects.filter(pk=parcel.pk).delete()
    _finish_if_last(parcel.run_id)


def _finish_if_last(run: int) -> None:
    left = Parcel.objects.filter(run=OuterRef("pk"))
    ended = ImportRun.objects.filter(~Exists(left), pk=run, finished_at=None, queued_at__isnull=False)
    ended.update(finished_at=timezone.now())


def import_parcel(pk: int) -> None:
    """Stores the articles of a parcel that are not stored yet. Does nothing where another worker did it."""
    parcel = Parcel.objects.select_related("run__by").filter(pk=pk).first()
    if parcel is None:
        return
    lots = in_batches(unpack(bytes(parcel.files or b"")), encoding=parcel.encoding or None)
    at = 0
    for lot, last in _and_whether_last(lots):
        begin, at = at, at + len(lot)
        if at <= parcel.position and not last:
            continue
        fresh = lot[max(0, parcel.position - begin) :]
        with holding(parcel, max(begin, parcel.position)):
            if fresh:
                import_batch(fresh, run=parcel.run, by=parcel.run.by)
            move_on(parcel, at, last=last)


def keep_answers(run: ImportRun, items: Sequence[Mapping[str, Any]]) -> None:
    """Inside `holding`: keeps what became of some articles of the run, one dict of columns each, and adds them to its counts."""
    insert_values(ImportItem, items)
    counts = Counter(str(item["outcome"]) for item in items)
    ImportRun.objects.filter(pk=run.pk).update(**{word: F(word) + count for word, count in counts.items()})


def _and_whether_last(lots: Iterable[list[Any]]) -> Iterator[tuple[list[Any], bool]]:
    """Each with whether none follows; one empty lot where there is none at all, so that the parcel goes."""
    before: list[Any] = []
    begun = False
    for lot in lots:
        if begun:
            yield before, False
        before, begun = lot, True
    yield before, True


def note_error(pk: int, error: Exception) -> None:
    """Why an attempt failed, for people; the parcel is tried again."""
    Parcel.objects.filter(pk=pk).update(error=_sentence(error))


def give_up_job(job: int | None, why: str = "") -> None:
    """What that job was to work off is not tried again by itself. `why`: in place of the last attempt's error."""
    Parcel.objects.filter(job=job, failed_at=None).update(
        failed_at=timezone.now(), **({"error": why} if why else {})
    )


def _sentence(error: Exception) -> str:
    first = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {first}"[:500] if first else type(error).__name__


# --- Saying how far it is

_COUNT = """
    SELECT p.run_id, count(*), count(*) FILTER (WHERE j.status = 'doing'), count(p.failed_at),
        sum(p.count - least(p.position, p.count)), max(p.position), coalesce(max(p.error) FILTER (WHERE p.error <> ''), '')
    FROM sources_parcel p LEFT JOIN procrastinate_jobs j ON j.id = p.job WHERE p.run_id = ANY(%s) GROUP BY p.run_id
"""


def progress_of(runs: Iterable[ImportRun]) -> Mapping[int, Progress]:
    """Each run's progress by its id. One query."""
    found = {run.pk: run for run in runs}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(found)])
        counted = {row[0]: row[1:] for row in cursor.fetchall()}
    return {pk: _progress(run, *counted.get(pk, (0, 0, 0, 0, 0, ""))) for pk, run in found.items()}


def _progress(
    run: ImportRun, left: int, doing: int, failed: int, waiting: int, position: int, error: str
) -> Progress:
    if run.finished_at:
        state = RunState.DONE
    elif not left:
        state = RunState.OPEN
    elif failed == left:
        state = RunState.FAILED
    elif doing or position or left < run.parts:
        state = RunState.RUNNING
    else:
        state = RunState.QUEUED
    return Progress(state, run.parts, left, doing, failed, waiting, error)


def workers_alive() -> int:
    """How many workers have given a sign of life lately."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - timedelta(seconds=STALLED)).count()


def jobs_with(worker: int) -> dict[int, int]:
    """What the queue believes to be in that worker's hands: how often each job was begun before, by its id."""
    return dict(ProcrastinateJob.objects.filter(worker=worker, status="doing").values_list("pk", "attempts"))


def waiting_jobs(stalled: float = STALLED) -> int:
    """How many parcels wait for a worker, those among them that were in the hands of one that is gone or was silent for so many seconds."""
    gone = Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - timedelta(seconds=stalled))
    waiting = Q(status="todo") | Q(status="doing") & gone
    return ProcrastinateJob.objects.filter(waiting, task_name__in=[IMPORT, READ]).count()
