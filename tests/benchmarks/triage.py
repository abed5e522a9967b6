"""What triage costs at the size of the database at hand: opening a suggestion, deciding it with the next one opened, the queue.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.triage [--times N]

CPU milliseconds of the site and of PostgreSQL, the mean of N: what a busy machine cannot falsify. The bar: the next item in less than
200 ms at 100,000 suggestions (`manage.py make_benchmark_data --claims 20000 --suggestions 100000`). Everything is rolled back.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 -- after the setup
from django.db import connection, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from claims import linking  # noqa: E402
from claims.desk import waiting  # noqa: E402
from claims.models import Claim, Statement  # noqa: E402
from tests.benchmarks.pages import measured  # noqa: E402

BAR = 200.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=15)
    times = parser.parse_args().times
    logging.disable(logging.CRITICAL)
    with override_settings(ALLOWED_HOSTS=["*"]), transaction.atomic():
        print(f"{Claim.objects.count():,} claims, {waiting.waiting().count():,} suggestions that wait")
        client = signed_in()
        print(f"{'CPU ms a request':42} {'site':>6} {'database':>9} {'both':>6} {'queries':>8}")
        slow = [name for name, act in acts(client, times) if not cost(name, act, times)]
        transaction.set_rollback(True)
    if slow:
        raise SystemExit(f"over {BAR:.0f} ms: {', '.join(slow)}")


def signed_in() -> Client:
    editor = User.objects.create_user("benchmark-of-triage")
    editor.groups.set(Group.objects.filter(name="editor"))
    client = Client()
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    return client


def acts(client: Client, times: int) -> list[tuple[str, Callable[[int], HttpResponse]]]:
    """What is measured; each is called with 0, 1, 2 …"""
    every = max(1, waiting.waiting().count() // (4 * times + 12))
    chosen = list(waiting.waiting().exclude(speakers=None).order_by("-pk")[::every][: 2 * times + 6])

    def item(statement: Statement) -> str:
        return f"/desk/triage/{statement.source_id}/?s={statement.pk}"

    def decide(turn: int) -> HttpResponse:
        statement = chosen[times + 3 + turn]
        data = {"do": "accept", "version": statement.version, "claim": "new", "stance": "asserts"}
        data["claim-text"] = f"A claim of the benchmark, number {turn}"
        return client.post(f"/desk/triage/statements/{statement.pk}/", data, follow=True)

    print(f"{linking.unweighed().count():,} denials and admissions not compared with claims yet")
    return [
        ("open a suggestion", lambda turn: client.get(item(chosen[turn]))),
        ("accept on a new claim, next one opened", decide),
        ("the next article", lambda turn: client.get(f"/desk/triage/{chosen[turn].source_id}/next/")),
        ("the queue", lambda _turn: client.get("/desk/triage/")),
        ("the queue, denials in Italian", lambda _turn: client.get("/desk/triage/?act=denies&language=it")),
        ("the surest, before accepting", lambda _turn: client.get("/desk/triage/sure/")),
        ("the desk's home", lambda _turn: client.get("/desk/")),
    ]


def cost(name: str, act: Callable[[int], HttpResponse], times: int) -> bool:
    """Prints one line; whether it stays under the bar."""
    turns = itertools.count()
    with CaptureQueriesContext(connection) as queries:
        answer = act(next(turns))
        asked = len(queries)
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{name}: {answer.status_code}")
    site, database = measured(lambda: act(next(turns)), times)
    print(f"{name:42} {site:6.0f} {database:9.0f} {site + database:6.0f} {asked:8}")
    return site + database < BAR


if __name__ == "__main__":
    main()
