"""Workers on several machines, as processes that share nothing but a database on a port: whoever of them is killed, in the end the
rows are those of one undisturbed run. Many kills, and what the queue costs: python -m tests.benchmarks.workers
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from claimtracker.localdb import APP, PORT, Server
from tests import databases
from tests.databases import Clone, point_at
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


def quietly(*command: str) -> None:
    call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())


def test_two_machines_end_in_the_rows_of_one_undisturbed_run_when_one_is_killed(
    clone_db: Clone, test_server: Server, test_template: str, tmp_path: Path
) -> None:
    folder = make_articles(tmp_path / "articles", FILES)
    with pytest.raises(SystemExit):  # one file is refused
        quietly("import_articles", str(folder))
    quietly("read_sources")
    articles, statements, answers = rows(clone_db.url, ARTICLES, STATEMENTS, ANSWERS)
    assert min(len(articles), len(statements)) > FILES // 2
    assert len(answers) == FILES + 1

    with (
        databases.clone(test_server, test_template) as fresh,
        on_a_port(test_server.socket / f".s.PGSQL.{PORT}") as port,
    ):
        point_at(fresh.name, one_connection=False)
        address = f"postgresql://{APP}@127.0.0.1:{port}/{fresh.name}"
        quietly("import_articles", "--queue", str(folder))
        with machine(address, tmp_path / "first") as first:
            kill_at_work(first, fresh.url, newest_worker(fresh.url))
        assert not runs_ended(fresh.url)
        with machine(address, tmp_path / "second") as second, machine(address, tmp_path / "third") as third:
            until(lambda: runs_ended(fresh.url))
            assert rows(fresh.url, ARTICLES, ANSWERS) == [articles, answers]
            quietly("read_sources", "--queue")
            until(lambda: rows(fresh.url, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'")[0])
            second.kill()
            until(lambda: runs_ended(fresh.url))
            assert rows(fresh.url, STATEMENTS) == [statements]
            until(lambda: not rows(fresh.url, LEFT)[0])
            third.terminate()
            assert third.wait(30) == 0
        connections.close_all()
        point_at(clone_db.name, one_connection=False)
