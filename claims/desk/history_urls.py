"""Addresses of the desk's pages on the past, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import history

urlpatterns = [
    path("claims/<int:pk>/history/", history.claim, name="claim_history"),
    path("speakers/<int:pk>/history/", history.speaker, name="speaker_history"),
    path("sources/<int:pk>/history/", history.source, name="source_history"),
]
