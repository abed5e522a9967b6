"""What the log tells: the id of a request on each of its lines, slow queries without anybody's words, no reader's address."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.core.management import CommandError, call_command
from django.db import connections, router
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from claims.models import Claim
from claimtracker import slow_queries


def waits(request: HttpRequest, words: str) -> HttpResponse:
    with connections[router.db_for_read(Claim)].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.03), %s,\n   %s IN (%s, %s)", [words, 1, 2, 3])
    return HttpResponse("waited")


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def is_away(request: HttpRequest) -> HttpResponse:
    return HttpResponse("away", status=503)


urlpatterns = [path("waits/<str:words>/", waits), path("fails/", fails), path("away/", is_away)]


@pytest.fixture
def lines(settings: Any) -> Iterator[list[dict[str, Any]]]:
    """What the site writes, by the formatter of its own settings."""
    written: list[dict[str, Any]] = []
    form = settings.LOGGING["formatters"]["lines"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=form["processors"], foreign_pre_chain=form["foreign_pre_chain"]
    )

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(formatter.format(record)))

    handler = Kept()
    settings.ROOT_URLCONF = __name__
    logging.getLogger().addHandler(handler)
    try:
        yield written
    finally:
        logging.getLogger().removeHandler(handler)
        structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("given", ["7f3a-52.b_c", "a" * 64])
def test_a_proxys_id_goes_through_every_line_and_into_the_answer(
    client: Client, lines: list[dict[str, Any]], given: str
) -> None:
    client.raise_request_exception = False
    answer = client.get("/fails/", headers={"x-request-id": given})
    assert answer["X-Request-ID"] == given
    assert {line["logger"] for line in lines} >= {"django.request", "django_structlog.middlewares.request"}
    assert {line["request_id"] for line in lines} == {given}
    assert "127.0.0.1" not in json.dumps(lines)


def test_an_error_is_told_once_with_its_id(client: Client, lines: list[dict[str, Any]]) -> None:
    answer = client.get("/away/")
    told = [line for line in lines if line["event"] != "request_started"]
    assert [(line["code"], line["request_id"]) for line in told] == [(503, answer["X-Request-ID"])]


def test_values_that_have_names_are_numbered_too_each_once() -> None:
    assert (
        slow_queries.shape("a = %(x)s AND\n b LIKE '%%' || %(y)s OR c = %(x)s")
        == "a = $1 AND b LIKE '%' || $2 OR c = $1"
    )


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "two words here", 'a"}{"level":"x"', "line\u2028break"]
)
def test_any_other_id_is_replaced_by_one_of_ours(
    client: Client, lines: list[dict[str, Any]], given: str
) -> None:
    client.raise_request_exception = False
    one, other = (client.get("/fails/", HTTP_X_REQUEST_ID=given)["X-Request-ID"] for _time in range(2))
    assert one != other
    assert len(one) == 36
    assert {line["request_id"] for line in lines} == {one, other}


def test_a_slow_query_of_a_page_is_told_once_by_its_shape_and_never_by_its_values(
    client: Client, db: None, lines: list[dict[str, Any]], settings: Any
) -> None:
    settings.CLAIMTRACKER_SLOW_QUERY_MS = 20
    client.get("/waits/what-a-reader-wrote/")
    (told,) = [line for line in lines if line["event"] == slow_queries.EVENT]
    assert told["shape"] == "SELECT pg_sleep(0.03), $1, $2 IN ($3)"
    assert told["milliseconds"] >= 30
    assert told["route"] == "waits/<str:words>/"
    assert told["request_id"]
    assert "wrote" not in json.dumps(told)
    settings.CLAIMTRACKER_SLOW_QUERY_MS = 5000
    client.get("/waits/what-a-reader-wrote/")
    assert sum(line["event"] == slow_queries.EVENT for line in lines) == 1


def test_outside_a_page_a_query_may_take_its_time(
    db: None, lines: list[dict[str, Any]], settings: Any
) -> None:
    settings.CLAIMTRACKER_SLOW_QUERY_MS = 1
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02)")
    assert lines == []


def test_a_shape_is_what_explain_takes(db: None) -> None:
    shape = slow_queries.shape(
        "SELECT id FROM claims_claim WHERE id IN (%s, %s, %s)\n AND slug LIKE %s || '%%'"
    )
    assert shape == "SELECT id FROM claims_claim WHERE id IN ($1) AND slug LIKE $2 || '%'"
    with connections["default"].cursor() as cursor:
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {shape}")


def test_the_log_is_summed_up_by_shape_the_costliest_first(tmp_path: Any) -> None:
    def line(query: str, took: object, route: str = "a") -> str:
        return json.dumps(
            {
                "event": "slow_query",
                "query": query,
                "milliseconds": took,
                "shape": f"SELECT {query}",
                "route": route,
            }
        )

    file = tmp_path / "log"
    file.write_text(
        "\n".join([
            line("one", 700), "claimtracker[7]: " + line("two", 900), line("two", 600, "b"), line("two", "?"),
            '{"event": "request_finished", "request": "GET /?q=slow_query"}', "slow_query, cut of", "",
        ])
    )  # fmt: skip
    out = io.StringIO()
    call_command("slow_queries", log=str(file), stdout=out)
    assert out.getvalue().splitlines() == [
        "two  2 times, 1,500 ms in all, 900 ms at worst, on a, b",
        "  SELECT two",
        "one  1 times, 700 ms in all, 700 ms at worst, on a",
        "  SELECT one",
    ]
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("slow_queries", log=str(tmp_path / "none"))


def test_where_the_server_keeps_no_statistics_it_is_said_what_to_do(db: None) -> None:
    out = io.StringIO()
    call_command("slow_queries", stdout=out)
    assert "pg_stat_statements" in out.getvalue()
    assert "--log -" in out.getvalue()
