"""The desk and the admin stay as quick as the newsroom's tables grow: no page reads, counts or turns over what it does not show.

As for readers' pages (tests/public/test_plans.py), PostgreSQL is told that reading whole tables is dear, so that what it reads whole has no
index. Every page of the table of addresses is opened, on a world of some hundred claims; its queries are looked at in their words, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.admin import lists
from claims.management.benchmark_world import World
from claims.management.commands.make_benchmark_data import fill
from claims.models import Claim, ClaimFigures, Speaker, SpeakerCount, Topic
from sources.models import Outlet, Source
from tests.claims.desk_data import make_account, signed_in
from tests.claims.test_permissions_table import addresses
from tests.databases import Clone
from tests.plans import faults, plan_of, tables_below
from tests.public.conftest import one_connection  # noqa: F401 -- a fixture
from tests.public.test_plans import TELLING, WHOLE_TABLES_ARE_DEAR

ROOT = Path(__file__).resolve().parents[2]
# Of one claim or article: it has its bounds (an article 2,000 suggestions). What waits for triage, by a partial index: as much as is undone.
OF_ONE = re.compile(r"\"(claim_id|source_id)\" (= \d+|IN \(\d)")
WAITS = re.compile(r"\"review\" = 'suggested'")
# A name is looked for from the beginning of each of its words, in all names: 60,000 of them with a million claims.
NAMES = ("claims_speakername",)
# Of what waits for triage, counted by kind, PostgreSQL may walk through the whole of it.
WAITING = ("claims_statement_waiting",)
READS = re.compile(r"SELECT|WITH")
NUMBERS = re.compile(r"\d+|'[^']*'")
COUNTS = re.compile(r"\bCOUNT\(", re.IGNORECASE)
TURNS = re.compile(r"\bOFFSET (\d+)")


def pages(world_of: dict[str, str]) -> Iterator[str]:
    """Every page of the desk and the admin that is read, of something small; then of what is largest."""
    for route, address in world_of.items():
        if route.startswith(("admin/", "desk/")) and "logout" not in route:
            yield address
    claim = ClaimFigures.objects.latest("statements", "pk").claim
    source = Source.objects.latest("pk")
    speaker = SpeakerCount.objects.latest("n", "pk").speaker
    for name in ("claim", "claim_history", "claim_as_of", "merge_claim"):
        yield reverse(f"desk:{name}", args=[claim.pk])
    for name in ("article", "triage_article", "reading", "source_history", "where_from"):
        yield reverse(f"desk:{name}", args=[source.pk])
    for name in ("speaker", "speaker_history", "speaks_for"):
        yield reverse(f"desk:{name}", args=[speaker.pk])
    for model, key in ((Claim, claim.pk), (Source, source.pk), (Speaker, speaker.pk)):
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    for section in ("claims_claim", "claims_statement", "claims_speaker", "claims_denial", "sources_source"):
        page = reverse(f"admin:{section}_changelist")
        yield from (f"{page}?q=drones", f"{page}?q={speaker.name.split()[0]}", f"{page}?p=2")
    claims = reverse("admin:claims_claim_changelist")
    yield from (
        f"{claims}?{asked}" for asked in ("news=yes", "rating=none", "publication=draft", "topic=1", "o=1")
    )


def asked_by(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connections["default"]) as captured:
        answer = client.get(address)
        if answer.streaming:
            list(answer)
    return [query["sql"] for query in captured if READS.match(query["sql"])]


def wrong_words(sql: str) -> Iterator[str]:
    """What grows with the tables whatever the plan."""
    if any(int(n) > lists.COUNTED for n in TURNS.findall(sql)):
        yield "OFFSET"
    if OF_ONE.search(sql) or WAITS.search(sql):
        return
    if re.match(r"SELECT DISTINCT (?!ON)", sql) and 'FROM "auth_user"' not in sql:
        yield "DISTINCT"
    if COUNTS.search(sql) and "LIMIT" not in sql:
        yield "COUNT"


@pytest.mark.usefixtures("one_connection")
def test_no_page_of_the_desk_reads_counts_or_turns_over_more_than_it_shows(clone_db: Clone) -> None:
    assert list(fill(World(400, waiting=40, size=200)))
    # Its names are those of the factories.
    for model in (Speaker, Topic, Outlet, Claim):
        model.objects.update(slug=Concat(Value("world-"), "slug"))
    found = addresses()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    client: Client = signed_in(make_account("everybody", "editor", "senior editor", "admin"))
    tables = tables_below(TELLING)
    wrong: list[str] = []
    seen: set[str] = set()
    for address in dict.fromkeys(pages(found)):
        for sql in asked_by(client, address):
            # The same words with other numbers have the same plan.
            if (shape := NUMBERS.sub("0", sql)) in seen:
                continue
            seen.add(shape)
            wrong += [f"{address}: {what}: {sql[:300]} … {sql[-300:]}" for what in wrong_words(sql)]
            plan = plan_of(sql, settings=WHOLE_TABLES_ARE_DEAR)
            wrong += [
                f"{address}: {fault}"
                for fault in faults(sql, plan, walked=tables)
                if fault.what != "OFFSET" and not fault.node.endswith((*NAMES, *WAITING))
            ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


# Django's own paginator counts everything and leaves out by OFFSET, however deep: only of one claim, of one article.
TURNED_OVER = {"admin/lists.py", "desk/views.py", "desk/articles.py", "desk/readings.py"}


def test_only_what_is_bounded_is_turned_over_by_number() -> None:
    importing = re.compile(r"^from django.core.paginator import .*\bPaginator\b", re.MULTILINE)
    files = [path for room in ("admin", "desk") for path in (ROOT / "claims" / room).glob("*.py")]
    using = {f"{path.parent.name}/{path.name}" for path in files if importing.search(path.read_text())}
    assert using == TURNED_OVER
