"""R7: the site is read and edited while its servers are killed (kill -9); nobody gets a wrong answer, and errors only around a kill.

    python -m tests.reliability.serving [--minutes 10] [--rate 20] [--every 30]

Sets a site of its own up in a temporary folder (`manage.py start`: embedded database, gunicorn), asks for its public pages, feeds, API and
health at `--rate` requests a second, edits a suggestion on the desk once a second, and every `--every` seconds kills the database server,
each third time a worker of the web server instead. A page must be the page that it was before the first kill, byte for byte; an edit that
was accepted must be in the history. Prints figures; 1: something was wrong, or an error came more than three seconds after a kill.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from claimtracker.localdb import leave_on_signals
from tests.databases import ROOT
from tests.standby import free_port

GRACE = 3.0  # seconds after a kill in which an error is excused
READERS = 40  # at once, at most
LOST = 599  # no answer: the connection was broken off
# What stands on a page and differs from one answer to the next without being wrong.
VARYING = re.compile(rb'(?m)^(?:Date|X-Request-ID):.*$|name="csrfmiddlewaretoken" value="[^"]*"')


@dataclass
class Asked:
    """One request: which page, when it was sent and answered (monotonic), with what."""

    page: str
    sent: float
    answered: float
    status: int
    wrong: bool = False


@dataclass
class Log:
    """Everything that happened."""

    asked: list[Asked] = field(default_factory=list)
    kills: list[tuple[str, float]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    # {address: where its first wrong answer differs}
    different: dict[str, str] = field(default_factory=dict)
    unknown: int = 0
    held_back: int = 0


@contextmanager
def site(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """`manage.py start` in a folder of its own: (its host and port, the process)."""
    environment = os.environ | {"CLAIMTRACKER_DATA": str(folder)}
    command = [sys.executable, "manage.py", "start"]
    subprocess.run([*command, "--no-serve"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    with open(folder / "site.log", "w", encoding="utf-8") as log:
        served = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            place = f"127.0.0.1:{port}"
            end = time.monotonic() + 120
            while ask(place, "/readyz")[0] != 200:
                if served.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((folder / "site.log").read_text(errors="replace")[-2000:])
                time.sleep(0.2)
            yield place, psutil.Process(served.pid)
        finally:
            served.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                served.wait(60)


def ask(place: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """(status, body); LOST when the connection was refused or broken off."""
    connection = http.client.HTTPConnection(place, timeout=60)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return LOST, b""
    finally:
        connection.close()


def pages(place: str) -> dict[str, bytes]:
    """{address: its body}: lists in both languages, machines' pages, and the first claims, speakers and sources that they lead to."""
    found = ["/it/", "/en/claims/", "/it/denials/", "/en/reversals/", "/en/decisions/", "/en/corrections/"]
    found += ["/en/speakers/", "/it/sources/", "/en/claims/?q=drones", "/api/v1/claims", "/api/v1/denials"]
    found += ["/healthz", "/readyz", "/en/no-such-page/"]
    for listing in ("/en/claims/", "/en/speakers/", "/it/sources/"):
        links = re.findall(rb'href="(%b[^"/?]+/)"' % listing.encode(), ask(place, listing)[1])
        found += [link.decode() for link in dict.fromkeys(links)][:6]
    return {address: as_it_is(place, address) for address in found}


def right(address: str) -> int:
    """The status with which a page is to be answered."""
    return 404 if "no-such" in address else 200


def as_it_is(place: str, address: str) -> bytes:
    """A page, asked for again while a busy machine answers with an error: what is compared with must not be one. Raises RuntimeError."""
    for _time in range(20):
        status, body = ask(place, address)
        if status == right(address):
            return VARYING.sub(b"", body)
        time.sleep(0.5)
    raise RuntimeError(f"{address}: {status}")


def read(log: Log, free: threading.Semaphore, place: str, address: str, expected: bytes) -> None:
    sent = time.monotonic()
    status, body = ask(place, address)
    body = VARYING.sub(b"", body)
    wrong = status < 500 and (status != right(address) or body != expected)
    if wrong and address not in log.different:
        log.different[address] = difference(expected, body)
    log.asked.append(Asked(address, sent, time.monotonic(), status, wrong))
    free.release()


def difference(expected: bytes, body: bytes) -> str:
    """The first place where they differ, with some characters around it."""
    shared = min(len(expected), len(body))
    at = next((n for n in range(shared) if expected[n] != body[n]), shared)
    return f"at {at}: {expected[max(0, at - 100) : at + 100]!r}, then {body[max(0, at - 100) : at + 100]!r}"


def write(log: Log, editor: Any, statement: Any, number: int) -> None:
    """An edit on the desk; what came of it is looked up in the history at the end."""
    from tests.reliability.edits import edit

    sent = time.monotonic()
    try:
        done = edit(editor, statement, False, number)
        # No form came, so nothing could be sent on top of it: refused, rightly.
        status, mark = (done.status, done.mark) if done.base else (LOST, "")
    except (OSError, http.client.HTTPException):
        status, mark = LOST, ""
    if status == 302:
        log.accepted.append(mark)
    elif status >= 500:
        log.unknown += 1  # written or not: nobody was told
    log.asked.append(
        Asked("an edit", sent, time.monotonic(), status, status not in (302, LOST) and status < 500)
    )


