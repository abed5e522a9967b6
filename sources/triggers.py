"""Rules that the database itself keeps, as building blocks for the models of both apps.

Every trigger is declared with django-pgtrigger, so that it lives in the migrations. Each message starts with a short
code in brackets that the code above can recognise, and is one sentence that a person can read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pghistory
import pgtrigger
from django.db import models


def tracked(*, exclude: Iterable[str] = ()) -> Any:
    """Class decorator: keep every insert, update and delete of the table in an append-only event table.

    Statement-level triggers see save(), bulk operations, update(), raw SQL and COPY alike.
    `exclude` names generated columns (search vectors, sort keys): a trigger must not read them.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        level=pgtrigger.Statement,
        append_only=True,
    )


def refuse_truncate() -> pgtrigger.Trigger:
    """TRUNCATE fires no row or transition trigger: a tracked table refuses it."""
    return pgtrigger.Trigger(
        name="refuse_truncate",
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION '[truncate] % keeps its history and cannot be truncated', TG_TABLE_NAME;",
    )


def _list(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def moves(field: str, table: Mapping[str, Iterable[str]]) -> pgtrigger.Trigger:
    """Only the moves of `table` are possible, whoever asks. The key "" lists what a new row may start as."""
    allowed = " OR ".join(
        f"(OLD.{field} = '{old}' AND NEW.{field} IN ({_list(new)}))" for old, new in table.items() if old and new
    )
    return pgtrigger.Trigger(
        name=f"moves_of_{field}",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.{field} NOT IN ({_list(table[""])}) THEN
                    RAISE EXCEPTION '[move] a new row of % cannot start as %', TG_TABLE_NAME, NEW.{field}
                        USING ERRCODE = 'check_violation';
                END IF;
            ELSIF NEW.{field} <> OLD.{field} AND NOT ({allowed}) THEN
                RAISE EXCEPTION '[move] % cannot go from % to %', TG_TABLE_NAME, OLD.{field}, NEW.{field}
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


def bump_version(*columns: str) -> pgtrigger.Trigger:
    """`version` counts the changes of the named columns; forms carry the one they started from."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name="bump_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            NEW.version := OLD.version + (CASE WHEN ({old}) IS DISTINCT FROM ({new}) THEN 1 ELSE 0 END);
            RETURN NEW;
        """,
    )


def refuse_delete(*, unless: str, why: str) -> pgtrigger.Trigger:
    """Published things are withdrawn or merged, never deleted. `unless`: SQL over OLD that allows it."""
    return pgtrigger.Trigger(
        name="refuse_delete",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=f"""
            IF NOT ({unless}) THEN
                RAISE EXCEPTION '[delete] {why}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        """,
    )


def keep(*columns: str, why: str, name: str) -> pgtrigger.Trigger:
    """The named columns never change once written."""
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF {changed} THEN
                RAISE EXCEPTION '[keep] {why}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


class Versioned(models.Model):
    """A row that people edit: `version` lets a form notice that somebody else was faster."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
