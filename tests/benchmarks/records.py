"""What importing records costs: PERFORMANCE.md P9.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.records [--records 22000] [--gate 20000] [--again 2.5]

Made-up articles with statements, their speakers, claims and positions, as JSONL and as tables, in a fresh database of a throwaway server
in FOLDER. Rows are those stored beside their history (each has an event there, too), a second of CPU of command and PostgreSQL together,
which work in turns; records likewise. Exit code 1 when fewer rows than the gate are stored a second, when repeating the file changes a row,
or when it is not so many times faster.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.importing import Cost, Site, site  # first: it sets up Django

import psycopg  # isort: skip

from tests.benchmarks.articles import lines
from tests.databases import throwaway_server

# Of each article.
STATEMENTS = 20
TABLES = (
    *("sources_source", "claims_speaker", "claims_speakername", "claims_claim", "claims_statement"),
    *("claims_statementspeaker", "claims_position", "sources_importitem", "claims_claimfigures"),
)


def made(records: int) -> Iterator[dict[str, Any]]:
    """So many records, rounded up to whole articles of 81."""
    for article in range(-(-records // (1 + 4 * STATEMENTS))):
        words = [f"Minister {n} of {article}: {each}" for n, each in enumerate(lines(article, STATEMENTS))]
        yield {
            "type": "source", "key": f"s{article}", "language": "en", "title": f"Title {article}", "body": "\n".join(words),
        }  # fmt: skip
        for number in range(STATEMENTS):
            name = f"m-{article}-{number}"
            yield {
                "type": "speaker",
                "slug": name,
                "kind": "person",
                "name": f"Minister {number} of {article}",
            }
            yield {
                "type": "claim",
                "slug": f"c-{article}-{number}",
                "text_en": f"Claim {number} of {article}.",
                "text_it": f"Tesi {number} di {article}.",
            }
            yield {
                "type": "statement", "source": f"s{article}", "key": str(number), "act": "denies",
                "quotes": [words[number]], "speakers": [{"speaker": name}],
            }  # fmt: skip
            yield {
                "type": "position",
                "statement": {"source": f"s{article}", "key": str(number)},
                "claim": f"c-{article}-{number}",
            }


def write_lines(folder: Path, records: int) -> list[Path]:
    path = folder / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, made(records))), encoding="utf-8")
    return [path]


def write_tables(folder: Path, records: int) -> list[Path]:
    """A table for each type."""
    tables: dict[str, list[dict[str, str]]] = {}
    for record in made(records):
        cells = {}
        for name, value in record.items():
            if isinstance(value, dict):
                cells |= {f"{name}.{inner}": each for inner, each in value.items()}
            else:
                cells[name] = json.dumps(value) if isinstance(value, list) else value
        tables.setdefault(cells.pop("type"), []).append(cells)
    paths = []
    for kind, rows in tables.items():
        paths.append(folder / f"{kind}s.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return paths


def rows_in(fresh: Site) -> int:
    with psycopg.connect(fresh.database.url) as connection:
        counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
        found = connection.execute(f"SELECT {counts}").fetchone()
        assert found is not None
        return int(found[0])


def seconds(cost: Cost, nothing: Cost) -> float:
    """CPU of command and database, without what starting costs."""
    return cost.command + cost.database - nothing.command - nothing.database


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=22_000)
    parser.add_argument("--gate", type=float, default=20_000)
    parser.add_argument("--again", type=float, default=2.5)
    options = parser.parse_args()
    server = throwaway_server()
    short = []
    try:
        print(
            f"{'':8} {'records':>8} {'rows':>8} {'command s':>10} {'PostgreSQL s':>12} {'records/s':>10} {'rows/s':>8} {'again ×':>8} {'MB':>6}"
        )
        for name, write in (("JSONL", write_lines), ("CSV", write_tables)):
            with tempfile.TemporaryDirectory() as folder, site(server) as fresh:
                paths = [str(path) for path in write(Path(folder), options.records)]
                one = Path(folder, "one.jsonl")
                one.write_text(
                    json.dumps({"type": "topic", "slug": "one", "name_en": "One"}), encoding="utf-8"
                )
                nothing = fresh.run("import_records", str(one))
                before = rows_in(fresh)
                once = fresh.run("import_records", *paths)
                rows = rows_in(fresh) - before
                again = fresh.run("import_records", *paths)
                changed = rows_in(fresh) - before - rows
                count = sum(1 for _record in made(options.records))
            first, second = seconds(once, nothing), seconds(again, nothing)
            print(
                f"{name:8} {count:8,} {rows:8,} {once.command - nothing.command:10.2f} {once.database - nothing.database:12.2f}"
                f" {count / first:10,.0f} {rows / first:8,.0f} {first / second:8.2f} {once.memory:6.0f}",
                flush=True,
            )
            # The answers of the second run are logged; nothing else may be new.
            if rows / first < options.gate or first / second < options.again or changed != count:
                short.append(name)
    finally:
        server.leave()
    if short:
        raise SystemExit(f"under the gates: {', '.join(short)}")


if __name__ == "__main__":
    main()
