"""What is handed to the workers is done once, whoever does it and however often it is begun."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from sources import queueing
from sources.characters import Refused
from sources.importing import import_all, import_batch, in_batches, start_run
from sources.incoming import Incoming, files_in
from sources.models import ImportItem, ImportRun, Parcel, Source
from sources.parcels import MOST_FILES, in_parcels, pack, unpack
from sources.queueing import Taken, holding, import_parcel, move_on, progress_of, queue_articles
from sources.vocabulary import RunState


def article(n: int) -> dict[str, Any]:
    return {
        "title": f"Titolo {n}",
        "text": f"Il portavoce {n} ha negato la fornitura.",
        "url": f"https://example.org/{n}",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """120 articles, one file that is none and one that leads nowhere."""
    for n in range(120):
        (tmp_path / f"{n:04}.json").write_text(json.dumps(article(n)))
    (tmp_path / "x.json").write_text("{no")
    os.symlink("nowhere", tmp_path / "y.json")
    return tmp_path


def handed_over(files: Any, **options: Any) -> ImportRun:
    run = start_run()
    list(queue_articles(files, run=run, **options))
    return run


def again(run: ImportRun) -> ImportRun:
    return ImportRun.objects.get(pk=run.pk)


def state(run: ImportRun) -> RunState:
    return progress_of([again(run)])[run.pk].state


def told(run: ImportRun) -> list[tuple[Any, ...]]:
    items = ImportItem.objects.filter(run=run).order_by("pk")
    return list(items.values_list("name", "outcome", "reason", "message"))


# -- parcels: no database


def test_what_is_packed_is_unpacked_with_odd_names_empty_files_and_refusals() -> None:
    files = [
        Incoming("caffè\udcff\n.txt", b"\x00\n\xff"),
        Incoming("", b""),
        Incoming("link", Refused("not_regular", "It is a link.", skip=True)),
        Incoming("last", b"{}"),
    ]
    found = list(unpack(pack(files)))
    assert [file.name for file in found] == [file.name for file in files]
    assert [file.data for file in found if file.name != "link"] == [b"\x00\n\xff", b"", b"{}"]
    refused = found[2].data
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.sentence, refused.skip) == ("not_regular", "It is a link.", True)


def test_a_parcel_holds_a_hundred_files_or_four_mebibytes_and_a_large_file_is_one_of_its_own() -> None:
    small = [Incoming(str(n), b"x") for n in range(MOST_FILES + 1)]
    assert [len(lot) for lot in in_parcels(small)] == [MOST_FILES, 1]
    large = [Incoming(str(n), bytes(3 * 2**20)) for n in range(2)] + [Incoming("l", bytes(9 * 2**20))]
    assert [len(lot) for lot in in_parcels(large)] == [1, 1, 1]


# -- a run of articles


@pytest.mark.django_db
def test_what_workers_store_and_answer_is_what_the_command_would(folder: Path) -> None:
    direct = start_run()
    list(import_all(files_in([folder]), run=direct))
    wanted, rows = told(direct), list(Source.objects.order_by("pk").values_list("url", "text_sha256"))
    Source.objects.all().delete()
    run = handed_over(files_in([folder]))
    assert (state(run), again(run).parts) == (RunState.QUEUED, 2)
    jobs = ProcrastinateJob.objects.filter(task_name="import_parcel")
    first, second = Parcel.objects.filter(run=run)
    assert [(job.pk, job.args, job.status) for job in jobs.order_by("pk")] == [
        (first.job, {"parcel": first.pk}, "todo"),
        (second.job, {"parcel": second.pk}, "todo"),
    ]
    import_parcel(first.pk)
    assert state(run) == RunState.RUNNING
    import_parcel(second.pk)
    assert state(run) == RunState.DONE
    assert told(run) == wanted
    assert list(Source.objects.order_by("pk").values_list("url", "text_sha256")) == rows
    ended = again(run)
    assert (ended.created, ended.failed, Parcel.objects.count()) == (120, 2, 0)


@pytest.mark.django_db
def test_a_job_that_is_started_twice_stores_once(folder: Path) -> None:
    run = handed_over(files_in([folder]))
    for _time in range(2):
        for job in ProcrastinateJob.objects.filter(task_name="import_parcel"):
            import_parcel(job.args["parcel"])
    assert (Source.objects.count(), len(told(run)), again(run).created) == (120, 122, 120)


@pytest.mark.django_db
def test_a_large_file_goes_on_after_the_last_lot_that_is_stored() -> None:
    lines = "\n".join(json.dumps(article(n)) for n in range(250)).encode()
    run = handed_over([Incoming("many.jsonl", lines)])
    parcel = Parcel.objects.get(run=run)
    first = next(iter(in_batches(unpack(bytes(parcel.files or b"")))))
    with holding(parcel, 0):
        import_batch(first, run=run)
        move_on(parcel, len(first), last=False)
    assert state(run) == RunState.RUNNING
    with pytest.raises(Taken), holding(parcel, 0):
        pytest.fail("somebody is further")
    import_parcel(parcel.pk)
    assert (state(run), again(run).created, len(told(run))) == (RunState.DONE, 250, 250)


@pytest.mark.django_db
def test_a_run_without_files_ends_at_once_and_one_that_was_cut_off_ends_never() -> None:
    assert state(handed_over([])) == RunState.DONE
    run = start_run()
    files = (Incoming(f"{n}.json", json.dumps(article(n)).encode()) for n in range(150))
    next(queue_articles(files, run=run))
    import_parcel(Parcel.objects.get().pk)
    assert (state(run), Source.objects.count()) == (RunState.OPEN, 100)


@pytest.mark.django_db
def test_what_was_given_up_says_why_and_is_handed_over_once_more(folder: Path) -> None:
    run = handed_over(files_in([folder]))
    parcel, other = Parcel.objects.filter(run=run)
    import_parcel(other.pk)
    queueing.note_error(parcel.pk, ValueError("the first line\nthe second"))
    queueing.give_up_job(parcel.job)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [parcel.job])
    progress = progress_of([again(run)])[run.pk]
    assert (progress.state, progress.failed, progress.error) == (
        RunState.FAILED,
        1,
        "ValueError: the first line",
    )
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("queue", stdout=out)
    assert "Failed in part. 1 of 2 parts done" in out.getvalue()
    assert "ValueError: the first line" in out.getvalue()
    call_command("queue", "--again", stdout=out)
    assert "1 part handed over once more." in out.getvalue()
    assert ProcrastinateJob.objects.filter(args={"parcel": parcel.pk}).count() == 1
    import_parcel(parcel.pk)
    assert state(run) == RunState.DONE


# -- commands


@pytest.mark.django_db
def test_the_command_hands_over_and_another_reports_as_if_it_had_waited(folder: Path) -> None:
    out = io.StringIO()
    call_command("import_articles", "--queue", "--json", str(folder), stdout=out, stderr=out)
    run = ImportRun.objects.get()
    line, sentence = out.getvalue().strip().splitlines()
    assert json.loads(line) == {"run": run.pk, "count": 122, "workers": 0}
    assert sentence.startswith(f"122 files are handed over as run {run.pk}. No worker is alive: start one")
    for parcel in Parcel.objects.all():
        import_parcel(parcel.pk)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("queue", "--run", str(run.pk), "--wait", stdout=out)
    assert ended.value.code == 1
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("Refused x.json: It is not JSON")
    assert lines[-1] == "122 files: 120 created, 0 already here, 0 updated, 0 skipped, 2 refused."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["queue", "--run", "77"], "There is no run 77."),
        (["queue", "--wait"], "--wait needs --run."),
        (["worker", "--concurrency", "0"], "--concurrency is a number from 1 to 64."),
        (["worker", "--stalled-after", "0"], "--stalled-after is a number of seconds from 1 to 3600."),
    ],
)
def test_nonsense_gets_one_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command(*arguments)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import_articles", "--queue", "/nowhere/at/all"], "There is no /nowhere/at/all."),
        (["import_articles", "--queue", "--dry-run", "/"], "leave --queue out"),
        (["read_sources", "--queue", "--dry-run"], "leave --queue out"),
    ],
)
def test_what_cannot_be_handed_over_is_said_and_leaves_nothing(arguments: list[str], sentence: str) -> None:
    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(*arguments, stderr=err)
    assert ended.value.code == 2
    assert sentence in err.getvalue()
    assert not ImportRun.objects.exists()
