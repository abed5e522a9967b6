"""Django's PostgreSQL backend, which brings up the embedded server when the first connection needs it.

Django finds a backend by the module name `base`. A database whose settings have EMBEDDED (the data directory) is the embedded
one; any other is left alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from claimtracker import slow_queries
from claimtracker.localdb import Server
from claimtracker.service import LocaldbError


@lru_cache
def server_at(path: Path) -> Server:
    """This process's one Server of a data directory."""
    return Server(path)


class DatabaseWrapper(base.DatabaseWrapper):
    """django.db.backends.postgresql, and the embedded server up before the first connection and again after it died.

    Slow queries of pages are told in the log.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.CLAIMTRACKER_SLOW_QUERY_MS:
            self.execute_wrappers.append(slow_queries.noticed)

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
