"""The zip of everything published, piece by piece: what is written is handed on at once, so that memory does not grow with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from claims.public.answers import as_json
from claims.public.data import Known
from claims.public.exports.cells import BOM, Lines
from claims.public.exports.tables import OBJECTS, TABLES, Table
from claims.public.routing import reading_publicly

Batch = TypeVar("Batch")


class _Pipe(io.RawIOBase):
    """What zipfile writes to; it cannot go back in it, and so writes sizes after the files they belong to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(piece))
        return len(piece)

    def drained(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def pieces(
    *, origin: str, separator: str = ",", language: str = "en", now: datetime | None = None
) -> Iterator[bytes]:
    """The zip. `origin`: what addresses begin with ("" leaves paths). `separator`: of the CSV files. `language`: of names and the README.

    Every row is read through the connection that cannot write, and is published at the moment when its batch is read.
    """
    moment = now or timezone.now()
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(Known(origin), separator, language, moment):
            member = zipfile.ZipInfo(name, moment.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            # Sizes are not known beforehand and may pass 4 GB.
            with archive.open(member, "w", force_zip64=True) as file:
                for piece in content:
                    file.write(piece)
                    if waiting := pipe.drained():
                        yield waiting
            yield pipe.drained()
    yield pipe.drained()


def _files(
    known: Known, separator: str, language: str, moment: datetime
) -> Iterator[tuple[str, Iterator[bytes]]]:
    licence = f"{settings.CLAIMTRACKER_DATA_LICENCE}\n{settings.CLAIMTRACKER_DATA_LICENCE_URL}\n"
    yield "README.txt", iter([readme(separator, language, moment).encode()])
    yield "LICENCE.txt", iter([licence.encode()])
    for table in TABLES:
        yield f"{table.name}.csv", _csv(table, known, separator, language)
    for name, rows in OBJECTS.items():
        yield f"{name}.jsonl", _jsonl(publicly(rows(known)))


def _csv(table: Table, known: Known, separator: str, language: str) -> Iterator[bytes]:
    lines = Lines(separator)
    yield BOM + lines.line(list(table.columns))
    for batch in publicly(table.rows(known, language)):
        yield b"".join(lines.line([row.get(column) for column in table.columns]) for row in batch)


def _jsonl(batches: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    for batch in batches:
        yield b"".join(as_json(row) + b"\n" for row in batch)


def publicly(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, each read as a public page reads: a stream outlives the request that marked itself as public."""
    while True:
        token = reading_publicly.set(True)
        try:
            batch = next(batches, None)
        finally:
            reading_publicly.reset(token)
        if batch is None:
            return
        yield batch


def readme(separator: str, language: str, moment: datetime) -> str:
    """What is in the zip, and what every column means."""
    with translation.override(language):
        parts = [
            "ClaimTracker",
            _("Everything published on %(moment)s (UTC), as the public pages show it.")
            % {"moment": f"{moment:%Y-%m-%d %H:%M}"},
            _("Licence of the data: %(name)s, %(address)s. Quotations belong to those who wrote them.")
            % {
                "name": settings.CLAIMTRACKER_DATA_LICENCE,
                "address": settings.CLAIMTRACKER_DATA_LICENCE_URL,
            },
            _(
                "CSV files are UTF-8 with a byte order mark, columns are separated by %(separator)s, and lines end with CRLF. A text that a "
                "spreadsheet would take for a formula has an apostrophe before it; the JSONL files have every text as it is, one object a "
                "line, in the shapes of the API."
            )
            % {"separator": repr(separator)},
            _(
                "The site never says that a claim is true or false: it says who says so, who denies it, and what editors decided."
            ),
        ]
        for table in TABLES:
            columns = [f"  {name}: {meaning}" for name, meaning in table.columns.items()]
            if table.name == "denials":
                columns = [
                    "  " + _("The rows of statements.csv that deny a claim and count; the same columns.")
                ]
            parts.append("\n".join([f"{table.name}.csv", *columns]))
        return "\n\n".join(parts) + "\n"
