"""P12: the smallest server. One core; how much memory do web server, worker and database hold, and how long do 30 articles take?

    python -m tests.benchmarks.small [--articles 30]

Sets a site up in a temporary folder, keeps it and everything it starts on one core, reads its pages all the while, and has articles imported
and read twice: by a worker through the queue, and by the commands themselves with no worker. Memory is the proportional set size (PSS: what
several processes share counts once), its peak sampled twice a second. Time is that of the clock and of the processor: on a machine that does
other work too, only the second says what a server of its own would take. Prints figures; 1: more than 700 MB, or more than 60 s of processor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from claimtracker.localdb import Server, leave_on_signals
from tests.benchmarks import articles
from tests.databases import ROOT
from tests.reliability.serving import ask, site

MOST_MEGABYTES, MOST_SECONDS = 700, 60
PAGES = ("/it/", "/en/claims/", "/it/denials/", "/en/speakers/", "/en/claims/?q=drones")


def family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def pss(processes: Iterable[psutil.Process]) -> float:
    """Megabytes."""
    total = 0
    for process in processes:
        with suppress(OSError):
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1000


def processor(processes: Iterable[psutil.Process]) -> float:
    """Seconds, those of children that ended included."""
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


class Machine:
    """Everything that runs on the one core, and the most that it held."""

    def __init__(self, folder: Path, place: str, served: psutil.Process) -> None:
        self.folder, self.place, self.served = folder, place, served
        self.environment = os.environ | {"CLAIMTRACKER_DATA": str(folder)}
        self.worker: psutil.Popen | None = None
        self.command: psutil.Popen | None = None
        self.peak: dict[str, float] = {}
        self.read = 0
        self._over = threading.Event()

    def parts(self) -> dict[str, list[psutil.Process]]:
        database = Server(self.folder / "pg").pid()
        found = {"web": family(self.served)}
        if database:
            found["database"] = family(psutil.Process(database))
        for name, process in (("worker", self.worker), ("command", self.command)):
            if process:
                found[name] = family(process)
        return found

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Sampled and read from while it lasts."""
        self._over.clear()
        self.peak = {"all": 0.0}
        threads = [threading.Thread(target=self._sample), threading.Thread(target=self._readers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            found = {name: pss(processes) for name, processes in self.parts().items()}
            if sum(found.values()) > self.peak["all"]:
                self.peak = {**found, "all": sum(found.values())}

    def _readers(self) -> None:
        while not self._over.wait(0.5):
            self.read += ask(self.place, PAGES[self.read % len(PAGES)])[0] == 200

    def manage(self, *arguments: str) -> None:
        self.command = self.started(*arguments)
        if code := self.command.wait():
            raise RuntimeError(f"{' '.join(arguments)} ended with {code}")
        self.command = None

    def started(self, *arguments: str) -> psutil.Popen:
        return psutil.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def count(self, sql: str) -> int:
        with Server(self.folder / "pg").connect(database="claimtracker") as connection:
            row = connection.execute(sql).fetchone()
            return int(row[0])

    def until(self, sql: str, count: int) -> None:
        """Raises TimeoutError after ten minutes."""
        end = time.monotonic() + 600
        while self.count(sql) < count:
            if time.monotonic() > end:
                raise TimeoutError(sql)
            time.sleep(0.25)


STORED = "SELECT count(*) FROM sources_source"
READ = "SELECT count(DISTINCT source_id) FROM claims_reading"


def timed(machine: Machine, name: str, work: Callable[[], None]) -> bool:
    """Does it, prints what it cost; whether that is within the bounds."""
    everything = [process for processes in machine.parts().values() for process in processes]
    before, ended, began = processor(everything), sum(os.times()[2:4]), time.monotonic()
    with machine.watched():
        work()
    clock = time.monotonic() - began
    spent = processor(everything) - before + sum(os.times()[2:4]) - ended
    parts = ", ".join(f"{part} {size:.0f}" for part, size in machine.peak.items() if part != "all")
    print(
        f"{name}: {clock:.0f} s, {spent:.0f} s of processor (pages read meanwhile: {machine.read});"
        f" at most {machine.peak['all']:.0f} MB ({parts})",
        flush=True,
    )
    return machine.peak["all"] <= MOST_MEGABYTES and spent <= MOST_SECONDS and machine.read > 0


def measured(machine: Machine, folder: Path, count: int) -> bool:
    written = folder / "articles"
    articles.write(written, 2 * count)
    names = sorted(str(path) for path in written.iterdir())
    stored, read = machine.count(STORED), machine.count(READ)

    def queued() -> None:
        machine.manage("import_articles", "--queue", *names[:count])
        machine.until(STORED, stored + count)
        machine.manage("read_sources", "--queue")
        machine.until(READ, read + count)

    def directly() -> None:
        machine.manage("import_articles", *names[count:])
        machine.manage("read_sources")

    machine.worker = machine.started("worker")
    try:
        within = timed(machine, f"{count} articles through a worker", queued)
    finally:
        machine.worker.terminate()
        machine.worker.wait(60)
        machine.worker = None
    return timed(machine, f"{count} articles without one", directly) and within


def main() -> int:
    parser = argparse.ArgumentParser(description="Does it fit a server of one core and one gigabyte?")
    parser.add_argument("--articles", type=int, default=30)
    options = parser.parse_args()
    leave_on_signals()  # so that nothing is left behind
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = Path(tempfile.mkdtemp(prefix="small-"))
    folder.chmod(0o755)
    try:
        with site(folder) as (place, served):
            machine = Machine(folder, place, served)
            for page in PAGES * 3:
                ask(place, page)
            print(f"at rest: {sum(pss(each) for each in machine.parts().values()):.0f} MB", flush=True)
            within = measured(machine, folder, options.articles)
    finally:
        Server(folder / "pg").stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
