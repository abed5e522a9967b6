"""The two roles: the application changes rows, the owner makes tables, public pages change nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, ProgrammingError, connections, transaction

from tests.databases import Clone

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE mine (id int)", "TRUNCATE auth_group CASCADE", "DROP TABLE auth_group"]
)
def test_the_application_makes_empties_and_drops_no_table(clone_db: Clone, sql: str) -> None:
    with pytest.raises(ProgrammingError), connections["default"].cursor() as cursor:
        cursor.execute(sql)


def test_what_a_public_page_writes_fails_in_the_database(clone_db: Clone) -> None:
    with pytest.raises(DatabaseError, match="read-only"):
        Group.objects.using("public").create(name="readers")


def test_the_application_changes_rows_and_public_pages_see_them(clone_db: Clone) -> None:
    Group.objects.create(name="readers")
    assert Group.objects.using("public").filter(name="readers").exists()


def test_the_owner_makes_tables_that_the_application_can_use(clone_db: Clone) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE later (id serial primary key)")
    with connections["default"].cursor() as cursor:
        cursor.execute("INSERT INTO later DEFAULT VALUES RETURNING id")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_in_ordinary_tests_every_alias_sees_the_transaction() -> None:
    with transaction.atomic():
        Group.objects.create(name="readers")
        assert Group.objects.using("public").filter(name="readers").exists()


def test_nothing_of_a_test_is_left_for_the_next(clone_db: Clone) -> None:
    assert not Group.objects.filter(name="readers").exists()
