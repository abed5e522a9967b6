"""Carrying out an order to erase words: from the tables and from their history, for good. The seals keep digests, so history still fits.

Only the database's owner can: the web process never holds that connection. Who recorded the order and who approved it are two people
(see claims.models.request); what was erased, event by event, is sealed with the order itself.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from claims import contest
from claims.history.erasing import Erasure, erasure_of
from claims.history.events import event_model_of, event_models
from claims.history.leaves import Layout, digests, layout_now, unpack
from claims.history.sealing import OWNER, one_at_a_time, seal
from claims.history.verifying import verify
from claims.models import (
    BULK_KINDS,
    BulkItem,
    BulkJob,
    Claim,
    HistorySeal,
    Position,
    ReadingChange,
    Redaction,
    Request,
    TriageAct,
    Withdrawal,
)
from claims.vocabulary import ORDERS, Publication, RequestOutcome
from sources.models import Sketch, Source

__all__ = ["NotAnOrder", "Redacted", "redact"]

# What the public page says, in both languages, whatever the order says.
REASON = {"it": "Rimosso in esecuzione di un ordine.", "en": "Removed to comply with an order."}
# What otherwise nobody may do, and this function does: named, so that all other rules stay in force.
RULES = (
    "append_only",
    "body_is_immutable",
    "correction_stays",
    "order_stays",
    "words_stay",
    "reason_is_final",
    "reason_stays",
)
Key = tuple[str, int]


class NotAnOrder(Exception):
    """Why it is not carried out, in one sentence. Nothing was changed."""


@dataclass(slots=True)
class Redacted:
    """What was erased: rows, events of history; `same`: other articles with the same text, which the order does not name."""

    rows: int = 0
    events: int = 0
    same: list[int] = field(default_factory=list)


def redact(number: int) -> Redacted:
    """Carries out the order of that number: all of it or nothing. Raises NotAnOrder, and Misfit where history does not fit before."""
    _check_owner()
    _check(Request.objects.using(OWNER).filter(pk=number).first(), number)
    seal()
    verify(using=OWNER)
    with one_at_a_time() as cursor:
        order = Request.objects.using(OWNER).select_for_update(of=("self",)).filter(pk=number).first()
        order = _check(order, number)
        _set_aside_rules(cursor)
        _as_an_act(cursor, order)
        erasure = erasure_of(order)
        done = Redacted(same=_same_text(order))
        claims = _take_off(order)
        done.rows = _erase_rows(erasure) + _erase_log(erasure) + _erase_bulk(erasure)
        lines = _erase_events(cursor, erasure, order)
        if not lines:
            raise NotAnOrder(f"What request {number} names holds no words any more.")
        done.events = len(lines)
        _as_an_act(cursor, order, erased=hashlib.sha256("\n".join(lines).encode()).hexdigest())
        Request.objects.using(OWNER).filter(pk=order.pk).update(
            carried_out_at=timezone.now(), outcome=RequestOutcome.ACCEPTED.value
        )
    contest.refresh(claims)
    _sweep(erasure)
    seal()
    return done


# -- who may, and what -------------------------------------------------------------------------------------------------------------


def _check_owner() -> None:
    with connections[OWNER].cursor() as owner, connections["default"].cursor() as application:
        owner.execute(
            "SELECT session_user, pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'claims_redaction'::regclass"
        )
        role, owns = owner.fetchone()
        application.execute("SELECT session_user")
        if role != owns or role == application.fetchone()[0]:
            raise NotAnOrder(
                "Only the database's owner erases: set DATABASE_OWNER_URL to the owner's address, not the application's."
            )


def _check(order: Request | None, number: int) -> Request:
    if order is None:
        raise NotAnOrder(f"There is no request {number}.")
    if order.kind not in ORDERS:
        raise NotAnOrder(f"Request {number} is no court order, privacy or removal request.")
    if order.carried_out_at:
        raise NotAnOrder(f"Request {number} was carried out on {order.carried_out_at:%Y-%m-%d %H:%M} UTC.")
    if order.approved_by_id is None:
        raise NotAnOrder(f"Request {number} is not approved: a second person approves it on the desk.")
    if sum(each is not None for each in (order.claim_id, order.statement_id, order.source_id)) != 1:
        raise NotAnOrder(f"Request {number} must name exactly one claim, one statement or one article.")
    return order


def _same_text(order: Request) -> list[int]:
    """The order names one article: whether it means the others too is for people to say."""
    source = order.source or (order.statement.source if order.statement else None)
    if source is None:
        return []
    others = Source.objects.using(OWNER).filter(text_sha256=source.text_sha256).exclude(pk=source.pk)
    return list(others.values_list("pk", flat=True))


# -- the act -----------------------------------------------------------------------------------------------------------------------


def _set_aside_rules(cursor: CursorWrapper) -> None:
    names = " OR ".join(f"tgname LIKE 'pgtrigger\\_{rule}\\_%%'" for rule in RULES)
    cursor.execute(
        f"SELECT set_config('pgtrigger.ignore', array_agg(DISTINCT tgname)::text, true) FROM pg_trigger WHERE {names}",
        [],
    )


def _as_an_act(cursor: CursorWrapper, order: Request, **more: str) -> None:
    """From here on history says that whoever approved the order did it."""
    said = {"user": order.approved_by_id, "verb": "redact", "reason": f"Request {order.pk}", **more}
    cursor.execute(
        "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
        [str(uuid.uuid4()), json.dumps(said)],
    )


def _take_off(order: Request) -> list[int]:
    """A claim or article that readers see is withdrawn; its address answers 451. Returns the claims to be counted anew."""
    what: Claim | Source | None = order.claim or order.source
    source = order.source or (order.statement.source if order.statement else None)
    if source is not None:
        # What it takes to undo an act of triage, and the numbers by which copies of the text are found.
        TriageAct.objects.using(OWNER).filter(source=source.pk).delete()
        Sketch.objects.using(OWNER).filter(source=source.pk).delete()
    if what is not None and what.publication in (Publication.PUBLISHED, Publication.UNDER_REVIEW):
        type(what)._default_manager.using(OWNER).filter(pk=what.pk).update(
            publication=Publication.WITHDRAWN.value
        )
        place = {"claim": what} if isinstance(what, Claim) else {"source": what}
        reason = {f"reason_{language}": words for language, words in REASON.items()}
        Withdrawal.objects.using(OWNER).create(**place, **reason, by_id=order.approved_by_id or 0)
    if isinstance(what, Claim):
        return [what.pk]
    on = Position.objects.using(OWNER)
    on = on.filter(statement=order.statement) if order.statement else on.filter(statement__source=source)
    return list(on.values_list("claim_id", flat=True).distinct())


def _erase_rows(erasure: Erasure) -> int:
    """What is stored now. In the order of `held`: the text first, then the places in it."""
    rows = 0
    for model, held in erasure.held.items():
        stored = model._default_manager.using(OWNER)
        for row in stored.filter(held.rows).values("pk", *held.columns):
            changes = _changes(erasure, row, held.columns)
            if changes:
                stored.filter(pk=row["pk"]).update(**changes)
                rows += 1
        if model is ReadingChange and erasure.gone:
            stored.filter(held.rows).delete()
    return rows


def _erase_log(erasure: Erasure) -> int:
    """The admin's own log calls each row by its words."""
    rows = 0
    for model, held in erasure.held.items():
        stored = model._default_manager.using(OWNER).filter(held.rows).values_list("pk", flat=True)
        here = LogEntry.objects.using(OWNER).filter(
            content_type__app_label=model._meta.app_label,
            content_type__model__in=[
                each._meta.model_name for each in apps.get_models() if issubclass(each, model)
            ],
            object_id__in=[str(pk) for pk in stored],
        )
        for entry in here:
            entry.object_repr, entry.change_message = erasure.text(entry.object_repr), ""
            entry.save(using=OWNER, update_fields=["object_repr", "change_message"])
            rows += 1
    return rows


