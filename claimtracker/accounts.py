"""One-time passwords: an account in this group can do nothing at the desk until its holder has chosen a password.

`start` puts its first account there; an administrator may put any new account there. Choosing a password, and nothing else,
takes the account out of the group again.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from claims.public.routing import DESK

ONE_TIME = "one-time password"


def give_one_time_password(user: User, password: str) -> None:
    """Sets the password and requires another at the first login."""
    user.set_password(password)
    user.save(update_fields=["password"])
    user.groups.add(Group.objects.get_or_create(name=ONE_TIME)[0])


class OneTimePasswords:
    """Middleware: sends such an account to the password form, wherever at the desk it wants to go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(DESK) or not request.user.is_authenticated:
            return self.get_response(request)
        form = reverse("admin:password_change")
        if not request.user.groups.filter(name=ONE_TIME).exists():
            return self.get_response(request)
        if request.path not in {form, reverse("admin:logout"), reverse("admin:jsi18n")}:
            return HttpResponseRedirect(form)
        before = request.user.password
        response = self.get_response(request)
        if request.path == form and request.user.is_authenticated and request.user.password != before:
            request.user.groups.remove(Group.objects.get(name=ONE_TIME))
        return response
