"""How machines are answered: conditional, cacheable, readable from any site, and with problems that say what is wrong (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page

from claims.models import Claim
from claims.public.found import why_gone
from claims.public.unchanged import SHARED_FOR, not_made_again
from claims.public.unchanged import View as Door
from sources.models import Source

READING = ("GET", "HEAD", "OPTIONS")
PROBLEM = "application/problem+json"

View = Callable[..., HttpResponseBase]


def as_json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()


def answer(value: Any) -> HttpResponse:
    return HttpResponse(as_json(value), content_type="application/json")


def problem(
    status: HTTPStatus,
    detail: str = "",
    *,
    reason: Mapping[str, str | None] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> HttpResponse:
    """`reason`: why something was withdrawn, by language. `errors`: {"parameter", "message"} of what could not be read."""
    told: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value}
    told |= {
        name: value for name, value in (("detail", detail), ("reason", reason), ("errors", errors)) if value
    }
    return HttpResponse(as_json(told), status=status, content_type=PROBLEM)


def gone(**what: Claim | Source) -> HttpResponse:
    """410 with the public reason, and nothing of what was withdrawn; 451 (RFC 7725) where words were erased on an order. As pages do."""
    status, withdrawal = why_gone(**what)
    reason = (
        {code: getattr(withdrawal, f"reason_{code}") or None for code in ("it", "en")} if withdrawal else None
    )
    said = "This was withdrawn." if status == HTTPStatus.GONE else "This was removed on an order."
    return problem(status, said, reason=reason)


def for_machines(view: View) -> View:
    """GET and HEAD, conditional (ETag), open to scripts of any site, no cookie, the same whatever language the asker prefers.

    Caches ask as they do for pages (views.public_page): what is withdrawn is gone from them within SHARED_FOR seconds.
    """

    @csrf_exempt  # nothing can be sent here: whoever tries hears 405, not 403
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=HTTPStatus.NO_CONTENT)
            response["Access-Control-Allow-Methods"] = ", ".join(READING)
            response["Access-Control-Allow-Headers"] = "If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        elif request.method not in READING:
            response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "Everything here is read-only.")
        else:
            with translation.override("en"):
                response = _read(view, request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            response["Allow"] = ", ".join(READING)
        return opened(response)

    return answered


def _read(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    # HEAD is GET: the same headers, and the server leaves out the body.
    method, request.method = request.method, "GET"
    try:
        response: HttpResponseBase = not_made_again(cast(Door, conditional_page(view)))(
            request, *args, **kwargs
        )
    finally:
        request.method = method
    return response


def opened(response: HttpResponseBase) -> HttpResponseBase:
    """With the headers that let any site's scripts read it, and any cache keep it as long as it asks again."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Link"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers.setdefault("Content-Language", "it, en")
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_FOR, must_revalidate=True)
    response.same_for_everybody = True  # type: ignore[attr-defined]
    return response
