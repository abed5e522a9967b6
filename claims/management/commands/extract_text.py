from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.extraction import Finding
from claims.extraction.lexicon import LANGUAGES
from claims.management.plain_texts import findings_in, names_in, text_in
from sources.characters import Refused
from sources.reports import printable


class Command(BaseCommand):
    help = (
        "Prints what the reading machine finds in text files, one line of JSON a file; nothing is stored and no database is "
        "used. Places are half-open characters of the file decoded as UTF-8. Exit code: 0, or 1 when a file could not be read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="a text file")
        parser.add_argument(
            "--names",
            metavar="FILE",
            type=Path,
            help="known names: JSON, JSON lines or tab-separated, of text, name and kind",
        )
        parser.add_argument("--language", choices=LANGUAGES, help="of the texts (found out by default)")

    def handle(self, *args: Any, **options: Any) -> None:
        names = self._read(names_in, options["names"]) if options["names"] else ()
        if names is None:
            raise SystemExit(2)
        refused = False
        for path in options["files"]:
            text = self._read(text_in, path)
            refused |= text is None
            if text is not None:
                found = findings_in(text, language=options["language"] or "", names=names)
                line = {"doc": path.stem, "statements": [_statement(text, each) for each in found]}
                self.stdout.write(json.dumps(line, ensure_ascii=False))
        if refused:
            raise SystemExit(1)

    def _read(self, how: Any, path: Path) -> Any:
        """What is in the file; None, and one sentence on standard error, when it cannot be read."""
        try:
            return how(path)
        except Refused as refused:
            self.stderr.write(f"Refused {printable(str(path))}: {refused.sentence}")
        except OSError as error:
            self.stderr.write(f"{printable(str(path))} cannot be opened: {error.strerror}.")
        return None


def _statement(text: str, found: Finding) -> dict[str, Any]:
    """One finding; a joint statement is told by its first speaker."""
    first = found.speakers[0] if found.speakers else None
    return {
        "speaker": (first.name or first.text) if first else None,
        "speaker_span": list(first.span) if first and first.span else None,
        "cue_span": list(found.cue) if found.cue else None,
        "content_spans": [list(span) for span in found.content],
        "act": found.act.value,
        "delivery": found.delivery.value,
        "hedge": found.hedge.value,
        "carriers": [
            {"kind": via.kind.value, "text": via.text, "span": list(via.span)} for via in found.carriers
        ],
        "rule": found.rule,
        "confidence": found.confidence,
    }
