"""Asking the database for what it must refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction


@contextmanager
def refused(by: str) -> Iterator[None]:
    """What is tried inside is refused by the named constraint, or by a rule whose sentence starts so."""
    with (
        pytest.raises(DatabaseError, match=by.replace("[", r"\[").replace("]", r"\]")),
        transaction.atomic(),
    ):
        yield
        at_commit()


def at_commit() -> None:
    """Asks the rules that wait for the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def change(row: models.Model, **values: Any) -> None:
    """As update() does it: no save(), no signals, no validation."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
