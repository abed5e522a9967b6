"""`manage.py slow_queries`: which queries cost most, by the server's own statistics or by our log."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.db.backends.utils import CursorWrapper

from claimtracker.slow_queries import summed

HAS_STATISTICS = "SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'"
STATISTICS = """
    SELECT calls, round(total_exec_time), round(mean_exec_time::numeric, 1), round(max_exec_time), query
    FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY total_exec_time DESC LIMIT %s
"""
# A table of some size that is read whole again and again misses an index.
READ_WHOLE = """
    SELECT relname, seq_scan, seq_tup_read / greatest(seq_scan, 1), n_live_tup FROM pg_stat_user_tables
    WHERE n_live_tup > 10000 AND seq_scan > 100 ORDER BY seq_tup_read DESC LIMIT 10
"""
WITHOUT = (
    "This server keeps no statistics of queries (the extension pg_stat_statements is not installed here). What the site logged:\n"
    "  journalctl -u claimtracker -o cat | python3 manage.py slow_queries --log -"
)


class Command(BaseCommand):
    help = "Which queries cost most: from pg_stat_statements where the server has it, or from the site's log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", metavar="FILE", help="a log of the site, - for standard input")
        parser.add_argument("--most", type=int, default=20, help="how many (20)")

    def handle(self, *args: Any, log: str | None, most: int, **options: Any) -> None:
        if log:
            self.from_log(log, most)
            return
        try:
            with connections["owner"].cursor() as cursor:
                self.from_server(cursor, most)
        except DatabaseError as error:
            raise CommandError(f"The database cannot be asked: {str(error).splitlines()[0]}") from error

    def from_log(self, name: str, most: int) -> None:
        try:
            if name == "-":
                found = summed(sys.stdin)
            else:
                with open(name, encoding="utf-8", errors="replace") as lines:
                    found = summed(lines)
        except OSError as error:
            raise CommandError(f"Cannot read {name} ({error.strerror}).") from error
        for entry in found[:most]:
            self.stdout.write(
                f"{entry.query}  {entry.times:,} times, {entry.total:,} ms in all, {entry.worst:,} ms at worst,"
                f" on {', '.join(sorted(entry.routes))}\n  {entry.shape}"
            )
        if not found:
            self.stdout.write("No slow query in this log.")

    def from_server(self, cursor: CursorWrapper, most: int) -> None:
        cursor.execute(HAS_STATISTICS)
        if cursor.fetchone():
            cursor.execute(STATISTICS, [most])
            for calls, total, mean, worst, query in cursor.fetchall():
                self.stdout.write(
                    f"{calls:,} times, {total:,} ms in all, {mean} ms each, {worst:,} ms at worst\n  {' '.join(query.split())}"
                )
        else:
            self.stdout.write(WITHOUT)
        cursor.execute(READ_WHOLE)
        for table, times, rows, live in cursor.fetchall():
            self.stdout.write(
                f"{table}: read from end to end {times:,} times, {rows:,} rows each time; it has {live:,}"
            )
