"""P10: what the queue costs, what a second worker gains, and that nobody's death loses or doubles anything.

    python -m tests.benchmarks.workers [--articles 2000] [--kills 20] [--only cost|speed|kills|resume]

Works on a throwaway server of its own (CLAIMTRACKER_DATA names where). Ends with exit code 1 when a bar is missed. `speed` means something
only where two cores are free; it says how busy the machine was.
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
from pathlib import Path

import django
import psutil
from django.core.management import call_command
from django.db import connections

import tests.settings  # noqa: F401  (sets where the throwaway server works: beside the user's data)
from claimtracker.localdb import APP, PORT, Server
from tests import databases
from tests.loopback import on_a_port
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
SENTENCES = 12
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

    def run(self, url: str, *command: str) -> None:
        """Runs a command to its end."""
        place = self.new_folder()
        place.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "django", *command],
            cwd=place,
            env=environment(url, place),
            capture_output=True,
            text=True,
        )
        if done.returncode not in (0, 1):
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

    def judge(self, what: str, met: bool) -> None:
        self.missed += not met
        print(f"{'met   ' if met else 'MISSED'} {what}", flush=True)


def undisturbed(bench: Bench, url: str, articles: str) -> None:
    bench.run(url, "import_articles", articles)
    bench.run(url, "read_sources")


def cost(bench: Bench, articles: Path, _count: int) -> None:
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


def speed(bench: Bench, articles: Path, count: int) -> None:
    """Articles a second from the first one done to the last."""
    rates = {}
    for workers in (1, 2):
        with bench.database() as url, ExitStack() as stack:
            bench.run(url, "import_articles", "--queue", str(articles))
            for _number in range(workers):
                stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
            rates[workers] = rate(url, after=0)
            bench.run(url, "read_sources", "--queue")
            rates[-workers] = rate(url, after=count + 1)
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    for what, sign in (("imported", 1), ("read", -1)):
        gain = rates[2 * sign] / rates[sign]
        bench.judge(
            f"speed: {rates[sign]:.0f} articles a second {what} by one, {rates[2 * sign]:.0f} by two: {gain:.2f} × (at least {GAIN} ×; {busy})",
            gain >= GAIN,
        )


def rate(url: str, *, after: int) -> float:
    """Articles a second of the run at hand, when `after` of earlier ones are done: from the first that is done to the last."""

    def done() -> int:
        return max(0, rows(url, DONE)[0][0][0] - after)

    begun = until(done, 600)
    start = time.monotonic()
    until(lambda: runs_ended(url), 3600)
    return float(done() - begun) / (time.monotonic() - start)


def kills(bench: Bench, articles: Path, times: int) -> None:
    """Two workers on a port, one of them killed at a random moment again and again and another started in its place."""
    with bench.database() as url:
        undisturbed(bench, url, str(articles))
        wanted = rows(url, ARTICLES, STATEMENTS)
    killed, trials, wrong = 0, 0, 0
    while killed < times:
        trials += 1
        with (
            bench.database() as url,
            on_a_port(bench.server.socket / f".s.PGSQL.{PORT}") as port,
            ExitStack() as stack,
        ):
            address = f"postgresql://{APP}@127.0.0.1:{port}/{url.split('/')[-1].split('?')[0]}"

            living = [stack.enter_context(machine(address, bench.new_folder())) for _number in range(2)]
            for command in (("import_articles", "--queue", str(articles)), ("read_sources", "--queue")):
                bench.run(url, *command)
                for _kill in range(3):
                    time.sleep(bench.chance.uniform(0.5, 6))
                    if runs_ended(url):
                        break
                    living.pop(bench.chance.randrange(2)).kill()
                    killed += 1
                    living.append(stack.enter_context(machine(address, bench.new_folder())))
                until(lambda: runs_ended(url), 600)
            found = rows(url, ARTICLES, STATEMENTS)
            wrong += found != wanted[:2] or bool(
                rows(url, LEFT)[0] and not until(lambda: not rows(url, LEFT)[0], 60)
            )
    bench.judge(
        f"kills: {killed} in {trials} trials; trials with rows lost, doubled or different: {wrong}", not wrong
    )


def resume(bench: Bench, articles: Path, _count: int) -> None:
    """With the worker's own settings: how long the work of a killed one waits for another."""
    with bench.database() as url, ExitStack() as stack:
        bench.run(url, "import_articles", "--queue", str(articles))
        first = stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
        job = kill_at_work(first, url, newest_worker(url))
        killed = time.monotonic()
        stack.enter_context(machine(url, bench.new_folder(), stalled_after=20))
        stalled = f"SELECT 1 FROM procrastinate_jobs WHERE id = {job} AND status = 'doing' AND attempts = 0"
        until(lambda: not rows(url, stalled)[0], 300)
        waited = time.monotonic() - killed
    bench.judge(f"resume: taken up {waited:.0f} s after kill -9 (at most {RESUMED:.0f} s)", waited <= RESUMED)


PARTS: dict[str, Callable[[Bench, Path, int], None]] = {
    "cost": cost,
    "speed": speed,
    "kills": kills,
    "resume": resume,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    server = databases.throwaway_server()
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(server, Path(place), options.seed)
        articles = make_articles(Path(place) / "articles", options.articles, SENTENCES)
        for name in [options.only] if options.only else PARTS:
            PARTS[name](bench, articles, options.kills if name == "kills" else options.articles)
    server.leave()
    raise SystemExit(bool(bench.missed))


if __name__ == "__main__":
    main()
