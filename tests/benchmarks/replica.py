"""Readers' pages from a real streaming replica: a primary and its standby over loopback TCP, the site under gunicorn before them.

    python -m tests.benchmarks.replica [--claims 1000] [--seconds 10]

Everything is made in folders of its own and goes at the end. Tried: a page from the replica is the page from the primary; editors see what
they have just written while the replica stands still; readers see it when the replica is behind for longer than allowed; "not changed" is
never said of what has changed; the replica is killed (kill -9) under load, comes back; the primary is killed. Prints figures; 1: it fell short.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from claimtracker.cluster import OWNER
from claimtracker.localdb import leave_on_signals
from tests.databases import ROOT
from tests.standby import Node, Pair, free_port, pair

LAG = 3  # seconds that the replica may be behind
EDITOR = {"Cookie": "sessionid=whoever-has-one-reads-from-the-primary"}
_failures: list[str] = []


def holds(sentence: str, it_does: bool, figure: str = "") -> None:
    print(f"{'yes' if it_does else 'NO '}  {sentence}{f': {figure}' if figure else ''}", flush=True)
    if not it_does:
        _failures.append(sentence)


class Site:
    """gunicorn over the primary, and over the replica for readers where `copied`."""

    def __init__(self, both: Pair, folder: Path, *, copied: bool) -> None:
        self.place = f"127.0.0.1:{free_port()}"
        urls = {"DATABASE_URL": both.primary.url(), "DATABASE_OWNER_URL": both.primary.url(OWNER)}
        self.environment = (
            os.environ | urls | {"CLAIMTRACKER_DATA": str(folder), "ALLOWED_HOSTS": "127.0.0.1"}
        )
        if copied:
            self.environment |= {
                "DATABASE_REPLICA_URLS": both.standby.url(),
                "CLAIMTRACKER_REPLICA_LAG": str(LAG),
            }

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @contextmanager
    def served(self) -> Iterator[None]:
        command = [sys.executable, "-m", "gunicorn", "claimtracker.wsgi", "--workers=2", "--threads=4"]
        process = subprocess.Popen(
            [*command, f"--bind={self.place}", "--no-control-socket"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            end = time.monotonic() + 60
            while self.ask("/readyz")[0] != 200 and time.monotonic() < end:
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)

    def ask(self, path: str, **headers: str) -> tuple[int, str, str]:
        """(status, body, ETag); 599 without an answer."""
        connection = http.client.HTTPConnection(self.place, timeout=60)
        try:
            connection.request(
                "GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()}
            )
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers.get("ETag", "")
        except (OSError, http.client.HTTPException):
            return 599, "", ""
        finally:
            connection.close()

    def load(self, addresses: list[str], seconds: float) -> Counter[int]:
        """Four readers for so long; how often each status came."""
        end = time.monotonic() + seconds

        def reader(number: int) -> Counter[int]:
            found: Counter[int] = Counter()
            while time.monotonic() < end:
                found[self.ask(addresses[(found.total() + number) % len(addresses)])[0]] += 1
            return found

        with ThreadPoolExecutor(4) as pool:
            return sum(pool.map(reader, range(4)), Counter())

    def until(self, path: str, text: str, seconds: float) -> float:
        """Seconds until a reader's page has the text; infinite when it does not come."""
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            if text in self.ask(path)[1]:
                return time.monotonic() - began
            time.sleep(0.05)
        return float("inf")


