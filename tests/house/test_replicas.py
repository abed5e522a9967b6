"""Readers' pages from a copy of the database: a real streaming standby. The whole site over one: `python -m tests.benchmarks.replica`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections, router
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from ninja import NinjaAPI

from claims.models import Claim
from claims.public import unchanged
from claims.public.answers import PROBLEM
from claims.public.api import routes as api_routes
from claims.public.replicas import REST, Replicas, replicas
from claims.public.routing import PublicReads
from claimtracker import addresses
from tests.databases import ROOT, Clone
from tests.standby import Pair, free_port, pair


def who_answers(request: HttpRequest) -> HttpResponse:
    """A public page: which server made it. Asked to, a replica breaks off in the middle of it."""
    with connections[router.db_for_read(Claim)].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        (copied,) = cursor.fetchone()
        if copied and "break" in request.GET:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        if copied and "slow" in request.GET:
            cursor.execute("SET statement_timeout = 1; SELECT pg_sleep(1)")
    return HttpResponse("replica" if copied else "primary")


probe = NinjaAPI(urls_namespace="probe")
probe.exception_handler(OperationalError)(api_routes._database_is_away)
probe.get("page")(who_answers)

urlpatterns = [path("page", who_answers), path("probe/", probe.urls)]


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def both() -> Iterator[Pair]:
    with pair() as found:
        yield found


@pytest.fixture
def site(both: Pair, settings: Any, django_db_blocker: Any) -> Iterator[Pair]:
    """Django's alias `public` on the primary and `replica1` on the standby, which has caught up."""
    usual = connections.databases["public"], connections["public"]
    databases = {
        "public": both.primary.url(),
        "replica1": both.standby.url(),
    }
    for alias, url in databases.items():
        connections.databases[alias] = addresses.soon_given_up(
            {**usual[0], "OPTIONS": {}, **addresses.parse(url)}
        )
    del connections["public"]
    settings.CLAIMTRACKER_REPLICAS, settings.ROOT_URLCONF = ["replica1"], __name__
    replicas.cache_clear()
    both.caught_up()
    with django_db_blocker.unblock():
        try:
            yield both
        finally:
            for alias in databases:
                connections[alias].close()
            del connections["replica1"], connections.databases["replica1"]
            connections.databases["public"], connections["public"] = usual
            replicas.cache_clear()


def write(both: Pair) -> None:
    with both.primary.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (n int)")
        connection.execute("INSERT INTO written VALUES (1)")


def test_a_copy_is_used_while_it_shows_what_the_primary_had_some_seconds_ago(site: Pair) -> None:
    clock = Clock()
    found = Replicas(["replica1"], 2, clock)

    def chosen_after(seconds: float) -> str | None:
        clock.now += seconds
        return found.chosen("/en/")

    assert chosen_after(0) == "replica1"
    with site.standby.connect() as standby:
        standby.execute("SELECT pg_wal_replay_pause()")
        write(site)
        assert [chosen_after(1.1) for _second in range(2)] == ["replica1", "replica1"]
        assert [chosen_after(1.1) for _second in range(2)] == [None, None]
        assert found.troubles() == {"replica1": "is behind"}
        # Nobody came for a while: what was known before excuses nothing.
        assert chosen_after(1000) is None
        standby.execute("SELECT pg_wal_replay_resume()")
    site.caught_up()
    assert chosen_after(1.1) == "replica1"


def test_a_killed_copy_is_left_alone_and_taken_back_when_it_answers(site: Pair) -> None:
    clock = Clock()
    found = Replicas(["replica1"], 2, clock)
    assert found.chosen("/en/") == "replica1"
    site.standby.kill()
    while found.chosen("/en/"):
        connections["replica1"].close()
    assert found.troubles() == {"replica1": "does not answer"}
    site.standby.start()
    assert found.chosen("/en/") is None
    clock.now += REST + 0.1
    site.caught_up()
    assert found.chosen("/en/") == "replica1"