def _erase_bulk(erasure: Erasure) -> int:
    """What acts on many were asked with, and what they answered: both may quote what they were about. One under way ends there."""
    rows = 0
    items, jobs = BulkItem.objects.using(OWNER), BulkJob.objects.using(OWNER)
    for kind, model in BULK_KINDS.items():
        if (held := erasure.held.get(model)) is None:
            continue
        things = model._default_manager.using(OWNER).filter(held.rows).values("pk")
        about = items.filter(job__kind=kind, thing__in=things)
        for job in jobs.filter(pk__in=about.values("job")).values("pk", "asked", "chosen_from"):
            changes = _changes(erasure, job, ("asked",))
            if job["chosen_from"]:  # an address: what was searched for stands in it in other characters
                changes["chosen_from"] = ""
            if changes:
                jobs.filter(pk=job["pk"]).update(**changes)
                jobs.filter(pk=job["pk"], finished_at=None).update(finished_at=timezone.now())
                rows += 1
        for item in about.exclude(said="").values("pk", "said"):
            if changes := _changes(erasure, item, ("said",)):
                rows += items.filter(pk=item["pk"]).update(**changes)
    return rows


def _changes(erasure: Erasure, row: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """Columns whose value becomes another. The withdrawal for the order itself stays readable."""
    changes = {}
    for name in columns:
        value = erasure.value(name, row[name]) if row[name] not in (None, "", [], {}) else row[name]
        if value != row[name] and row[name] not in REASON.values():
            changes[name] = value
    return changes


def _erase_events(cursor: CursorWrapper, erasure: Erasure, order: Request) -> list[str]:
    """Erases what history holds, and writes down the digests before and after. Returns one line an event."""
    new: dict[Key, dict[str, Any]] = {}
    for model, held in erasure.held.items():
        event = event_model_of(model)
        kept = tuple(
            name for name in held.columns if hasattr(event, name)
        )  # history keeps no bytes as received
        for row in event._default_manager.using(OWNER).filter(held.rows).values("pgh_id", *kept):
            if changes := _changes(erasure, row, kept):
                new[event._meta.db_table, row["pgh_id"]] = changes
    contexts = _contexts(erasure) if erasure.reasons else {}
    touched = {*new, *_events_of(contexts)}
    layouts = _layouts(touched)
    was = digests(cursor, layouts)
    events = {event._meta.db_table: event._default_manager.using(OWNER) for event in event_models().values()}
    for (table, pk), changes in new.items():
        events[table].filter(pgh_id=pk).update(**changes)
    for context, reason in contexts.items():
        cursor.execute(
            "UPDATE pghistory_context SET metadata = jsonb_set(metadata, '{reason}', to_jsonb(%s::text)) WHERE id = %s",
            [reason, context],
        )
    left = digests(cursor, layouts)
    erased = [
        Redaction(request=order, table=table, event=pk, was=was[table, pk], left=left[table, pk])
        for table, pk in sorted(touched)
    ]
    Redaction.objects.using(OWNER).bulk_create(erased, batch_size=2000)
    return [each.line for each in erased]


def _contexts(erasure: Erasure) -> dict[Any, str]:
    """The acts on these rows that gave a reason, with what becomes of it."""
    found: dict[Any, str] = {}
    for model, held in erasure.held.items():
        events: Any = event_model_of(model)._default_manager.using(OWNER).filter(held.rows)
        said = (
            events.exclude(pgh_context=None).values_list("pgh_context_id", "pgh_context__metadata").distinct()
        )
        for context, metadata in said:
            reason = metadata.get("reason")
            if reason and metadata.get("verb") != "redact":
                found[context] = erasure.text(str(reason))
    return found


def _events_of(contexts: Mapping[Any, str]) -> set[Key]:
    """Every event of these acts, whatever row it is of."""
    found: set[Key] = set()
    for event in event_models().values() if contexts else ():
        rows: Any = event._default_manager.using(OWNER).filter(pgh_context__in=list(contexts))
        found |= {(event._meta.db_table, pk) for pk in rows.values_list("pgh_id", flat=True)}
    return found


def _layouts(touched: set[Key]) -> list[tuple[Layout, list[Key]]]:
    """The events by what the digest of their seal was taken of: columns may have been added since. Those not sealed yet as they are now."""
    rest = set(touched)
    found: dict[int, tuple[Layout, list[Key]]] = defaultdict(lambda: (layout_now(), []))
    layout: Layout = []
    for kept in HistorySeal.objects.using(OWNER).order_by("pk").iterator(chunk_size=1):
        layout = kept.layout if kept.layout is not None else layout
        tables = [table for table, _columns in layout]
        for leaf in unpack(bytes(kept.leaves)):
            key = tables[leaf.table], leaf.id
            if key in rest:
                rest.discard(key)
                found.setdefault(id(layout), (layout, []))[1].append(key)
    found[0][1].extend(rest)
    return list(found.values())


def _sweep(erasure: Erasure) -> None:
    """The rows as they were before still lie in the files of the tables until these are swept."""
    if connections[OWNER].in_atomic_block:
        return
    with connections[OWNER].cursor() as cursor:
        for model in erasure.held:
            for table in (model._meta.db_table, event_model_of(model)._meta.db_table):
                cursor.execute(f"VACUUM {table}")
