"""Accounts and their roles, for administrators only. Being a superuser or "staff" means nothing here: roles are groups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from claims.admin.permitting import ByTheTable
from claims.permissions import may
from claims.vocabulary import Verb

# Sections that other packages bring (login attempts, one-time codes) ask Django's permissions, which nobody has here.
admin.site.unregister(list(admin.site._registry))


@admin.register(User)
class AccountAdmin(ByTheTable, UserAdmin):  # type: ignore[type-arg]
    reads = adds = changes = Verb.MANAGE_USERS
    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email")}),
        (gettext_lazy("Roles"), {"fields": ("is_active", "groups")}),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Editors find colleagues by name (to hand a request to somebody); the section itself is not theirs."""
        looking_up = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        return may(request.user, Verb.READ_DESK if looking_up else self.reads)


@admin.register(Group)
class RoleAdmin(ByTheTable, GroupAdmin):
    """The roles are fixed by the table of permissions: they can be read, not made."""

    reads = Verb.MANAGE_USERS
    fields = readonly_fields = ("name",)
    filter_horizontal = ()
