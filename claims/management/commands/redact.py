from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from claims.history import Misfit, NotAnOrder, redact


class Command(BaseCommand):
    help = (
        "Carries out an order to erase words that the desk recorded and a second person approved: from the tables and from their "
        "history, for good. Needs the owner's address of the database. Exit code: 0 when it is done, 1 when it is refused (nothing "
        "was changed), 2 when the database cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("request", type=int, metavar="REQUEST", help="the number of the request")

    def handle(self, *args: Any, request: int, **options: Any) -> None:
        try:
            done = redact(request)
        except (NotAnOrder, Misfit) as refused:
            raise CommandError(str(refused), returncode=1) from refused
        except DatabaseError as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            raise CommandError(
                f"The database cannot be used ({why}). Nothing was changed.", returncode=2
            ) from error
        self.stdout.write(
            f"Request {request} is carried out: {done.rows:,} rows and {done.events:,} events of history erased."
        )
        if done.same:
            numbers = ", ".join(map(str, done.same))
            self.stdout.write(
                f"The same text is stored as article {numbers} too: this order does not name it."
            )
        self.stdout.write("Backups made before still hold the words.")
