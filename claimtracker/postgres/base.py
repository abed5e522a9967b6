"""Django's PostgreSQL backend, which brings up the embedded server when the first connection needs it.

Django finds a backend by the module name `base`. A database whose settings have EMBEDDED (the data directory) is the embedded
one; any other is left alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from psycopg import RawCursor, errors, pq, sql

from claimtracker import slow_queries
from claimtracker.localdb import Server
from claimtracker.service import LocaldbError

# How often the driver must have seen a query before it prepares it by itself: never. Only PreparedCursor does.
NEVER_BY_ITSELF = 2**31
# Statements that a connection keeps prepared; the site has fewer than a hundred (claims/public/prepared.py, for each language).
MOST_PREPARED = 400

_PLACE = re.compile(r"\$(\d+)")


@lru_cache
def server_at(path: Path) -> Server:
    """This process's one Server of a data directory."""
    return Server(path)


class PreparedCursor(RawCursor[Any]):
    """PostgreSQL reads and plans a query once for each connection; afterwards it is sent the values alone.

    The values stand as $1, $2 … in the query, which says their types. They are sent as text.
    """

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        # None, as Django has it, forbids preparing. Whenever it is not, the driver keeps the text of every query, with the values in it.
        self.connection.prepare_threshold = NEVER_BY_ITSELF
        try:
            return super().execute(query, params, prepare=True)
        except errors.FeatureNotSupported:
            # A migration has changed the type of a column since ("cached plan must not change result type").
            if self.connection.info.transaction_status == pq.TransactionStatus.INERROR:
                raise  # the transaction is lost; its ROLLBACK forgets what was prepared
            super().execute("DEALLOCATE ALL", prepare=False)
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None

    def as_one_text(self, query: str, params: Any) -> str:
        """The query with its values, for the log and EXPLAIN."""
        words = [sql.Literal(param).as_string(self) for param in params or ()]
        return _PLACE.sub(lambda place: words[int(place[1]) - 1], query)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        if isinstance(cursor, PreparedCursor):
            return cursor.as_one_text(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """django.db.backends.postgresql, and the embedded server up before the first connection and again after it died.

    Slow queries of pages are told in the log.
    """

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.CLAIMTRACKER_SLOW_QUERY_MS:
            self.execute_wrappers.append(slow_queries.noticed)

    def prepared_cursor(self) -> CursorWrapper:
        """For queries that are asked again and again with other values, written as PreparedCursor says."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            self.connection.prepared_max = MOST_PREPARED
            cursor: CursorWrapper = self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined]
        return cursor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        path = self.settings_dict.get("EMBEDDED")
        if not path:
            return super().get_new_connection(conn_params)
        server = server_at(path)
        if server.joined:
            try:
                return super().get_new_connection(conn_params)
            except self.Database.OperationalError:
                pass  # it has died since: start it again below
        try:
            server.start()
        except LocaldbError as error:
            raise OperationalError(str(error)) from error
        return super().get_new_connection(conn_params)
