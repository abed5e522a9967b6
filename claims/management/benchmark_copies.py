"""Makes a small benchmark world a large one inside the database: the same rows again under other keys.

A row made by Python costs a millisecond with its figures and its signature; a copied one 20 microseconds. Who speaks and what about
stays the same in every copy, so common words, speakers and topics become as common as they are; what is unique (addresses, slugs) gets
the copy's number behind it. Triggers sleep meanwhile: the copy of a lawful row is lawful, and its history is copied with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper

from claims.models import (
    Carrier,
    Claim,
    ClaimFigures,
    ClaimSpeaker,
    Evidence,
    ListedClaim,
    Position,
    Statement,
    StatementSpeaker,
    Verdict,
)
from sources.models import Source

__all__ = ["copied"]

# In the order in which rows may refer to each other. Speakers, topics and outlets are shared by all copies.
COPIED: Sequence[type[models.Model]] = (
    Source, Claim, ClaimFigures, Statement, StatementSpeaker, Carrier, Position, Evidence, Verdict,
    ListedClaim, ClaimSpeaker,
)  # fmt: skip
# What is unique beside the key.
UNIQUE: Mapping[type[models.Model], Sequence[str]] = {Source: ("url",), Claim: ("slug",)}


def copied(copies: int) -> Iterator[int]:
    """Copies all that is there `copies` times, each in a transaction of its own; yields how many are made. Raises django.db.Error."""
    pairs = [
        (each, model) for model in COPIED for each in (model, getattr(model, "pgh_event_model", None)) if each
    ]
    with connections["owner"].cursor() as cursor:
        steps = {model: _last(cursor, model) for model in COPIED}
        try:
            _triggers(cursor, "DISABLE")
            for number in range(1, copies + 1):
                with transaction.atomic("owner"):
                    for stored, model in pairs:
                        _copy(cursor, stored, model, steps, number)
                yield number
        finally:
            _triggers(cursor, "ENABLE")
        if copies:
            cursor.execute("SELECT count(*) FROM claims_recount()")


def _triggers(cursor: CursorWrapper, verb: str) -> None:
    """Our own ones; foreign keys are still checked."""
    for model in COPIED:
        cursor.execute(f"ALTER TABLE {model._meta.db_table} {verb} TRIGGER USER")


def _last(cursor: CursorWrapper, model: type[models.Model]) -> int:
    cursor.execute(f'SELECT coalesce(max("{_key(model)}"), 0) FROM {model._meta.db_table}')  # noqa: S608
    return int(cursor.fetchone()[0])


def _key(model: type[models.Model]) -> str:
    """The column by which a copied row is told from a first one: its key, or that of its claim."""
    return model._meta.pk.column or "claim_id"


def _copy(
    cursor: CursorWrapper,
    stored: type[models.Model],
    model: type[models.Model],
    steps: Mapping[type[models.Model], int],
    number: int,
) -> None:
    """One copy of a table's first rows. `stored`: the model itself, or the model of its history."""
    columns: dict[str, str] = {}
    for field in stored._meta.concrete_fields:
        if not field.generated and field.column not in ("pgh_id", "pgh_xid"):
            columns[f'"{field.column}"'] = _again(field, stored, model, steps, number)
    table = stored._meta.db_table
    key = "pgh_obj_id" if stored is not model else _key(model)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {table}"  # noqa: S608
        f' WHERE "{key}" <= {steps[model]} ORDER BY "{key}"'
    )


def _again(
    field: models.Field[object, object],
    stored: type[models.Model],
    model: type[models.Model],
    steps: Mapping[type[models.Model], int],
    number: int,
) -> str:
    """The column's value in a copy, in SQL."""
    column = f'"{field.column}"'
    if stored is not model and field.column in ("id", "pgh_obj_id"):
        return f"{column} + {number * steps[model]}"
    target = field.related_model if field.is_relation else model if field.primary_key else None
    if isinstance(target, type) and target in steps:
        return f"{column} + {number * steps[target]}"
    if field.column in UNIQUE.get(model, ()):
        return f"{column} || '-{number}'"
    return column
