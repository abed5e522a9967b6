"""What every editorial act does the same way: may you? one transaction, one line in the history, no lost edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.errors import Refused, Stale
from claims.permissions import require
from claims.vocabulary import Verb
from sources.triggers import Versioned

__all__ = ["act", "change", "lock", "refuse_steps_own", "stale"]

Row = TypeVar("Row", bound=Versioned)
_inside: ContextVar[bool] = ContextVar("inside_an_act", default=False)


@contextmanager
def act(verb: Verb, *, by: User, name: str = "", because: str = "") -> Iterator[None]:
    """The frame of an act: PermissionDenied before anything is written, then one transaction whose history says who, what, why.

    An act that another one is made of is part of it: history names the outer one, which is what the person did.
    """
    require(by, verb)
    if _inside.get():
        with transaction.atomic():
            yield
        return
    token = _inside.set(True)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, verb=name or verb.value, reason=because):
            yield
    finally:
        _inside.reset(token)


def lock(obj: Row) -> Row:
    """The row as it is stored now; nobody else changes it before the act ends. For rules about where it stands."""
    rows: Any = type(obj)._default_manager
    stored: Row = rows.select_for_update(of=("self",)).get(pk=obj.pk)
    return stored


def change(obj: Versioned, changes: Mapping[str, Any], *, base: int | None = None) -> None:
    """Writes `changes` (model field names) by conditional update and reloads the row.

    With `base`, only where the version is still that one; else raises Stale and writes nothing. The database bumps the version.
    """
    rows = type(obj)._default_manager.filter(pk=obj.pk)
    if base is not None:
        rows = rows.filter(version=base)
    if not rows.update(**changes):
        raise stale(obj, changes, base=base)
    obj.refresh_from_db(fields=[*changes, "version"])


def refuse_steps_own(changes: Mapping[str, Any], own: Iterable[str]) -> None:
    """Raises Refused where plain edits would do what an act of its own decides (publication, review …)."""
    if taken := sorted(set(own) & set(changes)):
        raise Refused("own", _("This is not changed in a form: %(what)s.") % {"what": ", ".join(taken)})


def stale(obj: Versioned, changes: Mapping[str, Any], *, base: int | None) -> Stale:
    """The three sides of a conflict, over the fields of `changes` and whatever else was changed since `base`."""
    now = type(obj)._default_manager.get(pk=obj.pk)
    event = obj.events.filter(version=base).order_by("-pgh_id").values().first() or {}  # type: ignore[attr-defined]
    attnames = {field.name: field.attname for field in obj._meta.concrete_fields}
    names = list(changes) + [
        field.name
        for field in obj._meta.concrete_fields
        if field.editable
        and field.name not in changes
        and field.attname in event
        and event[field.attname] != getattr(now, field.attname)
    ]
    was = {name: event.get(attnames.get(name, name)) for name in names}
    theirs = {name: getattr(now, attnames.get(name, name), None) for name in names}
    return Stale(was, theirs, {name: changes.get(name, was[name]) for name in names})
