"""Addresses of the desk's pages on the past, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import dossier, history, orders, past, permitted

urlpatterns = [
    path("claims/<int:pk>/history/", history.claim, name="claim_history"),
    path("claims/<int:pk>/as-of/", past.claim, name="claim_as_of"),
    path("claims/<int:pk>/dossier/", dossier.page, name="dossier"),
    path("claims/<int:pk>/dossier.json", dossier.document, name="dossier_json"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("permissions/", permitted.table, name="permissions"),
    path("speakers/<int:pk>/history/", history.speaker, name="speaker_history"),
    path("sources/<int:pk>/history/", history.source, name="source_history"),
    path("history/<slug:kind>/<int:pk>/", history.thing, name="history"),
]
