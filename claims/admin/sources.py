"""Articles and documents: adding them, their text with what is cited marked, publishing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import linking
from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.admin.whole_lists import ActsOnWholeLists
from claims.desk.acting import SOURCE_ACTS, act_page, acts_for
from claims.desk.adding import AddArticlesForm, add
from claims.desk.analysing import analyse_again, analyse_new, said_of
from claims.desk.finding import articles_with
from claims.desk.keys import is_key
from claims.desk.passages import Mark, cut_up
from claims.desk.people import editor_of
from claims.desk.queues import possible_copies
from claims.models import Statement
from claims.permissions import may
from claims.vocabulary import Review, Verb
from sources.models import Source, long_columns
from sources.vocabulary import Outcome

# The text on an article's form; a longer one is read on its page.
SHOWN = 60_000


class CopiesFilter(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("possible copies"), "copies"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("waiting", gettext_lazy("To be confirmed or refused"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        waiting = possible_copies().order_by().values("source")
        return queryset.filter(pk__in=waiting) if self.value() else queryset


@admin.register(Source)
class SourceAdmin(ByTheTable, AtAnySize, ActsOnWholeLists, KeepsVersions):
    """Articles come in through "Add articles"; their text never changes."""

    bulk_kind = "source"

    adds, changes, deletes = Verb.IMPORT, Verb.DRAFT, Verb.DRAFT
    change_form_template = "admin/sources/source/change_form.html"
    change_list_template = "admin/sources/source/change_list.html"
    list_display = ("title", "outlet", "language", "published_earliest", "publication", "shown")
    list_filter = (CopiesFilter, "publication", "language", "kind", "body_kind")
    list_select_related = ("outlet",)
    list_per_page = 50
    search_fields = ("pk",)
    search_help_text = gettext_lazy("Words of the title or of the text.")
    autocomplete_fields = ("outlet", "origin", "derived_from", "version_of")
    actions = ("analyse", "other")
    readonly_fields = (
        "text",
        "flags_found",
        "body_kind",
        "text_sha256",
        "raw_sha256",
        "encoding",
        "created_at",
    )
    fieldsets = (
        (None, {"fields": ("title", "outlet", ("language", "kind", "translation"), ("url", "archive_url"))}),
        (
            gettext_lazy("Date"),
            {
                "fields": (
                    ("published_earliest", "published_latest", "published_basis"),
                    "published_as_written",
                    "byline",
                )
            },
        ),
        (gettext_lazy("Text"), {"fields": ("flags_found", "text")}),
        (
            gettext_lazy("Details"),
            {
                "fields": (
                    "origin",
                    "derived_from",
                    "version_of",
                    ("body_kind", "encoding"),
                    "text_sha256",
                    "raw_sha256",
                    "created_at",
                ),
                "classes": ("collapse",),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).defer(*long_columns())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Source], search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.replace("\x00", "").strip()
        if is_key(term):
            return queryset.filter(pk=int(term)), False
        return (queryset.filter(articles_with(term)) if term else queryset), False

    # --- the text

    @admin.display(description=gettext_lazy("text"))
    def text(self, source: Source) -> SafeString:
        """The stored text, statements marked and numbered, what is no part of the article dimmed."""
        body = source.body[:SHOWN]
        statements = list(
            Statement.objects.filter(source=source).exclude(review=Review.REJECTED).order_by("pk")[:500]
        )
        marks = [
            Mark(piece["start"], piece["end"], ("furniture", piece["kind"])) for piece in source.furniture
        ]
        marks += [
            Mark(span["start"], span["end"], ("statement", statement))
            for statement in statements
            for span in statement.spans
        ]
        ends: dict[int, list[Statement]] = {}
        for statement in statements:
            ends.setdefault(statement.end, []).append(statement)
        pieces, at = [], 0
        for piece in cut_up(body, marks):
            at += len(piece.text)
            kinds = {kind for kind, _what in piece.marks}
            pieces.append(
                {
                    "text": piece.text,
                    "furniture": "furniture" in kinds,
                    "cited": "statement" in kinds,
                    "ends": ends.get(at, []),
                }
            )
        cut = len(source.body) > SHOWN
        context = {"pieces": pieces, "source": source, "cut": cut, "n": len(statements)}
        return SafeString(render_to_string("admin/sources/source/_text.html", context))  # nosec B703: a template escapes

    @admin.display(description=gettext_lazy("what to know about its characters"))
    def flags_found(self, source: Source) -> str:
        return ", ".join(str(FLAGS.get(flag, flag)) for flag in source.flags) or _("Nothing unusual")

    # --- reading

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if may(request.user, Verb.TRIAGE) else {}

    @admin.action(description=gettext_lazy("Analyse again"))
    def analyse(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        done = analyse_again(list(queryset.values_list("pk", flat=True)), by=editor_of(request))
        self.message_user(request, " ".join(said_of(done)))

    @admin.action(description=gettext_lazy("Another act…"))
    def other(self, request: HttpRequest, queryset: QuerySet[Source]) -> HttpResponse:
        return self.lead_to_acts(request, queryset)

    def delete_model(self, request: HttpRequest, obj: Source) -> None:
        linking.delete_source(obj, by=editor_of(request))

    # --- adding, publishing

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("add-articles/", view(self.add_articles), name="sources_source_add_articles"),
            path("<int:pk>/act/<slug:key>/", view(self.act_view), name="sources_source_act"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:sources_source_add_articles"))

    def add_articles(self, request: HttpRequest) -> HttpResponse:
        if not may(request.user, Verb.IMPORT):
            raise PermissionDenied(_("Your account may not do this."))
        form = (
            AddArticlesForm(request.POST or None, request.FILES or None)
            if request.method == "POST"
            else AddArticlesForm()
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Add articles"),
            "media": self.media,
        }
        if request.method == "POST" and form.is_valid():
            context["run"], context["report"] = add(form, by=editor_of(request))
            new = [
                line.source for line in context["report"] if line.source and line.outcome == Outcome.CREATED
            ]
            context["analysed"] = analyse_new(new, by=editor_of(request))
            form = AddArticlesForm() if all(line.source for line in context["report"]) else form
        return TemplateResponse(request, "admin/sources/source/add_articles.html", {**context, "form": form})

    def act_view(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        if key not in SOURCE_ACTS:
            raise Http404
        source = get_object_or_404(Source.objects.defer(*long_columns()), pk=pk)
        return act_page(
            request,
            [source],
            SOURCE_ACTS[key],
            template="admin/claims/act.html",
            context={**self.admin_site.each_context(request), "opts": self.opts},
            back=reverse("admin:sources_source_change", args=[pk]),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if kwargs.get("obj") is not None:
            context["acts"] = acts_for(kwargs["obj"], request.user)
        return super().render_change_form(request, context, *args, **kwargs)


FLAGS: Mapping[str, Any] = {
    "bidi": gettext_lazy("marks that turn the direction of reading"),
    "invisible": gettext_lazy("invisible characters"),
    "mixed_script": gettext_lazy("letters of two alphabets in one word"),
    "mojibake": gettext_lazy("accents garbled by a wrong decoding"),
    "lossy": gettext_lazy("letters already lost"),
}
