"""Decisions, evidence, corrections and withdrawals. What readers were told is read here, never edited or deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from claims import reviewing
from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.desk.finding import NEWEST_ONLY, claims_about
from claims.desk.keys import key_in
from claims.desk.marking import back_to
from claims.desk.people import editor_of
from claims.desk.stages import acts_on
from claims.desk.versions import in_words, label_of
from claims.models import Correction, Evidence, Verdict, VerdictNote, Withdrawal
from claims.vocabulary import EvidenceKind, Verb

ABOUT_CLAIMS = gettext_lazy("Words of the claim, or the name of whoever spoke about it.")


class ReadOnly(ByTheTable):
    """Append-only things: nobody adds, changes or deletes them here."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields  # type: ignore[attr-defined]


class NotesOnVerdict(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = VerdictNote
    extra = 0
    fields = readonly_fields = ("author", "created_at", "text")


@admin.register(Verdict)
class VerdictAdmin(ReadOnly, AtAnySize, admin.ModelAdmin):  # type: ignore[type-arg]
    """Undoing a decision is a new decision, made on the claim."""

    change_form_template = "admin/claims/verdict/change_form.html"
    list_display = ("claim", "rating", "stage", "author", "second_reader", "decided_at")
    list_filter = ("rating", "stage")
    list_select_related = ("claim", "author", "second_reader")
    list_per_page = 50
    search_fields = ("pk",)
    search_help_text = format_lazy("{} {}", ABOUT_CLAIMS, NEWEST_ONLY)
    inlines = (NotesOnVerdict,)
    fields = (
        "claim_link", "rating", "stage", "reason_it", "reason_en", "author", "second_reader", "second_reading_due_at",
        "early_reason", "as_known_on", "decided_at", "created_at", "evidence_then",
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Verdict], search_term: str
    ) -> tuple[Any, bool]:
        return (
            queryset.filter(claim__in=claims_about(search_term)) if search_term.strip() else queryset
        ), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With what this person can do about it: approve, send back …"""
        found = Verdict.objects.filter(pk=key_in(object_id) or 0).first()
        acts = acts_on(found, request.user) if found else []
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "stage_acts": acts}
        )

    @admin.display(description=gettext_lazy("claim"))
    def claim_link(self, verdict: Verdict) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:claims_claim_change", args=[verdict.claim_id]),
            verdict.claim,
        )

    @admin.display(description=gettext_lazy("evidence at the time"))
    def evidence_then(self, verdict: Verdict) -> str:
        items = (
            (item.get("kind", ""), item.get("note_en") or item.get("note_it") or item.get("url") or "")
            for item in verdict.evidence
        )
        labels = dict(Evidence._meta.get_field("kind").flatchoices)
        return format_html_join(
            "\n", "<p>{}: {}</p>", ((labels.get(kind, kind), words) for kind, words in items)
        )


@admin.register(Evidence)
class EvidenceAdmin(ByTheTable, AtAnySize, KeepsVersions):
    adds = changes = deletes = Verb.DRAFT
    list_display = ("claim", "kind", "rests_on", "created_at")
    list_filter = ("kind",)
    list_select_related = ("claim", "statement")
    list_per_page = 50
    search_fields = ("pk",)
    search_help_text = format_lazy("{} {}", ABOUT_CLAIMS, NEWEST_ONLY)
    autocomplete_fields = ("claim", "statement", "source")
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {
                "fields": ("claim", "kind"),
                "description": gettext_lazy(
                    "Evidence is exactly one thing: a statement, a passage, a link or a file."
                ),
            },
        ),
        (gettext_lazy("Rests on"), {"fields": ("url", "statement", "source")}),
        (gettext_lazy("Note (readers will see it)"), {"fields": ("note_it", "note_en")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return (
            super()
            .get_queryset(request)
            .select_related("claim", "statement", "source")
            .defer("source__body", "source__raw", "source__search")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Evidence], search_term: str
    ) -> tuple[Any, bool]:
        return (
            queryset.filter(claim__in=claims_about(search_term)) if search_term.strip() else queryset
        ), False

    @admin.display(description=gettext_lazy("rests on"))
    def rests_on(self, evidence: Evidence) -> str:
        return evidence.url or str(evidence.statement or evidence.source or evidence.file)

    def get_readonly_fields(self, request: HttpRequest, obj: Evidence | None = None) -> Any:
        """Evidence stays with its claim, where its versions are kept."""
        return ("claim", "kept_file") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Evidence | None = None) -> Any:
        """A file is chosen once, when the evidence is added: afterwards its fingerprint stands for it."""
        first, (title, options), *rest = super().get_fieldsets(request, obj)
        kept = ("kept_file",) if obj is not None and obj.file else ()
        return [
            first,
            (title, {**options, "fields": (*options["fields"], *(kept if obj else ("file",)))}),
            *rest,
        ]

    @admin.display(description=gettext_lazy("file"))
    def kept_file(self, evidence: Evidence) -> SafeString:
        return format_html(
            '<a href="{}">{}</a> <code>{}</code>',
            reverse("desk:evidence_file", args=[evidence.pk]),
            str(evidence.file.name).rsplit("/", 1)[-1],
            evidence.file_sha256,
        )

    def create(self, request: HttpRequest, obj: Evidence, form: Any) -> None:
        words = form.cleaned_data
        made = reviewing.add_evidence(
            words["claim"],
            by=editor_of(request),
            kind=EvidenceKind(words["kind"]),
            statement=words["statement"],
            url=words["url"],
            source=words["source"],
            file=words["file"],
            note_it=words["note_it"],
            note_en=words["note_en"],
        )
        obj.pk, obj.version = made.pk, made.version
        obj._state.adding = False

    def response_add(
        self, request: HttpRequest, obj: Evidence, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Back to the page that lacked it, if one did."""
        response = super().response_add(request, obj, post_url_continue)
        back = back_to(request, "")
        return HttpResponseRedirect(back) if back and "_popup" not in request.POST else response


@admin.register(Correction)
class CorrectionAdmin(ReadOnly, AtAnySize, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("made_at", "kind", "about", "by")
    list_display_links = ("made_at", "kind")
    list_filter = ("kind",)
    list_select_related = ("claim", "statement", "source", "by")
    list_per_page = 50
    fields = ("kind", "claim", "statement", "source", "text_it", "text_en", "changed", "by", "made_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Correction]:
        return super().get_queryset(request).defer("source__body", "source__raw", "source__search")

    @admin.display(description=gettext_lazy("about"))
    def about(self, correction: Correction) -> str:
        return str(correction.claim or correction.statement or correction.source)

    @admin.display(description=gettext_lazy("what changed"))
    def changed(self, correction: Correction) -> str:
        about = correction.statement or correction.claim or correction.source
        model = type(about) if about is not None else Correction
        lines = (
            (
                label_of(model, name),
                in_words(model, name, correction.before.get(name)),
                in_words(model, name, correction.after.get(name)),
            )
            for name in dict.fromkeys([*correction.before, *correction.after])
        )
        return format_html_join("\n", "<p>{}: <del>{}</del> → <ins>{}</ins></p>", lines)


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnly, AtAnySize, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("withdrawn_at", "about", "by", "reopened_at")
    list_select_related = ("claim", "source", "by")
    list_per_page = 50
    fields = ("claim", "source", "reason_it", "reason_en", "by", "withdrawn_at", "reopened_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Withdrawal]:
        return super().get_queryset(request).defer("source__body", "source__raw", "source__search")

    @admin.display(description=gettext_lazy("about"))
    def about(self, withdrawal: Withdrawal) -> str:
        return str(withdrawal.claim or withdrawal.source)
