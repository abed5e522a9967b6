"""Denials: who denies which claim. The reason why the desk exists has a section of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.inlines import statement_url
from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.desk.finding import NEWEST_ONLY, claims_about, statements_with
from claims.desk.keys import key_in
from claims.models import Denial, StatementSpeaker
from sources.models import long_columns


class ShownFilter(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("readers see it"), "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(published_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Denial)
class DenialAdmin(ByTheTable, AtAnySize, admin.ModelAdmin):  # type: ignore[type-arg]
    """A list; each line leads to the statement, whose form holds the one control."""

    list_display = ("who", "claim", "how", "said_on", "source", "shown")
    list_filter = (ShownFilter, "partial", "implied")
    list_per_page = 50
    search_fields = ("pk",)
    search_help_text = format_lazy(
        "{} {}", gettext_lazy("The name of whoever denies, or words of the claim."), NEWEST_ONLY
    )
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Denial]:
        speakers = StatementSpeaker.objects.select_related("speaker")
        return (
            super()
            .get_queryset(request)
            .select_related("claim", "statement__source")
            .defer("claim__search_it", "claim__search_en", *long_columns("statement__source"))
            .prefetch_related(Prefetch("statement__speakers", speakers))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Denial], search_term: str
    ) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        wanted = Q(statement__in=statements_with(search_term)) | Q(claim__in=claims_about(search_term))
        return queryset.filter(wanted), False

    @admin.display(description=gettext_lazy("who denies"))
    def who(self, denial: Denial) -> str:
        return ", ".join(str(row) for row in denial.statement.speakers.all()) or _("the article itself")

    @admin.display(description=gettext_lazy("how"))
    def how(self, denial: Denial) -> str:
        if denial.partial:
            return _("Denies part of it")
        return _("Implied denial") if denial.implied else _("Denies it")

    @admin.display(description=gettext_lazy("said"))
    def said_on(self, denial: Denial) -> str:
        day = denial.statement.said_earliest or denial.statement.said_latest
        return date_format(day) if day else ""

    @admin.display(description=gettext_lazy("article"))
    def source(self, denial: Denial) -> str:
        return denial.statement.source.title

    @admin.display(description=gettext_lazy("readers see it"), boolean=True)
    def shown(self, denial: Denial) -> bool:
        return denial.published_at is not None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        denial = get_object_or_404(Denial, pk=key_in(object_id) or 0)
        return HttpResponseRedirect(statement_url(denial.statement))
