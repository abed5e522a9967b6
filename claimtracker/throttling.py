"""From where somebody signs in: what the throttle on wrong passwords (django-axes) counts by."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def came_from(request: HttpRequest) -> str | None:
    """The connection's address; behind a proxy (CLAIMTRACKER_HTTPS) the last in X-Forwarded-For, which our proxy wrote itself.

    Without this all editors behind a proxy would have one address, and one stranger could lock an account for everybody. What stands
    before the last comes from whoever asks, and is not believed.
    """
    if settings.HTTPS:
        named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(named))
        except ValueError:
            pass
    address: str | None = request.META.get("REMOTE_ADDR")
    return address
