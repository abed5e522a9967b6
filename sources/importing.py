"""The archive's step: articles become stored sources, drafts all of them.

Each file is stored whole or not at all. Up to BATCH files share a transaction (batches.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.db import DataError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from sources.articles import Article, Refused, read_articles
from sources.batches import Again, Answer, Batch, Named, Planned, refusal
from sources.incoming import Incoming
from sources.inserting import insert_values
from sources.models import ImportItem, ImportRun
from sources.reports import Answered, printable
from sources.vocabulary import RunKind

__all__ = [
    "BATCH",
    "Again",
    "Answer",
    "Planned",
    "finish_run",
    "import_all",
    "import_article",
    "import_batch",
    "in_batches",
    "item",
    "start_run",
]

# Files and bytes of one transaction: a commit costs as much as ten articles, and memory stays flat.
BATCH = 100
BATCH_BYTES = 8 * 2**20
# How often a batch looks again when somebody else was faster.
ATTEMPTS = 5

# Deadlock and serialisation failure: the other importer went first (two new outlets made in different order).
_TRY_AGAIN = ("40P01", "40001")


def start_run(*, by: User | None = None, kind: RunKind = RunKind.ARTICLES) -> ImportRun:
    """The log that the answers of one import are kept in."""
    return ImportRun.objects.create(kind=kind, by=by)


def finish_run(run: ImportRun) -> None:
    """Says that the run came to its end. A run without this was interrupted; what it stored is whole."""
    ImportRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=timezone.now())


def import_all(
    files: Iterable[Incoming],
    *,
    run: ImportRun | None,
    by: User | None = None,
    dry_run: bool = False,
    encoding: str | None = None,
) -> Iterator[Answer]:
    """Reads and stores every file, and answers for each. `run` is None exactly in a dry run, which writes
    nothing.

    Raises django.db.OperationalError when the database goes away; what was answered before is stored.
    """
    planned = Planned()
    for batch in in_batches(files, encoding=encoding):
        yield from import_batch(batch, run=run, by=by, dry_run=dry_run, planned=planned)
    if run is not None:
        finish_run(run)


def import_article(
    article: Article, *, run: ImportRun | None, by: User | None = None, dry_run: bool = False, name: str = ""
) -> Answer:
    """Stores one article. `name`: what the run calls it (its title by default)."""
    return import_batch([(name or article.title, article)], run=run, by=by, dry_run=dry_run)[0]


def in_batches(files: Iterable[Incoming], *, encoding: str | None = None) -> Iterator[list[Named]]:
    """Reads the files; their articles in lots of one transaction each, always cut the same way."""
    return _batches(_articles(files, encoding))


def _articles(files: Iterable[Incoming], encoding: str | None) -> Iterator[Named]:
    for file in files:
        if isinstance(file.data, Refused):
            yield file.name, file.data
        else:
            yield from read_articles(file.data, file.name, encoding=encoding)


def _batches(articles: Iterable[Named]) -> Iterator[list[Named]]:
    batch: list[Named] = []
    size = 0
    for name, article in articles:
        batch.append((name, article))
        size += len(article.body) if isinstance(article, Article) else 0
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def import_batch(
    batch: Sequence[Named],
    *,
    run: ImportRun | None,
    by: User | None = None,
    dry_run: bool = False,
    planned: Planned | None = None,
) -> list[Answer]:
    """Stores the articles of `batch` in one transaction and answers for each, in order."""
    if dry_run:
        return Batch(batch, planned or Planned()).answers()
    for _attempt in range(ATTEMPTS - 1):
        with suppress(Again):
            return _store(batch, run, by)
    return _store(batch, run, by)


def _store(batch: Sequence[Named], run: ImportRun | None, by: User | None) -> list[Answer]:
    """One attempt at a batch. Raises Again, OperationalError; then nothing of it is stored."""
    try:
        with transaction.atomic(), pghistory.context(**({"user": by.pk} if by else {}), verb="import"):
            answers = Batch(batch).store()
            _log(run, answers)
            return answers
    except (DataError, OperationalError) as error:
        if _sqlstate(error) in _TRY_AGAIN:
            raise Again(str(error)) from error
        if not (isinstance(error, DataError) or _sqlstate(error).startswith("54")):
            raise
    if len(batch) > 1:
        # One of them is more than the database can hold: each for itself, so that only that one is refused.
        return [import_batch([one], run=run, by=by)[0] for one in batch]
    answers = [refusal(batch[0][0], Refused("too_large", "It is more than the database can hold."))]
    _log(run, answers)
    return answers


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def item(run: ImportRun, answer: Answered) -> dict[str, Any]:
    """An answer as a row of the run's log: ImportItem's columns, for `insert_values`."""
    return {
        "run_id": run.pk,
        "name": printable(answer.file),
        "outcome": str(answer.outcome),
        "reason": "" if answer.reason == "ok" else answer.reason,
        "message": printable(answer.message),
        "source_id": answer.source,
    }


def _log(run: ImportRun | None, answers: list[Answer]) -> None:
    """Keeps the answers with the run, and adds them to its counts."""
    if run is None:
        return
    insert_values(ImportItem, [item(run, answer) for answer in answers])
    counts = Counter(str(answer.outcome) for answer in answers)
    ImportRun.objects.filter(pk=run.pk).update(**{word: F(word) + count for word, count in counts.items()})
