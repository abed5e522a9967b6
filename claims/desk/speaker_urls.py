"""Addresses of the desk's pages on people and bodies, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import speaker_choices, speakers

urlpatterns = [
    path("speakers/<int:pk>/", speakers.speaker, name="speaker"),
    path("speakers/<int:pk>/speaks-for/", speaker_choices.speaks_for, name="speaks_for"),
    path("names/<int:pk>/move/", speaker_choices.move_name, name="move_name"),
]
