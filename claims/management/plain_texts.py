"""Texts and names from files, for the commands that read without a database."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from claims.extraction import Finding, Known, KnownName, extract
from sources.characters import Refused
from sources.furniture import find_furniture
from sources.languages import language_of
from sources.titles import find_title

__all__ = ["findings_in", "names_in", "text_in"]


def text_in(path: Path) -> str:
    """The file's text, letter by letter: UTF-8, newlines as they are, so that offsets are those of the file. Raises Refused, OSError."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("encoding", "It is not UTF-8.") from None


def findings_in(text: str, *, language: str = "", names: Known | tuple[()] = ()) -> list[Finding]:
    """What the machine finds in a text as it stands, page furniture left out. Without `language`: found out."""
    skip = [(piece.start, piece.end) for piece in find_furniture(text, title_span=find_title(text))]
    return extract(text, language or language_of(text), names, skip)


def names_in(path: Path) -> Known:
    """Names from a file: a JSON list, or lines of JSON, of {text, name, kind}; or lines of tabs, with or without that heading.

    Raises Refused with the line that cannot be read, OSError.
    """
    text = text_in(path)
    rows: Iterable[Any]
    try:
        if path.suffix.lower() in (".tsv", ".tab", ".txt"):
            rows = list(_tabbed(text))
        elif text.lstrip().startswith("["):
            rows = json.loads(text)
        else:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise Refused("bad_json", f"It is not JSON: {str(error)[:120]}.") from None
    return Known([_name(row, number) for number, row in enumerate(rows, start=1)])


def _tabbed(text: str) -> Iterable[dict[str, str]]:
    lines = list(csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    heading = ["text", "name", "kind"]
    if lines and lines[0][:1] == ["text"]:
        heading, *lines = lines
    return (dict(zip(heading, line, strict=False)) for line in lines if any(line))


def _name(row: Any, number: int) -> KnownName:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise Refused("bad_metadata", f"Name {number} has no “text”.")
    return KnownName(row["text"], str(row.get("name") or row["text"]), str(row.get("kind") or ""))
