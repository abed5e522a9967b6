"""Accounts and their roles, for administrators only. Being a superuser or "staff" means nothing here: roles are groups."""

from __future__ import annotations

from typing import Any

import pghistory
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.desk.keys import key_in
from claims.desk.versions import rows
from claims.errors import Stale
from claims.permissions import may
from claims.vocabulary import REASON_MIN_LENGTH, Verb

# Sections that other packages bring (login attempts, one-time codes) ask Django's permissions, which nobody has here.
admin.site.unregister(list(admin.site._registry))

# What an administrator changes of an account; roles stand beside them.
TOLD = ("username", "first_name", "last_name", "email", "is_active")


class ResetForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=REASON_MIN_LENGTH,
        help_text=gettext_lazy("How you made sure who asks. It stays in the account's history."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def mark_of(account: User) -> str:
    """Where the history of an account and of its roles stands: Django's table of accounts has no version of its own."""
    seen = [
        apps.get_model("claims", f"{name}Event").objects.filter(**{key: account.pk}).aggregate(Max("pgh_id"))
        for name, key in (("Account", "pgh_obj_id"), ("Membership", "user_id"))
    ]
    return ".".join(str(each["pgh_id__max"] or 0) for each in seen)


def roles_in_words(account: User) -> str:
    return ", ".join(account.groups.order_by("name").values_list("name", flat=True))


@admin.register(User)
class AccountAdmin(ByTheTable, AtAnySize, UserAdmin):  # type: ignore[type-arg]
    reads = adds = changes = Verb.MANAGE_USERS
    change_form_template = "admin/claims/account/change_form.html"
    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    sortable_by = ("username", "email", "last_login")
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

    # --- two administrators on one account

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        account = kwargs.get("obj")
        if account is not None:
            given = request.POST
            context["started_from"] = {
                "base_version": given.get("base_version", mark_of(account)),
                "base_roles": given.get("base_roles", roles_in_words(account)),
            }
            context["has_code"] = TOTPDevice.objects.filter(user=account).exists()
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Stale as conflict:
            return self.conflict(request, object_id, conflict)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Raises Stale when somebody else changed the account or its roles since the form was opened."""
        if change:
            stored = User.objects.select_for_update().get(pk=obj.pk)
            if mark_of(stored) != request.POST.get("base_version"):
                chosen = ", ".join(sorted(group.name for group in form.cleaned_data.get("groups", ())))
                theirs = {name: getattr(stored, name) for name in TOLD} | {"groups": roles_in_words(stored)}
                base = _as_it_was(stored, request.POST.get("base_version", ""))
                base["groups"] = request.POST.get("base_roles", "")
                yours = {name: form.cleaned_data.get(name) for name in TOLD} | {"groups": chosen}
                raise Stale(base, theirs, yours)
        super().save_model(request, obj, form, change)

    def conflict(self, request: HttpRequest, object_id: str | None, conflict: Stale) -> HttpResponse:
        """Both versions side by side; going on means the same form again, now on top of what is stored."""
        account = get_object_or_404(User, pk=object_id)
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not name.startswith(("base_", "_")) and name != "csrfmiddlewaretoken"
        ]
        fresh = [("base_version", mark_of(account)), ("base_roles", roles_in_words(account))]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Somebody else changed this while you were writing"),
            "opts": self.opts,
            "original": account,
            "rows": rows(User, conflict),
            "kept": [*kept, *fresh, ("_continue", "1")],
            "again": request.path,
        }
        return TemplateResponse(request, "admin/claims/conflict.html", context, status=409)

    # --- a lost telephone

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_code)
        return [path("<int:pk>/reset-code/", view, name="auth_user_reset_code"), *super().get_urls()]

    def reset_code(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forgets the account's code app, so that its next login sets up a new one. Nobody does it for themselves, nor without a reason."""
        if not may(request.user, Verb.MANAGE_USERS) or request.user.pk == pk:
            raise PermissionDenied(_("Another administrator does this for you."))
        account = get_object_or_404(User, pk=pk)
        back = reverse("admin:auth_user_change", args=[pk])
        form = ResetForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["because"]
            with (
                transaction.atomic(),
                pghistory.context(user=request.user.pk, verb="reset_code", reason=reason),
            ):
                TOTPDevice.objects.filter(user=account).delete()
            messages.success(request, _("The next login sets up a new code app."))
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Reset one-time codes"),
            "account": account,
            "form": form,
            "next": back,
        }
        return TemplateResponse(request, "admin/claims/account/reset_code.html", context)


def _as_it_was(account: User, mark: str) -> dict[str, Any]:
    """The account as the form showed it, out of its history; nothing where the form does not say."""
    place = key_in(mark.split(".")[0])
    if place is None:
        return {}
    events = apps.get_model("claims", "AccountEvent").objects
    found = events.filter(pgh_obj_id=account.pk, pgh_id=place).values(*TOLD).first()
    return dict(found or {})


@admin.register(Group)
class RoleAdmin(ByTheTable, AtAnySize, GroupAdmin):
    """The roles are fixed by the table of permissions: they can be read, not made."""

    reads = Verb.MANAGE_USERS
    fields = readonly_fields = ("name",)
    filter_horizontal = ()
