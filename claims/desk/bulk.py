"""One act on many things, in batches that take a second or two, each thing by its one step with its own history.

The things and their versions are written down when the act is asked for; what somebody changes afterwards is refused, not overwritten. A
thing's act and the note that it was done are one transaction: whoever works at it, and whatever is killed in between, it is done once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet, PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.desk.bulk_acts import BulkAct, bulk_act, things
from claims.desk.refusals import told
from claims.errors import Refused, Stale
from claims.models import BulkItem, BulkJob
from claims.permissions import may, require
from claims.vocabulary import BulkState

__all__ = ["forget", "go_on", "open_jobs", "start", "stop", "work"]

# So many things in one job; so many in one transaction, whose locks others wait for.
MOST, BATCH = 200_000, 50
# A batch is committed after so many seconds, however few it did.
SECONDS_A_BATCH = 1.0
# What became of each thing is kept so long; each thing's own history stays.
KEPT = timedelta(days=90)

# CHOSEN: the keys and versions of a list, as Django asks for them.
WRITE_DOWN = """
    INSERT INTO claims_bulkitem (job_id, thing, version, state, said)
    SELECT %s, chosen.pk, chosen.version, %s, '' FROM (CHOSEN) AS chosen (pk, version)
"""

NOTHING = gettext_lazy("Nothing is left of what you chose.")
CHANGED = gettext_lazy("Somebody changed it after you chose it.")
GONE = gettext_lazy("It is not here any more.")
NOT_IN_TIME = gettext_lazy(
    "It could not be done in time: somebody else was at work on it, or it is too much at once."
)


def start(
    chosen: QuerySet[Any],
    act: BulkAct,
    *,
    kind: str,
    by: User,
    asked: Mapping[str, Any],
    chosen_from: str = "",
) -> BulkJob:
    """Writes down what is to be done to which things, as they are now; nothing is done yet. Raises Refused, PermissionDenied."""
    require(by, act.verb)
    with transaction.atomic():
        job = BulkJob.objects.create(
            by=by, kind=kind, act=act.key, asked=dict(asked), chosen_from=chosen_from,
            language=(translation.get_language() or "en")[:2],
        )  # fmt: skip
        keys = chosen.order_by().values_list("pk", "version")[: MOST + 1]
        try:
            sql, params = keys.query.sql_with_params()
        except EmptyResultSet:  # Django sees that nothing fits without asking
            raise Refused("none", str(NOTHING)) from None
        with connection.cursor() as cursor:
            cursor.execute(WRITE_DOWN.replace("CHOSEN", sql), [job.pk, BulkState.WAITING.value, *params])
            job.total = cursor.rowcount
        if not job.total:
            raise Refused("none", str(NOTHING))
        if job.total > MOST:
            raise Refused("many", _("Choose at most %(n)s at a time: narrow the list.") % {"n": MOST})
        job.save(update_fields=["total"])
    with suppress(OperationalError):  # what is asked for is written down: another time, then
        forget(1)
    return job


def forget(most: int) -> int:
    """Deletes reports of what was finished or stopped long ago, the oldest first, so many at most; returns how many."""
    with transaction.atomic():
        since = timezone.now() - KEPT
        old = BulkJob.objects.filter(Q(finished_at__lt=since) | Q(stopped_at__lt=since))
        keys = list(
            old.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:most]
        )
        BulkJob.objects.filter(pk__in=keys).delete()
    return len(keys)


def open_jobs() -> QuerySet[BulkJob]:
    """What still goes on, the oldest first."""
    return BulkJob.objects.filter(finished_at=None, stopped_at=None).order_by("pk")


def stop(job: BulkJob, *, by: User, because: str = "") -> None:
    """Leaves the rest undone; it can go on later. Raises PermissionDenied for anybody but who asked for it."""
    _only_by(job, by)
    BulkJob.objects.filter(pk=job.pk, finished_at=None, stopped_at=None).update(
        stopped_at=timezone.now(), why_stopped=because[:300]
    )


def go_on(job: BulkJob, *, by: User) -> None:
    """What was stopped goes on."""
    _only_by(job, by)
    BulkJob.objects.filter(pk=job.pk, finished_at=None).update(stopped_at=None, why_stopped="")


def _only_by(job: BulkJob, by: User) -> None:
    if job.by_id != by.pk:
        raise PermissionDenied(_("Whoever asked for it stops it or lets it go on."))


def work(job: BulkJob, *, seconds: float) -> BulkJob:
    """Works at it for about so long, at least at one thing, and returns it as it stands then; several may work at one job.

    It must not run inside another act's history context: each act has its own. Stops the job when the account that asked for it may
    no longer do this.
    """
    until, one_by_one, longer = time.monotonic() + seconds, 0, False
    by = User.objects.get(pk=job.by_id)
    act = bulk_act(job.kind, job.act)
    with translation.override(job.language):
        if act is None or not may(by, act.verb):
            stop(job, by=by, because=_("This account may not do this any more."))
        while (job := BulkJob.objects.get(pk=job.pk)).goes_on and act:
            try:
                if not _batch(job, act, by, until, 1 if one_by_one else BATCH):
                    break
                one_by_one = max(0, one_by_one - 1)
            except OperationalError:
                # Somebody held one of them too long, a deadlock was ended at our cost, or one of them never ends in time: nothing of the
                # batch is done. One by one, and once for long enough that some are, whatever time was left.
                one_by_one = BATCH
                time.sleep(0.1)
                if not longer:
                    until, longer = max(until, time.monotonic() + SECONDS_A_BATCH), True
            if time.monotonic() >= until:
                break
    return BulkJob.objects.get(pk=job.pk)


def _batch(job: BulkJob, act: BulkAct, by: User, until: float, size: int) -> bool:
    """Some of those that wait, in one transaction; False when nobody else's and none of ours waits any longer."""
    ends = min(until, time.monotonic() + SECONDS_A_BATCH)
    counts = {BulkState.DONE.value: 0, BulkState.REFUSED.value: 0}
    waiting = BulkItem.objects.filter(job=job, state=BulkState.WAITING.value)
    with transaction.atomic():
        items = list(waiting.select_for_update(skip_locked=True).order_by("thing")[:size])
        worked = []
        for item in items:
            item.state, item.said = _one(item, act, by, job, alone=size == 1)
            counts[item.state] += 1
            worked.append(item)
            if time.monotonic() >= ends:
                break
        BulkItem.objects.bulk_update(worked, ["state", "said"])
        rows = BulkJob.objects.filter(pk=job.pk)
        rows.update(done=F("done") + counts["done"], refused=F("refused") + counts["refused"])
        rows.filter(finished_at=None, total=F("done") + F("refused")).update(finished_at=timezone.now())
    return bool(worked)


