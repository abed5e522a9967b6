"""Record files: JSONL (an object a line), JSON (a list of objects) and CSV (a table of one type). Pure: no database.

Each record is read for itself: one that cannot be read is answered with the reason, and the others go on.
"""

from __future__ import annotations

import csv
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from claims.importing.checks import Check, Dates, Listed, Shape, flag, quote
from claims.importing.shapes import SHAPES
from sources.articles import MAX_BYTES
from sources.characters import Refused, decode
from sources.records import read_record

__all__ = ["MAX_FILE_BYTES", "Read", "read_records", "records_in"]

# A record's name in reports, and its fields or the reason why it could not be read.
Read = tuple[str, dict[str, Any] | Refused]

MAX_FILE_BYTES = 512 * 2**20
ENDINGS = (".jsonl", ".json", ".csv")


def records_in(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Read]:
    """Every record of the given files, in order; "-" is standard input, as JSONL.

    Raises OSError at once for a file that is not there or cannot be opened.
    """
    opened = [(os.fspath(path), None if os.fspath(path) == "-" else _open(os.fspath(path))) for path in paths]
    return _records(opened)


def _records(opened: list[tuple[str, bytes | Refused | None]]) -> Iterator[Read]:
    for path, data in opened:
        if data is None:
            yield from read_records(sys.stdin.buffer.read(MAX_FILE_BYTES + 1), "-")
        elif isinstance(data, Refused):
            yield path, data
        else:
            yield from read_records(data, path)


def _open(path: str) -> bytes | Refused:
    """The bytes of one regular file, or why it is not read. Raises OSError."""
    kind = os.lstat(path).st_mode
    if not stat.S_ISREG(kind):
        return Refused("not_regular", "It is not an ordinary file; links are not followed.")
    if not path.lower().endswith(ENDINGS):
        return Refused("name", f"Only {', '.join(ENDINGS)} files hold records.")
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return Refused("not_regular", "It is not an ordinary file.")
        data = file.read(MAX_FILE_BYTES + 1)
    return data if len(data) <= MAX_FILE_BYTES else _too_large()


def _too_large() -> Refused:
    return Refused("too_large", f"It is larger than {MAX_FILE_BYTES // 2**20} MiB; split it.")


def read_records(data: bytes, name: str) -> Iterator[Read]:
    """The records of one file, by the ending of its name (JSONL when it has none). Names are `file:number`."""
    if len(data) > MAX_FILE_BYTES:
        yield name, _too_large()
        return
    ending = Path(name).suffix.lower()
    read = {".json": _list, ".csv": _table}.get(ending, _lines)
    empty = True
    try:
        for number, record in read(data, name):
            empty = False
            yield f"{name}:{number}", record
    except Refused as refused:
        yield name, refused
        return
    if empty:
        yield name, Refused("empty", "The file holds no record.")


def _lines(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any] | Refused]]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, _read(line)


def _read(data: bytes) -> dict[str, Any] | Refused:
    if len(data) > MAX_BYTES:
        return Refused("too_large", f"A record is at most {MAX_BYTES // 2**20} MiB.")
    try:
        return read_record(decode(data)[0])
    except Refused as refused:
        if refused.reason == "bad_json" and refused.sentence.startswith("It is not one JSON object"):
            return Refused("bad_json", "It is not one JSON object with a type.")
        return refused


def _list(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any] | Refused]]:
    """A list of objects, or one object. The list is read by the same strict rules as a line."""
    text = decode(data)[0].strip()
    # The strict reader takes one object: a list becomes the only field of one.
    records = _one('{"records": ' + text + "}") if text.startswith("[") else [read_record(text)]
    for number, record in enumerate(records, start=1):
        yield (
            number,
            record
            if isinstance(record, dict)
            else Refused("bad_json", "It is not one JSON object with a type."),
        )


# --- Tables


def _table(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any] | Refused]]:
    """A table with a head. The type stands in the column `type`, or is the file's name (claims.csv)."""
    text = decode(data)[0]
    head = text.split("\n", 1)[0]
    csv.field_size_limit(MAX_BYTES)
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=";" if head.count(";") > head.count(",") else ",",
        strict=True,
    )
    try:
        columns = [column.strip() for column in next(rows, [])]
        double = next((column for column in columns if columns.count(column) > 1), None)
        if double is not None:
            raise Refused("json_duplicate_key", f"The column {double[:40]!r} stands there twice.")
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, _row(columns, row, _type_of(name))
    except csv.Error as error:
        raise Refused("bad_json", f"Line {rows.line_num} is not a line of a table: {error}.") from None


def _type_of(name: str) -> str:
    stem = Path(name).stem
    return stem if stem in SHAPES else stem.removesuffix("s")


def _row(columns: list[str], row: list[str], default: str) -> dict[str, Any] | Refused:
    if len(row) > len(columns):
        return Refused("bad_json", f"The line has {len(row)} cells and the table {len(columns)} columns.")
    cells = {column: cell for column, cell in zip(columns, row, strict=False) if cell.strip()}
    kind = cells.pop("type", default).strip()
    shape = SHAPES.get(kind)
    try:
        return {"type": kind} | (_object(cells, shape) if shape else cells)
    except Refused as refused:
        return refused


def _object(cells: Mapping[str, str], shape: Shape) -> dict[str, Any]:
    """Cells to an object; `said.earliest` is the field `earliest` of `said`."""
    found: dict[str, Any] = {}
    nested: dict[str, dict[str, str]] = {}
    for column, cell in cells.items():
        name, dot, rest = column.partition(".")
        if dot:
            nested.setdefault(name, {})[rest] = cell
        else:
            found[name] = _cell(cell, shape.fields.get(name), name)
    for name, inner in nested.items():
        check = shape.fields.get(name)
        if name in found:
            raise Refused("json_duplicate_key", f"“{name}” has a column of its own and columns of its parts.")
        found[name] = (
            _object(inner, check.shape if isinstance(check, Dates) else check)
            if isinstance(check, (Dates, Shape))
            else dict(inner)
        )
    return found


def _cell(cell: str, check: Check | None, name: str) -> Any:
    """What a cell holds, by what its field wants: a text, true or false, or JSON. Lists of words may be `a; b`."""
    stripped = cell.strip()
    if check is flag:
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
            stripped.lower(), cell
        )
    if isinstance(check, Listed) and not stripped.startswith("["):
        return [part.strip() for part in stripped.split(";") if part.strip()]
    structured = isinstance(check, (Dates, Listed, Shape)) or check is quote
    if structured and stripped.startswith(("[", "{")):
        return _json(stripped, name)
    return cell


def _json(text: str, name: str) -> Any:
    try:
        return _one('{"cell": ' + text + "}")
    except Refused as refused:
        raise Refused(refused.reason, f"The cell “{name}”: {refused.sentence}") from None


def _one(text: str) -> Any:
    """The only value of an object: how lists are read by the strict reader of objects."""
    fields = read_record(text)
    if len(fields) != 1:
        raise Refused("bad_json", "Something follows after the end of the list.")
    return next(iter(fields.values()))
