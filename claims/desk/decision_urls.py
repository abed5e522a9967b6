"""Addresses of the desk's pages on decisions, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import second_reading

urlpatterns = [
    path("decisions/<int:pk>/<slug:key>/", second_reading.stage, name="stage"),
    path("evidence/<int:pk>/file/", second_reading.evidence_file, name="evidence_file"),
]
