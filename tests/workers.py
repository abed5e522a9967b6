"""Workers as processes of their own on what would be other machines: they share nothing but a database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import databases

# What must be the same however the articles came in. Ids become the texts and addresses that they stand for; how often a row is in
# the history tells whether it was written twice.
ARTICLES = """
    SELECT s.url, s.text_sha256, s.title, s.language, o.name, origin.url, older.text_sha256, s.furniture::text,
        (SELECT count(*) FROM sources_sourceevent e WHERE e.id = s.id)
    FROM sources_source s LEFT JOIN sources_outlet o ON o.id = s.outlet_id
    LEFT JOIN sources_source origin ON origin.id = s.origin_id LEFT JOIN sources_source older ON older.id = s.version_of_id
    ORDER BY s.url, s.text_sha256
"""
STATEMENTS = """
    SELECT s.url, s.text_sha256, st.act, st.spans::text, st.rule, st.review,
        (SELECT string_agg(w.as_written, '|' ORDER BY w.order) FROM claims_statementspeaker w WHERE w.statement_id = st.id),
        (SELECT count(*) FROM claims_statementevent e WHERE e.id = st.id), r.found, r.stored
    FROM claims_reading r JOIN sources_source s ON s.id = r.source_id LEFT JOIN claims_statement st ON st.source_id = s.id
    ORDER BY s.url, s.text_sha256, st.spans::text, st.act
"""
ANSWERS = "SELECT name, outcome, reason, message FROM sources_importitem ORDER BY name, outcome"
OPEN_RUNS = "SELECT 1 FROM sources_importrun WHERE finished_at IS NULL"
LEFT = "SELECT 1 FROM procrastinate_jobs WHERE queue_name = 'work' UNION ALL SELECT 1 FROM sources_parcel"


def make_articles(folder: Path, files: int, sentences: int = 1) -> Path:
    """Articles of many outlets, each second a copy, or a newer text at the address, of the one before (never in another part
    of the run: which comes first is decided by arrival); and a file that is none."""
    folder.mkdir()
    for n in range(files):
        pair = n - n % 2
        said = " ".join(
            f"Il portavoce {pair}.{i} ha negato la fornitura. «Non è così», ha detto Luca Rossi{pair} a marzo, dopo {i} ore di colloqui."
            for i in range(sentences)
        )
        record = {
            "title": f"Titolo {pair}",
            "text": said + (" Poi ha ammesso il fatto." if n % 4 == 3 else ""),
            "url": f"https://example.org/{n if n % 4 == 1 else pair}",
            "source": f"Giornale {n % 17}",
        }
        (folder / f"{n:06}.json").write_text(json.dumps(record))
    (folder / "zz.json").write_text("{no")
    return folder


def rows(url: str, *queries: str) -> list[Any]:
    """The rows of each query."""
    with psycopg.connect(url) as connection:
        return [connection.execute(query).fetchall() for query in queries]


def environment(address: str, folder: Path) -> dict[str, str]:
    """Of a process that knows the database's address, and keeps what it keeps in a folder of its own."""
    return os.environ | {
        "DATABASE_URL": address,
        "CLAIMTRACKER_DATA": str(folder / "data"),
        "CLAIMTRACKER_TESTING": "1",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(databases.ROOT),
    }


@contextmanager
def machine(
    address: str,
    folder: Path,
    *options: str,
    stalled_after: float = 2,
    settings: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with a working directory, and settings, of its own; ended if it still lives. What it said is told on standard error."""
    folder.mkdir()
    with open(folder / "said", "w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "django", "worker", "--stalled-after", str(stalled_after), *options],
            cwd=folder,
            env=environment(address, folder) | dict(settings or {}),
            stdout=said,
            stderr=said,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            said.seek(0)
            print(said.read(), file=sys.stderr)


def until(met: Callable[[], Any], seconds: float = 90, *, every: float = 0.02) -> Any:
    """What `met` gives when it gives something. Raises AssertionError after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < end, "it does not happen"
        time.sleep(every)
    return found


def kill_at_work(process: subprocess.Popen[bytes], url: str, worker: int) -> int:
    """kill -9 while it has a job; the job's id. It is stopped first: it cannot end the job between the look and the kill."""
    taken = f"SELECT id FROM procrastinate_jobs WHERE worker_id = {worker} AND status = 'doing'"

    def stopped_at_work() -> Any:
        process.send_signal(signal.SIGSTOP)
        if found := rows(url, taken)[0]:
            return found
        process.send_signal(signal.SIGCONT)
        return None

    ((job,),) = until(stopped_at_work)
    process.kill()
    process.wait()
    return int(job)


def newest_worker(url: str) -> int:
    """The id of the worker that came last, as soon as there is one."""
    found = until(lambda: rows(url, "SELECT max(id) FROM procrastinate_workers")[0][0][0])
    return int(found)


def runs_ended(url: str) -> bool:
    return not rows(url, OPEN_RUNS)[0]
