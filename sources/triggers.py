"""Rules that the database itself keeps, as building blocks for the models of both apps.

Every trigger is declared with django-pgtrigger, so that it lives in the migrations. Each message starts with a short
code in brackets that the code above can recognise, and is one sentence that a person can read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pghistory
import pghistory.models
import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Event(pghistory.models.Event):
    """A row of history. `pgh_xid` is the transaction that wrote it: events are sealed in the order (transaction, table, id)."""

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_xid = models.BigIntegerField(
        db_default=models.Func(function="pg_current_xact_id", template="(%(function)s()::text::bigint)"),
        editable=False,
    )

    class Meta:
        abstract = True


def tracked(
    *, exclude: Iterable[str] = (), found_by: Iterable[str] = (), **options: Any
) -> Callable[[type[models.Model]], type[models.Model]]:
    """Class decorator: keep every insert, update and delete of the table in an append-only event table.

    Statement-level triggers see save(), bulk operations, update(), raw SQL and COPY alike. Two things would escape them and are
    refused: TRUNCATE, and a change of the primary key by which they pair the old row with the new one.
    `exclude` names generated columns (search vectors, sort keys): a trigger must not read them. `found_by` names foreign keys from
    which history is asked for rows that may be gone or moved since.
    """
    ways_in = [models.Index(fields=[field], name=f"%(class)s_{field[:8]}") for field in found_by]
    track = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        level=pgtrigger.Statement,
        append_only=True,
        base_model=Event,
        # The two ways into history: everything about one thing, everything of one act.
        obj_field=pghistory.ObjForeignKey(db_index=True, related_name="events"),
        context_field=pghistory.ContextForeignKey(db_index=True),
        meta={
            # Sealing reads the newest transactions; they lie together, so a few bytes a megabyte suffice.
            "indexes": [BrinIndex(fields=["pgh_xid"], autosummarize=True, name="%(class)s_xid"), *ways_in],
            "triggers": [refuse_truncate()],
        },
        **options,
    )

    def decorate(model: type[models.Model]) -> type[models.Model]:
        pgtrigger.register(refuse_truncate(), KEY_STAYS)(model)
        made: type[models.Model] = track(model)
        return made

    return decorate


# The history pairs rows by their id, and other people's notes name it.
KEY_STAYS = pgtrigger.Trigger(
    name="key_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.id IS DISTINCT FROM NEW.id"),
    func="RAISE EXCEPTION '[keep] the id of a row of % never changes', TG_TABLE_NAME USING ERRCODE = 'check_violation';",
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
        f"(OLD.{field} = '{old}' AND NEW.{field} IN ({_list(new)}))"
        for old, new in table.items()
        if old and new
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
    """`version` counts the changes of the named columns; forms carry the one they started from.

    A step that changes what belongs to the row (speakers of a statement, evidence of a claim) counts it by setting
    `version = version + 1` itself. Any other value is overruled.
    """
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name="bump_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            NEW.version := OLD.version
                + (CASE WHEN NEW.version = OLD.version + 1 OR ({old}) IS DISTINCT FROM ({new}) THEN 1 ELSE 0 END);
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
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        ),
        func=f"RAISE EXCEPTION '[keep] {why}' USING ERRCODE = 'check_violation';",
    )


def written_once(*columns: str, why: str, name: str) -> pgtrigger.Trigger:
    """The named texts never change once written; one that is empty may be filled once (the other language)."""
    changed = " OR ".join(f"(OLD.{column} <> '' AND OLD.{column} <> NEW.{column})" for column in columns)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"({changed})"),
        func=f"RAISE EXCEPTION '[keep] {why}' USING ERRCODE = 'check_violation';",
    )


def no_circle(field: str, *, why: str) -> pgtrigger.Trigger:
    """Whoever follows the foreign key `field` to its own table comes to an end.

    FOR SHARE: two people who each close half a circle at once meet on a lock, and one of them is refused.
    """
    return pgtrigger.Trigger(
        name=f"no_circle_of_{field}",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{field}_id"),
        condition=pgtrigger.Condition(f"NEW.{field}_id IS NOT NULL"),
        declare=[("place", "bigint"), ("steps", "int")],
        func=pgtrigger.Func(
            f"""
            place := NEW.{field}_id;
            steps := 0;
            WHILE place IS NOT NULL LOOP
                IF place = NEW.id OR steps > 1000 THEN
                    RAISE EXCEPTION '[circle] {why}' USING ERRCODE = 'check_violation';
                END IF;
                SELECT {field}_id INTO place FROM {{meta.db_table}} WHERE id = place FOR SHARE;
                steps := steps + 1;
            END LOOP;
            RETURN NULL;
            """
        ),
    )


def misplaced(span: str, text: str) -> str:
    """SQL over two expressions, a jsonb {start, end, exact, prefix?, suffix?} and a text: the words are not at their place.

    Half-open characters. Never null, whatever stands in the jsonb. One look into the text: counting characters is what costs.
    """
    start, end = f"({span}->>'start')::int", f"({span}->>'end')::int"
    before, exact, after = (
        f"coalesce({span}->>'prefix', '')",
        f"({span}->>'exact')",
        f"coalesce({span}->>'suffix', '')",
    )
    return f"""(CASE
        WHEN jsonb_typeof({span}) IS DISTINCT FROM 'object' OR NOT coalesce(
            {span}->>'start' ~ '^[0-9]{{1,9}}$' AND {span}->>'end' ~ '^[0-9]{{1,9}}$'
            AND {exact} <> '' AND char_length({exact}) = {end} - {start} AND char_length({before}) <= {start}, false
        ) THEN true
        ELSE {before} || {exact} || {after} <> substr(
            {text}, {start} + 1 - char_length({before}), char_length({before} || {exact} || {after}))
        END)"""


class Versioned(models.Model):
    """A row that people edit: `version` lets a form notice that somebody else was faster."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
