"""`manage.py queue`: what waits, who works on it, and what was given up."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, ProgrammingError

from sources.importing import Answer
from sources.labels import LABELS
from sources.models import ImportItem, ImportRun
from sources.queueing import Progress, progress_of, queue_again, waiting_jobs, workers_alive
from sources.reports import Reporter
from sources.vocabulary import Outcome, RunKind, RunState

# Seconds between two looks at a run that is followed.
POLL = 1.0
# Finished runs that are told of beside those that are not finished.
NEWEST = 5


class Command(BaseCommand):
    help = (
        "Says how many workers live, what waits for them, and how far each run is. --again hands over once more what was given up. "
        "Exit code: 0, 1 when something was given up, 2 when the database cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", metavar="ID", type=int, help="only this run")
        parser.add_argument("--again", action="store_true", help="hand over once more what was given up")
        parser.add_argument(
            "--wait",
            action="store_true",
            help="with --run: tell what becomes of each file or article until the run ends",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="one line of JSON a run (with --wait: a file or article) on standard output",
        )

    def handle(
        self, *args: Any, run: int | None, again: bool, wait: bool, json: bool, **options: Any
    ) -> None:
        if wait and not run:
            raise CommandError("--wait needs --run.", returncode=2)
        try:
            runs = self._runs(run)
            if again:
                number = queue_again(ImportRun.objects.get(pk=run) if run else None)
                self._say(f"{number:,} part{'' if number == 1 else 's'} handed over once more.", json)
            progress = progress_of(runs)
            if not run:
                self._say(f"Workers alive: {workers_alive():,}. Parts that wait: {waiting_jobs():,}.", json)
        except ProgrammingError as error:
            raise CommandError(
                "The queue's tables are missing; run: manage.py migrate", returncode=2
            ) from error
        except DatabaseError as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            raise CommandError(f"The database cannot be used ({why}).", returncode=2) from error
        if wait:
            self._follow(runs[0], as_json=json)
            return
        for each in runs:
            self._tell(each, progress[each.pk], as_json=json)
        if any(each.failed for each in progress.values()):
            raise SystemExit(1)

    def _follow(self, run: ImportRun, *, as_json: bool) -> None:
        """Reports as the command would that does it here: a line for what was refused, the sum at the end."""
        noun = "article" if run.kind == RunKind.READING else "file"
        report = Reporter(self, noun=noun, as_json=as_json)
        last, told = 0, set[int]()
        if not (run.finished_at or workers_alive()):
            report.say("No worker is alive; waiting for one (manage.py worker).")
        with report.stopping(), report.progress() as shown:
            while True:
                # Asked before the items: what is stored with the last part is still told.
                progress = progress_of([ImportRun.objects.get(pk=run.pk)])[run.pk]
                going = progress.state in (RunState.QUEUED, RunState.RUNNING)
                # At the end all once more: workers may have stored theirs in another order than they took numbers.
                for item in (
                    ImportItem.objects.filter(run=run, pk__gt=last if going else 0).order_by("pk").iterator()
                ):
                    if item.pk not in told:
                        report.answer(_as_answer(item))
                        told.add(item.pk)
                    last = item.pk
                shown(f"{report.summary()} {progress.left:,} of {progress.parts:,} parts are left")
                if not going:
                    break
                time.sleep(POLL)
        if progress.failed:
            report.stop(
                f"{progress.failed:,} parts were given up ({progress.error}). {report.summary()} "
                f"Once more: manage.py queue --run {run.pk} --again",
                1,
            )
        report.finish()

    def _runs(self, pk: int | None) -> list[ImportRun]:
        """The runs that workers do: the one that is named, else all that are not finished and some that are."""
        chosen = ImportRun.objects.select_related("by").order_by("-pk")
        if pk is not None:
            found = list(chosen.filter(pk=pk))
            if not found:
                raise CommandError(f"There is no run {pk}.", returncode=2)
            return found
        queued = chosen.filter(parts__gt=0)
        return [*queued.filter(finished_at=None), *queued.filter(finished_at__isnull=False)[:NEWEST]]

    def _say(self, sentence: str, as_json: bool) -> None:
        (self.stderr if as_json else self.stdout).write(sentence)

    def _tell(self, run: ImportRun, progress: Progress, *, as_json: bool) -> None:
        counts = {word: getattr(run, word) for word in ("created", "updated", "matched", "skipped", "failed")}
        if as_json:
            line = {
                "run": run.pk, "kind": run.kind, "by": run.by.username if run.by else None,
                "state": progress.state.value, "parts": progress.parts, "parts_left": progress.left,
                "parts_failed": progress.failed, "error": progress.error, **counts,
            }  # fmt: skip
            self.stdout.write(json.dumps(line))
            return
        of_run = f"Run {run.pk} ({LABELS[RunKind][RunKind(run.kind)]}, {run.by.username if run.by else 'command'}, {run.started_at:%Y-%m-%d %H:%M})"
        parts = f"{progress.parts - progress.left:,} of {progress.parts:,} part{'' if progress.parts == 1 else 's'} done"
        words = ", ".join(f"{number:,} {word}" for word, number in counts.items())
        self.stdout.write(f"{of_run}: {LABELS[RunState][progress.state]}. {parts}; {words}.")
        if progress.failed:
            self.stdout.write(
                f"  {progress.failed:,} given up ({progress.error}). Once more: manage.py queue --run {run.pk} --again"
            )


def _as_answer(item: ImportItem) -> Answer:
    """A line of the log as the importer said it. Flags are with the source."""
    verdict = {Outcome.CREATED: "accept", Outcome.UPDATED: "accept", Outcome.FAILED: "reject"}
    said = verdict.get(Outcome(item.outcome), "skip")
    return Answer(item.name, said, item.outcome, item.reason or "ok", item.message, (), item.source_id)
