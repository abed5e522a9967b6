"""People and bodies, with every way in which they are written, and where they belong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from claims import linking
from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.desk.finding import speakers_called
from claims.desk.people import editor_of
from claims.models import Affiliation, Speaker, SpeakerName
from claims.models.addresses import free_slug
from claims.permissions import may
from claims.vocabulary import Verb


class NamesOfSpeaker(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = SpeakerName
    adds = changes = deletes = Verb.TRIAGE
    extra = 0
    autocomplete_fields = ("seen_in",)
    fields = (("name", "kind", "language"), "seen_in")


class AffiliationsOfSpeaker(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = Affiliation
    fk_name = "speaker"
    adds = changes = deletes = Verb.TRIAGE
    extra = 0
    autocomplete_fields = ("body",)
    fields = ("body", ("role_it", "role_en"), ("from_on", "to_on"))


@admin.register(Speaker)
class SpeakerAdmin(ByTheTable, AtAnySize, KeepsVersions):
    adds = changes = deletes = Verb.TRIAGE
    change_form_template = "admin/claims/speaker/change_form.html"
    list_display = ("name", "kind", "country", "speaks_for")
    list_filter = ("kind",)
    list_select_related = ("speaks_for",)
    list_per_page = 50
    search_fields = ("name",)
    search_help_text = gettext_lazy("The beginning of any name, other spelling or abbreviation.")
    autocomplete_fields = ("speaks_for", "outlet", "only_in")
    inlines = (NamesOfSpeaker, AffiliationsOfSpeaker)
    ordering = ("sort_key", "pk")
    fieldsets = (
        (None, {"fields": ("name", "kind", "speaks_for", "description_it", "description_en")}),
        (
            gettext_lazy("Details"),
            {"fields": ("slug", ("country", "wikidata_id"), "outlet", "only_in"), "classes": ("collapse",)},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Speaker]:
        return super().get_queryset(request).filter(merged_into=None)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Speaker], search_term: str
    ) -> tuple[Any, bool]:
        return (
            queryset.filter(pk__in=speakers_called(search_term)) if search_term.strip() else queryset
        ), False

    def get_fieldsets(self, request: HttpRequest, obj: Speaker | None = None) -> Any:
        """A new one gets its address from its name."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        first, (title, options) = super().get_fieldsets(request, obj)
        return (
            first,
            (title, {**options, "fields": tuple(field for field in options["fields"] if field != "slug")}),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (speaker := kwargs.get("obj")) is not None:
            context["may_merge"] = may(request.user, Verb.MERGE)
            context["merged"] = speaker.merged.only("name")
        return super().render_change_form(request, context, *args, **kwargs)

    def store_changes(
        self, request: HttpRequest, obj: Speaker, changes: Mapping[str, Any], *, base: int
    ) -> None:
        linking.edit_speaker(obj, changes, by=editor_of(request), base=base)

    def create(self, request: HttpRequest, obj: Speaker, form: Any) -> None:
        obj.slug = free_slug(Speaker, obj.name)
        obj.save()
