"""Addresses of triage, under /desk/triage/."""

from __future__ import annotations

from django.urls import path

from claims.desk import surest, triage, triage_queue

urlpatterns = [
    path("", triage_queue.queue, name="triage"),
    path("<int:pk>/", triage.article, name="triage_article"),
    path("<int:pk>/close/", triage.close, name="triage_close"),
    path("<int:pk>/next/", triage.following, name="triage_next"),
    path("statements/<int:pk>/", triage.decide, name="triage_decide"),
    path("sure/", surest.surest, name="triage_sure"),
    path("undo/<int:pk>/", triage.undo, name="triage_undo"),
]
