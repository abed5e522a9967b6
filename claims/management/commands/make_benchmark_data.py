from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections, models, transaction
from django.utils import timezone

from claims import contest, signatures
from claims.management.benchmark_copies import copied
from claims.management.benchmark_world import CLAIMS, Row, World
from claims.models import (
    Carrier,
    Claim,
    Evidence,
    Position,
    Speaker,
    Statement,
    StatementSpeaker,
    Topic,
    Verdict,
)
from sources.models import Outlet, Source

# In the order in which rows may refer to each other.
TABLES: dict[str, type[models.Model]] = {
    "outlet": Outlet, "topic": Topic, "speaker": Speaker, "source": Source, "claim": Claim, "statement": Statement,
    "statementspeaker": StatementSpeaker, "carrier": Carrier, "position": Position, "evidence": Evidence, "verdict": Verdict,
}  # fmt: skip
BATCH = 500
# So many are made one by one; of more, the rest are copies of these.
ORIGINALS = 50_000


class Command(BaseCommand):
    help = (
        "Fills an empty database with a newsroom that never was, to measure with: the same rows for the same numbers, in Italian and"
        " English, with denials, verdicts and history. Give it a database of its own (CLAIMTRACKER_DATA or DATABASE_URL); one that"
        " holds claims or articles is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--claims",
            type=int,
            required=True,
            metavar="N",
            help=f"in steps of {CLAIMS:,}; above {2 * ORIGINALS:,} in steps of {ORIGINALS:,}, copies of the first ones",
        )
        parser.add_argument(
            "--suggestions", type=int, default=0, metavar="N", help="that wait for triage, besides"
        )

    def handle(self, *args: Any, claims: int, suggestions: int, **options: Any) -> None:
        if Claim.objects.exists() or Source.objects.exists():
            raise CommandError(
                "This database holds claims or articles. Benchmark data has a database of its own:"
                " set CLAIMTRACKER_DATA to an empty folder, or DATABASE_URL to an empty database."
            )
        if claims < 1 or suggestions < 0:
            raise CommandError("The number of claims is at least 1, that of suggestions at least 0.")
        began = time.monotonic()
        copies = -(-claims // ORIGINALS) - 1 if claims > 2 * ORIGINALS else 0
        world = World(ORIGINALS if copies else claims, suggestions, speakers=claims // 20)
        for done in fill(world, copies):
            if sys.stderr.isatty():
                self.stderr.write(f"\r{done:,} claims, {time.monotonic() - began:,.0f} s", ending="")
        self.stdout.write(
            f"Made {Claim.objects.count():,} claims with {Statement.objects.count():,} statements in"
            f" {time.monotonic() - began:,.0f} s."
        )


def fill(world: World, copies: int = 0) -> Iterator[int]:
    """Stores a world in an empty database, a transaction a block, and copies it; yields how many claims there are.

    Raises django.db.Error.
    """
    author, _new = User.objects.get_or_create(username="benchmark", defaults={"is_active": False})
    with transaction.atomic():
        store(world.beginning())
    for number in range(world.blocks):
        _store_block(world.block(number), author)
        yield (number + 1) * world.size
    for number in copied(copies):
        yield (number + 1) * world.blocks * world.size
    first = {
        name: (TABLES[name]._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        for name in ("source", "statement")
    }
    for rows in world.suggestions(first["source"], first["statement"]):
        with transaction.atomic():
            store(rows)
    # Counting on from a number is the owner's to do; so is counting rows for the planner.
    with connections["owner"].cursor() as cursor:
        for model in TABLES.values():
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            )
        cursor.execute("ANALYZE")


def _store_block(rows: dict[str, list[Row]], author: User) -> None:
    """Drafts first, then published, as an editor would do it: the database knows no other way."""
    published = {
        name: [row["id"] for row in rows[name] if row.pop("published")] for name in ("source", "claim")
    }
    claims = [row["id"] for row in rows["claim"]]
    for row in rows["verdict"]:
        row["author_id"] = author.pk
    with transaction.atomic():
        store({name: rows[name] for name in ("source", "claim", "statement", "statementspeaker", "carrier")})
        for name, keys in published.items():
            TABLES[name]._default_manager.filter(pk__in=keys).update(
                publication="published", published_at=timezone.now()
            )
        store({name: rows[name] for name in ("position", "evidence", "verdict")})
    for start in range(0, len(claims), BATCH):
        contest.refresh(claims[start : start + BATCH])
    signatures.sign(claims)


def store(tables: Mapping[str, Sequence[Row]]) -> None:
    """COPYs rows (column → value; what is left out takes the model's default) into their tables. Raises django.db.Error."""
    for name, rows in tables.items():
        if rows:
            _copy(TABLES[name], rows)


def _copy(model: type[models.Model], rows: Iterable[Row]) -> None:
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (field.attname != "id" or "id" in next(iter(rows)))
    ]
    now = timezone.now()
    defaults = {
        field.attname: now if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False) else
        field.get_default() for field in fields
    }  # fmt: skip
    as_json = {field.attname for field in fields if isinstance(field, models.JSONField)}
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            given = defaults | row
            copy.write_row(
                [
                    json.dumps(given[name]) if name in as_json and given[name] is not None else given[name]
                    for name in defaults
                ]
            )
