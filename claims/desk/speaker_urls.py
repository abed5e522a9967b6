"""Addresses of the desk's pages on people and bodies, and on where articles come from, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import speaker_choices, speakers, where_from

urlpatterns = [
    path("speakers/<int:pk>/", speakers.speaker, name="speaker"),
    path("speakers/<int:pk>/speaks-for/", speaker_choices.speaks_for, name="speaks_for"),
    path("sources/<int:pk>/where-from/", where_from.where_from, name="where_from"),
    path("names/<int:pk>/move/", speaker_choices.move_name, name="move_name"),
]
