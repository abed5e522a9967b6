"""Cells and lines of a table as spreadsheets and programs read them. Pure: no Django, no database."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

# A byte order mark: without it spreadsheets read a double-clicked CSV as Latin letters and break every accent. Programs name the
# encoding "utf-8-sig".
BOM = "\ufeff".encode()
# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), in full-width letters too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
SEPARATORS = (",", ";", "\t", "|")


def cell(value: Any) -> str:
    """A value as a cell. Text that a spreadsheet would calculate gets an apostrophe before it; numbers and days are themselves."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip(" \n\xa0").startswith(FORMULA) else text


class _Line:
    """What csv writes to: the last line."""

    def write(self, text: str) -> str:
        self.text = text
        return text


class Lines:
    """Rows as lines of CSV (RFC 4180: CRLF, quotes doubled)."""

    def __init__(self, separator: str = ",") -> None:
        self._line = _Line()
        self._writer = csv.writer(self._line, delimiter=separator, lineterminator="\r\n")

    def line(self, row: Sequence[Any]) -> bytes:
        self._writer.writerow([cell(value) for value in row])
        return self._line.text.encode()
