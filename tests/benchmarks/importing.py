"""What importing and reading articles costs, beside spaCy's tokenizer and sentencizer alone: PERFORMANCE.md P8.

    CLAIMTRACKER_DATA=FOLDER python -m tests.benchmarks.importing [--files 1000 5000] [--gate 2.0] [--shared 2000] [--workers 1000]

The articles are made up (tests/benchmarks/articles.py). Each size has a fresh database of a throwaway server in FOLDER, so that nothing
else runs there, and each command is a process of its own, as a user starts it. CPU milliseconds an article of the command and its forks,
without what the same command takes when there is nothing to do; of PostgreSQL all processes, background ones too. Exit code 1 when import
and reading together cost more than the gate, times the baseline.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Before Django: the data of a benchmark are nobody's.
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from claimtracker.localdb import Server  # noqa: E402 -- after the setup
from tests.benchmarks import articles  # noqa: E402
from tests.databases import ROOT, Clone, clone, template, throwaway_server  # noqa: E402

HERTZ = os.sysconf("SC_CLK_TCK")
BASELINE = """
import sys, time
import spacy
from tests.benchmarks.articles import texts
made = list(texts(int(sys.argv[1]), shared=sys.argv[2] == "shared"))
machines = {each: spacy.blank(each) for each in ("it", "en")}
for each in machines.values():
    each.add_pipe("sentencizer")
began = time.process_time()
for language, text in made:
    machines[language](text)
print(time.process_time() - began)
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU of a command with its forks and of PostgreSQL, seconds that passed, and the most memory of one process in MB."""

    command: float
    database: float
    passed: float
    memory: float


class Site:
    """A fresh database and the commands that work on it."""

    def __init__(self, server: Server, database: Clone) -> None:
        self.server, self.database = server, database

    def run(self, *words: str) -> Cost:
        """Raises SystemExit when the command fails."""
        before, began = database_seconds(self.server), time.monotonic()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self.database.environment,
                stdout=said,
                stderr=said,
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if process.returncode:
                raise SystemExit(f"{' '.join(words)}: {said.read().decode()}")
        return Cost(
            used.ru_utime + used.ru_stime,
            database_seconds(self.server) - before,
            time.monotonic() - began,
            used.ru_maxrss / 1024,
        )


def database_seconds(server: Server) -> float:
    """CPU seconds of the server's processes so far, those that have ended too."""
    postmaster = int((server.path / "postmaster.pid").read_text(encoding="ascii").split()[0])
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(process.name) == postmaster:
            total += sum(map(int, fields[11:15])) / HERTZ
        elif int(fields[1]) == postmaster:
            total += sum(map(int, fields[11:13])) / HERTZ
    return total


def baseline(count: int, *, shared: bool) -> float:
    """CPU seconds of tokenizer and sentencizer over the texts, the better of two runs."""
    words = [sys.executable, "-c", BASELINE, str(count), "shared" if shared else "apart"]
    return min(
        float(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        for _run in range(2)
    )


@contextmanager
def site(server: Server) -> Iterator[Site]:
    with clone(server, template(server)) as database:
        yield Site(server, database)


@dataclass(frozen=True)
class Measured:
    """Milliseconds an article, apart from `passed` (seconds) and `memory` (MB)."""

    files: str
    baseline: float
    imported: float
    read: float
    database: float
    again: float
    passed: float
    memory: float
    count: int

    @property
    def ratio(self) -> float:
        return (self.imported + self.read) / self.baseline

    def line(self) -> str:
        return (
            f"{self.files:16} {self.baseline:8.2f} {self.imported:7.2f} {self.read:7.2f} {self.database:10.2f} {self.ratio:6.1f}"
            f" {self.count / self.passed:11.0f} {self.memory:7.0f} {self.again:6.2f}"
        )


HEAD = (
    f"{'articles':16} {'baseline':>8} {'import':>7} {'read':>7} {'PostgreSQL':>10} {'ratio':>6}"
    f" {'a second':>11} {'MB':>7} {'again':>6}"
)


def measure(server: Server, folder: Path, count: int, *, shared: bool) -> Measured:
    """Imports and reads the articles, once and again."""
    articles.write(folder, count, shared=shared)
    empty = folder / "nothing"
    empty.mkdir()
    floor = baseline(count, shared=shared)
    with site(server) as fresh:
        nothing = [fresh.run("import_articles", str(empty)), fresh.run("read_sources")]
        once = [fresh.run("import_articles", str(folder)), fresh.run("read_sources")]
        again = [fresh.run("import_articles", str(folder)), fresh.run("read_sources")]

    def each(seconds: float) -> float:
        return seconds * 1000 / count

    return Measured(
        f"{count:,}{' sharing' if shared else ''}",
        each(floor),
        each(once[0].command - nothing[0].command),
        each(once[1].command - nothing[1].command),
        each(sum(cost.database for cost in once)),
        each(sum(cost.command for cost in again) - sum(cost.command for cost in nothing)),
        sum(cost.passed for cost in once),
        max(cost.memory for cost in once),
        count,
    )


def workers(server: Server, folder: Path, count: int) -> tuple[float, float]:
    """Seconds to read the articles with one process and with two, without starting."""
    articles.write(folder, count)
    passed = []
    for number in ("1", "2"):
        with site(server) as fresh:
            nothing = fresh.run("read_sources", "--workers", number)
            fresh.run("import_articles", str(folder))
            passed.append(fresh.run("read_sources", "--workers", number).passed - nothing.passed)
    return passed[0], passed[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, nargs="*", default=[1000, 5000])
    parser.add_argument(
        "--shared", type=int, default=2000, help="articles that share their paragraphs (0: none)"
    )
    parser.add_argument(
        "--workers", type=int, default=1000, help="articles read by one and by two processes (0: none)"
    )
    parser.add_argument("--gate", type=float, default=2.0)
    options = parser.parse_args()
    sizes = [(count, False) for count in options.files]
    sizes += [(options.shared, True)] if options.shared else []
    server = throwaway_server()
    try:
        with tempfile.TemporaryDirectory() as folder:
            print("CPU ms an article; of PostgreSQL for import and reading")
            print(HEAD, flush=True)
            found = []
            for count, shared in sizes:
                found.append(measure(server, Path(folder, f"{count}-{shared}"), count, shared=shared))
                print(found[-1].line(), flush=True)
            if options.workers:
                one, two = workers(server, Path(folder, "workers"), options.workers)
                print(
                    f"{options.workers:,} read by one process in {one:.1f} s, by two in {two:.1f} s: {one / two:.2f} ×"
                )
    finally:
        server.leave()
    over = [each.files for each in found if each.ratio > options.gate]
    if over:
        raise SystemExit(f"over {options.gate} × the baseline: {', '.join(over)}")


if __name__ == "__main__":
    main()
