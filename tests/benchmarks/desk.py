"""What the desk costs at the size of the database at hand: every list of the admin, every form, every look-up, the desk's pages.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.desk [--times N] [--only WORD]

Each list is opened, turned over, opened at its last page, sorted by every column and narrowed by every choice of every filter, and searched for a common
word, a rare one and a name. Every page of the table of addresses (tests/claims/test_permissions_table.py) is opened of something small; those of a claim, an
article and a person of what most hangs on. The ten dearest are named again at the end. CPU milliseconds of the site and of PostgreSQL, the mean of N: what a busy machine cannot falsify. The bars
are PERFORMANCE.md P7; the exit is not zero when a page is over one. Everything is rolled back.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
django.setup()

from django.contrib import admin  # noqa: E402 -- after the setup
from django.contrib.auth.models import Group, User  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client, RequestFactory, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from claims.models import Claim, ClaimFigures, Speaker, Statement, StatementSpeaker  # noqa: E402
from sources.models import Source  # noqa: E402
from tests import factories  # noqa: E402
from tests.benchmarks.pages import measured  # noqa: E402
from tests.claims.test_permissions_table import NOT_FOUND, TABLE, addresses, what_came  # noqa: E402


@dataclass(frozen=True, slots=True)
class Bar:
    """At most so many queries, milliseconds of CPU and thousand bytes."""

    queries: int
    cpu: float
    kilobytes: int


BARS = {
    "list": Bar(12, 120, 300),
    "filter": Bar(12, 120, 300),
    "sort": Bar(12, 120, 300),
    "search": Bar(16, 200, 300),
    "form": Bar(40, 120, 100),
    "look-up": Bar(12, 100, 20),
    "desk": Bar(40, 200, 300),
    "page": Bar(40, 200, 300),
}
# A printable document of all that is known of a claim; the bar is that of any page: a second.
WHOLE = Bar(40, 1000, 1000)
DEAREST = 10
ROLES = ("editor", "senior editor", "admin")


@dataclass(frozen=True, slots=True)
class Visit:
    kind: str
    name: str
    address: str


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="", help="pages whose kind or name has this in it")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with override_settings(ALLOWED_HOSTS=["*"]), transaction.atomic():
        somebody = make_somebody()
        client = Client()
        client.force_login(somebody, backend="django.contrib.auth.backends.ModelBackend")
        print(
            f"about {rows_of(Claim):,} claims, {rows_of(Statement):,} statements, {rows_of(Source):,} articles"
        )
        print(f"{'CPU ms a request':66} {'site':>6} {'database':>9} {'both':>6} {'queries':>8} {'kB':>5}")
        chosen = [visit for visit in visits(somebody) if options.only in f"{visit.kind} {visit.name}"]
        costs = {visit: cost(client, visit, options.times) for visit in chosen}
        transaction.set_rollback(True)
    over = [visit.name for visit, (held, _cpu) in costs.items() if not held]
    print(f"{len(chosen)} pages; the dearest:")
    for visit in sorted(costs, key=lambda each: -costs[each][1])[:DEAREST]:
        print(f"{costs[visit][1]:6.0f} {visit.kind}: {visit.name}")
    if over:
        raise SystemExit("over the bar: " + "; ".join(over))


def rows_of(model: Any) -> int:
    """As the database guesses it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = %s", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def make_somebody() -> User:
    """With every role, so that every page opens."""
    somebody = User.objects.create_user("benchmark-of-the-desk")
    somebody.groups.set(Group.objects.filter(name__in=ROLES))
    return somebody


def visits(somebody: User) -> list[Visit]:
    admin.autodiscover()
    found = []
    for model, section in admin.site._registry.items():
        found += list(of_section(model, section, somebody))
    return found + list(of_desk()) + list(of_every_address())


def of_every_address() -> Iterator[Visit]:
    """Every page that the desk and the admin have, of things made for it; those that only take a form are left out."""
    factories._number = itertools.count(10**9)  # beside what a made-up world calls its things
    for route, address in addresses().items():
        if route.startswith(("admin/", "desk/")) and route != "admin/logout/":
            yield Visit("page", route, address)


def words_to_find() -> dict[str, str]:
    """A word that many claims have, one that few have, a name that often speaks."""
    newest = Claim.objects.order_by("-pk").values_list("text_en", flat=True).first() or "nothing"
    spoken = StatementSpeaker.objects.exclude(speaker=None).select_related("speaker").first()
    return {
        "a common word": "drones",
        "a rare word": newest.split()[-1],
        "a name": spoken.speaker.name if spoken and spoken.speaker else "nobody",
        "words of nothing": "zzyzx quux",
    }


def of_section(model: Any, section: Any, somebody: User) -> Iterator[Visit]:
    """Everything that a section of the admin offers."""
    name = model._meta.model_name
    page = reverse(f"admin:{model._meta.app_label}_{name}_changelist")
    yield Visit("list", f"{name}", page)
    changelist = opened(section, page, somebody)
    last = changelist.paginator.num_pages
    if last > 1:
        yield Visit("list", f"{name}, second page", f"{page}?p=2")
        yield Visit("list", f"{name}, last page", f"{page}?p={last}")
        if onward := opened(section, f"{page}?p={last}", somebody).onward:
            yield Visit("list", f"{name}, beyond the last page", f"{page}{onward}")
    for spec in changelist.filter_specs:
        for choice in list(spec.choices(changelist))[1:]:
            title = f"{name}, {spec.title}: {choice['display']}"
            yield Visit("filter", title, f"{page}{choice['query_string']}")
    for place, column in enumerate(changelist.list_display):
        if place and changelist.get_ordering_field(column) and column in changelist.sortable_by:
            yield Visit("sort", f"{name}, by {column}", f"{page}?o={place}")
            yield Visit("sort", f"{name}, by {column}, backwards", f"{page}?o=-{place}")
    if changelist.search_fields:
        for what, words in words_to_find().items():
            yield Visit("search", f"{name}, {what}", f"{page}?q={words.replace(' ', '+')}")
    yield from of_forms(model, name)


