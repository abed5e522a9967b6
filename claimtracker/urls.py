"""Every address of the site: the desk and machines without a language, the public pages under /it/ and /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from claims.public.views import front
from claimtracker import health, second_factor

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("desk/code/", second_factor.code, name="desk-code"),
    path("desk/", include("claims.desk.urls")),
    path("", include("claims.public.machine_urls")),
    path("", front),
]
urlpatterns += i18n_patterns(path("", include("claims.public.urls")))

handler500 = "claimtracker.errors.server_error"
