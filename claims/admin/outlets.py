"""Outlets: who publishes. An outlet claims only what it reports itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.models.addresses import free_slug
from claims.vocabulary import Verb
from sources.models import Outlet
from sources.names import fold


@admin.register(Outlet)
class OutletAdmin(ByTheTable, AtAnySize, KeepsVersions):
    adds = changes = deletes = Verb.DRAFT
    list_display = ("name", "kind", "country", "homepage")
    list_filter = ("kind",)
    list_per_page = 50
    sortable_by = ("name", "kind", "country")
    search_fields = ("name",)
    search_help_text = gettext_lazy("The beginning of the name, or another name in full.")
    ordering = ("sort_key", "pk")
    fieldsets = (
        (None, {"fields": ("name", "kind", "homepage", "other_names")}),
        (gettext_lazy("Details"), {"fields": ("slug", ("country", "wikidata_id")), "classes": ("collapse",)}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Outlet], search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.replace("\x00", "").strip()
        return (
            queryset.filter(Q(sort_key__startswith=fold(term)) | Q(other_names__contains=[term]))
            if term
            else queryset
        ), False

    def get_fieldsets(self, request: HttpRequest, obj: Outlet | None = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("name", "kind", "homepage", "other_names", ("country", "wikidata_id"))}),)

    def create(self, request: HttpRequest, obj: Outlet, form: Any) -> None:
        obj.slug = free_slug(Outlet, obj.name)
        obj.save()
