from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sources.characters import ENCODINGS
from sources.collecting import rarely_collected
from sources.importing import Answer, import_all, start_run
from sources.incoming import files_in
from sources.queueing import queue_articles, workers_alive
from sources.reports import Reporter, add_report_arguments


class Command(BaseCommand):
    help = (
        "Imports articles from files and folders (.txt, .html, .json, .jsonl), each whole or not at all, "
        "as drafts. Repeating it changes nothing. Exit code: 0 when every file was accepted or skipped, "
        "1 when one was refused, 2 when nothing could be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="a file or folder; links are not followed"
        )
        add_report_arguments(parser, noun="file")
        parser.add_argument(
            "--encoding", choices=ENCODINGS, help="of files without a byte order mark (utf-8 by default)"
        )
        parser.add_argument(
            "--queue",
            action="store_true",
            help="hand the files to the workers (manage.py worker) and do not wait",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = Reporter(self, noun="file", as_json=options["json"], dry_run=options["dry_run"])
        if options["queue"]:
            self._queue(options, report)
            return
        with rarely_collected(), report.stopping(), report.progress() as shown:
            for answer in self._answers(options):
                report.answer(answer)
                shown(report.summary())
        report.finish()

    def _answers(self, options: dict[str, Any]) -> Iterator[Answer]:
        files = files_in(options["paths"])
        run = None if options["dry_run"] else start_run()
        return import_all(files, run=run, dry_run=options["dry_run"], encoding=options["encoding"])

    def _queue(self, options: dict[str, Any], report: Reporter) -> None:
        if options["dry_run"]:
            report.stop("--dry-run tells what would happen here and now: leave --queue out.")
        with report.stopping(), report.progress() as shown:
            files = files_in(options["paths"])
            run = start_run()
            handed = 0
            for count in queue_articles(files, run=run, encoding=options["encoding"]):
                handed += count
                shown(f"{handed:,} files handed over")
            report.queued(run.pk, count=handed, workers=workers_alive())
