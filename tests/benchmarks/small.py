"""P12: the smallest server. One core; how much memory do web server, worker and database hold, and how long do 30 articles take, while
readers read and an editor works?

    python -m tests.benchmarks.small [--articles 30]

Sets a site up in a temporary folder, keeps it and everything it starts on one core, and has articles imported and read twice: by a worker
through the queue, and by the commands themselves with no worker. All the while two readers ask for public pages and an editor for pages of
the desk. Memory is the proportional set size (PSS: what several processes share counts once), its peak sampled twice a second; no process
alone may have more than 700 MB of its own (RLIMIT_DATA). Where systemd runs, this holds the sum below a limit, too:

    systemd-run --scope -p MemoryMax=1G -p MemorySwapMax=0 python -m tests.benchmarks.small

Time is that of the clock, less what other processes took of the core. Prints figures; 1: more than 700 MB, more than 60 s, or a page that
was not answered.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from claimtracker.localdb import Server, leave_on_signals
from tests.benchmarks import articles
from tests.databases import ROOT
from tests.reliability.serving import ask, site

MOST_MEGABYTES, MOST_SECONDS = 700, 60
PAGES = ("/it/", "/en/claims/", "/it/denials/", "/en/speakers/", "/en/claims/?q=drones")
DESK = ("/desk/", "/desk/triage/", "/admin/claims/claim/", "/admin/sources/source/", "/desk/decisions/")
# Readers, and seconds between two pages of each; the editor takes as long.
READERS, PAUSE = 2, 0.5
ANYWHERE = os.sched_getaffinity(0)
CORE = min(ANYWHERE)


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


def busy() -> float:
    """Seconds that the one core has worked, for whomever."""
    times = psutil.cpu_times(percpu=True)[CORE]
    return float(sum(times) - times.idle - times.iowait - getattr(times, "guest", 0.0))


@contextmanager
def on_the_core() -> Iterator[None]:
    """What is started inside stays on the one core; the one who measures does not."""
    os.sched_setaffinity(0, {CORE})  # of this thread
    try:
        yield
    finally:
        os.sched_setaffinity(0, ANYWHERE)


@dataclass
class Asked:
    """How long pages took (seconds), and what did not come."""

    took: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def page(self, place: str, path: str, cookies: str = "") -> None:
        began = time.monotonic()
        status = ask(place, path, {"Cookie": cookies} if cookies else {})[0]
        self.took.append(time.monotonic() - began)
        if status != 200:
            self.failed.append(f"{path}: {status}")

    def __str__(self) -> str:
        if len(self.took) < 2:
            return f"{len(self.took)} pages"
        late = statistics.quantiles(self.took, n=20)[-1]
        return f"{len(self.took)} pages, {statistics.median(self.took) * 1000:.0f} ms (median), {late * 1000:.0f} ms (95 %)"


class Machine:
    """Everything that runs on the one core, and the most that it held."""

    def __init__(self, folder: Path, place: str, served: psutil.Process, editor: str) -> None:
        self.folder, self.place, self.served, self.editor = folder, place, served, editor
        self.environment = os.environ | {"CLAIMTRACKER_DATA": str(folder)}
        self.worker: psutil.Popen | None = None
        self.command: psutil.Popen | None = None
        self.peak: dict[str, float] = {}
        self.public, self.desk = Asked(), Asked()
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
        """Sampled, read from and worked on while it lasts."""
        self._over.clear()
        self.peak, self.public, self.desk = {"all": 0.0}, Asked(), Asked()
        threads = [threading.Thread(target=self._sample), threading.Thread(target=self._edits)]
        threads += [threading.Thread(target=self._reads, args=[number]) for number in range(READERS)]
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

    def _reads(self, number: int) -> None:
        while not self._over.wait(PAUSE):
            self.public.page(self.place, PAGES[number % len(PAGES)])
            number += 1

    def _edits(self) -> None:
        number = 0
        while not self._over.wait(PAUSE):
            self.desk.page(self.place, DESK[number % len(DESK)], self.editor)
            number += 1

    def manage(self, *arguments: str) -> None:
        self.command = self.started(*arguments)
        if code := self.command.wait():
            raise RuntimeError(f"{' '.join(arguments)} ended with {code}")
        self.command = None

    def started(self, *arguments: str) -> psutil.Popen:
        """As deploy/ has workers started: pages come first."""
        with on_the_core():
            return psutil.Popen(
                ["nice", "-n", "5", sys.executable, "manage.py", *arguments],
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
    before, ended, core, began = processor(everything), sum(os.times()[2:4]), busy(), time.monotonic()
    with machine.watched():
        work()
    clock = time.monotonic() - began
    spent = processor(everything) - before + sum(os.times()[2:4]) - ended
    others = max(0.0, busy() - core - spent)
    parts = ", ".join(f"{part} {size:.0f}" for part, size in machine.peak.items() if part != "all")
    failed = machine.public.failed + machine.desk.failed
    print(
        f"{name}: {clock:.0f} s, of which others had the core for {others:.0f} s; {spent:.0f} s of processor, pages included; "
        f"at most {machine.peak['all']:.0f} MB ({parts})\n"
        f"   meanwhile readers: {machine.public}; an editor: {machine.desk}"
        + (f"; NOT answered: {failed[:5]}" if failed else ""),
        flush=True,
    )
    return machine.peak["all"] <= MOST_MEGABYTES and clock - others <= MOST_SECONDS and not failed


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
        within = timed(machine, f"{count} articles through a worker, its start included", queued)
    finally:
        machine.worker.terminate()
        machine.worker.wait(60)
        machine.worker = None
    return timed(machine, f"{count} articles without one", directly) and within


def an_editor(folder: Path) -> str:
    """The cookie of an editor who has signed in."""
    os.environ |= {"CLAIMTRACKER_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "claimtracker.settings"}
    os.environ["ALLOWED_HOSTS"] = "127.0.0.1,testserver"
    import django

    django.setup()
    from django.db import connections

    from claimtracker.postgres.base import server_at
    from tests.claims.desk_data import make_account, signed_in

    session = signed_in(make_account("working", "editor")).cookies["sessionid"].value
    connections.close_all()
    server_at(folder / "pg").leave()
    return f"sessionid={session}"


def limit() -> str:
    """How the sum of all is kept below a limit, if it is."""
    own = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    for line in own:
        if line.startswith("0::"):
            with suppress(OSError, ValueError):
                most = Path(f"/sys/fs/cgroup{line[3:]}/memory.max").read_text(encoding="ascii")
                return f"the kernel keeps all of it together below {int(most) / 1e6:.0f} MB"
    return f"sampled; the kernel keeps each process below {MOST_MEGABYTES} MB of its own, not their sum (systemd-run does)"


def main() -> int:
    parser = argparse.ArgumentParser(description="Does it fit a server of one core and one gigabyte?")
    parser.add_argument("--articles", type=int, default=30)
    options = parser.parse_args()
    leave_on_signals()  # so that nothing is left behind
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEGABYTES * 10**6, resource.RLIM_INFINITY))
    folder = Path(tempfile.mkdtemp(prefix="small-"))
    folder.chmod(0o755)
    try:
        os.sched_setaffinity(0, {CORE})
        with site(folder) as (place, served):
            os.sched_setaffinity(0, ANYWHERE)
            machine = Machine(folder, place, served, an_editor(folder))
            for page in PAGES * 3:
                ask(place, page)
            print(f"memory: {limit()}")
            print(f"at rest: {sum(pss(each) for each in machine.parts().values()):.0f} MB", flush=True)
            within = measured(machine, folder, options.articles)
    finally:
        Server(folder / "pg").stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
