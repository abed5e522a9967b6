"""Python's search for objects that point at each other in circles: seldom, where many are made and few are in circles. Pure."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["rarely_collected"]

# New objects until the newest are looked through, how often that is until the older ones are too, and then all (Python: 700, 10, 10).
RARELY = (50_000, 20, 100)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """For commands: an import took a fifth of its time for this search (measured), reading articles a tenth.

    What is there already is left out of it, also in forks: they then share its memory for longer.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
