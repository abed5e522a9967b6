from __future__ import annotations

from django.urls import path

from claims.desk import bulk_pages

urlpatterns = [
    path("", bulk_pages.jobs, name="bulk_jobs"),
    path("<int:pk>/", bulk_pages.job, name="bulk_job"),
]
