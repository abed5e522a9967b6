"""Reading with several processes: forks extract, the parent alone writes.

The pipelines are loaded before the fork, so that the forks share them; a fork never asks the database.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor

from django.db import connections

from claims.extraction import Finding, Known
from claims.extraction.lexicon import LANGUAGES
from claims.extraction.pipeline import load
from claims.reading import Text, find

__all__ = ["found_in_each"]

# Texts handed out ahead, for each fork: enough to keep it busy, few enough to keep memory flat.
AHEAD = 4

# Set in the parent before the fork; the forks have it by birth.
_names: Known | None = None


def found_in_each(
    texts: Iterable[Text], names: Known, *, workers: int
) -> Generator[tuple[Text, list[Finding]]]:
    """Each text with what was found in it, in order. Raises concurrent.futures.process.BrokenProcessPool when a fork is killed."""
    for language in LANGUAGES:
        load(language)
    if workers <= 1:
        for text in texts:
            yield text, find(text, names)
        return
    global _names
    _names = names
    # A connection must not be shared with a fork.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts) as pool:
        waiting: deque[tuple[Text, Future[list[Finding]]]] = deque()
        try:
            for text in texts:
                waiting.append((text, pool.submit(_find, text)))
                if len(waiting) > AHEAD * workers:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def _next(waiting: deque[tuple[Text, Future[list[Finding]]]]) -> tuple[Text, list[Finding]]:
    text, future = waiting.popleft()
    return text, future.result()


def _find(text: Text) -> list[Finding]:
    return find(text, _names or ())


def _ignore_interrupts() -> None:
    """Ctrl-C is the parent's to answer: it stores what is whole and ends the forks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
