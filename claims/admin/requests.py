"""Requests: what was asked of us, or by us, and how it ended."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.models import Request
from claims.vocabulary import Verb


@admin.register(Request)
class RequestAdmin(ByTheTable, KeepsVersions):
    change_form_template = "admin/claims/request/change_form.html"
    adds = changes = deletes = Verb.RECORD_REQUEST
    list_display = ("kind", "sender", "claim", "received_at", "due_at", "outcome")
    list_display_links = ("kind", "sender")
    list_filter = ("outcome", "kind")
    list_select_related = ("claim",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("sender",)
    autocomplete_fields = ("claim", "statement", "source", "speaker", "handled_by")
    fieldsets = (
        (None, {"fields": ("kind", "sender", "received_at", "due_at", "text", "language")}),
        (gettext_lazy("About"), {"fields": ("claim", "statement", "source", "speaker")}),
        (gettext_lazy("Outcome"), {"fields": ("outcome", "outcome_note", "answered_at", "handled_by")}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_changeform_initial_data(request), "handled_by": request.user.pk}