def working(nodes: list[Node], site: Site, addresses: list[str], seconds: float) -> tuple[float, list[float]]:
    """(pages a second, transactions that each server ended for a page) under load."""

    def ended(node: Node) -> int:
        with node.connect() as connection:
            row = connection.execute(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
            return int(row[0]) if row else 0

    before = [ended(node) for node in nodes]
    pages = site.load(addresses, seconds).total()
    time.sleep(1.1)  # the statistics are told once a second
    return pages / seconds, [(ended(node) - old) / pages for node, old in zip(nodes, before, strict=True)]


def write(both: Pair, slug: str, text: str) -> None:
    with both.primary.connect() as connection:
        connection.execute("UPDATE claims_claim SET text_en = %s WHERE slug = %s", [text, slug])


def tried(both: Pair, folder: Path, options: argparse.Namespace) -> None:
    """Every question, in turn."""
    site = Site(both, folder, copied=True)
    site.manage("migrate", "--verbosity=0")
    site.manage("make_benchmark_data", "--claims", str(options.claims))
    both.caught_up(120)
    with site.served():
        slugs = re.findall(r'href="/en/claims/([^"/?]+)/"', site.ask("/en/claims/")[1])
        slug = slugs[0]
        page = f"/en/claims/{slug}/"
        addresses = ["/en/claims/", "/en/denials/", "/it/", *(f"/en/claims/{each}/" for each in slugs[:5])]
        same = all(site.ask(each)[1] == site.ask(each, **EDITOR)[1] for each in addresses)
        holds(f"{len(addresses)} pages from the replica are those of the primary", same)
        figures(both, folder, site, addresses, options.seconds)
        lagging(both, site, slug, page)
        unchanged(both, site, slug, page)
        killed(both, site, addresses, options.seconds)


def figures(both: Pair, folder: Path, site: Site, addresses: list[str], seconds: float) -> None:
    rate, (left, moved) = working([both.primary, both.standby], site, addresses, seconds)
    alone = Site(both, folder, copied=False)
    with alone.served():
        usual, (all_of_it,) = working([both.primary], alone, addresses, seconds)
    print(f"     pages a second: {rate:.0f} over the replica, {usual:.0f} without (one machine, so not more)")
    # What is left on the primary is the question how far it has come: one a second and process, however many pages.
    holds(
        "readers' pages are made from the replica",
        moved > 0.8 * all_of_it,
        f"transactions a page: {moved:.1f} on the replica, {left:.1f} on the primary; without a replica {all_of_it:.1f}",
    )


def lagging(both: Pair, site: Site, slug: str, page: str) -> None:
    with both.standby.connect() as standby:
        standby.execute("SELECT pg_wal_replay_pause()")
        write(both, slug, "A word that an editor has just written")
        holds("an editor sees it at once", "has just written" in site.ask(page, **EDITOR)[1])
        row = standby.execute("SELECT text_en FROM claims_claim WHERE slug = %s", [slug]).fetchone()
        holds(
            "which the replica cannot have told: it stands still",
            bool(row) and "has just written" not in row[0],
        )
        seen = site.until(page, "has just written", 30)
        holds(
            f"a reader sees it when the replica is behind for more than {LAG} s",
            seen < LAG + 4,
            f"{seen:.1f} s",
        )
        holds("/readyz says so and stays ready", site.ask("/readyz")[:2] == (200, "ok\nreplica1 is behind\n"))
        standby.execute("SELECT pg_wal_replay_resume()")
    both.caught_up()
    time.sleep(1.5)
    holds("then the replica is used again", site.ask("/readyz")[:2] == (200, "ok\n"))
    delays = []
    for number in range(20):
        write(both, slug, f"Written for the time number {number}.")
        delays.append(site.until(page, f"number {number}.", 10))
    holds(
        "usually a reader sees a change soon", max(delays) < LAG, f"{max(delays) * 1000:.0f} ms at most of 20"
    )


def unchanged(both: Pair, site: Site, slug: str, page: str) -> None:
    """Each write is asked for with the ETag of before, while other transactions are in progress."""
    wrong, kept = 0, 0
    with both.primary.connect() as other:
        for number in range(30):
            tag = site.ask(page)[2]
            kept += site.ask(page, If_None_Match=tag)[0] == 304
            other.autocommit = False
            other.execute("CREATE TEMPORARY TABLE IF NOT EXISTS in_progress (n int)")
            write(both, slug, f"Changed for the time number {number}.")
            both.caught_up()
            status, body, _tag = site.ask(page, If_None_Match=tag)
            wrong += status != 200 or f"number {number}." not in body
            other.rollback()
    holds("nobody is told 'not changed' of a page that has changed", wrong == 0, f"{wrong} of 30")
    holds("and is told so of one that has not", kept == 30, f"{kept} of 30")


def killed(both: Pair, site: Site, addresses: list[str], seconds: float) -> None:
    with ThreadPoolExecutor(1) as pool:
        load = pool.submit(site.load, addresses, seconds)
        time.sleep(seconds / 3)
        both.standby.kill()
        found = load.result()
    holds("the replica killed under load: every reader got a page", set(found) == {200}, f"{dict(found)}")
    holds("/readyz says so", site.ask("/readyz")[:2] == (200, "ok\nreplica1 does not answer\n"))
    both.standby.start()
    began, end = time.monotonic(), time.monotonic() + 30
    while site.ask("/readyz")[1] != "ok\n" and time.monotonic() < end:
        time.sleep(0.2)
    holds("back, it is used again", time.monotonic() < end, f"{time.monotonic() - began:.1f} s later")
    time.sleep(3)  # every process has asked
    both.primary.kill()
    time.sleep(1)
    found = site.load(addresses, seconds)
    holds("the primary killed: readers still get their pages", set(found) == {200}, f"{dict(found)}")
    holds("and /readyz is 503", site.ask("/readyz")[0] == 503)
    both.primary.start()
    end = time.monotonic() + 30
    while site.ask("/readyz")[1] != "ok\n" and time.monotonic() < end:
        time.sleep(0.2)
    ready = site.ask("/readyz")
    holds("the primary back, everything is as before", ready[:2] == (200, "ok\n"), ready[1].strip())


def main() -> int:
    parser = argparse.ArgumentParser(description="Is the site right over a streaming replica?")
    parser.add_argument("--claims", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10, help="of load, each time")
    options = parser.parse_args()
    leave_on_signals()  # so that nothing is left behind
    with tempfile.TemporaryDirectory(prefix="replica-") as folder, pair() as both:
        tried(both, Path(folder), options)
    print(f"{len(_failures)} fell short" if _failures else "all of it holds")
    return 1 if _failures else 0


if __name__ == "__main__":
    sys.exit(main())
