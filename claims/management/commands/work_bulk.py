from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.desk import bulk
from claims.models import BulkJob

# A job gives way to the next one after so many seconds.
SECONDS = 30.0
# So many old reports go at its start.
MOST_FORGOTTEN = 100


class Command(BaseCommand):
    help = "Works at the acts on many things that editors asked for, until none is left. Several may run, and pages may be open meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "job", metavar="NUMBER", nargs="*", type=int, help="only these (the number in the page's address)"
        )

    def handle(self, *args: Any, job: list[int], **options: Any) -> None:
        if missing := set(job) - set(BulkJob.objects.filter(pk__in=job).values_list("pk", flat=True)):
            raise CommandError(f"There is no act on many with the number {min(missing)}.")
        bulk.forget(MOST_FORGOTTEN)
        chosen = bulk.open_jobs().filter(pk__in=job) if job else bulk.open_jobs()
        done = False
        while waiting := list(chosen.all()):
            moved = False
            for each in waiting:
                before = each.worked
                now = bulk.work(each, seconds=SECONDS)
                self.stdout.write(f"{now.pk}: {now.worked:,} of {now.total:,}, {now.refused:,} not done.")
                done = True
                moved |= now.worked > before or not now.goes_on
            if not moved:
                return  # others work at what is left
        if not done:
            self.stdout.write("Nothing waits.")
