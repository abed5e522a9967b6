"""A backup of a whole installation, restored: the same rows, rules and rights, to the last byte."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg

from claims.models import Claim
from claimtracker import backup
from claimtracker.hardening import is_hardened
from claimtracker.localdb import DATABASE, OWNER
from tests.databases import Clone, point_at
from tests.public.world import make_world

# Everything that keeps the rules: triggers with their state, functions with their rights, constraints, who may do what.
RULES = {
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT p.oid::regprocedure::text, prosecdef, proconfig, md5(prosrc), coalesce(proacl::text, ''), proowner::regrole::text
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    """,
    "indexes": "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index i"
    " JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace",
    "usual rights": "SELECT defaclrole::regrole::text, defaclobjtype, ARRAY(SELECT unnest(defaclacl)::text ORDER BY 1) FROM pg_default_acl",
    "rights": """
        SELECT relname, relkind, relowner::regrole::text,
            ARRAY(SELECT unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)))::text ORDER BY 1)
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S', 'p')
    """,
}
# An expression that was read again has its casts at other places: varchar[]::text[] or each varchar::text.
SAME = re.compile(r"::(?:character varying|text)(?:\[\])?|[()\s]")


def everything(connection: psycopg.Connection) -> dict[str, Any]:
    """{what: its state}: a digest of each table's rows, each sequence's place, the rules."""
    found: dict[str, Any] = {
        name: sorted(SAME.sub("", str(row)) for row in connection.execute(sql).fetchall())
        for name, sql in RULES.items()
    }
    kinds = connection.execute(
        "SELECT oid::regclass::text, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
    ).fetchall()
    for name, kind in kinds:
        sql = (
            f"SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} t"
            if kind == "r"
            else f"SELECT last_value, is_called FROM {name}"
        )
        found[name] = connection.execute(sql).fetchone()
    return found


def test_what_is_restored_is_what_was_saved_with_its_history_rules_and_rights(
    clone_db: Clone, tmp_path: Path
) -> None:
    make_world()
    file, server = tmp_path / "whole.dump", clone_db.server
    with server.connect(OWNER, clone_db.name) as connection:
        before = everything(connection)
    assert before["claims_claimevent"][0] > 0
    backup.backup(clone_db.owner_url, file)
    Claim.objects.update(text_en="Written after the backup")
    backup.restore(server, file)
    try:
        with server.connect(OWNER, DATABASE) as connection:
            after = everything(connection)
        for name, state in before.items():
            assert after.get(name) == state, name
        assert before.keys() == after.keys()
        point_at(DATABASE, one_connection=False)
        assert is_hardened()
    finally:
        with server.connect() as connection:  # as it was, for other tests
            connection.execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
            connection.execute(f'ALTER DATABASE "{backup.BEFORE}" RENAME TO "{DATABASE}"')
