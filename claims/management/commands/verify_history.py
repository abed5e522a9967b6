from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from claims.history import Misfit, verify
from sources.reports import Reporter


class Command(BaseCommand):
    help = (
        "Verifies that the sealed history is as it was sealed, and names the first event that is not. Exit code: 0 when all of it "
        "fits, 1 when something does not, 2 when the database cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            default="",
            metavar="HEAD",
            help="a head published earlier (/history/head.json): it must be in the chain, or history was written anew",
        )
        parser.add_argument("--json", action="store_true", help="the result as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Reporter(self, noun="event", as_json=options["json"])
        try:
            with report.progress() as shown:
                found = verify(
                    published=options["head"].strip().lower(),
                    progress=lambda events: shown(f"Verified {events:,} events"),
                )
        except Misfit as misfit:
            if options["json"]:
                self.stdout.write(json.dumps({"fits": False, "misfit": str(misfit)}))
            raise CommandError(str(misfit), returncode=1) from misfit
        except DatabaseError as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            raise CommandError(f"The database cannot be used ({why}).", returncode=2) from error
        counts = {"events": found.events, "seals": found.seals, "erased": found.erased, "newer": found.newer}
        if options["json"]:
            self.stdout.write(json.dumps({"fits": True, **counts, "head": found.head}))
            return
        self.stdout.write(
            f"The history fits its seals: {found.events:,} events. Head: {found.head or 'none yet'}"
        )
        if found.erased:
            self.stdout.write(f"{found.erased:,} of them were erased on an order.")
        if found.newer:
            self.stdout.write(f"{found.newer:,} newer ones are not sealed yet: run seal_history.")
