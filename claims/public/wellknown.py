"""robots.txt (RFC 9309) and security.txt (RFC 9116)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from claims.public.answers import for_machines, problem
from claims.public.data import origin_of

# The desk is nobody's business, and the rest says the same as the pages.
NOT_FOR_ROBOTS = ("/admin/", "/desk/", "/api/", "/export/")


def _text(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@for_machines
def robots(request: HttpRequest) -> HttpResponse:
    refused = [f"Disallow: {path}" for path in NOT_FOR_ROBOTS]
    return _text(["User-agent: *", *refused, "", f"Sitemap: {origin_of(request)}/sitemap.xml"])


@for_machines
def security(request: HttpRequest) -> HttpResponse:
    """404 while the operator names nobody: an address that nobody reads is worse than none."""
    if not settings.CLAIMTRACKER_SECURITY_CONTACT:
        return problem(HTTPStatus.NOT_FOUND, "This site names no contact for security.")
    return _text(
        [
            *(f"Contact: {contact}" for contact in settings.CLAIMTRACKER_SECURITY_CONTACT),
            f"Expires: {_eleven_months_on(timezone.now()):%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: it, en",
            f"Canonical: {origin_of(request)}/.well-known/security.txt",
        ]
    )


def _eleven_months_on(now: datetime) -> datetime:
    """Less than a year ahead, as the RFC recommends, and the same all month."""
    month = now.month + 11
    return datetime(now.year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=now.tzinfo)
