"""A run of records that is killed leaves nothing, or all of it; several at once on the same files end in the same rows.

The long version, by hand: TRIALS=20 pytest tests/claims/test_import_records_survives.py
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRIALS = int(os.environ.get("TRIALS", "1"))
KILLS = 3

# Rows without what differs from run to run.
ROWS = """
    SELECT c.slug, c.text_en, c.publication, st.key, st.spans::text, st.review, sp.slug, p.stance, so.key, so.text_sha256
    FROM claims_position p JOIN claims_claim c ON c.id = p.claim_id JOIN claims_statement st ON st.id = p.statement_id
    JOIN sources_source so ON so.id = st.source_id
    LEFT JOIN claims_statementspeaker w ON w.statement_id = st.id LEFT JOIN claims_speaker sp ON sp.id = w.speaker_id
    ORDER BY so.key, st.key, c.slug, sp.slug
"""
COUNTS = "SELECT (SELECT count(*) FROM claims_claim), (SELECT count(*) FROM claims_speaker), (SELECT count(*) FROM sources_source)"


def make_records(folder: Path, sources: int = 20, statements: int = 20) -> Path:
    rows: list[dict[str, Any]] = []
    for s in range(sources):
        sentences = " ".join(f"Minister {i} of {s} denied it that day." for i in range(statements))
        rows.append(
            {"type": "source", "key": f"s{s}", "language": "en", "title": f"Title {s}", "body": sentences}
        )
        for i in range(statements):
            rows += [
                {"type": "speaker", "slug": f"m-{s}-{i}", "kind": "person", "name": f"Minister {i} of {s}"},
                {"type": "claim", "slug": f"c-{s}-{i}", "text_en": f"Claim {i} of {s}."},
                {
                    "type": "statement", "source": f"s{s}", "key": str(i), "act": "denies",
                    "quotes": [f"Minister {i} of {s} denied it"], "speakers": [{"speaker": f"m-{s}-{i}"}],
                },
                {"type": "position", "statement": {"source": f"s{s}", "key": str(i)}, "claim": f"c-{s}-{i}"},
            ]  # fmt: skip
    random.Random(7).shuffle(rows)
    path = folder / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def start(database: str, path: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.Popen(
        [sys.executable, "-m", "django", "import_records", str(path)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def rows(database: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return [*connection.execute(COUNTS).fetchall(), *connection.execute(ROWS).fetchall()]


@pytest.fixture
def expected(fresh_database: Callable[[], str], tmp_path: Path) -> tuple[Path, list[tuple[Any, ...]], float]:
    """The records, the rows of an undisturbed run, and how long it takes."""
    path, database = make_records(tmp_path), fresh_database()
    began = time.monotonic()
    assert start(database, path).wait(120) == 0
    found = rows(database)
    assert len(found) == 401
    return path, found, time.monotonic() - began


def test_a_run_that_is_killed_leaves_all_or_nothing_and_the_next_completes_it(
    fresh_database: Callable[[], str], expected: tuple[Path, list[tuple[Any, ...]], float]
) -> None:
    path, undisturbed, lasts = expected
    for trial in range(TRIALS):
        database, chance = fresh_database(), random.Random(trial)
        for _kill in range(KILLS):
            process = start(database, path)
            time.sleep(chance.uniform(0.3, 1.0) * lasts)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert len(rows(database)) in (1, 401)
        assert start(database, path).wait(120) == 0
        assert rows(database) == undisturbed


def test_three_at_once_end_in_the_same_rows(
    fresh_database: Callable[[], str], expected: tuple[Path, list[tuple[Any, ...]], float]
) -> None:
    path, undisturbed, _lasts = expected
    for _trial in range(TRIALS):
        database = fresh_database()
        processes = [start(database, path) for _each in range(3)]
        assert [process.wait(120) for process in processes] == [0, 0, 0]
        assert rows(database) == undisturbed
