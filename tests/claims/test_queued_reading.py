"""Articles that workers read: once, with the same result as the command, and told on the desk."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from claims.desk import analysing
from claims.models import Reading, Statement
from claims.tasks import queue_reading, read_parcel
from claims.vocabulary import Role
from sources.models import ImportItem, ImportRun, Parcel, Source
from sources.queueing import progress_of
from sources.tasks import RETRIES, Hand, take_up, worked_off
from sources.vocabulary import RunState
from tests.claims.desk_data import signed_in
from tests.factories import make_source, make_user

pytestmark = pytest.mark.django_db
TEXT = "Il portavoce {} ha negato la fornitura. «Non è così», ha detto Luca Rossi."


@pytest.fixture
def sources() -> list[Source]:
    return [make_source(body=TEXT.format(n), language="it") for n in range(12)]


def keys(sources: list[Source]) -> list[int]:
    return [source.pk for source in sources]


def worker(*, seconds_ago: int = 0) -> int:
    """A worker that gave its last sign of life so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 s') RETURNING id",
            [seconds_ago],
        )
        return int(cursor.fetchone()[0])


def take(job: int, by: int, attempts: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [by, attempts, job],
        )


# -- reading


def test_each_article_is_read_once_however_often_the_job_is_begun(sources: list[Source]) -> None:
    run = queue_reading(keys(sources), by=None)
    parcel = Parcel.objects.get(run=run)
    read_parcel(parcel.pk)
    found = Statement.objects.count()
    read_parcel(parcel.pk)
    run.refresh_from_db()
    assert (run.created, Reading.objects.count(), Parcel.objects.count()) == (12, 12, 0)
    assert found == Statement.objects.count() == 24
    assert run.finished_at
    assert list(ImportItem.objects.filter(run=run).order_by("pk").values_list("source", flat=True)) == keys(
        sources
    )


def test_what_is_read_again_or_was_deleted_is_told_apart(sources: list[Source]) -> None:
    read_parcel(Parcel.objects.get(run=queue_reading(keys(sources[:4]), by=None)).pk)
    run = queue_reading([*keys(sources[:5]), 10**9], by=None)
    read_parcel(Parcel.objects.get(run=run).pk)
    run.refresh_from_db()
    assert (run.created, run.matched, run.skipped) == (1, 4, 1)
    gone = ImportItem.objects.get(run=run, outcome="skipped")
    assert (gone.name, gone.message) == (
        str(10**9),
        "The article was deleted, or its text replaced, meanwhile.",
    )


def test_reading_stands_in_the_history_under_the_name_of_who_asked_for_it(sources: list[Source]) -> None:
    editor = make_user(Role.EDITOR)
    run = queue_reading(keys(sources[:1]), by=editor)
    read_parcel(Parcel.objects.get(run=run).pk)
    statement = Statement.objects.first()
    assert statement
    assert {event.pgh_context.metadata["user"] for event in statement.events.all()} == {editor.pk}


def test_who_may_not_triage_hands_nothing_over_and_nothing_is_read_for_who_may_no_longer(
    sources: list[Source],
) -> None:
    with pytest.raises(PermissionDenied):
        queue_reading(keys(sources), by=make_user(Role.VIEWER))
    editor = make_user(Role.EDITOR)
    parcel = Parcel.objects.get(run=queue_reading(keys(sources), by=editor))
    editor.groups.clear()
    for attempts, given_up in ((0, False), (RETRIES, True)):
        job = Job(
            id=parcel.job,
            queue="work",
            lock=None,
            queueing_lock=None,
            task_name="read_parcel",
            attempts=attempts,
        )
        context = JobContext(app=app, job=job, start_timestamp=time.time(), abort_reason=lambda: None)
        with pytest.raises(PermissionDenied):
            worked_off(context, read_parcel, parcel.pk)
        parcel.refresh_from_db()
        assert parcel.error.startswith("PermissionDenied: ")
        assert bool(parcel.failed_at) is given_up
    assert not Reading.objects.exists()


# -- dead workers


def test_the_work_of_the_dead_is_given_to_the_living_and_that_of_the_living_left_alone(
    sources: list[Source],
) -> None:
    runs = [queue_reading(keys(sources[n : n + 1]), by=None) for n in range(3)]
    jobs = [Parcel.objects.get(run=run).job or 0 for run in runs]
    dead, alive = worker(seconds_ago=60), worker(seconds_ago=5)
    take(jobs[0], dead)
    take(jobs[1], alive)
    take(jobs[2], dead, attempts=RETRIES)
    async_to_sync(take_up)(app.job_manager, stalled=20)
    found = dict(ProcrastinateJob.objects.filter(pk__in=jobs).values_list("pk", "status"))
    assert [found[job] for job in jobs] == ["todo", "doing", "failed"]
    progress = progress_of(runs)
    assert [progress[run.pk].state for run in runs] == [RunState.QUEUED, RunState.RUNNING, RunState.FAILED]
    assert progress[runs[2].pk].error.startswith("Begun 5 times; the last worker died of it")


