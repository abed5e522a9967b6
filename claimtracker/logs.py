"""What the log looks like: JSON lines for machines, or coloured lines in DEBUG. No reader's address is in it.

Every line that is written while a request is answered carries the request's id and the pattern of its address.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from environs import ValidationError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# What a proxy may hand us as a request's id; anything else could forge lines or drown them.
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class RequestId:
    """Middleware, before django-structlog's: takes a proxy's X-Request-ID in a safe form or makes one, and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.META["HTTP_X_REQUEST_ID"] = name = given if SAFE_ID.fullmatch(given) else str(uuid.uuid4())
        response = self.get_response(request)
        response["X-Request-ID"] = name
        # django-structlog's line has told the answer's status; Django would repeat it when the request's id is already gone.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.resolver_match:
            structlog.contextvars.bind_contextvars(route=request.resolver_match.route)


def known_level(level: str) -> None:
    """environs validator of LOG_LEVEL."""
    if level not in LEVELS:
        raise ValidationError(f"is none of {', '.join(LEVELS)}.")


def configured(*, readable: bool, level: str) -> dict[str, Any]:
    """The LOGGING dictionary; also tells structlog to write through it."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendered: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "claimtracker": {"level": level},
            "claims": {"level": level},
            "sources": {"level": level},
            "django_structlog": {"level": level},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
        },
    }
