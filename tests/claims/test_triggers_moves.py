"""Moves and versions: rules that the database keeps whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models
from django.utils import timezone

from claims.models import (
    Claim,
    ClaimLink,
    Statement,
    Verdict,
    Withdrawal,
)
from claims.vocabulary import LINK_MOVES, PUBLICATION_MOVES, REVIEW_MOVES, STAGE_MOVES
from sources.models import Source
from sources.triggers import Versioned
from sources.vocabulary import SOURCE_MOVES
from tests.claims.every_model import EXAMPLES, change_of, unsaved
from tests.claims.rules import change, refused
from tests.factories import (
    make_claim,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db


# -- moves -----------------------------------------------------------------------------------------------------------------------


def in_state(make: Callable[[], models.Model], field: str, state: str, table: Any) -> models.Model:
    """A row led to a state by lawful moves."""
    row = make()
    path, seen = [[str(getattr(row, field))]], set()
    while path[0][-1] != state:
        way = path.pop(0)
        for step in table[way[-1]]:
            if (way[-1], step) not in seen:
                seen.add((way[-1], step))
                path.append([*way, str(step)])
    for step in path[0][1:]:
        change(row, **{field: step, **({"decided_at": timezone.now()} if step == "current" else {})})
    row.refresh_from_db()
    return row


def _verdict() -> models.Model:
    row = unsaved(Verdict)
    row.save()
    return row


def _link() -> models.Model:
    return ClaimLink.objects.create(from_claim=make_claim(), to_claim=make_claim(), kind="follows")


def _source() -> models.Model:
    source = make_source()
    Withdrawal.objects.create(source=source, reason_en="It was not ours.", by=make_user())
    return source


def _claim() -> models.Model:
    claim = make_claim()
    Withdrawal.objects.create(claim=claim, reason_en="It was not ours.", by=make_user())
    return claim


def _suggestion() -> models.Model:
    return make_statement(review="suggested")


MOVES: list[tuple[type[models.Model], Callable[[], models.Model], str, Any]] = [
    (Source, _source, "publication", SOURCE_MOVES),
    (Claim, _claim, "publication", PUBLICATION_MOVES),
    (Statement, _suggestion, "review", REVIEW_MOVES),
    (Verdict, _verdict, "stage", STAGE_MOVES),
    (ClaimLink, _link, "state", LINK_MOVES),
]
EVERY_MOVE = [
    pytest.param(make, field, str(old), str(new), table, id=f"{model._meta.model_name}: {old} to {new}")
    for model, make, field, table in MOVES
    for old in table
    if old
    for new in table
    if new and new != old
]


def _by_save(row: models.Model, field: str, new: str) -> None:
    setattr(row, field, new)
    row.save()


def _by_update(row: models.Model, field: str, new: str) -> None:
    change(row, **{field: new})


def _by_bulk_update(row: models.Model, field: str, new: str) -> None:
    setattr(row, field, new)
    type(row)._default_manager.bulk_update([row], [field])


def _by_sql(row: models.Model, field: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {field} = %s WHERE id = %s", [new, row.pk])


@pytest.mark.parametrize("by", [_by_save, _by_update, _by_bulk_update, _by_sql])
@pytest.mark.parametrize(("make", "field", "old", "new", "table"), EVERY_MOVE)
def test_moves_are_those_of_the_table(
    by: Callable[[models.Model, str, str], None],
    make: Callable[[], models.Model],
    field: str,
    old: str,
    new: str,
    table: Any,
) -> None:
    row = in_state(make, field, old, table)
    if field == "stage" and new in ("current", "superseded") and row.decided_at is None:  # type: ignore[attr-defined]
        change(row, decided_at=timezone.now())
        row.refresh_from_db()
    if new in table[old]:
        by(row, field, new)
        row.refresh_from_db()
        assert getattr(row, field) == new
    else:
        with refused("[move]"):
            by(row, field, new)


@pytest.mark.parametrize(
    ("model", "make", "field", "table"), MOVES, ids=[m[0]._meta.model_name for m in MOVES]
)
def test_a_new_row_starts_as_the_table_says(
    model: type[models.Model], make: Callable[[], models.Model], field: str, table: Any
) -> None:
    for state in table:
        if not state:
            continue
        row = unsaved(model)
        setattr(row, field, str(state))
        if model is Verdict:
            row.decided_at = timezone.now()  # type: ignore[attr-defined]
        if state in table[""]:
            row.save()
        else:
            with refused("[move]"):
                row.save()


# -- versions --------------------------------------------------------------------------------------------------------------------

VERSIONED = sorted((m for m in EXAMPLES if issubclass(m, Versioned)), key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", VERSIONED, ids=lambda model: model._meta.model_name)
class TestVersions:
    def test_a_change_counts_and_nothing_else_does(self, model: type[models.Model]) -> None:
        row = unsaved(model)
        row.save()
        change(row, **{name: models.F(name) for name in change_of(model)})
        row.refresh_from_db()
        assert row.version == 1  # type: ignore[attr-defined]
        change(row, **change_of(model))
        row.refresh_from_db()
        assert row.version == 2  # type: ignore[attr-defined]

    def test_a_version_is_not_set_by_hand_but_for_the_next(self, model: type[models.Model]) -> None:
        row = unsaved(model)
        row.save()
        change(row, version=41)
        row.refresh_from_db()
        assert row.version == 1  # type: ignore[attr-defined]
        change(row, version=models.F("version") + 1)
        row.refresh_from_db()
        assert row.version == 2  # type: ignore[attr-defined]

    def test_an_update_on_a_stale_version_changes_no_row(self, model: type[models.Model]) -> None:
        row = unsaved(model)
        row.save()
        mine = model._default_manager.filter(pk=row.pk, version=1)
        assert mine.update(**change_of(model)) == 1
        assert mine.update(**change_of(model)) == 0
