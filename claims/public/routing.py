"""Public pages read through a connection that cannot write.

`PublicReads` marks a request as public; while the mark is set, `PublicRouter` sends every query, reads and writes alike, to the
alias `public`, whose transactions PostgreSQL keeps read-only. A public page that tries to write fails in the database itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

reading_publicly: ContextVar[bool] = ContextVar("reading_publicly", default=False)

# Everything else is a public page.
DESK = ("/admin/", "/desk/")


class PublicReads:
    """Middleware: every request outside the desk reads publicly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = reading_publicly.set(not request.path.startswith(DESK))
        try:
            response = self.get_response(request)
        finally:
            reading_publicly.reset(token)
        if getattr(response, "same_for_everybody", False):
            # An address without a language is taken to vary by it; what machines read does not, and one copy serves all.
            del response["Vary"]
        return response


class PublicRouter:
    """Database router (settings.DATABASE_ROUTERS)."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "public" if reading_publicly.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "public" if reading_publicly.get() else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # all aliases are one database
