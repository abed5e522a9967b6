"""Only the owner's connection makes and changes tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

OWNER = "owner"
_untouched: ContextVar[bool] = ContextVar("no_database_is_asked", default=False)


@contextmanager
def without_database() -> Iterator[None]:
    """While it lasts no connection counts as one that migrates: `makemigrations` then starts no server to compare with."""
    token = _untouched.set(True)
    try:
        yield
    finally:
        _untouched.reset(token)


class OwnerMigrates:
    """Database router (settings.DATABASE_ROUTERS)."""

    def allow_migrate(self, database: str, app_label: str, **hints: Any) -> bool:
        return database == OWNER and not _untouched.get()
