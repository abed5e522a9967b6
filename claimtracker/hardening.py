"""What keeps the history out of the application's reach, put right after every migration.

django-pghistory's triggers write the history with the rights of whoever changes a row, so the application could write it too, and
`SET pgtrigger.ignore` switches them off for anybody. Afterwards: functions that write history run as the owner with a fixed
search path, ignoring triggers is the owner's alone, and the application reads history without being able to change it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

# Inside a SECURITY DEFINER function current_user is the owner, session_user whoever connected.
IGNORE = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        RETURN session_user = current_user
            AND trigger_name = ANY(coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{}')::text[]);
    END $$
"""
TRIGGER_FUNCTIONS = """
    SELECT p.oid::regprocedure::text, p.prosrc LIKE '%\\_pgh\\_attach\\_context%' OR p.proname = '_pgh_attach_context'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND (p.proname LIKE 'pgtrigger\\_%' OR p.proname = '_pgh_attach_context')
"""
HISTORY_TABLES = """
    SELECT DISTINCT format('%I.%I', table_schema, table_name) FROM information_schema.columns
    WHERE table_schema = 'public'
        AND (column_name IN ('pgh_obj_id', 'pgh_label') OR table_name IN ('pghistory_context', 'django_migrations'))
"""
IS_HARDENED = """
    SELECT coalesce(bool_and(
        CASE WHEN p.proname = '_pgtrigger_should_ignore' THEN p.prosecdef AND p.prosrc LIKE '%session_user%'
             WHEN p.proname = '_pgh_attach_context' OR p.prosrc LIKE '%\\_pgh\\_attach\\_context%'
             THEN p.prosecdef AND p.proconfig IS NOT NULL
             ELSE p.proconfig IS NOT NULL END), false)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public'
        AND (p.proname LIKE 'pgtrigger\\_%' OR p.proname IN ('_pgh_attach_context', '_pgtrigger_should_ignore'))
"""


def harden() -> None:
    """Puts all of it right, in one transaction, as the owner. Repeating changes nothing."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(TRIGGER_FUNCTIONS)
        functions = cursor.fetchall()
        if not functions:
            return  # before the first tracked table
        cursor.execute(IGNORE)
        for function, writes_history in functions:
            rights = "SECURITY DEFINER" if writes_history else "SECURITY INVOKER"
            # pg_temp last: a temporary table must not stand in for a real one.
            cursor.execute(f"ALTER FUNCTION {function} {rights} SET search_path = public, pg_temp")
        application = settings.DATABASES["default"].get("USER")
        if application and application != settings.DATABASES["owner"].get("USER"):
            _grant(cursor, application)


def _grant(cursor: CursorWrapper, application: str) -> None:
    """The application's rights: rows of every table, but of history and migrations it only reads."""
    role = connections["owner"].ops.quote_name(application)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    cursor.execute(HISTORY_TABLES)
    for (table,) in cursor.fetchall():
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")


def is_hardened(alias: str = "public") -> bool:
    """Whether the functions are as `harden` leaves them; any role may ask."""
    with connections[alias].cursor() as cursor:
        cursor.execute(IS_HARDENED)
        row = cursor.fetchone()
    return bool(row and row[0])
