"""The addresses of the public pages. The roof puts them under /it/ and /en/."""

from __future__ import annotations

from django.urls import path, re_path

from claims.public import lookup_views, views

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("claims/", views.claims, name="claims"),
    path("claims/<slug:slug>/", views.claim, name="claim"),
    path("claims/<slug:slug>/history/", views.history, name="claim-history"),
    path("denials/", lookup_views.denials, name="denials"),
    path("denials/matrix/", lookup_views.who_denies_whom, name="matrix"),
    path("reversals/", lookup_views.reversals, name="reversals"),
    path("speakers/", views.speakers, name="speakers"),
    path("speakers/<slug:slug>/", views.speaker, name="speaker"),
    path("sources/", lookup_views.sources, name="sources"),
    path("sources/<int:pk>-<slug:slug>/", views.source, name="source"),
    path("search/", lookup_views.search, name="search"),
    path("topics/", views.topics, name="topics"),
    path("outlets/", views.outlets, name="outlets"),
    path("decisions/", lookup_views.decisions, name="decisions"),
    path("corrections/", views.corrections, name="corrections"),
    path("method/", views.method, name="method"),
    path("about/", views.about, name="about"),
    re_path(r"^(?P<language>en|it)/(?P<rest>.*)$", views.language_said_twice, name="said-twice"),
]
