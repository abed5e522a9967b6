"""Forms that two people opened: what it was, what it is now, and what the second one wrote. Nothing is overwritten.

A form carries the version it started from. When the row has moved on since, acts.change and the steps raise errors.Stale; its
three sides are put into words here, for a page with status 409 that offers to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from claims.errors import Stale


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a conflict, in words."""

    name: str
    label: str
    base: str
    theirs: str
    yours: str
    clash: bool


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
    """The field's name for people; a text that exists in each language says which."""
    try:
        label = capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
    except FieldDoesNotExist:
        return capfirst(name.replace("_", " "))
    return f"{label} ({name[-2:]})" if name.endswith(("_it", "_en")) else label


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
    if isinstance(value, str | int) and value in labels:
        return str(labels[value])
    if isinstance(value, (list, tuple)):
        return ", ".join(
            item["exact"] if isinstance(item, dict) and "exact" in item else str(item) for item in value
        )
    return str(localize(value))
