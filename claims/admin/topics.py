"""Topics: what claims are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.models import Topic
from claims.vocabulary import Verb


@admin.register(Topic)
class TopicAdmin(ByTheTable, AtAnySize, KeepsVersions):
    adds = changes = deletes = Verb.DRAFT
    list_display = ("name_it", "name_en", "slug")
    list_display_links = ("name_it", "name_en")
    ordering = ("slug", "pk")
    sortable_by = ("name_it", "name_en", "slug")
    search_fields = ("slug",)
    fields = ("name_it", "name_en", "slug")

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name_en",)}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Topic], search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.replace("\x00", "").strip()
        wanted = Q(name_it__icontains=term) | Q(name_en__icontains=term) | Q(slug__icontains=term)
        return (queryset.filter(wanted) if term else queryset), False
