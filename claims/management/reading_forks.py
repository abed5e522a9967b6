"""Reading with one process or several: each reads and stores some articles at a time, in one transaction.

With several the pipelines are loaded before the fork, so that the forks share them; each has its own connection.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.synchronize import Event

from django.db import connections

from claims import linking
from claims.extraction import Known
from claims.extraction.lexicon import LANGUAGES
from claims.extraction.pipeline import load
from claims.reading import Answer, find, store_all, texts
from sources.models import Source

__all__ = ["read_each"]

# Articles of one transaction: its questions cost as much as reading several of them. Fewer where there are few, so that all processes
# have their share and whoever interrupts us waits for little.
FEWEST, MOST = 10, 50
# Lots handed out ahead, for each fork: enough to keep it busy.
AHEAD = 2

# Set in the parent before the fork; the forks have it by birth.
_names: Known | None = None
_over: Event | None = None


def read_each(
    keys: Sequence[int], names: Known, *, workers: int = 1, dry_run: bool = False
) -> Generator[Answer]:
    """Reads these sources and answers for each, in order; those that were deleted meanwhile have no answer. A lot of them is there
    whole or not at all. Raises concurrent.futures.process.BrokenProcessPool when a fork is killed.
    """
    size = max(FEWEST, min(MOST, len(keys) // (8 * max(workers, 1))))
    lots = [keys[start : start + size] for start in range(0, len(keys), size)]
    for language in LANGUAGES:
        load(language)
    if workers <= 1:
        for lot in lots:
            yield from _read(lot, names, dry_run)
        return
    context = multiprocessing.get_context("fork")
    global _names, _over
    _names, _over = names, context.Event()
    # A connection must not be shared with a fork.
    connections.close_all()
    with ProcessPoolExecutor(
        min(workers, len(lots) or 1), mp_context=context, initializer=_begin, initargs=(os.getpid(),)
    ) as pool:
        waiting: deque[Future[list[Answer]]] = deque()
        try:
            for lot in lots:
                waiting.append(pool.submit(_read_in_fork, lot, dry_run))
                if len(waiting) > AHEAD * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            _over.set()
            pool.shutdown(cancel_futures=True)


def _read(lot: Sequence[int], names: Known | tuple[()], dry_run: bool) -> list[Answer]:
    # The long part, before anything is held.
    read = [(text, find(text, names)) for text in texts(Source.objects.filter(pk__in=lot).order_by("pk"))]
    answers = store_all(read, dry_run=dry_run)
    if not dry_run:
        linking.weigh(sources=[answer.source for answer in answers if answer.suggested])
    return answers


def _read_in_fork(lot: Sequence[int], dry_run: bool) -> list[Answer]:
    # Lots that a fork has in hand already cannot be taken back from it.
    return [] if _over is None or _over.is_set() else _read(lot, _names or (), dry_run)


def _begin(parent: int) -> None:
    """Ctrl-C is the parent's to answer: it ends the forks after the lots they are at. A parent that was killed cannot."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
