"""What public pages cost, at the size of the database at hand: PERFORMANCE.md P1 to P6.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.pages [--save FILE] [--against FILE] [--times N]

CPU milliseconds a request, the site's and PostgreSQL's apart: what a busy machine cannot falsify. B is the floor in the same run: an empty
view behind the same middleware, plus the page's own SQL sent bare. `--against` compares with a saved run at another size. Fill a database
with `manage.py make_benchmark_data`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
django.setup()

from django.db import connections  # noqa: E402 -- after the setup
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path  # noqa: E402

from claims.models import Claim, ClaimFigures, StatementSpeaker  # noqa: E402
from claims.public.lists import LISTED, NEWEST_LISTED, listed_claims  # noqa: E402
from claims.public.paging import cursor  # noqa: E402
from sources.models import Source  # noqa: E402

_READS = re.compile(r"\(*(?:SELECT|WITH|DECLARE)")
_DECLARED = re.compile(r"^DECLARE .*? FOR (?=\(*(?:SELECT|WITH))")
HERTZ = os.sysconf("SC_CLK_TCK")


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("hello", hello)]


@dataclass
class Cost:
    """Milliseconds of CPU; `floor_…`: of B. `size`: bytes of the page, unpacked."""

    page: str
    queries: int
    site: float
    database: float
    floor_site: float
    floor_database: float
    size: int

    @property
    def ratio(self) -> float:
        return (self.site + self.database) / (self.floor_site + self.floor_database)


def addresses() -> dict[str, str]:
    """One page of each kind; of the common and of the rare. Name → address."""
    by_statements = ClaimFigures.objects.filter(claim__in=Claim.objects.published()).order_by("statements")
    middle = Claim.objects.published().order_by("pk")[Claim.objects.published().count() // 2]
    busy, quiet = by_statements.last(), by_statements.first()
    assert busy and quiet
    often = StatementSpeaker.objects.exclude(speaker=None).select_related("speaker").first()
    assert often and often.speaker
    spoken = often.speaker
    source = Source.objects.published().order_by("-pk").first()
    assert source
    word = str(middle.text).split()[-1]
    listed = listed_claims().order_by(*NEWEST_LISTED)
    halfway = cursor(listed[listed.count() // 2], LISTED)
    return {
        "P1 list": "/en/claims/",
        "P2 rating": "/en/claims/?rating=disputed",
        "P2 contest": "/en/claims/?contest=denied",
        "P2 rating and contest": "/en/claims/?rating=unproven&contest=denied",
        "P2 speaker, often": f"/en/claims/?speaker={spoken.name.replace(' ', '+')}",
        "P2 source language": "/en/claims/?language=it",
        "P3 list, half-way down": f"/en/claims/?after={halfway}",
        "P4 claim, many statements": f"/en/claims/{busy.claim.slug}/",
        "P4 claim, few": f"/en/claims/{quiet.claim.slug}/",
        "P5 search, rare": f"/en/claims/?q={word}",
        "P5 search, common": "/en/claims/?q=drones",
        "home": "/en/",
        "denials": "/en/denials/",
        "reversals": "/en/reversals/",
        "speakers": "/en/speakers/",
        "speaker": f"/en/speakers/{spoken.slug}/",
        "sources": "/en/sources/",
        "source": f"/en/sources/{source.pk}-{source.slug}/",
        "topics": "/en/topics/",
        "outlets": "/en/outlets/",
        "decisions": "/en/decisions/",
        "corrections": "/en/corrections/",
    }


def measured(action: Callable[[], object], times: int) -> tuple[float, float]:
    """CPU milliseconds of this process and of PostgreSQL for one `action`, the mean of `times`, warm."""
    action()
    site, database = time.process_time(), _database_seconds()
    for _ in range(times):
        action()
    return (
        (time.process_time() - site) * 1000 / times,
        (_database_seconds() - database) * 1000 / times,
    )


def _database_seconds() -> float:
    """CPU of the server processes that work for us; needs PostgreSQL on this machine."""
    total = 0.0
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text(encoding="ascii")
            fields = stat.rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / HERTZ
    return total


def cost(name: str, address: str, client: Client, times: int) -> Cost:
    """Raises AssertionError when the page does not answer."""
    with CaptureQueriesContext(connections["public"]) as captured:
        response = client.get(address)
        size = len(b"".join(response)) if response.streaming else len(response.content)
    assert response.status_code == 200, (address, response.status_code)
    # A page read in pieces is one statement here.
    statements = [_DECLARED.sub("", query["sql"]) for query in captured if _READS.match(query["sql"])]

    def bare() -> None:
        with connections["public"].cursor() as cursor:
            for sql in statements:
                cursor.cursor.execute(sql)
                if cursor.description:
                    cursor.fetchall()

    site, database = measured(lambda: client.get(address), times)
    sql_site, sql_database = measured(bare, times)
    with override_settings(ROOT_URLCONF=__name__):
        hello_site, hello_database = measured(lambda: client.get("/hello"), times)
    return Cost(
        name, len(statements), site, database, sql_site + hello_site, sql_database + hello_database, size
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="What public pages cost.")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    before = {}
    if options.against:
        before = {each["page"]: each for each in json.loads(options.against.read_text(encoding="utf-8"))}
    client = Client(headers={"host": "127.0.0.1", "accept-language": "en"})
    costs = []
    print(f"{Claim.objects.count():,} claims; CPU ms a request")
    print(
        f"{'page':28} {'queries':>7} {'site':>7} {'database':>8} {'B':>6} {'ratio':>6} {'growth':>7} {'kB':>5}"
    )
    for name, address in addresses().items():
        each = cost(name, address, client, options.times)
        costs.append(each)
        old = before.get(name)
        growth = f"{(each.site + each.database) / (old['site'] + old['database']):.2f}" if old else ""
        print(
            f"{name:28} {each.queries:7} {each.site:7.2f} {each.database:8.2f}"
            f" {each.floor_site + each.floor_database:6.2f} {each.ratio:6.2f} {growth:>7} {each.size / 1000:5.0f}"
        )
    if options.save:
        options.save.write_text(json.dumps([asdict(each) for each in costs], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
