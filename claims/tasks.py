"""What workers do for the newsroom: reading articles; and by the clock, the e-mails and seals that wait."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import structlog
from django.contrib.auth.models import AnonymousUser, User
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from claims import linking, noticing
from claims.extraction import Known
from claims.history import seal
from claims.permissions import require
from claims.reading import Answer, find, known_names, store_all, texts
from claims.vocabulary import Verb
from sources import queueing
from sources.models import ImportRun, Parcel, Source
from sources.tasks import RETRY, WORK, worked_off
from sources.vocabulary import Outcome

__all__ = ["MAIL", "SEAL", "queue_again", "queue_reading", "read_parcel"]

# Queues of what only some machines can do: those that may send e-mail, and those that know the owner's address.
MAIL, SEAL = "mail", "seal"
# Articles stored in one transaction: its questions cost as much as reading several articles, and editors wait for none of them.
LOT = 50
# How long a worker goes by the names that it knows, in seconds. A command goes by those of its beginning.
NAMES_LAST = 60

GONE = "The article was deleted, or its text replaced, meanwhile."

log = structlog.get_logger(__name__)

_known: tuple[float, Known] | None = None


def queue_reading(keys: Sequence[int], *, by: User | None) -> ImportRun:
    """Hands articles to the workers to be read, read before or not. Raises PermissionDenied. `by`: None for the command."""
    if by is not None:
        require(by, Verb.TRIAGE)
    return queueing.queue_reading(keys, by=by)


def queue_again(run: ImportRun, *, by: User | AnonymousUser) -> int:
    """Hands what was given up of a run to the workers once more; how many parts. Raises PermissionDenied."""
    require(by, Verb.IMPORT)
    return queueing.queue_again(run)


@app.task(name=queueing.READ, queue=WORK, retry=RETRY, pass_context=True)
def read(context: JobContext, *, parcel: int) -> None:
    worked_off(context, read_parcel, parcel)


def read_parcel(pk: int) -> None:
    """Reads the articles of a parcel that are not read yet. Does nothing where another worker did it."""
    parcel = Parcel.objects.select_related("run__by").filter(pk=pk).first()
    if parcel is None:
        return
    names = _names()
    for at in range(parcel.position, parcel.count, LOT):
        lot = parcel.keys[at : at + LOT]
        # The long part, before anything is held.
        found = [(text, find(text, names)) for text in texts(Source.objects.filter(pk__in=lot))]
        with queueing.holding(parcel, at):
            answers = store_all(found, by=parcel.run.by)
            linking.weigh(sources=[answer.source for answer in answers if answer.suggested])
            queueing.keep_answers(parcel.run, _items(parcel.run, lot, answers))
            queueing.move_on(parcel, at + len(lot), last=at + LOT >= parcel.count)


def _names() -> Known:
    """The names that help the machine; asking for them takes as long as reading many an article."""
    global _known
    if _known is None or time.monotonic() - _known[0] > NAMES_LAST:
        _known = time.monotonic(), known_names()
    return _known[1]


def _items(run: ImportRun, keys: Sequence[int], answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """One row of the run's log for each article, in order; also for those that were deleted before they were read."""
    by_source = {answer.source: answer for answer in answers}
    titles = dict(Source.objects.filter(pk__in=keys).values_list("pk", "title"))
    items = []
    for key in keys:
        answer = by_source.get(key)
        outcome = _outcome(answer)
        items.append(
            {
                "run_id": run.pk,
                "name": titles.get(key, str(key)),
                "outcome": outcome.value,
                "message": GONE if outcome == Outcome.SKIPPED else "",
                "source_id": key if key in titles else None,
            }
        )
    return items


def _outcome(answer: Answer | None) -> Outcome:
    """Read for the first time: created. Compared: updated where something is proposed, else already there."""
    if answer is None or answer.outcome == "gone":
        return Outcome.SKIPPED
    if answer.outcome == "read":
        return Outcome.CREATED
    return Outcome.UPDATED if answer.add or answer.change or answer.drop else Outcome.MATCHED


@app.periodic(cron="*/5 * * * *")
@app.task(name="send_notices", queue=MAIL, queueing_lock="send_notices", lock="send_notices")
def send_notices(timestamp: int) -> None:
    """What `manage.py send_notices` does. What cannot be sent is tried again the next time."""
    sent, failed = noticing.send(noticing.waiting())
    if failed:
        log.warning("notices_not_sent", failed=failed, sent=sent)


@app.periodic(cron="7 * * * *")
@app.task(name="seal_history", queue=SEAL, queueing_lock="seal_history", lock="seal_history")
def seal_history(timestamp: int) -> None:
    """What `manage.py seal_history` does."""
    seal()
