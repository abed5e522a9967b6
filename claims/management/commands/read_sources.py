from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import QuerySet

from claims.management.reading_forks import read_each
from claims.reading import Answer, known_names, unread
from claims.tasks import queue_reading
from sources.collecting import rarely_collected
from sources.models import Source
from sources.queueing import workers_alive
from sources.reports import Reporter
from sources.vocabulary import BodyKind, Language, Outcome


class Command(BaseCommand):
    help = (
        "Reads articles: what the machine finds becomes suggestions for triage. By default those that the present machine has not "
        "read. A source that was read before only gets proposed changes; nothing that an editor decided is touched. Our own "
        "summaries are read only when named. Exit code: 0; 1 when a source named is not there; 2 when nothing could be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", metavar="ID", nargs="+", type=int, help="these, read before or not")
        parser.add_argument("--all", action="store_true", help="also those that this machine has read")
        parser.add_argument("--language", choices=[each.value for each in Language], help="only those")
        parser.add_argument(
            "--workers", metavar="N", type=int, default=1, help="processes that read and store (1)"
        )
        parser.add_argument(
            "--queue",
            action="store_true",
            help="hand the articles to the workers (manage.py worker) and do not wait",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--json", action="store_true", help="one line of JSON an article on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = ReadingReporter(self, noun="article", as_json=options["json"], dry_run=options["dry_run"])
        if not 1 <= options["workers"] <= 64:
            report.stop("--workers is a number from 1 to 64.")
        if options["queue"]:
            self._queue(options, report)
            return
        with rarely_collected(), report.stopping(), report.progress() as shown:
            chosen = self._chosen(options, report)
            for answer in self._answers(chosen, options, report):
                report.read(answer)
                shown(report.summary())
        report.finish()

    def _queue(self, options: dict[str, Any], report: ReadingReporter) -> None:
        if options["dry_run"]:
            report.stop("--dry-run tells what would happen here and now: leave --queue out.")
        with report.stopping():
            keys = list(self._chosen(options, report).values_list("pk", flat=True))
            if keys:
                report.queued(queue_reading(keys, by=None).pk, count=len(keys), workers=workers_alive())
            else:
                report.say("There is nothing to read.")
        if report.counts[Outcome.FAILED]:
            raise SystemExit(1)

    def _chosen(self, options: dict[str, Any], report: ReadingReporter) -> QuerySet[Source]:
        language = options["language"]
        if options["source"]:
            wanted = set(options["source"])
            chosen = Source.objects.filter(pk__in=wanted).order_by("pk")
            for missing in sorted(wanted - set(chosen.values_list("pk", flat=True))):
                report.missing(missing)
        elif options["all"]:
            chosen = Source.objects.exclude(body_kind=BodyKind.DIGEST).order_by("pk")
        else:
            return unread(language=language)
        return chosen.filter(language=language) if language else chosen

    def _answers(
        self, chosen: QuerySet[Source], options: dict[str, Any], report: ReadingReporter
    ) -> Iterator[Answer]:
        keys = list(chosen.values_list("pk", flat=True))
        report.total = len(keys)
        answers = read_each(keys, known_names(), workers=options["workers"], dry_run=options["dry_run"])
        try:
            # Closed at once when the command is interrupted: no fork outlives it.
            with closing(answers):
                yield from answers
        except BrokenProcessPool:
            report.stop(
                f"A process that read was killed. {report.summary()} The same command goes on from here."
            )


class ReadingReporter(Reporter):
    """Counts articles and what became of their findings."""

    total = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sums: Counter[str] = Counter()

    def read(self, answer: Answer) -> None:
        """One line an article as JSON; for people, one for each that had more than is kept."""
        self.counts[answer.outcome] += 1
        self.sums.update(
            {name: getattr(answer, name) for name in ("suggested", "left_out", "add", "change", "drop")}
        )
        if self.as_json:
            self.command.stdout.write(json.dumps(asdict(answer)))
        elif answer.left_out:
            self.say(
                f"Article {answer.source} has {answer.left_out:,} more than an article may have; they are left out."
            )

    def missing(self, source: int) -> None:
        """A source that was named and is not there."""
        self.counts[Outcome.FAILED] += 1
        self.say(f"There is no article {source}.")

    def summary(self) -> str:
        """For example: 3 of 5 articles: 3 read for the first time, 0 compared; 12 suggestions, 0 changes proposed."""
        read, compared = self.counts["read"], self.counts["compared"]
        changes = sum(self.sums[name] for name in ("add", "change", "drop"))
        of = f"{read + compared:,} of {self.total:,} article{'' if self.total == 1 else 's'}"
        return (
            f"{of}: {read:,} read for the first time, {compared:,} compared; "
            f"{self.sums['suggested']:,} suggestions, {changes:,} changes proposed."
        )
