"""Reads what stands in seeds/ for the tests: records by type, digests by key, places of quotes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sources.articles import read_article

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

Row = dict[str, Any]


@cache
def records(kind: str) -> list[Row]:
    """Every record of one type, in the order of the files."""
    rows = [
        json.loads(line)
        for path in sorted((SEEDS / "records").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in rows if row["type"] == kind]


@cache
def digests() -> dict[str, tuple[dict[str, Any], str]]:
    """Front matter and body of each digest, by its key. The body is what the archive would store."""
    found = {}
    for path in sorted((SEEDS / "digests").glob("*.txt")):
        _, front, _ = path.read_text(encoding="utf-8").split("+++\n", 2)
        fields = tomllib.loads(front)
        assert fields["key"] == path.stem
        found[fields["key"]] = (fields, read_article(path.read_bytes(), path.name).body)
    return found


@cache
def by_slug(kind: str) -> dict[str, Row]:
    return {row["slug"]: row for row in records(kind)}


@cache
def statements() -> dict[str, Row]:
    return {row["key"]: row for row in records("statement")}


def place(body: str, quote: str | Row) -> tuple[int, int]:
    """Where a quote stands in the body; it must be found exactly once, with its prefix and suffix."""
    quote = {"exact": quote} if isinstance(quote, str) else quote
    prefix, exact, suffix = quote.get("prefix", ""), quote["exact"], quote.get("suffix", "")
    assert body.count(prefix + exact + suffix) == 1, quote
    start = body.index(prefix + exact + suffix) + len(prefix)
    return start, start + len(exact)


def places(row: Row) -> list[tuple[int, int]]:
    return [place(digests()[row["source"]][1], quote) for quote in row["quotes"]]


def party(speaker: str) -> str:
    """The name of the root of the chain of speaks_for."""
    row = by_slug("speaker")[speaker]
    seen = {speaker}
    while row.get("speaks_for"):
        assert row["speaks_for"] not in seen, f"{speaker} speaks for itself"
        seen.add(row["speaks_for"])
        row = by_slug("speaker")[row["speaks_for"]]
    return str(row["name"])


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
