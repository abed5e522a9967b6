from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sources.origins import compare_missing
from sources.reports import Reporter


class Command(BaseCommand):
    help = (
        "Compares the articles that were never compared with the others (stored before there was a comparison, or by other "
        "means than import_articles), and proposes to editors which seem to be copies. Nothing is decided by it. Repeating it "
        "adds nothing. Exit code: 0, or 2 when the database cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the counts as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Reporter(self, noun="article", as_json=options["json"])
        compared = found = 0
        with report.stopping(), report.progress() as shown:
            for some, proposals in compare_missing():
                compared, found = compared + some, found + proposals
                shown(f"Compared {compared:,} articles")
        if options["json"]:
            self.stdout.write(json.dumps({"compared": compared, "proposed": found}))
        else:
            articles = f"{compared:,} article{'' if compared == 1 else 's'}"
            copies = f"{found:,} possible cop{'y' if found == 1 else 'ies'}"
            self.stdout.write(f"Compared {articles}: {copies}.")
