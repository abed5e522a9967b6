"""`manage.py worker`: works off what was handed to the queue, on this machine, as long as it runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from procrastinate import exceptions

from claimtracker.workers import Worker, queues_here, side_by_side
from sources.collecting import rarely_collected
from sources.queueing import STALLED

MOST = 64


class Command(BaseCommand):
    help = (
        "Works off what waits in the queue (import_articles --queue, read_sources --queue, the desk), until it is stopped. Any number "
        "of them, on any machines, share the work through the database. One that is killed loses nothing: another takes up what it "
        "had. Exit code: 0, or 2 when the database cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--concurrency", metavar="N", type=int, default=1, help="processes of this worker (1)"
        )
        parser.add_argument(
            "--stalled-after",
            metavar="SECONDS",
            type=float,
            default=STALLED,
            help=f"how long a worker may be silent before its work is given to others ({STALLED}); the same everywhere",
        )
        parser.add_argument("--until-empty", action="store_true", help="end when nothing waits any more")

    def handle(
        self, *args: Any, concurrency: int, stalled_after: float, until_empty: bool, **options: Any
    ) -> None:
        if not 1 <= concurrency <= MOST:
            raise CommandError(f"--concurrency is a number from 1 to {MOST}.", returncode=2)
        if not 1 <= stalled_after <= 3600:
            raise CommandError("--stalled-after is a number of seconds from 1 to 3600.", returncode=2)
        worker = Worker(until_empty=until_empty, stalled=stalled_after, say=self._say)
        self._say(f"Working on: {', '.join(queues_here())}. Stop with Ctrl-C.")
        with rarely_collected():
            if concurrency == 1:
                self._run(worker)
            elif not side_by_side(concurrency, lambda: self._run(worker)):
                raise SystemExit(2)

    def _run(self, worker: Worker) -> None:
        try:
            worker.run()
        except LookupError as error:
            raise CommandError(
                "The queue's tables are missing; run: manage.py migrate", returncode=2
            ) from error
        except (DatabaseError, exceptions.ConnectorException) as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            raise CommandError(f"The database cannot be used ({why}).", returncode=2) from error

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
