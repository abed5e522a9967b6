from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError

from sources.characters import ENCODINGS
from sources.importing import Answer, import_all, printable, start_run
from sources.incoming import files_in
from sources.vocabulary import Outcome

_WORDS = {
    Outcome.CREATED: "created",
    Outcome.MATCHED: "already here",
    Outcome.UPDATED: "updated",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "refused",
}
_AGAIN = "The same command goes on from here."


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
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="one line of JSON a file on standard output")
        parser.add_argument(
            "--encoding", choices=ENCODINGS, help="of files without a byte order mark (utf-8 by default)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        try:
            with _progress() as shown:
                for answer in self._answers(options):
                    counts[answer.outcome] += 1
                    self._say(answer, as_json=options["json"])
                    shown(counts)
        except KeyboardInterrupt:
            self._stop(f"Interrupted. {_summary(counts)} Nothing is half done. {_AGAIN}", 130)
        except FileNotFoundError as error:
            self._stop(f"There is no {printable(str(error.filename))}.", 2)
        except BrokenPipeError:
            # Whoever read our output left; what Python would still flush there goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self._stop(f"Nobody reads the output any more. {_summary(counts)} {_AGAIN}", 2)
        except OSError as error:
            self._stop(f"{printable(str(error.filename))} cannot be opened: {error.strerror}.", 2)
        except (OperationalError, InterfaceError) as error:
            why = str(error).strip().split("\n")[0].rstrip(".")
            self._stop(f"The database cannot be used ({why}). {_summary(counts)} {_AGAIN}", 2)
        summary = ("Dry run, nothing is written. " if options["dry_run"] else "") + _summary(counts)
        (self.stderr if options["json"] else self.stdout).write(summary)
        if counts[Outcome.FAILED]:
            raise SystemExit(1)

    def _answers(self, options: dict[str, Any]) -> Iterator[Answer]:
        files = files_in(options["paths"])
        run = None if options["dry_run"] else start_run()
        return import_all(files, run=run, dry_run=options["dry_run"], encoding=options["encoding"])

    def _say(self, answer: Answer, *, as_json: bool) -> None:
        """One line a file as JSON; for people, one for each that was refused or waits for another command."""
        if as_json:
            self.stdout.write(json.dumps(answer._asdict()))
        elif answer.outcome == Outcome.FAILED or (
            answer.outcome == Outcome.SKIPPED and answer.reason == "duplicate"
        ):
            word = "Refused" if answer.outcome == Outcome.FAILED else "Skipped"
            self.stdout.write(f"{word} {printable(answer.file)}: {printable(answer.message)}")

    def _stop(self, sentence: str, code: int) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(code)


def _summary(counts: Counter[str]) -> str:
    total = f"{counts.total():,} file{'' if counts.total() == 1 else 's'}"
    return f"{total}: " + ", ".join(f"{counts[word]:,} {label}" for word, label in _WORDS.items()) + "."


@contextmanager
def _progress() -> Iterator[Callable[[Counter[str]], None]]:
    """A line that counts, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _counts: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading …") as status:
        yield lambda counts: status.update(_summary(counts))
