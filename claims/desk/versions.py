"""Forms that two people opened: what it was, what it is now, and what the second one wrote. Nothing is overwritten.

A form carries the version it started from. When the row has moved on since, the steps raise errors.Stale; the page made here
shows the three side by side with status 409 and offers to go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from claims.errors import Stale
from sources.triggers import Versioned


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a conflict, in words."""

    name: str
    label: str
    base: str
    theirs: str
    yours: str
    clash: bool


def values_at(obj: Versioned, version: int) -> dict[str, Any]:
    """The tracked values of the row when it had that version, from its history; {} when the history does not say."""
    event = obj.events.filter(version=version).order_by("-pgh_id").values().first()  # type: ignore[attr-defined]
    return dict(event or {})


def update_if_unchanged(obj: Versioned, changes: Mapping[str, Any], *, base: int) -> None:
    """Writes `changes` (model field names) where the version is still `base`.

    Raises Stale. For things that no step edits (topics, outlets, requests): the condition and the row count settle the race.
    """
    rows = type(obj)._default_manager.filter(pk=obj.pk, version=base)
    written = rows.update(**changes) if changes else rows.count()
    if not written:
        raise stale(obj, changes, base=base)


def stale(obj: Versioned, changes: Mapping[str, Any], *, base: int) -> Stale:
    """The refusal with its three sides, for the fields of `changes` and whatever else somebody changed since `base`."""
    now = type(obj)._default_manager.get(pk=obj.pk)
    before = values_at(obj, base)
    names = list(changes)
    for field in obj._meta.concrete_fields:
        shown = field.editable and field.name not in names and field.attname in before
        if shown and before[field.attname] != getattr(now, field.attname):
            names.append(field.name)
    attname = {field.name: field.attname for field in obj._meta.concrete_fields}
    was = {name: before.get(attname.get(name, name)) for name in names}
    theirs = {name: getattr(now, attname.get(name, name), None) for name in names}
    yours = {name: changes.get(name, was[name]) for name in names}
    return Stale(was, theirs, yours)


def rows(model: type[models.Model], conflict: Stale) -> list[Row]:
    """The conflict as lines of a table, in the order of the model's fields; a line where both sides differ is a clash."""
    names = dict.fromkeys([*conflict.yours, *conflict.theirs, *conflict.base])
    order = {field.name: place for place, field in enumerate(model._meta.get_fields())}
    made = []
    for name in sorted(names, key=lambda name: order.get(name, 999)):
        base, theirs, yours = (
            in_words(model, name, side.get(name)) for side in (conflict.base, conflict.theirs, conflict.yours)
        )
        made.append(
            Row(
                name,
                label_of(model, name),
                base,
                theirs,
                yours,
                theirs != base and yours not in (base, theirs),
            )
        )
    return made


def label_of(model: type[models.Model], name: str) -> str:
    try:
        return capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
    except FieldDoesNotExist:
        return capfirst(name.replace("_", " "))


def in_words(model: type[models.Model], name: str, value: Any) -> str:
    """A stored value as people read it: the label of a choice, the name of a related row, a date of the page's language."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if isinstance(field, models.ForeignKey):
        related = field.remote_field.model._default_manager.filter(pk=value).first()
        return str(related) if related else str(value)
    labels = dict(getattr(field, "flatchoices", None) or [])
    if value in labels:
        return str(labels[value])
    if isinstance(value, (list, tuple)):
        return ", ".join(
            item["exact"] if isinstance(item, dict) and "exact" in item else str(item) for item in value
        )
    return str(localize(value))
