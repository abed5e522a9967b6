"""Workers on several machines, as processes that share nothing but a database on a port: whoever of them is killed or told to stop, and
wherever the database goes meanwhile, in the end the rows are those of one undisturbed run. Many kills, and what the queue costs:
python -m tests.benchmarks.workers
"""

from __future__ import annotations

import io
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from procrastinate.contrib.django import app

from claims import assigning, tasks
from claimtracker.localdb import APP, PORT, Server
from tests import databases
from tests.claims.desk_data import make_account
from tests.conftest import RUN_DATABASE
from tests.databases import Clone, point_at
from tests.factories import make_claim
from tests.loopback import on_a_port
from tests.workers import (
    ANSWERS,
    ARTICLES,
    LEFT,
    STATEMENTS,
    kill_at_work,
    machine,
    make_articles,
    newest_worker,
    rows,
    runs_ended,
    until,
)

FILES = 250
DOING = "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'"
PROCESSES = "SELECT id FROM procrastinate_workers"


@dataclass
class Undisturbed:
    """A folder of articles, and the rows that the commands by themselves made of it."""

    folder: Path
    articles: list[Any]
    statements: list[Any]
    answers: list[Any]


def quietly(*command: str) -> None:
    call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())


@pytest.fixture(scope="module")
def undisturbed(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    test_server: Server,
    test_template: str,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Undisturbed:
    folder = make_articles(tmp_path_factory.mktemp("undisturbed") / "articles", FILES)
    with databases.clone(test_server, test_template) as fresh, django_db_blocker.unblock():
        point_at(fresh.name, one_connection=False)
        try:
            with pytest.raises(SystemExit):  # one file is refused
                quietly("import_articles", str(folder))
            quietly("read_sources")
        finally:
            connections.close_all()
            point_at(request.config.stash[RUN_DATABASE], one_connection=True)
        articles, statements, answers = rows(fresh.url, ARTICLES, STATEMENTS, ANSWERS)
    assert min(len(articles), len(statements)) > FILES // 2
    assert len(answers) == FILES + 1
    return Undisturbed(folder, articles, statements, answers)


def test_two_machines_end_in_the_rows_of_one_undisturbed_run_when_one_is_killed_and_one_told_to_stop(
    undisturbed: Undisturbed, clone_db: Clone, test_server: Server, tmp_path: Path
) -> None:
    url = clone_db.url
    with on_a_port(test_server.socket / f".s.PGSQL.{PORT}") as port:
        address = f"postgresql://{APP}@127.0.0.1:{port}/{clone_db.name}"
        quietly("import_articles", "--queue", str(undisturbed.folder))
        with machine(address, tmp_path / "first") as first:
            kill_at_work(first, url, newest_worker(url))
        assert not runs_ended(url)
        with machine(address, tmp_path / "second") as second, machine(address, tmp_path / "third") as third:
            until(lambda: runs_ended(url))
            assert rows(url, ARTICLES, ANSWERS) == [undisturbed.articles, undisturbed.answers]
            quietly("read_sources", "--queue")
            until(lambda: rows(url, DOING)[0])
            second.terminate()
            assert second.wait(60) == 0
            # It ended the part at hand: what is still being done is the other's.
            assert len(rows(url, DOING)[0]) <= 1
            until(lambda: runs_ended(url))
            assert rows(url, STATEMENTS) == [undisturbed.statements]
            until(lambda: not rows(url, LEFT)[0])
            third.terminate()
            assert third.wait(30) == 0


def test_a_worker_of_three_processes_goes_on_when_the_database_is_back(
    undisturbed: Undisturbed, clone_db: Clone, test_server: Server, tmp_path: Path
) -> None:
    url = clone_db.url
    with machine(url, tmp_path / "machine", "--concurrency", "3") as worker:
        until(lambda: len(rows(url, PROCESSES)[0]) == 3)
        before = rows(url, PROCESSES)[0]
        quietly("import_articles", "--queue", str(undisturbed.folder))
        connections.close_all()
        with test_server.connect() as server:
            server.execute(f'ALTER DATABASE "{clone_db.name}" ALLOW_CONNECTIONS false')
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [clone_db.name]
            )
            time.sleep(1)
            server.execute(f'ALTER DATABASE "{clone_db.name}" ALLOW_CONNECTIONS true')
        until(lambda: runs_ended(url))
        assert rows(url, ARTICLES, ANSWERS) == [undisturbed.articles, undisturbed.answers]
        until(lambda: not rows(url, LEFT)[0])
        until(lambda: len(rows(url, PROCESSES)[0]) == 3)
        assert not set(before) & set(rows(url, PROCESSES)[0])  # they came back as new ones
        worker.terminate()
        assert worker.wait(30) == 0


# -- by the clock


@contextmanager
def a_mail_server() -> Iterator[tuple[str, list[str]]]:
    """(its address as a setting, what it was sent)."""
    got: list[str] = []

    class Taken(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().decode():
                if line.lower().startswith("data"):
                    self.wfile.write(b"354 go on\r\n")
                    got.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self.wfile.write(b"250 thanks\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Taken) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        try:
            yield f"smtp://127.0.0.1:{server.server_address[1]}", got
        finally:
            server.shutdown()


def test_a_worker_sends_the_e_mails_and_seals_the_history_by_the_clock(
    clone_db: Clone, tmp_path: Path
) -> None:
    anna, ben = make_account("anna", "editor"), make_account("ben", "editor")
    ben.email = "ben@desk.example"
    ben.save()
    assigning.assign(make_claim(), to=ben, by=anna)
    url, owner = clone_db.url, clone_db.owner_url
    seals = "SELECT 1 FROM claims_historyseal"
    assert not rows(owner, seals)[0]

    def sealed() -> bool:
        """Handed over here, as the clock does it once an hour; again where other tests' transactions were in the way."""
        if not rows(url, "SELECT 1 FROM procrastinate_jobs WHERE queue_name = 'seal'")[0]:
            tasks.seal_history.defer(timestamp=1)
        return bool(rows(owner, seals)[0])

    with a_mail_server() as (address, got):
        settings = {"CLAIMTRACKER_EMAIL_URL": address, "DATABASE_OWNER_URL": owner}
        with machine(url, tmp_path / "machine", settings=settings):
            until(lambda: sealed() and got, every=0.2)
    assert ["To: ben@desk.example" in each for each in got] == [True]
    clock = {key[0]: task.cron for key, task in app.periodic_registry.periodic_tasks.items()}
    assert clock == {"send_notices": "*/5 * * * *", "seal_history": "7 * * * *"}