def test_a_part_whose_job_is_lost_gets_another(sources: list[Source]) -> None:
    parcel = Parcel.objects.get(run=queue_reading(keys(sources), by=None))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [parcel.job])
    async_to_sync(take_up)(app.job_manager, stalled=20)
    async_to_sync(take_up)(app.job_manager, stalled=20)
    job = ProcrastinateJob.objects.get(task_name="read_parcel")
    assert (Parcel.objects.get().job, job.status) == (job.pk, "todo")


def test_a_job_of_whose_end_the_queue_did_not_hear_is_given_back_by_the_worker_that_ended_it(
    sources: list[Source],
) -> None:
    parcels = [Parcel.objects.get(run=queue_reading(keys(sources[n : n + 1]), by=None)) for n in range(2)]
    alive = worker()
    for parcel in parcels:
        take(parcel.job or 0, alive)
    hand = Hand()
    found: list[list[str]] = []

    async def look() -> None:
        await hand.give_back(app.job_manager)
        states = ProcrastinateJob.objects.order_by("pk").values_list("status", flat=True)
        found.append(await sync_to_async(list)(states))

    async def at_work() -> None:
        await look()
        await look()

    job = Job(id=parcels[1].job, queue="work", lock=None, queueing_lock=None, task_name="read_parcel")
    context = JobContext(app=app, job=job, start_timestamp=time.time(), abort_reason=lambda: None)
    async_to_sync(hand.noted)(at_work, context, SimpleNamespace(worker_id=alive))
    assert found == [["doing", "doing"], ["todo", "doing"]]


# -- the desk


def test_with_a_worker_the_desk_hands_articles_over_and_without_one_reads_them(
    sources: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysing, "PATIENCE", 0.0)
    editor = make_user(Role.EDITOR)
    worker(seconds_ago=60)
    assert analysing.analyse_one(sources[0], by=editor).startswith("Analysed: ")
    worker()
    assert analysing.analyse_one(sources[1], by=editor).startswith("Queued for analysis")
    done = analysing.analyse_again(keys(sources), by=editor)
    assert (done.queued, done.articles) == (12, 0)
    assert analysing.said_of(done)[0].startswith("12 articles are queued for analysis.")
    assert (Reading.objects.count(), ImportRun.objects.filter(kind="reading", by=editor).count()) == (1, 2)


def test_an_editor_sees_how_far_a_run_is_and_why_a_part_of_it_failed(sources: list[Source]) -> None:
    client = signed_in(make_user(Role.EDITOR))
    run = queue_reading(keys(sources), by=None)
    Parcel.objects.filter(run=run).update(position=10, error="ValueError: too odd")
    for page in ("/admin/sources/importrun/", f"/admin/sources/importrun/{run.pk}/change/"):
        shown = client.get(page).content.decode()
        assert "Running (0 of 1 part)" in shown
        assert "ValueError: too odd" in shown
    read_parcel(Parcel.objects.get(run=run).pk)
    assert "Done" in client.get("/admin/sources/importrun/").content.decode()


def test_who_may_import_hands_what_was_given_up_over_once_more_from_the_desk(sources: list[Source]) -> None:
    client = signed_in(make_user(Role.EDITOR))
    run = queue_reading(keys(sources), by=None)
    page, again = f"/admin/sources/importrun/{run.pk}/change/", f"/admin/sources/importrun/{run.pk}/again/"
    assert again not in client.get(page).content.decode()
    Parcel.objects.filter(run=run).update(failed_at=timezone.now(), error="ValueError: too odd")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert again in client.get(page).content.decode()
    assert again not in signed_in(make_user(Role.VIEWER)).get(page).content.decode()
    for said in ("1 part is handed over once more.", "0 parts are handed over once more."):
        assert said in client.post(again, follow=True).content.decode()
    parcel = Parcel.objects.get(run=run)
    assert (parcel.failed_at, progress_of([run])[run.pk].state) == (None, RunState.QUEUED)
    assert ProcrastinateJob.objects.filter(args={"parcel": parcel.pk}, status="todo").count() == 1