def kill(log: Log, served: psutil.Process, data: Path, chance: random.Random) -> None:
    """kill -9 of the database server, each third time of one of the web server's workers."""
    from claimtracker.localdb import Server

    if len(log.kills) % 3 == 2:
        victim, name = chance.choice(served.children()), "web worker"
        if victim.name().startswith("postgres"):
            return
    else:
        victim, name = psutil.Process(Server(data / "pg").pid() or -1), "database"
        assert victim.name().startswith("postgres")
    victim.kill()
    log.kills.append((name, time.monotonic()))


def run(
    log: Log, place: str, served: psutil.Process, data: Path, options: argparse.Namespace
) -> tuple[Any, int]:
    """The load and the kills; returns the edited statement and how many events it had before."""
    from tests.claims.desk_data import make_account, make_newsroom, signed_in
    from tests.reliability.edits import Editor

    chance = random.Random(options.seed)
    statement = make_newsroom().suggestion
    statement.refresh_from_db()
    before = statement.events.count()
    session = signed_in(make_account("tireless", "editor")).cookies["sessionid"].value
    editor = Editor(f"http://{place}", session)
    expected = pages(place)
    addresses = list(expected)
    end = time.monotonic() + options.minutes * 60
    over = threading.Event()

    def edits() -> None:
        number = 0
        while not over.wait(1):
            number += 1
            write(log, editor, statement, number)

    def kills() -> None:
        while not over.wait(options.every):
            if time.monotonic() < end - 2 * GRACE:
                kill(log, served, data, chance)

    # On a machine that cannot keep up requests are left out, not put off: an answer is for now.
    free = threading.Semaphore(READERS)
    with ThreadPoolExecutor(READERS) as pool:
        others = [threading.Thread(target=edits), threading.Thread(target=kills)]
        for thread in others:
            thread.start()
        while time.monotonic() < end:
            address = chance.choice(addresses)
            if free.acquire(blocking=False):
                pool.submit(read, log, free, place, address, expected[address])
            else:
                log.held_back += 1
            time.sleep(1 / options.rate)
        over.set()
        for thread in others:
            thread.join()
    return statement, before


def troubles(log: Log, statement: Any, before: int) -> list[str]:
    """What must not be: a wrong answer, an error away from a kill, an accepted edit that is lost, an event that nobody made."""
    found = []
    for each in log.asked:
        excused = any(each.sent - GRACE <= moment <= each.answered for _name, moment in log.kills)
        if each.wrong:
            found.append(f"wrong answer {each.status}: {each.page}")
        elif each.status >= 500 and not excused:
            found.append(f"answered {each.status} away from a kill: {each.page}")
    stored = [str(event) for event in statement.events.values_list("said_earliest", flat=True)]
    found += [f"lost: {mark}" for mark in log.accepted if mark not in stored]
    made = len(stored) - before - len(log.accepted)
    if not 0 <= made <= log.unknown:
        found.append(f"{made} more events than accepted edits; {log.unknown} were not answered")
    return found


def report(log: Log) -> str:
    """Two lines of figures."""
    seconds = sorted(each.answered - each.sent for each in log.asked)
    errors = [each for each in log.asked if each.status >= 500]
    late = [
        each.answered - max(moment for _name, moment in log.kills if moment <= each.answered)
        for each in errors
        if log.kills and log.kills[0][1] <= each.answered
    ]
    databases = sum(name == "database" for name, _moment in log.kills)
    return (
        f"{len(log.asked):,} requests ({log.held_back:,} left out: too busy), {databases} kills of the database, {len(log.kills) - databases} of a web worker:"
        f" {len(errors)} errors, the last {max(late, default=0):.1f} s after its kill;"
        f" {len(log.accepted):,} edits accepted, {log.unknown} unanswered\n"
        f"answered in {seconds[len(seconds) // 2] * 1000:.0f} ms (median), {seconds[int(len(seconds) * 0.99)]:.2f} s (99 %),"
        f" {seconds[-1]:.1f} s (slowest)"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Are answers right while servers are killed?")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    parser.add_argument("--every", type=float, default=30, help="seconds between kills")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    leave_on_signals()  # so that nothing is left behind
    data = Path(tempfile.mkdtemp(prefix="serving-"))
    data.chmod(0o755)
    log = Log()
    try:
        with site(data) as (place, served):
            os.environ |= {"CLAIMTRACKER_DATA": str(data), "DJANGO_SETTINGS_MODULE": "claimtracker.settings"}
            os.environ["ALLOWED_HOSTS"] = "127.0.0.1,testserver"
            import django

            django.setup()
            from django.db import connections

            edited = run(log, place, served, data, options)
            connections.close_all()  # the last kill ended ours as well
            found = troubles(log, *edited)
            connections.close_all()
    finally:
        from claimtracker.postgres.base import server_at

        server_at(data / "pg").leave()
        shutil.rmtree(data, ignore_errors=True)
    print(*found[:20], sep="\n")
    for address, where in list(log.different.items())[:5]:
        print(f"{address} {where}")
    print(report(log))
    return 1 if found or not log.kills else 0


if __name__ == "__main__":
    sys.exit(main())
