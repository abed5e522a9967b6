"""P10: what the queue costs, what a second worker gains, and that nobody's death loses or doubles anything.

    python -m tests.benchmarks.workers [--articles 2000] [--kills 20] [--restarts 6] [--only cost|speed|kills|restart|resume]…

Works on a throwaway server of its own (CLAIMTRACKER_DATA names where); `restart` on another, which it kills (kill -9) under two living
workers. Ends with exit code 1 when a bar is missed. `speed` means something only where two cores are free; it says how busy they were.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import django
import psutil
from django.core.management import call_command
from django.db import connections

import tests.settings  # noqa: F401  (sets where the throwaway server works: beside the user's data)
from claimtracker.localdb import APP, OWNER, PORT, Server, leave_on_signals
from tests import databases
from tests.loopback import on_a_port
from tests.standby import alone
from tests.workers import (
    ARTICLES,
    LEFT,
    STATEMENTS,
    environment,
    kill_at_work,
    machine,
    make_articles,
    newest_worker,
    rows,
    runs_ended,
    until,
)

COST, GAIN, RESUMED = 0.05, 1.7, 60.0
# Seconds of silence after which a worker counts as dead where many are killed: short, so that it ends, and longer than this machine
# may be busy with something else.
SILENT = 6
SENTENCES = 12
ALIVE = "SELECT count(*) FROM procrastinate_workers"
DONE = "SELECT count(*) FROM sources_importitem"


class Bench:
    """A throwaway server, and commands on clones of its template."""

    def __init__(self, server: Server, folder: Path, seed: int) -> None:
        self.server = server
        self.template = databases.template(server)
        self.folder = folder
        self.chance = random.Random(seed)
        self.missed = 0
        self._numbers = iter(range(10**6))

    @contextmanager
    def database(self) -> Iterator[str]:
        with databases.clone(self.server, self.template) as fresh:
            yield fresh.url

    def run(self, url: str, *command: str, owner: str = "") -> None:
        """Runs a command to its end. `owner`: the address of whoever makes tables."""
        place = self.new_folder()
        place.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "django", *command],
            cwd=place,
            env=environment(url, place) | ({"DATABASE_OWNER_URL": owner} if owner else {}),
            capture_output=True,
            text=True,
        )
        # 1: something was refused; a traceback ends with 1 too.
        if done.returncode not in (0, 1) or "Traceback" in done.stderr:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")

    def cpu(self) -> float:
        """Of the server, in seconds: its living processes and those that it has seen off."""
        total = 0.0
        postmaster = psutil.Process(self.server.pid() or 0)
        for process in (postmaster, *postmaster.children()):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if process == postmaster:
                total += times.children_user + times.children_system
        return total

    def new_folder(self) -> Path:
        return self.folder / f"machine{next(self._numbers)}"

    @lru_cache  # noqa: B019  (one bench, a few lists)
    def wanted(self, articles: Path) -> list[Any]:
        """The rows of an undisturbed run by the commands themselves."""
        with self.database() as url:
            self.run(url, "import_articles", str(articles))
            self.run(url, "read_sources")
            return rows(url, ARTICLES, STATEMENTS)

    def judge(self, what: str, met: bool) -> None:
        self.missed += not met
        print(f"{'met   ' if met else 'MISSED'} {what}", flush=True)


def cost(bench: Bench, articles: Path, options: argparse.Namespace) -> None:
    """CPU of both ways in this process and of the server, on a database each. The second round counts: the first fills the caches."""
    direct = [["import_articles", str(articles)], ["read_sources"]]
    queue = [["import_articles", "--queue", str(articles)], ["worker", "--until-empty"]]
    queue += [["read_sources", "--queue"], ["worker", "--until-empty"]]
    for _round in range(2):
        spent = []
        for commands in (direct, queue):
            with databases.clone(bench.server, bench.template) as fresh:
                databases.point_at(fresh.name, one_connection=False)
                before = bench.cpu() + time.process_time()
                for command in commands:
                    with suppress(SystemExit):  # one file is refused
                        call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())
                connections.close_all()
                spent.append(bench.cpu() + time.process_time() - before)
    share = spent[1] / spent[0] - 1
    bench.judge(
        f"cost: {spent[0]:.1f} s of CPU directly, {spent[1]:.1f} s through the queue ({share:+.1%}; at most {COST:+.0%})",
        share <= COST,
    )


def speed(bench: Bench, articles: Path, options: argparse.Namespace) -> None:
    """Articles a second from the first one done to the last, by workers that were there before the work."""
    rates = {}
    for workers in (1, 2):
        with bench.database() as url, ExitStack() as stack:
            for _number in range(workers):
                stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
            until(lambda count=workers: rows(url, ALIVE)[0][0][0] == count)
            bench.run(url, "import_articles", "--queue", str(articles))
            rates[workers] = rate(url, after=0)
            bench.run(url, "read_sources", "--queue")
            rates[-workers] = rate(url, after=options.articles + 1)
    for what, sign in (("imported", 1), ("read", -1)):
        (one, alone), (two, together) = rates[sign], rates[2 * sign]
        bench.judge(
            f"speed: {one:.0f} articles a second {what} by one ({alone:.0%} of the cores were busy), {two:.0f} by two "
            f"({together:.0%}): {two / one:.2f} × (at least {GAIN} ×)",
            two / one >= GAIN,
        )


def rate(url: str, *, after: int) -> tuple[float, float]:
    """(articles a second of the run at hand, when `after` of earlier ones are done: from the first that is done to the last; how busy
    all cores of this machine were meanwhile, whoever made them busy).
    """

    def done() -> int:
        return max(0, rows(url, DONE)[0][0][0] - after)

    begun = until(done, 600)
    psutil.cpu_percent()
    start = time.monotonic()
    until(lambda: runs_ended(url), 3600, every=0.1)
    return float(done() - begun) / (time.monotonic() - start), psutil.cpu_percent() / 100


def kills(bench: Bench, articles: Path, options: argparse.Namespace) -> None:
    """Two workers on a port, one of them killed at a random moment again and again and another started in its place."""
    wanted = bench.wanted(articles)
    killed, trials, wrong = 0, 0, 0
    while killed < options.kills:
        trials += 1
        with (
            bench.database() as url,
            on_a_port(bench.server.socket / f".s.PGSQL.{PORT}") as port,
            ExitStack() as stack,
        ):
            address = f"postgresql://{APP}@127.0.0.1:{port}/{url.split('/')[-1].split('?')[0]}"

            def worker(address: str = address, stack: ExitStack = stack) -> subprocess.Popen[bytes]:
                return stack.enter_context(machine(address, bench.new_folder(), stalled_after=SILENT))

            living = [worker() for _number in range(2)]
            for command in (("import_articles", "--queue", str(articles)), ("read_sources", "--queue")):
                bench.run(url, *command)
                for _kill in range(3):
                    time.sleep(bench.chance.uniform(0.5, 6))
                    if runs_ended(url):
                        break
                    living.pop(bench.chance.randrange(2)).kill()
                    killed += 1
                    living.append(worker())
                until(lambda: runs_ended(url), 600, every=0.2)
            wrong += differs(url, wanted)
    bench.judge(
        f"kills: {killed} in {trials} trials; trials with rows lost, doubled or different: {wrong}", not wrong
    )


def restart(bench: Bench, articles: Path, options: argparse.Namespace) -> None:
    """The database itself is killed under two workers, stays away for some seconds, and comes back; the workers are left alone."""
    wanted = bench.wanted(articles)
    killed, wrong, lived = 0, 0, True
    with alone() as node:
        bench.run(node.url(), "migrate", "--verbosity=0", owner=node.url(OWNER))
        with ExitStack() as stack:
            workers = [
                stack.enter_context(machine(node.url(), bench.new_folder(), stalled_after=SILENT))
                for _number in range(2)
            ]
            for command in (("import_articles", "--queue", str(articles)), ("read_sources", "--queue")):
                bench.run(node.url(), *command)
                while not runs_ended(node.url()):
                    time.sleep(bench.chance.uniform(0.5, 6))
                    if killed < options.restarts and not runs_ended(node.url()):
                        node.kill()
                        killed += 1
                        time.sleep(bench.chance.uniform(0.2, 5))
                        node.start()
            wrong += differs(node.url(), wanted)
            lived = all(worker.poll() is None for worker in workers)
    bench.judge(
        f"restart: the database killed {killed} times under two workers; both lived on: {'yes' if lived else 'no'}; rows lost, doubled "
        f"or different: {'some' if wrong else 'none'}",
        lived and not wrong and killed > 0,
    )


def differs(url: str, wanted: list[Any]) -> bool:
    """Whether the rows are not those of the undisturbed run, or work is left of which nobody knows that it is done."""
    found = rows(url, ARTICLES, STATEMENTS)
    with suppress(AssertionError):
        until(lambda: not rows(url, LEFT)[0], 60, every=0.2)
        return found != wanted
    return True


def resume(bench: Bench, articles: Path, options: argparse.Namespace) -> None:
    """With the worker's own settings: how long the work of a killed one waits for another, who was there before or comes then."""
    for there_before in (True, False):
        with bench.database() as url, ExitStack() as stack:
            first = stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
            number = newest_worker(url)
            bench.run(url, "import_articles", "--queue", str(articles))
            if there_before:
                stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
            job = kill_at_work(first, url, number)
            killed = time.monotonic()
            if not there_before:
                stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
            stalled = (
                f"SELECT 1 FROM procrastinate_jobs WHERE id = {job} AND status = 'doing' AND attempts = 0"
            )
            until(lambda query=stalled: not rows(url, query)[0], 300)
            waited = time.monotonic() - killed
        who = "one that was there" if there_before else "one that came then"
        bench.judge(
            f"resume: taken up by {who} {waited:.0f} s after kill -9 (at most {RESUMED:.0f} s)",
            waited <= RESUMED,
        )


PARTS: dict[str, Callable[[Bench, Path, argparse.Namespace], None]] = {
    "cost": cost,
    "speed": speed,
    "kills": kills,
    "restart": restart,
    "resume": resume,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20, help="of workers")
    parser.add_argument("--restarts", type=int, default=6, help="of the database, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS))
    options = parser.parse_args()
    leave_on_signals()  # so that nothing is left behind
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    server = databases.throwaway_server()
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(server, Path(place), options.seed)
        articles = make_articles(Path(place) / "articles", options.articles, SENTENCES)
        for name in options.only:
            began = time.monotonic()
            PARTS[name](bench, articles, options)
            print(f"       ({name}: {time.monotonic() - began:.0f} s)", flush=True)
    server.leave()
    raise SystemExit(bool(bench.missed))


if __name__ == "__main__":
    main()