def opened(section: Any, address: str, somebody: User) -> Any:
    """The list behind an address."""
    request = RequestFactory().get(address)
    request.user = somebody
    return section.get_changelist_instance(request)


def of_forms(model: Any, name: str) -> Iterator[Visit]:
    for what, key in interesting(model).items():
        yield Visit(
            "form", f"{name}, {what}", reverse(f"admin:{model._meta.app_label}_{name}_change", args=[key])
        )


def interesting(model: Any) -> dict[str, int]:
    """The newest one, and the one on which most hangs."""
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    found = {} if newest is None else {"the newest": newest}
    busiest = {
        "claim": lambda: ClaimFigures.objects.order_by("-statements").values_list("pk", flat=True).first(),
        "source": lambda: most("SELECT source_id FROM claims_statement GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"),
        "speaker": lambda: most(
            "SELECT speaker_id FROM claims_statementspeaker WHERE speaker_id IS NOT NULL"
            " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        ),
        "statement": lambda: most("SELECT statement_id FROM claims_position GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"),
        "topic": lambda: most("SELECT topic_id FROM claims_claim WHERE topic_id IS NOT NULL LIMIT 1"),
    }.get(model._meta.model_name)  # fmt: skip
    if busiest is not None and (key := busiest()) is not None:
        found["the busiest"] = key
    return found


def most(sql: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
        return row[0] if row else None


def look_ups(words: dict[str, str]) -> Iterator[Visit]:
    """Every field that completes what is typed, asked for nothing, for a few letters and for whole words."""
    page = reverse("admin:autocomplete")
    for model, section in admin.site._registry.items():
        for field in section.autocomplete_fields:
            meta = model._meta
            asks = f"{page}?app_label={meta.app_label}&model_name={meta.model_name}&field_name={field}"
            for what, term in {"nothing typed": "", "two letters": "ma", **words}.items():
                title = f"{meta.model_name}.{field}, {what}"
                yield Visit("look-up", title, f"{asks}&term={term.replace(' ', '+')}")


def of_desk() -> Iterator[Visit]:
    yield from look_ups(words_to_find())
    claim, article = interesting(Claim).get("the busiest"), interesting(Source).get("the busiest")
    for name in ("home", "triage", "triage_sure", "second_readings", "requests", "mine", "readings"):
        yield Visit("desk", name, reverse(f"desk:{name}"))
    if claim is not None:
        yield Visit("desk", "a claim, the busiest", reverse("desk:claim", args=[claim]))
        yield Visit("desk", "a claim, its last page", f"{reverse('desk:claim', args=[claim])}?page=9999")
        for name in ("claim_history", "claim_as_of", "dossier", "evidence"):
            yield Visit("desk", f"a claim, {name}", reverse(f"desk:{name}", args=[claim]))
        speaker = interesting(Speaker)["the busiest"]
        for name in ("speaker", "speaker_history", "speaks_for", "merge_speaker"):
            yield Visit("desk", f"a person, {name}", reverse(f"desk:{name}", args=[speaker]))
    if article is not None:
        for name in ("article", "triage_article", "reading", "source_history"):
            yield Visit("desk", f"an article, {name}", reverse(f"desk:{name}", args=[article]))
    yield Visit("desk", "the sections", reverse("admin:index"))


def is_no_page(visit: Visit, answer: Any) -> bool:
    """Whether that answer is no page but what is to come: it leads to another page, which is measured there; or, by the table of addresses,
    takes a form only, is for nobody, or leads to nothing here.
    """
    came = what_came(answer, visit.name)
    if answer.status_code == 302:
        return visit.kind in ("form", "page") and came != "login"
    if visit.kind != "page":
        return False
    wanted = {TABLE[visit.name].expected(role, "GET") for role in ROLES}
    return (
        (came == "not found" and visit.name in NOT_FOUND)
        or (came == "no such method" and came in wanted)
        or (came == "forbidden" and "allowed" not in wanted)
    )


def cost(client: Client, visit: Visit, times: int) -> tuple[bool, float]:
    """Prints one line; whether the page stays under its bar, and its CPU milliseconds."""
    client.get(visit.address)  # what a process reads once
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(visit.address)
        asked = len(queries)
    if answer.status_code != 200 and is_no_page(visit, answer):
        return True, 0.0
    if answer.status_code != 200:
        raise SystemExit(f"{visit.name}: {answer.status_code} {answer.get('Location', '')}")
    size = len(b"".join(answer) if answer.streaming else answer.content) / 1000
    site, database = measured(lambda: client.get(visit.address), times)
    bar = WHOLE if "dossier" in visit.name else BARS[visit.kind]
    held = asked <= bar.queries and site + database <= bar.cpu and size <= bar.kilobytes
    mark = "" if held else "  <<<"
    print(
        f"{visit.kind + ': ' + visit.name:66.66} {site:6.0f} {database:9.0f} {site + database:6.0f} {asked:8} {size:5.0f}{mark}",
        flush=True,
    )
    return held, site + database


if __name__ == "__main__":
    main()
