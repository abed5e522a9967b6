"""How the import commands report: one line of JSON a file or record, a summary, progress on a terminal, and one
sentence and an exit code when they cannot go on.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError

from sources.vocabulary import Outcome

__all__ = ["Answered", "Reporter", "add_report_arguments", "printable"]

_WORDS = {
    Outcome.CREATED: "created",
    Outcome.MATCHED: "already here",
    Outcome.UPDATED: "updated",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "refused",
}
_AGAIN = "The same command goes on from here."


class Answered(Protocol):
    """What became of one file or record; a NamedTuple whose fields are those of a line of --json."""

    @property
    def file(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def source(self) -> int | None: ...
    def _asdict(self) -> dict[str, Any]: ...


def add_report_arguments(parser: CommandParser, *, noun: str) -> None:
    """The options that every import command has."""
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    parser.add_argument("--json", action="store_true", help=f"one line of JSON a {noun} on standard output")


def printable(name: str) -> str:
    """A file's name as it can be stored and shown on one line: odd characters escaped."""
    if name.isprintable():
        return name
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in name
    )


class Reporter:
    """Counts and says what an import command does. `noun`: what it counts ("file", "record")."""

    def __init__(self, command: BaseCommand, *, noun: str, as_json: bool, dry_run: bool = False) -> None:
        self.command = command
        self.noun = noun
        self.as_json = as_json
        self.dry_run = dry_run
        self.counts: Counter[str] = Counter()

    def answer(self, answer: Answered) -> None:
        """One line a file as JSON; for people, one for each that was refused or waits for another command."""
        self.counts[answer.outcome] += 1
        if self.as_json:
            self.command.stdout.write(json.dumps(answer._asdict()))
        elif answer.outcome == Outcome.FAILED or (
            answer.outcome == Outcome.SKIPPED and answer.reason in ("duplicate", "needs_publish")
        ):
            word = "Refused" if answer.outcome == Outcome.FAILED else "Skipped"
            self.command.stdout.write(f"{word} {printable(answer.file)}: {printable(answer.message)}")

    def say(self, sentence: str) -> None:
        """A sentence for people: beside the JSON, not in it."""
        (self.command.stderr if self.as_json else self.command.stdout).write(sentence)

    def summary(self) -> str:
        """For example: 3 files: 1 created, 2 already here, 0 updated, 0 skipped, 0 refused."""
        total = f"{self.counts.total():,} {self.noun}{'' if self.counts.total() == 1 else 's'}"
        return (
            f"{total}: " + ", ".join(f"{self.counts[word]:,} {label}" for word, label in _WORDS.items()) + "."
        )

    def finish(self) -> None:
        """Says the summary. Raises SystemExit(1) when something was refused."""
        self.say(("Dry run, nothing is written. " if self.dry_run else "") + self.summary())
        if self.counts[Outcome.FAILED]:
            raise SystemExit(1)

    def queued(self, run: int, *, count: int, workers: int) -> None:
        """Says that so much was handed to the queue as that run, and how to follow it."""
        if self.as_json:
            self.command.stdout.write(json.dumps({"run": run, "count": count, "workers": workers}))
        what = f"{count:,} {self.noun}{' is' if count == 1 else 's are'} handed over as run {run}."
        who = (
            f"Workers alive: {workers:,}."
            if workers
            else "No worker is alive: start one with manage.py worker."
        )
        self.say(f"{what} {who} Follow it: manage.py queue --run {run} --wait")

    def stop(self, sentence: str, code: int = 2) -> NoReturn:
        """Ends the command with one sentence on standard error."""
        self.command.stderr.write(sentence)
        raise SystemExit(code)

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """What makes an import impossible ends it with one sentence and exit code 2 (130 after Ctrl-C)."""
        try:
            yield
        except KeyboardInterrupt:
            self.stop(f"Interrupted. {self.summary()} Nothing is half done. {_AGAIN}", 130)
        except FileNotFoundError as error:
            self.stop(f"There is no {printable(str(error.filename))}.")
        except BrokenPipeError:
            # Whoever read our output left; what Python would still flush there goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.stop(f"Nobody reads the output any more. {self.summary()} {_AGAIN}")
        except OSError as error:
            self.stop(f"{printable(str(error.filename))} cannot be opened: {error.strerror}.")
        except DatabaseError as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            self.stop(f"The database cannot be used ({why}). {self.summary()} {_AGAIN}")

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """A line that is told how far it is, on a terminal only."""
        if not sys.stderr.isatty():
            yield lambda _words: None
            return
        from rich.console import Console

        with Console(stderr=True).status("Reading …") as status:
            yield status.update
