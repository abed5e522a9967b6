"""The history is out of the application's reach: it cannot write, change, empty or silence it. (R3 in small.)"""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connections
from django.test import Client

from sources.models import Outlet
from tests.databases import Clone

EVENTS = "sources_outletevent"


def ask(sql: str, alias: str = "default") -> list[tuple[object, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def labels() -> list[object]:
    return [label for (label,) in ask(f"SELECT pgh_label FROM {EVENTS} ORDER BY pgh_id")]


def test_every_way_of_writing_is_seen(clone_db: Clone) -> None:
    outlet = Outlet.objects.create(name="One", slug="one")
    Outlet.objects.filter(pk=outlet.pk).update(name="Two")
    ask(f"UPDATE sources_outlet SET name = 'Three' WHERE id = {outlet.pk}")
    Outlet.objects.bulk_create([Outlet(name="Four", slug="four")])
    outlet.delete()
    assert labels() == ["insert", "update", "update", "insert", "delete"]


def test_the_application_cannot_silence_a_trigger(clone_db: Clone) -> None:
    names = ask("SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal")[0][0]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [names])
    Outlet.objects.create(name="One", slug="one")
    assert labels() == ["insert"]


@pytest.mark.parametrize(
    "sql",
    [
        f"INSERT INTO {EVENTS} SELECT * FROM {EVENTS}",
        f"UPDATE {EVENTS} SET name = 'forged'",
        f"DELETE FROM {EVENTS}",
        f"TRUNCATE {EVENTS}",
        "UPDATE pghistory_context SET metadata = '{}'",
        "ALTER FUNCTION public._pgtrigger_should_ignore(name) SECURITY INVOKER",
        "CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_cannot_touch_the_history(clone_db: Clone, sql: str) -> None:
    Outlet.objects.create(name="One", slug="one")
    with pytest.raises(ProgrammingError):
        ask(sql)
    assert labels() == ["insert"]


def test_a_temporary_table_does_not_stand_in_for_the_history(clone_db: Clone) -> None:
    ask(f"CREATE TEMPORARY TABLE {EVENTS} (LIKE public.{EVENTS})")
    Outlet.objects.create(name="One", slug="one")
    assert ask(f"SELECT count(*) FROM public.{EVENTS}") == [(1,)]


def test_the_owner_may_silence_triggers_to_carry_out_an_order(clone_db: Clone) -> None:
    names = ask("SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal")[0][0]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [names])
    Outlet.objects.using("owner").create(name="One", slug="one")
    assert labels() == []


def test_a_site_whose_history_is_unprotected_is_not_ready_until_hardened(
    clone_db: Clone, client: Client
) -> None:
    assert client.get("/readyz").status_code == 200
    ask("ALTER FUNCTION public._pgh_attach_context() SECURITY INVOKER", "owner")
    assert client.get("/readyz").content == b"not ready: hardening\n"
    call_command("harden_database", verbosity=0)
    assert client.get("/readyz").status_code == 200


def test_installing_triggers_again_hardens_them_again(clone_db: Clone, client: Client) -> None:
    call_command("pgtrigger", "install")
    assert client.get("/readyz").status_code == 200
    Outlet.objects.create(name="One", slug="one")
    assert labels() == ["insert"]
