"""Statements: one form for what was said, by whom, when, where, in which words, and what it does to which claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from claims import linking
from claims.admin.inlines import (
    CarriersOnStatement,
    PositionsOnStatement,
    SpeakersOnStatement,
    statement_panel,
    store_carriers,
    store_positions,
    store_speakers,
)
from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.admin.whole_lists import ActsOnWholeLists
from claims.desk.finding import NEWEST_ONLY, sources_with, statements_with
from claims.desk.keys import is_key
from claims.desk.marking import version_name, versions_in
from claims.desk.people import editor_of
from claims.desk.quoting import locate
from claims.desk.refusals import told
from claims.errors import Refused, Stale
from claims.models import Carrier, Position, Statement, StatementSpeaker
from claims.permissions import may
from claims.vocabulary import Review, StatementOrigin, Verb

CHANGED_IN_THE_LIST = gettext_lazy(
    "Somebody changed some of these statements since you opened the list. Nothing was done: look again, then decide."
)
# So many suggestions are accepted or discarded in one request.
AT_ONCE = 200


class StatementForm(forms.ModelForm):  # type: ignore[type-arg]
    """The words are typed or pasted; they must stand in the chosen article, and their place is what is stored."""

    quotation = forms.CharField(
        label=gettext_lazy("Quotation"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Exactly as it stands in the article. Write […] where words are left out."),
        strip=True,
        required=True,
    )
    just_before = forms.CharField(
        label=gettext_lazy("Words just before it"),
        required=False,
        help_text=gettext_lazy("Only where the same words stand more than once in the article."),
    )
    # Set by clean() where the words were changed; KeepsVersions stores it with the other changes.
    worked_out = ("spans",)

    class Meta:
        model = Statement
        fields = (
            "source", "act", "delivery", "hedge", "cue", "in_title", "inside", "said_earliest", "said_latest", "said_basis",
            "said_as_written", "after", "corrected_reading", "translation_suspect", "desk_note",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "quotation" in self.fields:
            self.fields["quotation"].initial = self.initial["quotation"] = self.instance.quote

    def clean(self) -> dict[str, Any]:
        """Finds the words again only when they, or the article, were changed."""
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get("source") or (self.instance.source if self.instance.pk else None)
        words = cleaned.get("quotation")
        if source is None or not words:
            return cleaned
        if (
            self.instance.pk
            and words == self.instance.quote
            and not cleaned.get("just_before")
            and "source" not in self.changed_data
        ):
            return cleaned
        try:
            cleaned["spans"] = locate(source, words, before=cleaned.get("just_before", ""))
        except Refused as refused:
            self.add_error("quotation", refused.sentence)
        else:
            self.instance.spans = cleaned["spans"]
        return cleaned


@admin.register(Statement)
class StatementAdmin(ByTheTable, AtAnySize, ActsOnWholeLists, KeepsVersions):
    bulk_kind = "statement"
    adds = changes = deletes = Verb.TRIAGE
    form = StatementForm
    change_form_template = "admin/claims/statement/change_form.html"
    list_display = ("words", "who", "act", "source", "review", "found_by")
    list_display_links = ("words",)
    list_filter = ("review", "origin", "act")
    list_per_page = 50
    ordering = ("-pk",)
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("pk",)
    search_help_text = format_lazy(
        "{} {}", gettext_lazy("The name of whoever said it, or words of the article."), NEWEST_ONLY
    )
    autocomplete_fields = ("source", "inside", "after")
    readonly_fields = ("passage", "found_by", "review", "extractor_version", "rule", "confidence")
    inlines = (SpeakersOnStatement, PositionsOnStatement, CarriersOnStatement)
    actions = ("accept_all", "discard_all")
    fieldsets = (
        (None, {"fields": ("passage", "source", "quotation")}),
        (gettext_lazy("When it was said"), {"fields": (("said_earliest", "said_latest", "said_basis"), "said_as_written")}),
        (
            gettext_lazy("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "just_before", ("act", "delivery", "hedge"), "cue", ("after", "inside"), ("in_title", "translation_suspect"),
                    "corrected_reading", "desk_note", ("found_by", "extractor_version"), ("rule", "confidence"),
                ),
            },
        ),
    )  # fmt: skip

    # --- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        speakers = StatementSpeaker.objects.select_related("speaker")
        return (
            super()
            .get_queryset(request)
            .select_related("source")
            .defer("source__body", "source__raw", "source__search", "source__furniture")
            .prefetch_related(Prefetch("speakers", speakers))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Statement], search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        if is_key(term):
            return queryset.filter(pk=int(term)), False
        return queryset.filter(Q(pk__in=statements_with(term)) | Q(source__in=sources_with(term))), False

    @admin.display(description=gettext_lazy("quotation"))
    def words(self, statement: Statement) -> str:
        quote = statement.quote
        return quote if len(quote) <= 160 else f"{quote[:159]}…"

    @admin.display(description=gettext_lazy("who says it"))
    def who(self, statement: Statement) -> str:
        names = [str(row) for row in statement.speakers.all() if str(row)]
        return ", ".join(names) or _("the article itself")

    @admin.display(description=gettext_lazy("origin"))
    def found_by(self, statement: Statement) -> str:
        """Visibly the machine's until an editor has accepted it, with version and confidence."""
        if statement.pk is None:
            return ""
        if not statement.is_machine_made:
            return str(statement.get_origin_display())
        confidence = f", {statement.confidence:.0%}" if statement.confidence is not None else ""
        version = f" {statement.extractor_version}" if statement.extractor_version else ""
        return f"{statement.get_origin_display()}{version}{confidence}"

    @admin.display(description=gettext_lazy("passage"))
    def passage(self, statement: Statement) -> SafeString:
        return statement_panel(statement, with_link=False)

    # --- suggestions

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if may(request.user, Verb.TRIAGE) else {}

    @admin.action(description=pgettext_lazy("triage", "Accept"))
    def accept_all(self, request: HttpRequest, queryset: QuerySet[Statement]) -> HttpResponse | None:
        return self._each(request, queryset, linking.accept, "accept")

    @admin.action(description=pgettext_lazy("triage", "Discard"))
    def discard_all(self, request: HttpRequest, queryset: QuerySet[Statement]) -> HttpResponse | None:
        return self._each(request, queryset, linking.reject, "discard")

    @admin.display(description=SafeString('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: Statement) -> SafeString:
        """The box of a line carries the version that the line showed."""
        box = super().action_checkbox(obj)
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">', box, version_name(obj.pk), obj.version
        )

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Statement], act: Callable[..., Any], key: str
    ) -> HttpResponse | None:
        """All or nothing, re-selected by key, each from the version that the list showed. The whole list: on a page of its own."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
        if len(keys) > AT_ONCE or request.POST.get("select_across") == "1":
            return self.lead_to_all(request, queryset, key)
        try:
            with transaction.atomic():
                chosen = list(Statement.objects.filter(pk__in=keys))
                bases = versions_in(request.POST, chosen)
                for statement in chosen:
                    act(statement, by=editor_of(request), base=bases[statement.pk])
        except Stale:
            messages.error(request, CHANGED_IN_THE_LIST)
        except Refused as refused:
            messages.error(request, refused.sentence)
        except IntegrityError as error:
            messages.error(request, told(error))
        else:
            done = ngettext("Done for %(n)s statement.", "Done for %(n)s statements.", len(keys))
            messages.success(request, done % {"n": len(keys)})
        return None

    # --- one statement

    def get_readonly_fields(self, request: HttpRequest, obj: Statement | None = None) -> Any:
        """A statement stays in its article."""
        return (*self.readonly_fields, "source") if obj else self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Statement | None = None) -> Any:
        """A new statement has no passage yet."""
        sections = super().get_fieldsets(request, obj)
        return sections if obj else ((None, {"fields": ("source", "quotation")}), *sections[1:])

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?source=…&quotation=…`: from text selected in an article."""
        given = super().get_changeform_initial_data(request)
        return {name: given[name] for name in ("source", "quotation") if name in given}

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Statement, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """`?claim=…`: the statement is added for that claim."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        claim = request.GET.get("claim", "")
        if (
            isinstance(inline, PositionsOnStatement)
            and request.method == "GET"
            and obj.pk is None
            and is_key(claim)
        ):
            kwargs["initial"] = [{"claim": claim}]
        return kwargs

    def create(self, request: HttpRequest, obj: Statement, form: Any) -> None:
        """What an editor enters is accepted by birth."""
        obj.origin, obj.review = StatementOrigin.EDITOR.value, Review.ACCEPTED.value
        obj.reviewed_by_id, obj.reviewed_at = request.user.pk, timezone.now()
        obj.save()

    def store_changes(
        self, request: HttpRequest, obj: Statement, changes: Mapping[str, Any], *, base: int
    ) -> None:
        linking.edit_statement(obj, dict(changes), by=editor_of(request), base=base)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Position:
            store_positions(formset, by=editor_of(request))
        elif formset.model is StatementSpeaker:
            store_speakers(formset, form.instance, by=editor_of(request))
        elif formset.model is Carrier:
            store_carriers(formset, form.instance, by=editor_of(request))
        else:
            super().save_formset(request, form, formset, change)

    def delete_model(self, request: HttpRequest, obj: Statement) -> None:
        linking.delete_statement(obj, by=editor_of(request))
