"""Addresses of the desk's pages on requests, under /desk/requests/."""

from __future__ import annotations

from django.urls import path

from claims.desk import requests

urlpatterns = [
    path("", requests.listed, name="requests"),
    path("add/", requests.record, name="record_request"),
    path("<int:pk>/", requests.one, name="request"),
]
