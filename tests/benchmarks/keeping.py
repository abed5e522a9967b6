"""What it costs to keep lists and counts while things are written: PERFORMANCE.md P6, the write cost.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.keeping [--times N] [--rounds N] [--gate 1.1] [--only WORD]

Each act is done to the same things with the triggers of `claims.models.listing` and without them, by turns; each turn is rolled back. CPU
milliseconds of an act, PostgreSQL's and the site's, which does the same work in both. The ratio is of both together: how much more an
editor's act or an import costs for them; PostgreSQL's alone stands beside it. Only in a database of `make_benchmark_data`: the triggers are switched off while it runs. Exit
code 1 when an act costs more than the gate.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 -- after the setup
from django.db import connections, transaction  # noqa: E402

from claims import importing, linking, reviewing  # noqa: E402
from claims.models import Claim, Position, Statement  # noqa: E402
from claimtracker.localdb import leave_on_signals  # noqa: E402
from sources.models import Source  # noqa: E402
from tests.benchmarks.pages import _database_seconds  # noqa: E402
from tests.benchmarks.records import made  # noqa: E402

# One record of an import stands for so many.
RECORDS = 810


@dataclass(slots=True)
class Spent:
    """CPU seconds of so many acts, of the site and of PostgreSQL."""

    acts: int = 0
    site: float = 0.0
    database: float = 0.0

    def each(self) -> tuple[float, float]:
        """Milliseconds of an act."""
        return 1000 * self.site / self.acts, 1000 * self.database / self.acts


@dataclass(frozen=True, slots=True)
class Writing:
    """`act` is done to each of `things`; `before`: what must stand there first, not measured."""

    name: str
    things: list[Any]
    act: Callable[[Any], object]
    before: Callable[[Any], object] = lambda _thing: None
    kept: dict[bool, Spent] = field(default_factory=lambda: {True: Spent(), False: Spent()})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--gate", type=float, default=1.1)
    parser.add_argument("--only", default="", help="acts whose name has this in it")
    options = parser.parse_args()
    leave_on_signals()  # so that the triggers are switched on again
    logging.disable(logging.CRITICAL)
    if not User.objects.filter(username="benchmark").exists():
        raise SystemExit("This is no database of make_benchmark_data.")
    with somebody() as by:
        chosen = [each for each in writings(by, options.times) if options.only in each.name]
        for turn in range(2 * options.rounds + 1):
            for kept in (True, False) if turn % 2 else (False, True):
                with triggers(kept):
                    for writing in chosen:
                        spend(writing, kept, counts=turn > 0)
    print(
        f"{'CPU ms an act':34} {'site':>6} {'database: kept':>15} {'not kept':>9} {'database ×':>11} {'ratio':>6}"
    )
    dear = [writing.name for writing in chosen if told(writing) > options.gate]
    if dear:
        raise SystemExit(f"over {options.gate} ×: {', '.join(dear)}")


def told(writing: Writing) -> float:
    """Prints one line; how many times dearer it is."""
    (site, database), (bare_site, bare_database) = (writing.kept[kept].each() for kept in (True, False))
    site = (site + bare_site) / 2
    ratio = (site + database) / (site + bare_database)
    print(
        f"{writing.name:34} {site:6.1f} {database:15.1f} {bare_database:9.1f} {database / bare_database:11.2f} {ratio:6.2f}"
    )
    return ratio


def spend(writing: Writing, kept: bool, *, counts: bool) -> None:
    """One turn of it, rolled back. The first ones, in which plans are made, do not count."""
    with transaction.atomic():
        for thing in writing.things:
            writing.before(thing)
        site, database = time.process_time(), _database_seconds()
        for thing in writing.things:
            writing.act(thing)
        if counts:
            spent = writing.kept[kept]
            spent.acts += len(writing.things)
            spent.site += time.process_time() - site
            spent.database += _database_seconds() - database
        transaction.set_rollback(True)


@contextmanager
def somebody() -> Iterator[User]:
    by = User.objects.create_user(f"benchmark-of-keeping-{os.getpid()}")
    by.groups.set(Group.objects.filter(name__in=("editor", "senior editor")))
    try:
        yield by
    finally:
        by.delete()


@contextmanager
def triggers(kept: bool) -> Iterator[None]:
    """Lists are kept, or not; afterwards they are."""
    _switch("ENABLE" if kept else "DISABLE")
    try:
        yield
    finally:
        _switch("ENABLE")


def _switch(word: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %s "
            + word
            + " TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger_relist_%'"
        )
        for (sql,) in cursor.fetchall():
            cursor.execute(sql)


def writings(by: User, times: int) -> list[Writing]:
    drafts = Claim.objects.filter(
        publication="draft", merged_into=None, positions__statement__review="accepted"
    )
    public = Claim.objects.published().order_by("-pk")[:times]
    shown = Statement.objects.published().order_by("-pk")
    draft_source = Source.objects.filter(
        publication="draft", statements__positions__published_at__isnull=False
    )

    def propose(claim: Claim) -> None:
        """An accepted statement of another claim is put on this one."""
        other = shown.exclude(positions__claim=claim).first()
        assert other is not None
        Position.objects.create(statement=other, claim=claim, stance="denies")

    found = [
        Writing("publish a claim", _some(drafts, times), lambda claim: reviewing.publish(claim, by=by)),
        Writing(
            "publish an update", list(public), lambda claim: reviewing.publish_update(claim, by=by), before=propose
        ),
        Writing(
            "withdraw a claim",
            list(public),
            lambda claim: reviewing.withdraw(claim, by=by, because="It was a forgery from the start."),
        ),
        Writing(
            "mark a claim",
            list(public),
            lambda claim: reviewing.decide(
                [claim], "unproven", by=by, because="Nothing speaks for it, nothing against it."
            ),
        ),
        Writing("discard a statement", list(shown[:times]), lambda said: linking.reject(said, by=by)),
        Writing(
            "publish an article", _some(draft_source, times), lambda source: reviewing.publish_source(source, by=by)
        ),
        Writing(
            f"import {RECORDS} records",
            [0],
            lambda _nothing: importing.import_records(
                [(str(n), record) for n, record in enumerate(made(RECORDS))], run=None, by=None, dry_run=True
            ),
        ),
    ]  # fmt: skip
    return [each for each in found if each.things]


def _some(rows: Any, times: int) -> list[Any]:
    keys = rows.order_by("-pk").values_list("pk", flat=True)[: 10 * times]
    return list(rows.model.objects.filter(pk__in=sorted(set(keys), reverse=True)[:times]))


if __name__ == "__main__":
    main()
