"""Many new rows of one table at once, by COPY: a tenth of what the mapper's own INSERT costs.

Triggers, constraints and history see these rows like any others. The mapper's defaults apply; nothing is read back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Field, JSONField

__all__ = ["insert"]


def insert(rows: Sequence[models.Model]) -> None:
    """Stores these new rows, all of one model. All have an id, or none has: the database gives it then, and it stays unknown here.

    Raises django.db.IntegrityError, DataError, OperationalError: then none of them is stored, and the transaction is broken.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = _fields(model, with_id=rows[0].pk is not None)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field, _how in fields)
    with connection.cursor() as cursor:
        # COPY is not seen by those who put an act's name and author before each statement; it goes by what was set before it.
        cursor.execute("SET LOCAL pghistory.copying = 'on'")
        into = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row([how(row, field) for field, how in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _fields(
    model: type[models.Model], *, with_id: bool
) -> list[tuple[Field[Any, Any], Callable[[Any, Any], Any]]]:
    """The columns to write, each with the way to get its value."""
    chosen = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (with_id or not field.primary_key)
    ]
    return [(field, _way(field)) for field in chosen]


def _way(field: Field[Any, Any]) -> Callable[[Any, Any], Any]:
    if isinstance(field, JSONField):
        return _json
    moment = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if moment or isinstance(field, models.FileField):
        return _prepared
    return _array if isinstance(field, ArrayField) else _plain


def _plain(row: models.Model, field: Field[Any, Any]) -> Any:
    return getattr(row, field.attname)


def _array(row: models.Model, field: Field[Any, Any]) -> Any:
    value = getattr(row, field.attname)
    return list(value) if value is not None else None


def _prepared(row: models.Model, field: Field[Any, Any]) -> Any:
    return field.get_prep_value(field.pre_save(row, add=True))


def _json(row: models.Model, field: Field[Any, Any]) -> str | None:
    value = getattr(row, field.attname)
    return None if value is None else json.dumps(value, cls=field.encoder)  # type: ignore[attr-defined]
