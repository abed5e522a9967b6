"""What keeps the history and the rules out of the application's reach, put right after every migration.

As django-pghistory and django-pgtrigger install them, triggers run with the rights of whoever changes a row. The application could
then write the history itself, switch a trigger off with `SET pgtrigger.ignore`, hang the trigger that writes history on a table of
its own, lay a temporary table over the one that a rule looks into, or say of an act long past that somebody else did it. Afterwards:

- functions that write history run as the owner, every trigger function with a fixed search path, and nobody else may use one;
- ignoring a trigger is the owner's alone; where there is no owner apart from the application, nobody's;
- the context of an act (who, why) is written by its own transaction and never again;
- the application changes rows of ordinary tables, and of history, seals, migrations and what lists are read from only reads.
"""

from __future__ import annotations

from functools import lru_cache

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from pgtrigger import registry

from claimtracker.routing import OWNER

# One expression, so that PostgreSQL sets it into each trigger; a call for every row and rule would cost more than the rules.
# session_user, not current_user: inside a function that runs as the owner current_user is the owner.
IGNORE = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
        SELECT session_user = {owner}
            AND trigger_name = ANY(coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{{}}')::text[])
    $$
"""
IGNORE_NEVER = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
        SELECT false -- session_user: application and owner are one role
    $$
"""
# django-pghistory's own lets any later transaction that names a context rewrite it. Here only the transaction that made one
# (its created_at is that transaction's now()) may add to it; another that says something else under the same name gets its own.
CONTEXT = """
    CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS UUID LANGUAGE plpgsql AS $$
    DECLARE
        context UUID := nullif(current_setting('pghistory.context_id', true), '')::uuid;
        said JSONB := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
        known RECORD;
    BEGIN
        IF context IS NULL OR said IS NULL THEN
            RETURN NULL;
        END IF;
        SELECT metadata, created_at INTO known FROM pghistory_context WHERE id = context;
        IF FOUND AND known.metadata = said THEN
            RETURN context;
        ELSIF FOUND AND known.created_at <> now() THEN
            context := md5(context::text || pg_current_xact_id()::text)::uuid;
        END IF;
        INSERT INTO pghistory_context AS c (id, metadata, created_at, updated_at) VALUES (context, said, now(), now())
            ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at
            WHERE c.created_at = now() AND c.metadata <> excluded.metadata;
        RETURN context;
    END $$
"""
# Triggers that write what the application may not: history, and the number of an outlet's articles.
AS_THE_OWNER = "p.prosrc LIKE '%\\_pgh\\_attach\\_context%' OR p.prosrc LIKE '%claims\\_count\\_sources%'"
TRIGGER_FUNCTIONS = f"""
    SELECT p.oid::regprocedure::text, {AS_THE_OWNER} OR p.proname = '_pgh_attach_context'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND (p.proname LIKE 'pgtrigger\\_%' OR p.proname = '_pgh_attach_context')
"""  # noqa: S608
# Tables of which the application only reads, whatever columns they have.
READ_ONLY = (
    "pghistory_context",
    "claims_historyseal",
    "claims_redaction",
    "django_migrations",
    # Rows of lists are written by the functions that work them out (claims/models/listing.py).
    "claims_listedclaim",
    "claims_claimspeaker",
    "claims_claimcount",
    "claims_speakercount",
    "claims_outletcount",
)
HISTORY = f"""
    SELECT DISTINCT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND (a.attname IN ('pgh_obj_id', 'pgh_label') OR c.relname IN {READ_ONLY})
"""  # noqa: S608
TABLES_OF_HISTORY = f"SELECT oid::regclass::text FROM ({HISTORY}) history"  # noqa: S608
SEQUENCES_OF_HISTORY = f"""
    SELECT d.objid::regclass::text FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.deptype IN ('a', 'i') AND d.refobjid IN ({HISTORY})
"""  # noqa: S608
FUNCTIONS_ARE_HARDENED = f"""
    SELECT coalesce(bool_and(
        CASE WHEN p.proname = '_pgtrigger_should_ignore' THEN p.prosrc LIKE '%session_user%'
             WHEN p.proname = '_pgh_attach_context' THEN p.prosecdef AND p.proconfig IS NOT NULL AND p.prosrc LIKE '%known%'
             ELSE p.proconfig IS NOT NULL AND (p.prosecdef OR NOT ({AS_THE_OWNER})) END
        AND (p.proname = '_pgtrigger_should_ignore' OR p.proowner = current_user::regrole
             OR NOT has_function_privilege(p.oid, 'EXECUTE'))
    ), false)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public'
        AND (p.proname LIKE 'pgtrigger\\_%' OR p.proname IN ('_pgh_attach_context', '_pgtrigger_should_ignore'))
"""  # noqa: S608
# Owners may do everything with their tables: with one role this asks nothing.
RIGHTS_ARE_HARDENED = f"""
    SELECT NOT EXISTS (
        SELECT 1 FROM pg_class c WHERE c.oid IN ({HISTORY}) AND c.relowner <> current_user::regrole
            AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
    )
"""  # noqa: S608
TRIGGERS_IN_FORCE = """
    SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t
    WHERE t.tgname LIKE 'pgtrigger\\_%' AND t.tgenabled IN ('O', 'A')
"""


def harden() -> None:
    """Puts all of it right, in one transaction, as the owner. Repeating changes nothing."""
    application, owner = role_of("default"), role_of(OWNER)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(TRIGGER_FUNCTIONS)
        functions = cursor.fetchall()
        if not functions:
            return  # before the first tracked table
        cursor.execute(IGNORE_NEVER if owner == application else IGNORE.format(owner=_literal(owner)))
        cursor.execute(CONTEXT)
        for function, writes_history in functions:
            rights = "SECURITY DEFINER" if writes_history else "SECURITY INVOKER"
            # pg_temp last: a temporary table must not stand in for a real one.
            cursor.execute(f"ALTER FUNCTION {function} {rights} SET search_path = public, pg_temp")
            # Triggers in place go on working; nobody can hang one on a table of theirs and write history by it.
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        if owner != application:
            _grant(cursor, connections[OWNER].ops.quote_name(application))


def _literal(text: str) -> str:
    """SQL of a text."""
    return "'" + text.replace("'", "''") + "'"


def role_of(alias: str) -> str:
    """The role as which a connection enters, by asking it: an address need not name one."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT session_user")
        return str(cursor.fetchone()[0])


def _grant(cursor: CursorWrapper, role: str) -> None:
    """The application's rights: rows of every table, but of history, seals and migrations it only reads."""
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    cursor.execute(TABLES_OF_HISTORY)
    for (table,) in cursor.fetchall():
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}")
    cursor.execute(SEQUENCES_OF_HISTORY)
    for (sequence,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON SEQUENCE {sequence} FROM {role}")


@lru_cache
def triggers_expected() -> frozenset[tuple[str, str]]:
    """(table, trigger) of every rule that the models declare. Read once a process."""
    return frozenset(
        (model._meta.db_table, trigger.get_pgid(model)) for model, trigger in registry.registered()
    )


def is_hardened(alias: str = "public") -> bool:
    """Whether every rule is there and in force, and out of reach of whoever asks. Any role may ask."""
    with connections[alias].cursor() as cursor:
        for question in (FUNCTIONS_ARE_HARDENED, RIGHTS_ARE_HARDENED):
            cursor.execute(question)
            if cursor.fetchone() != (True,):
                return False
        cursor.execute(TRIGGERS_IN_FORCE)
        return triggers_expected() <= set(cursor.fetchall())
