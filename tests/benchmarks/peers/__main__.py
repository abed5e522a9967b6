"""Our list of claims beside two others with the same data in the same run: a plain ListView, and Datasette on a copy in SQLite.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.peers --datasette PROGRAM [--times N]

Datasette is not among our dependencies: `python -m venv PLACE && PLACE/bin/pip install datasette`. Each is served by one process over
loopback and asked the same questions through one kept connection. CPU milliseconds a request: the server's process plus, for the first
two, PostgreSQL's that work for it. Exit 1 when two of them list other claims, or ours is not the cheapest.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from urllib.parse import urlencode

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
django.setup()

from django.db import connection  # noqa: E402 -- after the setup

from claims.models import Claim, ClaimFigures, StatementSpeaker  # noqa: E402
from claims.public.lists import (  # noqa: E402
    CLAIMS_A_PAGE,
    LISTED,
    NEWEST_LISTED,
    listed_claims,
)
from claims.public.paging import cursor  # noqa: E402

DEEP = 500
LINKED = re.compile(r'(?:/claims/|/data/claim/|<td class="col-slug type-str">)(claim-[0-9-]+)')
# A line needs who denies and who admits: kept with the claim, as whoever publishes with Datasette would.
CLAIMS = """SELECT c.id, c.slug, coalesce(nullif(c.text_en, ''), c.text_it), t.slug, f.rating, f.contest, f.parties::text,
 f.newest_on::text, to_char(f.sort_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') FROM claims_claim c
 JOIN claims_claimfigures f ON f.claim_id = c.id LEFT JOIN claims_topic t ON t.id = c.topic_id
 WHERE c.publication IN ('published', 'under_review') AND c.merged_into_id IS NULL AND f.sort_at IS NOT NULL"""
SPOKEN = """SELECT DISTINCT p.claim_id, s.name FROM claims_position p JOIN claims_statementspeaker ss ON ss.statement_id = p.statement_id
 JOIN claims_speaker s ON s.id = ss.speaker_id WHERE p.published_at IS NOT NULL"""
SQLITE = """CREATE TABLE claim (id INTEGER PRIMARY KEY, slug TEXT, text TEXT, topic TEXT, rating TEXT, contest TEXT, parties TEXT,
 newest_on TEXT, sort_at TEXT);
CREATE TABLE spoken (claim_id INTEGER REFERENCES claim(id), name TEXT);"""
INDEXES = """CREATE INDEX newest ON claim(sort_at); CREATE INDEX by_rating ON claim(rating, sort_at);
CREATE INDEX by_contest ON claim(contest, sort_at); CREATE INDEX by_topic ON claim(topic, sort_at);
CREATE INDEX by_name ON spoken(name, claim_id);
CREATE VIRTUAL TABLE claim_fts USING fts5(text, content='claim', content_rowid='id', tokenize='porter');
INSERT INTO claim_fts(claim_fts) VALUES ('rebuild'); ANALYZE;"""

Addresses = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`cost`: CPU ms of the server and of PostgreSQL; None: it did not answer well. `listed`: addresses of claims."""

    site: float
    database: float
    listed: tuple[str, ...]
    status: int


class Asked:
    """One server and a kept connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, addresses: Addresses) -> None:
        self.process, self.port, self.addresses = process, port, addresses
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, address: str) -> tuple[int, str]:
        try:
            self._line.request("GET", address, headers={"Accept-Language": "en"})
            answer = self._line.getresponse()
            return answer.status, answer.read().decode()
        except (http.client.HTTPException, ConnectionError):
            self._line.close()
            self._line.request("GET", address, headers={"Accept-Language": "en"})
            answer = self._line.getresponse()
            return answer.status, answer.read().decode()

    def answer(self, question: str, times: int) -> Answer:
        """The mean of `times`, after one that warms; one alone where an answer takes more than a second."""
        began = time.monotonic()
        status, page = self.get(self.addresses[question])
        times = times if time.monotonic() - began < 1 else 1
        site, database = self._site(), _database()
        for _ in range(times):
            self.get(self.addresses[question])
        return Answer(
            (self._site() - site) * 1000 / times,
            (_database() - database) * 1000 / times,
            tuple(dict.fromkeys(LINKED.findall(page))),
            status,
        )

    def _site(self) -> float:
        parent = psutil.Process(self.process.pid)
        return sum(
            sum(each.cpu_times()[:2]) for each in (parent, *parent.children(recursive=True)) if _is_ours(each)
        )


def _is_ours(process: psutil.Process) -> bool:
    return not process.name().startswith("postgres")


def _database() -> float:
    """CPU seconds of all sessions of the database but our own, and of all that ended: sessions, and processes that helped one."""
    with connection.cursor() as cursor_:
        cursor_.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor_.fetchone()[0]).parent()
        assert server
        cursor_.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        pids = [pid for (pid,) in cursor_.fetchall()]
    ended = server.cpu_times()
    return (
        ended.children_user
        + ended.children_system
        + sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids if psutil.pid_exists(pid))
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--datasette", type=Path, help="the program; left out when not given")
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    print(f"{Claim.objects.count():,} claims; CPU ms a request, the server's + PostgreSQL's")
    with ExitStack() as stack:
        peers: dict[str, Asked] = {}
        ours, plain, datasette = _addresses()
        peers["ClaimTracker"] = stack.enter_context(
            _django("claimtracker.wsgi", "claimtracker.settings", ours)
        )
        peers["plain ListView"] = stack.enter_context(
            _django("django.core.wsgi:get_wsgi_application()", "tests.benchmarks.peers.plain_settings", plain)
        )
        if options.datasette:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            peers["Datasette"] = stack.enter_context(_datasette(options.datasette, Path(folder), datasette))
        print(f"{'':20}" + "".join(f"{name:>20}" for name in peers))
        return max([_row(question, peers, options.times) for question in ours])


def _row(question: str, peers: Mapping[str, Asked], times: int) -> int:
    """Asks all of them one question and prints the answers; 1 where they differ or ours is dearer."""
    answers = {name: peer.answer(question, times) for name, peer in peers.items()}
    print(f"{question:20}" + "".join(f"{_written(each):>20}" for each in answers.values()), flush=True)
    good = [each for each in answers.values() if each.status == 200]
    # Words are stemmed by one and not by the other, and rows of one moment stand in any order.
    keys = {_moments(each.listed) for each in good} if question != "a word" else {len(e.listed) for e in good}
    if len(keys) > 1:
        print("   they list different claims:", *(each.listed[:3] for each in good))
    costs = [each.site + each.database for each in good]
    return int(len(keys) > 1 or next(iter(answers.values())).status != 200 or costs[0] > min(costs))


def _written(answer: Answer) -> str:
    return (
        f"{answer.site:.1f} + {answer.database:.1f}" if answer.status == 200 else f"answers {answer.status}"
    )


def _moments(slugs: tuple[str, ...]) -> object:
    found = ClaimFigures.objects.filter(claim__slug__in=slugs).values_list("sort_at", flat=True)
    return tuple(sorted(found))


def _addresses() -> tuple[Addresses, Addresses, Addresses]:
    """The same questions as each is asked them."""
    place = listed_claims().order_by(*NEWEST_LISTED)[(DEEP - 1) * CLAIMS_A_PAGE - 1]
    after = cursor(place, LISTED)
    row = StatementSpeaker.objects.exclude(speaker=None).select_related("speaker").order_by("pk").first()
    assert row and row.speaker
    who = row.speaker.name
    filters = {
        "the first page": {},
        "one rating": {"rating": "disputed"},
        "rating and contest": {"rating": "unproven", "contest": "denied"},
        "a topic": {"topic": "topic-3"},
        "a speaker": {"speaker": who},
        "a word": {"q": "helicopters"},
    }
    ours = {question: "/en/claims/?" + urlencode(asked) for question, asked in filters.items()}
    plain = dict(ours)
    datasette = {question: "/data/claim?" + _datasette_query(asked) for question, asked in filters.items()}
    ours["page 500"] = "/en/claims/?" + urlencode({"after": after})
    plain["page 500"] = f"/en/claims/?page={DEEP}"
    stamp = place.figures.sort_at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    token = re.sub(r"[^A-Za-z0-9_-]", lambda sign: f"~{ord(sign[0]):02X}", stamp) + f",{place.pk}"
    datasette["page 500"] = "/data/claim?" + _datasette_query({}) + f"&_next={token}"
    return ours, plain, datasette


def _datasette_query(asked: Mapping[str, str]) -> str:
    """Counting and suggesting facets are switched off by the server's settings: they are not part of our page either."""
    query = {"_sort_desc": "sort_at", "_size": str(CLAIMS_A_PAGE)}
    for name, value in asked.items():
        if name == "q":
            query["_search"] = value
        elif name == "speaker":
            query["_through"] = json.dumps({"table": "spoken", "column": "name", "value": value})
        else:
            query[name] = value
    return urlencode(query)


@contextmanager
def _served(
    command: list[str], environment: Mapping[str, str], addresses: Addresses, port: int
) -> Iterator[Asked]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        asked = Asked(process, port, addresses)
        for _ in range(120):
            try:
                asked.get(next(iter(addresses.values())))
                break
            except OSError:
                if process.poll() is not None:
                    sys.exit(f"{command[0]} did not start: {' '.join(command)}")
                time.sleep(0.5)
        yield asked
    finally:
        process.terminate()
        process.wait(30)


def _port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _django(application: str, settings: str, addresses: Addresses) -> object:
    port = _port()
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--threads",
        "1",
        "--no-control-socket",
    ]
    return _served(
        [sys.executable, "-m", "gunicorn", application, *options],
        {"DJANGO_SETTINGS_MODULE": settings},
        addresses,
        port,
    )


def _datasette(program: Path, folder: Path, addresses: Addresses) -> object:
    port, file = _port(), folder / "data.db"
    with sqlite3.connect(file) as copy:
        copy.executescript(SQLITE)
        with connection.cursor() as rows:
            rows.execute(CLAIMS)
            copy.executemany("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            rows.execute(SPOKEN)
            copy.executemany("INSERT INTO spoken VALUES (?, ?)", rows)
        copy.executescript(INDEXES)
    return _served(
        [
            str(program),
            "serve",
            "--immutable",
            str(file),
            "--port",
            str(port),
            "--setting",
            "suggest_facets",
            "off",
        ],
        {},
        addresses,
        port,
    )


if __name__ == "__main__":
    sys.exit(main())
