"""Every address of the site: the desk and machines without a language, the public pages under /it/ and /en/."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from claimtracker import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
]
