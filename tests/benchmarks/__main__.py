"""PERFORMANCE.md P1 to P12 in one table: every benchmark, at every size.

    python -m tests.benchmarks --folder FOLDER [--sizes 10000 100000 1000000] [--only P1 P7 …] [--datasette PROGRAM]

FOLDER keeps a world of each size (made when it is not there: a minute for ten thousand claims, half an hour for a million), each
benchmark's own words (NAME.txt), the site's log beside them (NAME.log) and the figures of pages. Exit 1 when a bar is missed. On a machine
with other work only processor time and ratios mean something; the table says how busy it was.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON = sys.executable
# PERFORMANCE.md: gates in milliseconds of CPU, the site's and the database's. P2 may cost 2 ms more than P1; P3 a tenth more than its page 1.
PAGES = {"P1": (8.0, 1.5), "P2": (10.0, 3.0), "P3": (8.8, 1.65), "P4": (8.0, 1.0), "P5": (None, 15.0)}
GROWTH = 1.3


@dataclass(frozen=True, slots=True)
class Program:
    """`goals`: the rows it answers; `of_a_world`: run at each size, in that world's database; otherwise once, on one of its own."""

    goals: tuple[str, ...]
    module: str
    of_a_world: bool = False
    options: tuple[str, ...] = ()


PROGRAMS = (
    Program(("P1", "P2", "P3", "P4", "P5"), "pages", of_a_world=True),
    Program(("P2", "P5", "P6", "P11"), "plans", of_a_world=True),
    Program(("P7",), "desk", of_a_world=True),
    Program(("P8",), "importing"),
    Program(("P9",), "records"),
    Program(("P10",), "workers"),
    Program(("P12",), "small"),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--only", nargs="*", metavar="GOAL", help="P1 … P12")
    parser.add_argument("--datasette", type=Path, help="the program, for the comparison with others")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = [each for each in PROGRAMS if not options.only or set(each.goals) & set(options.only)]
    rows: list[tuple[str, ...]] = []
    for program in wanted:
        rows += _run(program, options.folder, sorted(options.sizes))
    if options.datasette and not options.only:
        world = _world(options.folder, max(options.sizes))
        rows.append(
            _said(
                "peers",
                "–",
                options.folder,
                world,
                ("--datasette", str(options.datasette)),
                max(options.sizes),
            )
        )
    _print(rows)
    return int(any(row[-1] == "missed" for row in rows))


def _run(program: Program, folder: Path, sizes: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Rows of the table: goal, what, how large, figures, held or missed."""
    goals = " ".join(program.goals)
    if not program.of_a_world:
        yield _said(program.module, goals, folder, folder / program.module, program.options)
        return
    if program.module == "pages":
        yield from _pages(folder, sizes)
        return
    for size in sizes:
        yield _said(program.module, goals, folder, _world(folder, size), program.options, size)


def _world(folder: Path, claims: int) -> Path:
    """Where the database with so many made-up claims is; made first where it is not."""
    place = folder / str(claims)
    _manage(place, "migrate", "--verbosity=0")
    made = place / "made"
    if not made.exists():
        _manage(place, "make_benchmark_data", "--claims", str(claims))
        made.touch()
    return place


def _manage(place: Path, *words: str) -> None:
    subprocess.run([PYTHON, "manage.py", *words], env=_environment(place), check=True)


def _environment(place: Path) -> dict[str, str]:
    place.mkdir(parents=True, exist_ok=True)
    return {**os.environ, "CLAIMTRACKER_DATA": str(place)}


def _said(
    module: str, goals: str, folder: Path, place: Path, options: Sequence[str], size: int | None = None
) -> tuple[str, ...]:
    """Runs a benchmark that judges itself; its last line stands in the table, all of it in a file."""
    code, words = _run_kept(module, folder, place, options, size)
    last = (words.strip() or "nothing was said").splitlines()[-1]
    return (
        goals,
        module,
        f"{size:,}" if size else "",
        last[:110],
        "held" if code == 0 else "missed",
    )


def _run_kept(
    module: str, folder: Path, place: Path, options: Sequence[str], size: int | None = None
) -> tuple[int, str]:
    """Runs a benchmark; its exit code and its words, which stand in NAME.txt too."""
    print(f"{module} {size or ''} …", file=sys.stderr)
    kept = folder / (f"{module}-{size}.txt" if size else f"{module}.txt")
    code = keep([PYTHON, "-m", f"tests.benchmarks.{module}", *options], kept, env=_environment(place))
    return code, kept.read_text(encoding="utf-8", errors="replace")


def keep(command: Sequence[str], kept: Path, *, env: Mapping[str, str]) -> int:
    """Runs a command and keeps what it prints, its errors at the end; the lines of the site's log, which come between the errors, in a file
    NAME.log beside it. Returns its exit code.
    """
    errors: list[str] = []
    with (
        kept.open("w", encoding="utf-8") as printed,
        kept.with_suffix(".log").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, env=env, stdout=printed, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as running,
    ):
        try:
            for line in running.stderr or ():
                if line.startswith("{"):  # JSON: claimtracker/logs.py
                    log.write(line)
                else:
                    errors.append(line)
        finally:
            running.wait()
            printed.seek(0, os.SEEK_END)
            printed.writelines(errors)
    return running.returncode


def _pages(folder: Path, sizes: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Every page that has a bar, at every size: site + database, times the floor, and how much more than at the smallest size."""
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for size in sizes:
        saved = folder / f"pages-{size}.json"
        code, words = _run_kept("pages", folder, _world(folder, size), ("--save", str(saved)), size)
        if code:
            raise SystemExit(f"pages {size} ended with {code}:\n{words}")
        found[size] = {each["page"]: each for each in json.loads(saved.read_text(encoding="utf-8"))}
    first = found[sizes[0]]
    for name in first:
        goal, _, page = name.partition(" ")
        if goal not in PAGES:
            continue
        for size in sizes:
            each = found[size][name]
            ours, floor = each["site"] + each["database"], each["floor_site"] + each["floor_database"]
            growth = ours / (first[name]["site"] + first[name]["database"])
            site, database = PAGES[goal]
            held = (
                (site is None or each["site"] <= site) and each["database"] <= database and growth <= GROWTH
            )
            figures = (
                f"{each['site']:.1f} + {each['database']:.1f} ms, B {floor:.1f}, {ours / floor:.1f} × B, growth {growth:.2f},"
                f" {each['queries']} queries"
            )
            yield goal, page, f"{size:,}", figures, "held" if held else "missed"


def _print(rows: Sequence[tuple[str, ...]]) -> None:
    """A table in Markdown, for docs/performance.md."""
    print(f"\nload while measuring: {os.getloadavg()[2]:.1f} on {os.cpu_count()} cores\n")
    for row in [("goal", "what", "claims", "measured", ""), ("---",) * 5, *rows]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    sys.exit(main())
