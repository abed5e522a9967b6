"""Addresses of the desk's pages on decisions, under /desk/."""

from __future__ import annotations

from django.urls import path

from claims.desk import accepting, merging, second_reading, unmerging

urlpatterns = [
    path("statements/<int:pk>/accept/", accepting.accept, name="accept"),
    path("statements/<int:pk>/discard/", accepting.discard, name="discard"),
    path("decisions/", second_reading.waiting, name="second_readings"),
    path("decisions/<int:pk>/<slug:key>/", second_reading.stage, name="stage"),
    path("evidence/<int:pk>/file/", second_reading.evidence_file, name="evidence_file"),
    path("claims/<int:pk>/merge/", merging.merge_claim, name="merge_claim"),
    path("claims/<int:pk>/split/", merging.split_claim, name="split_claim"),
    path("claims/<int:pk>/unmerge/", unmerging.unmerge_claim, name="unmerge_claim"),
    path("speakers/<int:pk>/merge/", merging.merge_speaker, name="merge_speaker"),
    path("speakers/<int:pk>/unmerge/", unmerging.unmerge_speaker, name="unmerge_speaker"),
]
