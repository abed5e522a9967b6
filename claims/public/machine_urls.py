"""The addresses that machines read: no language before them, the same for everybody."""

from __future__ import annotations

from django.urls import include, path

from claims.public.api import routes
from claims.public.exports.views import export

urlpatterns = [
    path("api/v1/", include((routes.urlpatterns, "api"))),
    path("export/", export, name="export"),
]