def test_where_the_primary_is_away_a_copy_that_answers_is_used(site: Pair) -> None:
    connections.databases["public"] = {**connections.databases["public"], "PORT": free_port()}
    connections["public"].close()
    del connections["public"]
    found = Replicas(["replica1"], 2)
    assert found.chosen("/en/") == "replica1"
    found.failed("replica1")
    assert found.chosen("/en/") == "replica1"  # there is no other: it is asked again at once


def test_the_primary_is_no_replica_of_itself(site: Pair) -> None:
    connections.databases["replica1"] = {**connections.databases["public"]}
    found = Replicas(["replica1"], 2)
    assert found.chosen("/en/") is None
    assert found.troubles() == {"replica1": "is no replica"}


def test_readers_read_from_the_copy_and_whoever_has_a_session_from_the_primary(
    site: Pair, client: Client, settings: Any
) -> None:
    assert client.get("/page").content == b"replica"
    client.cookies[settings.SESSION_COOKIE_NAME] = "some session"
    assert client.get("/page").content == b"primary"


def test_a_page_that_the_copy_breaks_off_is_made_by_the_primary(site: Pair, client: Client) -> None:
    assert client.get("/page?break").content == b"primary"
    assert replicas().troubles() == {"replica1": "does not answer"}
    replicas.cache_clear()
    assert client.get("/probe/page?break").content == b"primary", "the API catches errors first"
    assert replicas().troubles() == {"replica1": "does not answer"}
    assert client.get("/page").content == b"primary"


def test_a_page_that_is_too_slow_for_the_copy_does_not_burden_the_primary_too(
    site: Pair, client: Client
) -> None:
    client.raise_request_exception = False
    assert client.get("/page?slow").status_code == 500
    told = client.get("/probe/page?slow")
    assert (told.status_code, told["Content-Type"]) == (503, PROBLEM), "the API tells it in its own way"
    assert replicas().troubles() == {"replica1": ""}


def test_what_a_copy_shows_is_told_by_its_log_as_its_snapshot_does_not_always_change(site: Pair) -> None:
    with site.primary.connect() as one, site.primary.connect() as other, site.standby.connect() as standby:

        def seen() -> tuple[Any, ...]:
            site.caught_up()
            return (
                standby.execute(
                    f"SELECT ({unchanged.MOMENT}), pg_current_snapshot()::text, count(*) FROM written"
                ).fetchone()
                or ()
            )

        write(site)
        for connection in (one, other):
            connection.autocommit = False
            connection.execute("INSERT INTO written VALUES (1)")
        write(site)
        moment, snapshot, rows = seen()
        other.commit()
        later, same, more = seen()
        one.rollback()
    assert (same, more) == (snapshot, rows + 1)
    assert later != moment


def test_no_replica_means_no_question(settings: Any) -> None:
    assert settings.CLAIMTRACKER_REPLICAS == []
    assert replicas().troubles() == {}
    assert PublicReads(lambda request: HttpResponse("page"))(HttpRequest()).content == b"page"


def test_readiness_names_a_copy_that_is_away_and_stays_ready(
    client: Client, clone_db: Clone, settings: Any
) -> None:
    settings.CLAIMTRACKER_REPLICAS = ["replica1"]
    connections.databases["replica1"] = {
        **connections.databases["public"],
        "EMBEDDED": None,
        "HOST": "127.0.0.1",
        "PORT": free_port(),
    }
    replicas.cache_clear()
    try:
        answer = client.get("/readyz")
    finally:
        del connections["replica1"], connections.databases["replica1"]
        replicas.cache_clear()
    assert (answer.status_code, answer.content) == (200, b"ok\nreplica1 does not answer\n")


def test_the_embedded_server_has_no_copies() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "claimtracker.settings", "DATABASE_REPLICA_URLS": "postgresql://a@h/x"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        ["DATABASE_REPLICA_URLS: the embedded server has no replicas; set DATABASE_URL."],
    )
