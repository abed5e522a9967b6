"""Requests: what was asked of us, or by us, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from claims import answering
from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.desk.people import editor_of
from claims.models import Request
from claims.vocabulary import Verb


@admin.register(Request)
class RequestAdmin(ByTheTable, AtAnySize, KeepsVersions):
    change_form_template = "admin/claims/request/change_form.html"
    adds = changes = Verb.RECORD_REQUEST  # nothing is deleted
    list_display = ("kind", "sender", "claim", "received_at", "due_at", "outcome")
    list_display_links = ("kind", "sender")
    list_filter = ("outcome", "kind")
    list_select_related = ("claim",)
    list_per_page = 50
    ordering = ("-received_at", "-pk")
    sortable_by = ("received_at", "due_at")
    search_fields = ("sender",)
    autocomplete_fields = ("claim", "statement", "source", "speaker", "answers", "handled_by")
    fieldsets = (
        (None, {"fields": ("kind", "sender", "contact", "received_at", "due_at", "text", "language")}),
        (gettext_lazy("About"), {"fields": ("claim", "statement", "source", "speaker", "answers")}),
        (
            gettext_lazy("Outcome"),
            {"fields": ("outcome", "answer", "outcome_note", "answered_at", "handled_by")},
        ),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_changeform_initial_data(request), "handled_by": request.user.pk}

    def create(self, request: HttpRequest, obj: Any, form: Any) -> None:
        answering.record_request(obj, by=editor_of(request))

    def store_changes(self, request: HttpRequest, obj: Any, changes: Mapping[str, Any], *, base: int) -> None:
        answering.edit_request(obj, changes, by=editor_of(request), base=base)
