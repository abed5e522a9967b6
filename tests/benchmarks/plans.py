"""What PostgreSQL does for every public page, at the size of the database at hand: PERFORMANCE.md P2, P5, P6 and P11.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.plans [--rows N] [--tries N]

Carries out every query of every page as PostgreSQL itself plans it and says which ones use OFFSET, read a growing table whole, or look
at more than N rows in one step; then what lists cost the database under any combination of filters, by any speaker, drawn at random.
Exits with 1 where a page breaks its rule. Fill a database with `manage.py make_benchmark_data`.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import statistics
import sys
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
django.setup()

from django.test import Client  # noqa: E402 -- after the setup

from claims.models import Claim, ListedClaim, Speaker, Topic  # noqa: E402
from claims.vocabulary import Contest, Rating  # noqa: E402
from tests.benchmarks.addresses import budgets  # noqa: E402
from tests.plans import faults, plan_of, queries_of  # noqa: E402

logging.disable(logging.WARNING)
WORDS = (
    "drones",
    "missiles",
    "radar",
    "sold",
    "through",
    "Lilobe",
    "Zuzabe",
    "nothingofthekind",
)
# Two words that are in thousands of claims each: where both are must be worked out.
TWO_WORDS = "sold drones"


def asked_of(client: Client, address: str) -> list[str]:
    """The page's queries once it has been shown before. Raises AssertionError when it does not answer."""
    assert client.get(address).status_code == 200, address
    return queries_of(lambda: client.get(address))


def milliseconds(client: Client, address: str) -> float:
    """What the page's queries take in PostgreSQL, planning left out, the better of two rounds: a busy machine only adds."""
    queries = asked_of(client, address)
    return min(sum(plan_of(sql, analyze=True)["Execution Time"] for sql in queries) for _round in range(2))


def combinations(chance: random.Random, tries: int) -> list[str]:
    """Addresses of the list of claims with one to five filters at random."""
    slugs = list(Topic.objects.values_list("slug", flat=True))
    speakers = list(Speaker.objects.order_by("pk").values_list("slug", flat=True)[:2000])
    choices = {
        "rating": [*(rating.value for rating in Rating), "unreviewed"],
        "contest": [contest.value for contest in Contest],
        "topic": slugs,
        "language": ["it", "en"],
        "speaker": speakers,
        "since": ["2016-03-01", "2020-01-01", "2026-01-01"],
        "until": ["2016-03-01", "2020-01-01", "2026-01-01"],
    }
    addresses = []
    for _try in range(tries):
        names = chance.sample(sorted(choices), chance.randint(1, 5))
        addresses.append("/en/claims/?" + urlencode({name: chance.choice(choices[name]) for name in names}))
    return addresses


def told(what: str, costs: dict[str, float]) -> None:
    """Half of them, 95 of a hundred, and the dearest."""
    ordered = sorted(costs.values())
    worst = max(costs, key=lambda address: costs[address])
    print(
        f"{what}: half within {statistics.median(ordered):.2f} ms, 95 % within {ordered[int(len(ordered) * 0.95)]:.2f} ms,"
        f" the dearest {costs[worst]:.2f} ms: {worst}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="What PostgreSQL does for every public page.")
    parser.add_argument("--rows", type=int, default=5000, help="that one step may look at")
    parser.add_argument("--tries", type=int, default=100, help="combinations of filters")
    options = parser.parse_args()
    client = Client(headers={"host": "127.0.0.1", "accept-language": "en"})
    print(f"{Claim.objects.count():,} claims, {ListedClaim.objects.count():,} of them listed")
    wrong = 0
    for address, most in budgets().items():
        queries = asked_of(client, address)
        if len(queries) > most:
            wrong += 1
            print(f"{address}: {len(queries)} queries, not {most}")
        for sql in queries:
            for fault in faults(sql, plan_of(sql, analyze=True), more_than=options.rows):
                wrong += 1
                print(f"{address}: {fault}")
    print(f"{len(budgets())} pages, {wrong} faults")
    chance = random.Random(1)
    drawn = combinations(chance, options.tries)
    told("lists under any filters", {address: milliseconds(client, address) for address in drawn})
    for where, page in (("in claims", "/en/claims/"), ("everywhere", "/en/search/")):
        for what, searched in (("a word", WORDS), ("two common words", [TWO_WORDS])):
            searches = [f"{page}?{urlencode({'q': words})}" for words in searched]
            costs = {address: milliseconds(client, address) for address in searches}
            told(f"{what} {where}, with the numbers of each kind", costs)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
