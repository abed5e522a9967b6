"""Workers on several machines, as processes that share nothing but a database on a port: whoever of them is killed, in the end the
rows are those of one undisturbed run.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from claimtracker.localdb import APP, PORT, Server
from tests import databases
from tests.databases import Clone, point_at
from tests.loopback import on_a_port

FILES = 250

ARTICLES = """
    SELECT s.url, s.text_sha256, s.title, s.language, o.name, origin.url, older.text_sha256, s.furniture::text,
        (SELECT count(*) FROM sources_sourceevent e WHERE e.id = s.id)
    FROM sources_source s LEFT JOIN sources_outlet o ON o.id = s.outlet_id
    LEFT JOIN sources_source origin ON origin.id = s.origin_id LEFT JOIN sources_source older ON older.id = s.version_of_id
    ORDER BY s.url, s.text_sha256
"""
STATEMENTS = """
    SELECT s.url, s.text_sha256, st.act, st.spans::text, st.rule, st.review,
        (SELECT string_agg(w.as_written, '|' ORDER BY w.order) FROM claims_statementspeaker w WHERE w.statement_id = st.id),
        (SELECT count(*) FROM claims_statementevent e WHERE e.id = st.id), r.found, r.stored
    FROM claims_reading r JOIN sources_source s ON s.id = r.source_id LEFT JOIN claims_statement st ON st.source_id = s.id
    ORDER BY s.url, s.text_sha256, st.spans::text, st.act
"""
ANSWERS = "SELECT name, outcome, reason, message FROM sources_importitem ORDER BY name, outcome"


def rows(url: str, *queries: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return [connection.execute(query).fetchall() for query in queries]


def quietly(*command: str) -> None:
    call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Articles of many outlets, each second a copy, or a newer text at the address, of the one before; and a file that is none."""
    made = tmp_path / "articles"
    made.mkdir()
    for n in range(FILES):
        text = (
            f"Il portavoce {n - n % 2} ha negato la fornitura. «Non è così», ha detto Luca Rossi{n - n % 2}."
        )
        record = {
            "title": f"Titolo {n - n % 2}",
            "text": text + (" Poi ha ammesso il fatto." if n % 4 == 3 else ""),
            "url": f"https://example.org/{n if n % 4 == 1 else n - n % 2}",
            "source": f"Giornale {n % 17}",
        }
        (made / f"{n:05}.json").write_text(json.dumps(record))
    (made / "00120-.json").write_text("{no")
    return made


@contextmanager
def machine(address: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with a working directory and data of its own; ended if it still lives."""
    folder.mkdir()
    environment = os.environ | {
        "DATABASE_URL": address,
        "CLAIMTRACKER_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(databases.ROOT),
    }
    with open(folder / "said", "w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "django", "worker", "--stalled-after", "2"],
            cwd=folder,
            env=environment,
            stdout=said,
            stderr=said,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            said.seek(0)
            print(said.read())  # shown when the test fails


def until(met: Callable[[], Any], seconds: float = 90) -> Any:
    end = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)
    return found


def kill_at_work(process: subprocess.Popen[bytes], url: str, worker: int) -> None:
    """kill -9 while it has a job: it is stopped first, so that it cannot end the job between the look and the kill."""
    taken = f"SELECT id FROM procrastinate_jobs WHERE worker_id = {worker} AND status = 'doing'"

    def stopped_at_work() -> bool:
        process.send_signal(signal.SIGSTOP)
        if rows(url, taken)[0]:
            return True
        process.send_signal(signal.SIGCONT)
        return False

    until(stopped_at_work)
    process.kill()
    process.wait()


def runs_ended(url: str) -> bool:
    return not rows(url, "SELECT 1 FROM sources_importrun WHERE finished_at IS NULL")[0]


def test_two_machines_end_in_the_rows_of_one_undisturbed_run_when_one_is_killed(
    clone_db: Clone, test_server: Server, test_template: str, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):  # one file is refused
        quietly("import_articles", str(folder))
    quietly("read_sources")
    wanted = rows(clone_db.url, ARTICLES, STATEMENTS, ANSWERS)
    assert [len(each) > FILES // 2 for each in wanted] == [True, True, True]

    with (
        databases.clone(test_server, test_template) as fresh,
        on_a_port(test_server.socket / f".s.PGSQL.{PORT}") as port,
    ):
        point_at(fresh.name, one_connection=False)
        address = f"postgresql://{APP}@127.0.0.1:{port}/{fresh.name}"
        quietly("import_articles", "--queue", str(folder))
        with machine(address, tmp_path / "first") as first:
            until(lambda: rows(fresh.url, "SELECT 1 FROM procrastinate_workers")[0])
            ((worker,),) = rows(fresh.url, "SELECT id FROM procrastinate_workers")[0]
            kill_at_work(first, fresh.url, worker)
        assert not runs_ended(fresh.url)
        with machine(address, tmp_path / "second") as second, machine(address, tmp_path / "third") as third:
            until(lambda: runs_ended(fresh.url))
            assert rows(fresh.url, ARTICLES, ANSWERS) == [wanted[0], wanted[2]]
            quietly("read_sources", "--queue")
            until(lambda: rows(fresh.url, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'")[0])
            second.kill()
            until(lambda: runs_ended(fresh.url))
            assert rows(fresh.url, STATEMENTS) == [wanted[1]]
            third.terminate()
            assert third.wait(30) == 0
        left = (
            "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'work'",
            "SELECT count(*) FROM sources_parcel",
        )
        assert rows(fresh.url, *left) == [[(0,)], [(0,)]]
        connections.close_all()
        point_at(clone_db.name, one_connection=False)
