"""`export_claims FILE.zip`: everything published, for people who work with data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.public.data import LANGUAGES
from claims.public.exports.cells import SEPARATORS
from claims.public.exports.zips import pieces

SPELLED = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "bar": "|"}


class Command(BaseCommand):
    help = "Writes everything that readers can see into a zip: CSV for spreadsheets, JSONL for programs, and what each column means."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.zip", help="where to write it; - is standard output")
        parser.add_argument(
            "--separator",
            default=",",
            help="between columns of the CSV files: comma (usual), semicolon, tab or bar",
        )
        parser.add_argument(
            "--language",
            default="en",
            choices=LANGUAGES,
            help="of names, page addresses and the README (usual: en)",
        )
        parser.add_argument("--overwrite", action="store_true", help="write over a file that is there")

    def handle(
        self, *args: Any, file: str, separator: str, language: str, overwrite: bool, **options: Any
    ) -> None:
        separator = SPELLED.get(separator, separator)
        if separator not in SEPARATORS:
            raise CommandError("The separator is one of comma, semicolon, tab or bar.", returncode=2)
        content = pieces(
            origin=settings.CLAIMTRACKER_SITE_URL.rstrip("/"), separator=separator, language=language
        )
        if file == "-":
            for piece in content:
                self.stdout.buffer.write(piece)  # type: ignore[attr-defined]
            return
        target = Path(file)
        if target.exists() and not overwrite:
            raise CommandError(f"{file} is there already; --overwrite writes over it.", returncode=2)
        # The file appears whole or not at all.
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with draft.open("wb") as written:
                size = sum(written.write(piece) for piece in content)
            draft.replace(target)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.", returncode=2) from None
        finally:
            draft.unlink(missing_ok=True)
        self.stdout.write(f"Wrote {target} ({size:,} bytes).")
