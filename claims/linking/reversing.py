"""An act is taken back by its own history: what it added goes, what it changed or took away comes back, where nobody has touched it since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from claims.errors import Refused

__all__ = ["Reversed", "reverse_act", "the_merge", "would_move_back"]

# Counted by the database itself, or only when it was last touched.
ITS_OWN = {"id", "version", "updated_at"}


@dataclass
class Reversed:
    """Keys of the rows that are as they were before, by model; `left`: how many had been changed since and stay as they are."""

    rows: dict[type[models.Model], list[int]] = field(default_factory=dict)
    left: int = 0

    def add(self, row: models.Model) -> None:
        self.rows.setdefault(type(row), []).append(row.pk)


def reverse_act(context: Any, tables: Iterable[type[models.Model]]) -> Reversed:
    """Takes back what the act with this pghistory context did to these tables, inside the caller's transaction.

    Columns that the act did not change keep what they hold now. A row changed again since, in the same columns, stays and is counted.
    """
    done, taken_away = Reversed(), []
    for model in tables:
        for event, before in _events(model, context):
            if event.pgh_label == "delete":
                taken_away.append((model, event))
            elif before is None:
                _take_out(model, event, done)
            else:
                _put_back(model, before, event, done)
    for model, event in taken_away:
        row = model(**{name: getattr(event, name) for name in _columns(model, event)}, id=event.pgh_obj_id)
        row.save(force_insert=True)
        done.add(row)
    return done


def the_merge(loser: Any) -> Any:
    """The history context of the act that merged this claim or speaker into another. Raises Refused where nothing is on record."""
    events = loser.events
    before = events.filter(merged_into=None).order_by("-pgh_id").values_list("pgh_id", flat=True).first()
    moved = events.filter(pgh_label="update", pgh_id__gt=before or 0, merged_into__isnull=False)
    merged = moved.order_by("pgh_id").first()
    if merged is None or merged.pgh_context_id is None:
        raise Refused("history", _("Nothing is on record of how it was merged."))
    return merged.pgh_context_id


def would_move_back(context: Any, model: type[models.Model], now: models.Q) -> int:
    """The preview: how many rows that the act changed still stand where it put them (`now`)."""
    history: Any = model._meta.get_field("events").related_model
    moved = history._default_manager.filter(pgh_context=context, pgh_label="update").values("pgh_obj")
    return model._default_manager.filter(now, pk__in=moved).count()


def _events(model: type[models.Model], context: Any) -> list[tuple[Any, Any]]:
    """Each event of the act with the one before it of the same row, newest first; None before a row that the act made. Two queries."""
    history: Any = model._meta.get_field("events").related_model
    rows = history._default_manager
    earlier = rows.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by(
        "-pgh_id"
    )
    found = list(
        rows.filter(pgh_context=context)
        .annotate(was=Subquery(earlier.values("pgh_id")[:1]))
        .order_by("-pgh_id")
    )
    before = rows.in_bulk([each.was for each in found if each.was])
    return [(each, before.get(each.was)) for each in found]


def _columns(model: type[models.Model], event: models.Model) -> list[str]:
    kept = {each.attname for each in event._meta.concrete_fields}
    return [
        each.attname
        for each in model._meta.concrete_fields
        if each.attname in kept and each.attname not in ITS_OWN
    ]


def _put_back(model: type[models.Model], before: Any, event: Any, done: Reversed) -> None:
    changed = [name for name in _columns(model, event) if getattr(before, name) != getattr(event, name)]
    if not changed:
        return
    mine = model._default_manager.filter(
        pk=event.pgh_obj_id, **{name: getattr(event, name) for name in changed}
    )
    if mine.update(**{name: getattr(before, name) for name in changed}):
        done.rows.setdefault(model, []).append(event.pgh_obj_id)
    else:
        done.left += 1


def _take_out(model: type[models.Model], event: Any, done: Reversed) -> None:
    row = model._default_manager.filter(pk=event.pgh_obj_id).first()
    if row is None:
        return
    if all(getattr(row, name) == getattr(event, name) for name in _columns(model, event)):
        row.delete()
    else:
        done.left += 1
