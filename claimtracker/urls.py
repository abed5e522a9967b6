"""Every address of the site: the desk and machines without a language, the public pages under /it/ and /en/."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from claims.public.views import front
from claimtracker import health


def landed(*rooms: str) -> bool:
    """Whether the rooms exist yet. Provisional: becomes a plain include when desk, steps and window are all there."""
    return all(find_spec(room) for room in rooms)


urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
]
if landed("claims.linking", "claims.reviewing", "claims.desk.urls"):
    urlpatterns.append(path("desk/", include("claims.desk.urls")))
urlpatterns.append(path("", front))
urlpatterns += i18n_patterns(path("", include("claims.public.urls")))

handler500 = "claimtracker.errors.server_error"
