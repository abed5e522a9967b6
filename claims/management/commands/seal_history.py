from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from claims.history import seal
from sources.reports import Reporter


class Command(BaseCommand):
    help = (
        "Seals the history: hashes every event of acts that are over into a chain, so that verify_history finds whatever is "
        "changed in it afterwards. Run it often (each hour, say), with the owner's address of the database. Repeating it adds "
        "nothing; interrupted, it goes on where it stopped. Exit code: 0, or 2 when the database cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the result as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Reporter(self, noun="event", as_json=options["json"])
        try:
            with report.progress() as shown:
                done = seal(progress=lambda events: shown(f"Sealed {events:,} events"))
        except DatabaseError as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            sentence = f"The database cannot be used ({why})."
            if "permission denied" in why:
                sentence = "Only the database's owner seals history: set DATABASE_OWNER_URL."
            raise CommandError(sentence, returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({"events": done.events, "seals": done.seals, "head": done.head}))
        else:
            self.stdout.write(
                f"Sealed {done.events:,} event{'' if done.events == 1 else 's'}. Head: {done.head or 'none yet'}"
            )