def _one(item: BulkItem, act: BulkAct, by: User, job: BulkJob, *, alone: bool) -> tuple[str, str]:
    """What became of one of them: its state, and why it was not done. Raises OperationalError where others shared its transaction."""
    said = ""
    try:
        with transaction.atomic():
            said = _try(item, act, by, job)
            # What the database checks at the end of a transaction, it checks now: of this one alone.
            connection.check_constraints()
    except Refused as refused:
        said = refused.sentence
    except Stale:
        said = str(CHANGED)
    except PermissionDenied as denied:
        said = str(denied) or _("Your account may not do this.")
    except IntegrityError as error:
        said = told(error)
    except OperationalError:
        if not alone:
            raise
        said = str(NOT_IN_TIME)
    return (BulkState.REFUSED.value, said[:500]) if said else (BulkState.DONE.value, "")


def _try(item: BulkItem, act: BulkAct, by: User, job: BulkJob) -> str:
    """Holds the row by its key and does it; a sentence where it has changed or gone since it was chosen."""
    thing = things(job.kind).filter(pk=item.thing).select_for_update(of=("self",)).first()
    if thing is None or getattr(thing, "merged_into_id", None) is not None:
        return str(GONE)
    if thing.version != item.version:
        return str(CHANGED)
    act.run(thing, by, job.asked, item.version)
    return ""
