"""History sees every way of writing, on every tracked table, and nobody who edits can touch it. (R3 in small.)"""

from __future__ import annotations

from typing import Any

import pghistory
import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, connections, models, transaction

from claims.models import (
    BulkItem,
    BulkJob,
    ClaimCount,
    ClaimFigures,
    ClaimSpeaker,
    HistorySeal,
    ListedClaim,
    MutedNotice,
    NoticeLanguage,
    OutletCount,
    PossibleTurn,
    Redaction,
    SentNotice,
    SpeakerCount,
    Topic,
    TriageAct,
)
from sources.models import ImportItem, ImportRun, Outlet, Parcel, Sketch
from tests.claims.every_model import EXAMPLES, change_of, stored_columns, tracked_models, unsaved
from tests.databases import Clone

TRACKED = sorted(tracked_models(), key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", TRACKED, ids=lambda model: model._meta.model_name)


def labels(row: models.Model) -> list[str]:
    """What history says of a row, oldest first."""
    events = tracked_models()[type(row)]._default_manager.filter(pgh_obj_id=row.pk)
    return list(events.order_by("pgh_id").values_list("pgh_label", flat=True))


def stored(model: type[models.Model]) -> models.Model:
    row = unsaved(model)
    row.save()
    return row


def raw(sql: str, params: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def as_copy_data(model: type[models.Model]) -> tuple[str, bytes]:
    """The command and the data that COPY needs to store a fresh row, which is not there any more afterwards."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(column) for column in stored_columns(model))
    row = unsaved(model)
    with transaction.atomic(), connection.cursor() as cursor:
        row.save()
        query = f"COPY (SELECT {columns} FROM {table} WHERE id = {row.pk}) TO STDOUT"
        with cursor.cursor.copy(query) as copy:
            data = b"".join(bytes(piece) for piece in copy)
        transaction.set_rollback(True)
    return f"COPY {table} ({columns}) FROM STDIN", data


# -- what is tracked -----------------------------------------------------------------------------------------------------------


def test_every_tracked_model_has_an_example() -> None:
    assert set(EXAMPLES) == set(TRACKED)


def test_every_table_of_ours_is_tracked_but_those_that_are_derived_or_are_logs() -> None:
    ours = {
        model
        for label in ("sources", "claims")
        for model in apps.get_app_config(label).get_models()
        if not model._meta.proxy and not issubclass(model, pghistory.models.Event)
    }
    assert ours - set(TRACKED) == {
        BulkItem,
        BulkJob,
        ClaimCount,
        ClaimFigures,
        ClaimSpeaker,
        HistorySeal,
        ImportItem,
        ImportRun,
        ListedClaim,
        MutedNotice,
        NoticeLanguage,
        OutletCount,
        Parcel,
        PossibleTurn,
        Redaction,
        SentNotice,
        Sketch,
        SpeakerCount,
        TriageAct,
    }


@pytest.mark.django_db
def test_passwords_and_times_of_signing_in_are_not_kept() -> None:
    fields = {field.name for field in apps.get_model("claims", "AccountEvent")._meta.fields}
    assert not fields & {"password", "last_login"}


# -- every way of writing --------------------------------------------------------------------------------------------------------


@every_model
@pytest.mark.django_db
def test_save_is_seen(model: type[models.Model]) -> None:
    row = stored(model)
    for name, value in change_of(model).items():
        setattr(row, name, value)
    row.save()
    assert labels(row) == ["insert", "update"]


@every_model
@pytest.mark.django_db
def test_saving_without_a_change_leaves_nothing(model: type[models.Model]) -> None:
    row = stored(model)
    model._default_manager.filter(pk=row.pk).update(**{name: models.F(name) for name in change_of(model)})
    assert labels(row) == ["insert"]


@every_model
@pytest.mark.django_db
def test_bulk_create_and_bulk_update_are_seen(model: type[models.Model]) -> None:
    rows = model._default_manager.bulk_create([unsaved(model), unsaved(model)])
    if model._meta.model_name == "oldslug":  # two rows cannot have one address
        rows = rows[:1]
    for row in rows:
        for name, value in change_of(model).items():
            setattr(row, name, value)
    names = [name.removesuffix("_id") for name in change_of(model)]
    model._default_manager.bulk_update(rows, names)
    assert [labels(row) for row in rows] == [["insert", "update"]] * len(rows)


@every_model
@pytest.mark.django_db
def test_update_of_a_queryset_is_seen(model: type[models.Model]) -> None:
    row = stored(model)
    model._default_manager.filter(pk=row.pk).update(**change_of(model))
    assert labels(row) == ["insert", "update"]


@every_model
@pytest.mark.django_db
def test_raw_sql_is_seen(model: type[models.Model]) -> None:
    row = stored(model)
    ((name, value),) = change_of(model).items()
    raw(f'UPDATE {model._meta.db_table} SET "{name}" = %s WHERE id = %s', [value, row.pk])
    assert labels(row) == ["insert", "update"]


@every_model
@pytest.mark.django_db
def test_copy_is_seen(model: type[models.Model]) -> None:
    command, data = as_copy_data(model)
    with connection.cursor() as cursor, cursor.cursor.copy(command) as copy:
        copy.write(data)
    row = model._default_manager.latest("pk")
    assert labels(row) == ["insert"]


@every_model
@pytest.mark.django_db
def test_a_deletion_is_seen_or_refused(model: type[models.Model]) -> None:
    row = stored(model)
    delete = f"DELETE FROM {model._meta.db_table} WHERE id = %s"
    if EXAMPLES[model].lasting:
        with pytest.raises(DatabaseError, match=r"\[delete\]"), transaction.atomic():
            raw(delete, [row.pk])
        assert labels(row) == ["insert"]
    else:
        raw(delete, [row.pk])
        assert labels(row) == ["insert", "delete"]


@every_model
@pytest.mark.django_db
def test_what_is_rolled_back_leaves_nothing(model: type[models.Model]) -> None:
    events = tracked_models()[model]._default_manager
    with transaction.atomic():
        row = stored(model)
        model._default_manager.filter(pk=row.pk).update(**change_of(model))
        transaction.set_rollback(True)
    assert not events.filter(pgh_obj_id=row.pk).exists()


@every_model
@pytest.mark.django_db
def test_a_row_keeps_its_id(model: type[models.Model]) -> None:
    row = stored(model)
    with pytest.raises(DatabaseError, match=r"\[keep\] the id"), transaction.atomic():
        raw(f"UPDATE {model._meta.db_table} SET id = id + 1000000 WHERE id = %s", [row.pk])


@every_model
@pytest.mark.django_db
def test_what_is_kept_of_a_row_is_the_row(model: type[models.Model]) -> None:
    row = stored(model)
    row.refresh_from_db()
    event = tracked_models()[model]._default_manager.get(pgh_obj_id=row.pk)
    kept = [f.attname for f in event._meta.concrete_fields if not f.name.startswith("pgh_")]
    assert kept
    assert {name: getattr(event, name) for name in kept} == {name: getattr(row, name) for name in kept}


def test_another_client_is_seen_and_nobody_empties_a_table(clone_db: Clone) -> None:
    """All in one database of its own, because each costs a second: a psql, say, beside Django; TRUNCATE, even by the owner."""
    commands = {model: as_copy_data(model) for model in TRACKED}
    with psycopg.connect(clone_db.url, autocommit=True) as client:
        for command, data in commands.values():
            with client.cursor() as cursor, cursor.copy(command) as copy:
                copy.write(data)
    seen = {model: labels(model._default_manager.latest("pk")) for model in commands}
    assert seen == {model: ["insert"] for model in commands}
    for model in TRACKED:
        for table in (model._meta.db_table, tracked_models()[model]._meta.db_table):
            with pytest.raises(ProgrammingError, match="permission denied"):
                raw(f"TRUNCATE {table} CASCADE")
            with (
                pytest.raises(DatabaseError, match=r"\[truncate\]"),
                connections["owner"].cursor() as cursor,
            ):
                cursor.execute(f"TRUNCATE {table} CASCADE")


# -- out of reach ----------------------------------------------------------------------------------------------------------------


@every_model
@pytest.mark.django_db
def test_history_is_neither_forged_nor_edited_nor_deleted(model: type[models.Model]) -> None:
    row = stored(model)
    table = tracked_models()[model]._meta.db_table
    for sql in (
        f"INSERT INTO {table} (pgh_label) VALUES ('forged')",
        f"UPDATE {table} SET pgh_label = 'edited'",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TABLE {table}",
        f"SELECT nextval(pg_get_serial_sequence('{table}', 'pgh_id'))",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
            raw(sql)
    assert labels(row) == ["insert"]


@every_model
@pytest.mark.django_db
def test_ignoring_triggers_has_no_effect_for_the_application(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal")
        (names,) = cursor.fetchone()
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [names])
    row = stored(model)
    model._default_manager.filter(pk=row.pk).update(**change_of(model))
    assert labels(row) == ["insert", "update"]


# -- who and why -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_act_says_who_did_it_and_why_and_all_of_it_is_one_act() -> None:
    with pghistory.context(user=7, verb="merge", reason="The same body."):
        rows = [stored(model) for model in (Outlet, Topic)]
    events = [tracked_models()[type(row)]._default_manager.get(pgh_obj_id=row.pk) for row in rows]
    (context,) = {event.pgh_context for event in events}  # type: ignore[attr-defined]
    assert context.metadata == {"user": 7, "verb": "merge", "reason": "The same body."}
    (act,) = {event.pgh_xid for event in events}  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert cursor.fetchone() == (act,)
