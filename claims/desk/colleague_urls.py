"""Addresses of the desk's pages on work between colleagues, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import colleagues

urlpatterns = [
    path("mine/", colleagues.mine, name="mine"),
    path("notices/", colleagues.notices, name="notices"),
    path("assign/<slug:kind>/<int:pk>/", colleagues.assign, name="assign"),
    path("assignments/<int:pk>/done/", colleagues.finish, name="finish_assignment"),
    path("claims/<int:pk>/notes/", colleagues.note, name="write_note"),
]
