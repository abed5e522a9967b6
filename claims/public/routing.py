"""Public pages read through a connection that cannot write: to a copy of the database where there are any, else to the primary.

`PublicReads` marks a request as public; while the mark is set, `PublicRouter` sends every query, reads and writes alike, to the
alias `public`, whose transactions PostgreSQL keeps read-only, or to a replica. A public page that tries to write fails in the database
itself. Who has a session reads from the primary: editors see on the public page what they have just published. Readers have none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse

from claims.public.replicas import PRIMARY, replicas

reading_publicly: ContextVar[bool] = ContextVar("reading_publicly", default=False)
# The replica that this request reads from; None: the primary. A stream that outlives its request reads from the primary.
_replica: ContextVar[str | None] = ContextVar("replica", default=None)

# Everything else is a public page.
DESK = ("/admin/", "/desk/")
# What is asked while nothing else answers: they wait for no copy, and /readyz asks each by itself.
ALWAYS = ("/healthz", "/readyz")
# A replica's own reasons to break off what the primary would have answered, besides a lost connection: a conflict with what it
# replays (40001), being shut down, killed or not yet ready (57P01, 57P02, 57P03). PostgreSQL, appendix A.
BROKEN_OFF = frozenset({"40001", "57P01", "57P02", "57P03"})

log = structlog.get_logger(__name__)


class PublicReads:
    """Middleware: every request outside the desk reads publicly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        public = not request.path.startswith(DESK)
        marked = reading_publicly.set(public)
        placed = _replica.set(_replica_for(request) if public and settings.CLAIMTRACKER_REPLICAS else None)
        try:
            response = self.get_response(request)
        finally:
            _replica.reset(placed)
            reading_publicly.reset(marked)
        if getattr(response, "same_for_everybody", False):
            # An address without a language is taken to vary by it; what machines read does not, and one copy serves all.
            del response["Vary"]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A replica that went away in the middle of a page: the primary makes the page instead."""
        replica, found = _replica.get(), request.resolver_match
        if replica is None or found is None or not broken_off(exception):
            return None
        log.warning("replica_broke_off", replica=replica, because=type(exception.__cause__).__name__)
        connections[replica].close()
        replicas().failed(replica)
        _replica.set(None)
        response: Any = found.func(request, *found.args, **found.kwargs)
        made: HttpResponse = response.render() if hasattr(response, "render") else response
        return made


def from_a_copy() -> bool:
    """Whether this request is read from a copy."""
    return _replica.get() is not None


def _replica_for(request: HttpRequest) -> str | None:
    if settings.SESSION_COOKIE_NAME in request.COOKIES or request.path in ALWAYS:
        return None
    return replicas().chosen(request.path)


def broken_off(exception: Exception) -> bool:
    """Of what went wrong on a copy, whether the primary may know better. A page that was too slow for the replica would be no faster there."""
    if not isinstance(exception, (OperationalError, InterfaceError)):
        return False
    code = getattr(exception.__cause__, "sqlstate", None)
    return code is None or code.startswith("08") or code in BROKEN_OFF


class PublicRouter:
    """Database router (settings.DATABASE_ROUTERS)."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return (_replica.get() or PRIMARY) if reading_publicly.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # all aliases are one database
