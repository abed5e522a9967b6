from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser

from claims.importing import Report, import_records, records_in, start_run
from claims.management.carrying_out import carry_out, senior_editor
from sources.characters import Refused
from sources.collecting import rarely_collected
from sources.reports import Reporter, add_report_arguments


class Command(BaseCommand):
    help = (
        "Imports records (topics, outlets, sources, speakers, claims, statements, positions, evidence, assessments) from "
        ".jsonl, .json and .csv files, as drafts; docs/records.md describes them. Repeating it changes nothing. Exit code: "
        "0 when every record was accepted or skipped, 1 when one was refused, 2 when nothing could be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="a file; - reads JSONL from standard input"
        )
        add_report_arguments(parser, noun="record")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="carry out what the records ask for: statements are accepted, claims and articles published, assessments made",
        )
        parser.add_argument("--by", metavar="USER", help="in whose name; with --publish a senior editor")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Reporter(self, noun="record", as_json=options["json"], dry_run=options["dry_run"])
        with rarely_collected(), report.stopping(), report.progress() as shown:
            by = self._by(options, report)
            # Files that cannot be opened stop the command before anything is logged.
            records = list(records_in(options["files"]))
            found = import_records(
                records,
                run=None if options["dry_run"] else start_run(by=by),
                by=by,
                dry_run=options["dry_run"],
                then=(lambda done: carry_out(done, by=by)) if options["publish"] and by else None,
                say=shown,
            )
        for answer in found.answers:
            report.answer(answer)
        if not options["publish"]:
            self._say_what_waits(found, report)
        report.finish()

    def _by(self, options: dict[str, Any], report: Reporter) -> User | None:
        """The account in whose name it is done. Ends the command where there is none, or it may not."""
        if not options["by"]:
            if options["publish"]:
                report.stop("Who publishes? Name a senior editor: --publish --by USER.")
            return None
        try:
            if options["publish"]:
                return senior_editor(options["by"])
            return User.objects.get(username=options["by"])
        except User.DoesNotExist:
            report.stop(f"There is no account {options['by']!r}.")
        except Refused as refused:
            report.stop(refused.sentence)

    def _say_what_waits(self, found: Report, report: Reporter) -> None:
        waiting = found.acts.waiting()
        if waiting:
            counts = ", ".join(f"{count:,} of type {word}" for word, count in waiting.items())
            report.say(f"Stored as drafts. Waiting for --publish --by USER: {counts}.")
