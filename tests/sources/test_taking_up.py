"""What a dead worker had in hand, and what the queue wrongly believes to be in a living one's."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from sources.importing import start_run
from sources.incoming import Incoming
from sources.models import Parcel
from sources.parcels import pack
from sources.queueing import hand_over, waiting_jobs
from sources.tasks import RETRIES, Hand, take_up
from tests.claims.test_queued_reading import take, worker
from tests.databases import Clone


def by_the_clock() -> int:
    """A job of which one is done at a time and one waits at most, as those that come by the clock."""
    task = app.configure_task("send_notices", queue="mail", lock="send_notices", queueing_lock="send_notices")
    return int(task.defer(timestamp=0))


def parcels(count: int) -> list[Parcel]:
    run = start_run()
    for number in range(count):
        hand_over(run, count=1, files=pack([Incoming(f"{number}.json", b"{}")]))
    return list(Parcel.objects.order_by("pk"))


def look_twice(alive: int) -> None:
    """A living worker that ended a job looks twice for what it is believed to have in hand."""
    hand = Hand()
    job = Job(id=0, queue="work", lock=None, queueing_lock=None, task_name="import_parcel")
    context = JobContext(app=app, job=job, start_timestamp=time.time(), abort_reason=lambda: None)

    async def nothing() -> None:
        return

    async def looks() -> None:
        await hand.noted(nothing, context, SimpleNamespace(worker_id=alive))
        for _time in range(2):
            await hand.give_back(app.job_manager)

    async_to_sync(looks)()


@pytest.mark.parametrize("alive", [False, True])
def test_where_the_next_job_by_the_clock_waits_already_one_that_was_broken_off_does_not_hold_it_up(
    clone_db: Clone, alive: bool
) -> None:
    first, theirs = by_the_clock(), worker(seconds_ago=0 if alive else 60)
    take(first, theirs)
    second = by_the_clock()
    if alive:
        look_twice(theirs)
    else:
        async_to_sync(take_up)(app.job_manager, stalled=20)
    job = async_to_sync(app.job_manager.fetch_job)(queues=["mail"], worker_id=worker())
    assert job is not None
    assert job.id == second
    assert list(ProcrastinateJob.objects.values_list("pk", "status")) == [(second, "doing")]


def test_a_job_that_cannot_be_given_back_holds_up_no_other_and_none_is_given_back_for_ever(
    clone_db: Clone,
) -> None:
    stuck, tired, fresh = parcels(3)
    alive = worker()
    for parcel in (stuck, tired, fresh):
        take(parcel.job or 0, alive, attempts=RETRIES if parcel == tired else 0)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'It stays.'; END $$;"
            "CREATE TRIGGER stay BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW"
            f" WHEN (OLD.id = {stuck.job}) EXECUTE FUNCTION stay()"
        )
    look_twice(alive)
    states = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    assert [states[parcel.job or 0] for parcel in (stuck, tired, fresh)] == ["doing", "failed", "todo"]
    tired.refresh_from_db()
    assert tired.failed_at
    assert tired.error == "Begun 5 times; the last time the database went away."


@pytest.mark.django_db
def test_what_a_worker_left_behind_waits_too() -> None:
    first, _second = parcels(2)
    take(first.job or 0, worker())
    assert waiting_jobs() == 1
    take(first.job or 0, worker(seconds_ago=60))
    assert (waiting_jobs(), waiting_jobs(stalled=100)) == (2, 1)
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert waiting_jobs() == waiting_jobs(stalled=100) == 2
