"""Rows shown inside another form. A statement meets a claim in one control: "On this claim"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import F, Prefetch, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from claims import linking
from claims.admin.permitting import ByTheTable
from claims.desk.keys import is_key
from claims.desk.passages import passages_of
from claims.labels import choices
from claims.models import Carrier, Evidence, Position, Statement, StatementSpeaker
from claims.vocabulary import Stance, Verb

# A claim's form shows so many statements, the newest; its desk page shows all.
SHOWN = 12


class PositionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One statement on one claim. Without a choice the statement's act decides (vocabulary.STANCE_OF_ACT)."""

    stance = forms.ChoiceField(
        label=gettext_lazy("On this claim"),
        choices=[("", gettext_lazy("As the statement says")), *choices(Stance)],
        required=False,
    )

    class Meta:
        model = Position
        fields = ("claim", "stance", "partial", "implied", "inferred")

    def _get_validation_exclusions(self) -> set[str]:
        """The choice may be left to the step."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"stance"} if not self.cleaned_data.get("stance") else excluded


class PositionsOnStatement(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = Position
    form = PositionForm
    adds = changes = deletes = Verb.TRIAGE
    autocomplete_fields = ("claim",)
    extra = 0
    verbose_name = gettext_lazy("claim")
    verbose_name_plural = gettext_lazy("on which claims")
    fieldsets = (
        (None, {"fields": (("claim", "stance"),)}),
        (
            gettext_lazy("Details"),
            {"fields": (("partial", "implied", "inferred"),), "classes": ("collapse",)},
        ),
    )

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """An empty row where none is there yet, so that it works without JavaScript."""
        return 0 if obj is not None and obj.positions.exists() else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Position]:
        return super().get_queryset(request).select_related("claim")


class NewestFirst(BaseInlineFormSet):  # type: ignore[type-arg]
    """The newest SHOWN rows of a claim; when a form comes back, exactly the rows that it carried."""

    shows_some = True
    _queryset: Any

    def get_queryset(self) -> Any:
        if not hasattr(self, "_queryset"):
            rows = super().get_queryset()
            del self._queryset
            if self.is_bound:
                carried = [
                    self.data.get(f"{self.prefix}-{place}-id", "")
                    for place in range(min(self.initial_form_count(), 1000))
                ]
                rows = rows.filter(pk__in=[key for key in carried if is_key(key)])
            else:
                # By the sum, which no index has: else PostgreSQL may walk all positions backwards for those of one claim.
                newest = rows.order_by((F("pk") + 0).desc())
                keys = list(newest.values_list("pk", flat=True)[:SHOWN])
                rows = rows.filter(pk__in=keys)
            self._queryset = rows.order_by("-pk")
            passages = passages_of([position.statement for position in self._queryset])
            for position in self._queryset:
                position.statement.passage = passages.get(position.statement_id)
        return self._queryset

    def initial_form_count(self) -> int:
        if self.is_bound:
            return int(self.management_form.cleaned_data["INITIAL_FORMS"] or 0)
        return len(self.get_queryset())


class PositionsOnClaim(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    """The statements on a claim, each with its passage and the one control."""

    model = Position
    form = PositionForm
    formset = NewestFirst
    changes = deletes = Verb.TRIAGE
    extra = 0
    fields = ("said", "stance", ("partial", "implied", "inferred"))
    readonly_fields = ("said",)
    verbose_name = gettext_lazy("statement")
    verbose_name_plural = gettext_lazy("statements on this claim")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Position]:
        return (
            super()
            .get_queryset(request)
            .select_related("statement__source__outlet", "claim")
            .defer(
                "statement__source__body",
                "statement__source__raw",
                "statement__source__search",
                "statement__source__furniture",
            )
            .prefetch_related(
                Prefetch("statement__speakers", StatementSpeaker.objects.select_related("speaker"))
            )
        )

    @admin.display(description=gettext_lazy("statement"))
    def said(self, position: Position) -> SafeString:
        return statement_panel(position.statement)


class EvidenceOnClaim(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = Evidence
    extra = 0
    fields = ("rests_on", "note_it", "note_en")
    readonly_fields = fields
    show_change_link = True
    verbose_name_plural = gettext_lazy("evidence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return (
            super()
            .get_queryset(request)
            .select_related("statement", "source")
            .defer("source__body", "source__raw", "source__search")
        )

    @admin.display(description=gettext_lazy("rests on"))
    def rests_on(self, evidence: Evidence) -> str:
        return evidence.url or str(evidence.statement or evidence.source or evidence.file)


class SpeakersOnStatement(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = StatementSpeaker
    adds = changes = deletes = Verb.TRIAGE
    autocomplete_fields = ("speaker", "on_behalf_of")
    verbose_name = gettext_lazy("speaker")
    verbose_name_plural = gettext_lazy("who says it")
    fieldsets = (
        (None, {"fields": (("speaker", "as_written"),)}),
        (
            gettext_lazy("Details"),
            {"fields": (("role_as_written", "on_behalf_of"),), "classes": ("collapse",)},
        ),
    )

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj is not None and obj.speakers.exists() else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementSpeaker]:
        return super().get_queryset(request).select_related("speaker", "on_behalf_of")


class CarriersOnStatement(ByTheTable, admin.StackedInline):  # type: ignore[type-arg]
    model = Carrier
    fk_name = "statement"
    adds = changes = deletes = Verb.TRIAGE
    extra = 0
    autocomplete_fields = ("speaker", "outlet", "through")
    classes = ("collapse",)
    verbose_name = gettext_lazy("carrier")
    verbose_name_plural = gettext_lazy("reported through")
    fields = (("kind", "order"), ("outlet", "speaker"), ("as_written", "through"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Carrier]:
        return super().get_queryset(request).select_related("speaker", "outlet", "through")


def statement_panel(statement: Statement | None, *, with_link: bool = True) -> SafeString:
    """Who said it, when, where, and the words where they stand; "–" while there is no statement."""
    if statement is None or statement.pk is None:
        return SafeString("–")
    passage = getattr(statement, "passage", None) or passages_of([statement]).get(statement.pk)
    context = {
        "statement": statement,
        "passage": passage,
        "edit": statement_url(statement) if with_link else "",
    }
    return SafeString(render_to_string("admin/claims/_statement.html", context))  # nosec B703: a template escapes


def statement_url(statement: Statement) -> str:
    return reverse("admin:claims_statement_change", args=[statement.pk])


def store_positions(formset: Any, *, by: User) -> None:
    """Carries the rows of a "On this claim" formset to the step. Raises Refused."""
    formset.save(commit=False)
    for position in formset.deleted_objects:
        linking.detach(position, by=by)
    for position, changed in formset.changed_objects:
        if "claim" in changed:
            linking.detach(Position.objects.get(pk=position.pk), by=by)
        _attach(position, by)
    for position in formset.new_objects:
        _attach(position, by)


def store_speakers(formset: Any, statement: Statement, *, by: Any) -> None:
    """Carries the rows of a "who says it" formset to the step. Raises Refused."""
    rows = formset.save(commit=False)
    if rows or formset.deleted_objects:
        linking.credit(statement, rows, gone=formset.deleted_objects, by=by)


def store_carriers(formset: Any, statement: Statement, *, by: User) -> None:
    """Carries the rows of a "reported through" formset to the step. Raises Refused."""
    rows = formset.save(commit=False)
    if rows or formset.deleted_objects:
        linking.carry(statement, rows, gone=formset.deleted_objects, by=by)


def _attach(position: Position, by: Any) -> None:
    linking.attach(
        position.statement,
        position.claim,
        Stance(position.stance) if position.stance else None,
        by=by,
        partial=position.partial,
        implied=position.implied,
        inferred=position.inferred,
    )
