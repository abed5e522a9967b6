from __future__ import annotations

from django.urls import include, path
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from claims.desk import articles, readings, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("claims/<int:pk>/", views.claim, name="claim"),
    path("claims/<int:pk>/evidence/", views.add_evidence, name="evidence"),
    path("claims/<int:pk>/act/<slug:key>/", views.act, name="act"),
    path("", include("claims.desk.speaker_urls")),
    path("sources/<int:pk>/", articles.article, name="article"),
    path("sources/<int:pk>/triage-once/", articles.triage_once, name="triage_once"),
    path("copies/<int:pk>/", articles.decide, name="decide_copy"),
    path("sources/<int:pk>/reading/", readings.article, name="reading"),
    path("sources/<int:pk>/analyse/", readings.analyse, name="analyse"),
    path("sources/<int:pk>/changes/", readings.decide_all, name="decide_readings"),
    path("changes/", readings.proposed, name="readings"),
    path("changes/<int:pk>/", readings.decide, name="decide_reading"),
    path("", include("claims.desk.decision_urls")),
    path("", include("claims.desk.history_urls")),
    path("", include("claims.desk.colleague_urls")),
    path("bulk/", include("claims.desk.bulk_urls")),
    path("requests/", include("claims.desk.request_urls")),
    path("triage/", include("claims.desk.triage_urls")),
    path("language/", require_http_methods(["GET", "HEAD", "POST"])(set_language), name="language"),
]
