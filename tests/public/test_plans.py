"""Pages stay quick as the newsroom's tables grow: each has a budget of queries, and none of them reads what a page does not show.

PostgreSQL reads small tables whole, and rightly so: on the world of a test its choice says nothing of a hundred thousand claims, and its
statistics cannot be made up, as it looks how large a table is. So it is told here that reading whole tables is dear, and what remains
whole then has no index to go by: the error that this test is for. What PostgreSQL chooses by itself at full size, and how much it
reads, is asked by `python -m tests.benchmarks.plans` on a database of `make_benchmark_data`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.db import connections
from django.test import Client
from django.urls import resolve

from claims import public
from claims.management.benchmark_world import World
from claims.management.commands.make_benchmark_data import fill
from claims.public import urls
from claims.public.prepared import Prepared
from tests.benchmarks.addresses import budgets
from tests.databases import Clone
from tests.plans import faults, plan_of, queries_of, tables_below

# Hash and merge joins read one of their sides whole.
WHOLE_TABLES_ARE_DEAR = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
# A table of so few rows fits into a page or two, and one index is as good as another.
TELLING = 300


def test_every_page_keeps_its_budget_and_reads_by_indexes(clone_db: Clone, one_connection: None) -> None:
    assert list(fill(World(400, waiting=40, size=200)))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    tables = tables_below(TELLING)
    found: list[str] = []
    for address, most in budgets().items():
        client.get(address)

        def page(address: str = address) -> None:
            response = client.get(address)
            assert response.status_code == 200, address

        queries = queries_of(page)
        if len(queries) > most:
            found.append(f"{address}: {len(queries)} queries, not {most}")
        for sql in queries:
            plan = plan_of(sql, settings=WHOLE_TABLES_ARE_DEAR)
            found += [f"{address}: {fault}" for fault in faults(sql, plan, walked=tables)]
    prepared = _prepared()
    assert len(prepared) > 10
    for name, query in prepared.items():
        # As PostgreSQL plans it for whatever values will be asked for.
        sql = query.write().sql
        plan = plan_of(sql, settings=WHOLE_TABLES_ARE_DEAR)
        found += [f"{name}: {fault}" for fault in faults(sql, plan, walked=tables)]
    assert not found, "\n".join(found)
    shown = {resolve(address.partition("?")[0]).url_name for address in budgets()}
    assert shown == {pattern.name for pattern in urls.urlpatterns} - {"said-twice"}, "every page has a budget"


def _prepared() -> dict[str, Prepared[Any]]:
    """Every query of the public pages that is planned once, by its name."""
    modules = [import_module(f"claims.public.{found.name}") for found in iter_modules(public.__path__)]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Prepared)
    }
