"""Two addresses for machines: /healthz, the process answers; /readyz, the database does too, with every migration and its history protected.

/readyz names replicas that are not used and why, and stays ready: the primary answers in their place.
"""

from __future__ import annotations

from functools import lru_cache

from django.db import DatabaseError, ProgrammingError, connections
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from claims.public.replicas import replicas
from claimtracker.hardening import is_hardened


@lru_cache
def migrations_on_disk() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration this code needs, replaced ones left out. Read once a process."""
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations)


def what_is_missing() -> str:
    """Why this installation cannot serve, in a few words without details for strangers; "" when it can."""
    try:
        with connections["public"].cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except ProgrammingError:
        return "migrations"  # no table of migrations yet
    except DatabaseError:
        return "database"
    if migrations_on_disk() - applied:
        return "migrations"
    return "" if is_hardened() else "hardening"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    missing = what_is_missing()
    if missing:
        return HttpResponse(f"not ready: {missing}\n", status=503, content_type="text/plain; charset=utf-8")
    lines = ["ok", *(f"{name} {trouble}" for name, trouble in replicas().troubles().items() if trouble)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
