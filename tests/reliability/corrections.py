"""R12 at length: random histories of a claim and its statements; no change of what was seen is silent, nothing unseen is told.

    python -m tests.reliability.corrections [--histories 5000] [--minutes 60] [--seed 0]

The rule is tests/claims/test_corrections.py; here it is tried in rounds of 250, each with a seed of its own, on a throwaway clone.
Prints one line of figures. 0: all held; 1: one did not (its shortest history is printed above), or the time was over first.
"""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import given, settings
from hypothesis import seed as at_random

from tests.reliability.clones import throwaway_clone

A_ROUND = 250


def main() -> int:
    parser = argparse.ArgumentParser(description="Random histories: is every change told?")
    parser.add_argument("--histories", type=int, default=5000)
    parser.add_argument("--minutes", type=float, default=60, help="no new round after so many")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first round; each next one takes the next"
    )
    options = parser.parse_args()
    with throwaway_clone(one_connection=True):
        return _tried(options.histories, options.minutes * 60, options.seed)


def _tried(wanted: int, seconds: float, seed: int) -> int:
    """Rounds until enough histories were tried."""
    from tests.claims import test_corrections

    tried, began = test_corrections.TRIED, time.monotonic()
    while tried["histories"] < wanted and time.monotonic() - began < seconds:
        many = min(A_ROUND, wanted - tried["histories"])
        a_round = settings(max_examples=many, deadline=None, database=None)
        rule = given(test_corrections.HISTORY)(test_corrections.readers_are_told)
        before = tried["histories"]
        try:
            at_random(seed)(a_round(rule))()
        except AssertionError as silent:
            print(f"seed {seed}: {silent}", *getattr(silent, "__notes__", ()), sep="\n")
            return 1
        if tried["histories"] == before:
            break
        seed += 1
    enough = tried["histories"] >= wanted
    print(
        f"{tried['histories']:,} random histories with {tried['acts']:,} acts that were not refused and"
        f" {tried['corrections']:,} corrections: 0 changes in silence, 0 told of what nobody had seen,"
        f" each correction on its page and in both feeds; {time.monotonic() - began:.0f} s"
        + ("" if enough else f"; the time was over before {wanted:,}")
    )
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
