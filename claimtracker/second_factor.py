"""One-time codes (TOTP, RFC 6238) behind CLAIMTRACKER_REQUIRE_TOTP: a password alone opens nothing at the desk.

The first time, the page shows the key for the person's code app and the first right code confirms it; from then on each
session is asked for a code. django-otp keeps the keys, remembers the session and slows down guessing.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable
from typing import Any, cast

import pghistory
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp import login
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.public.routing import DESK

# What can be reached with a password alone: to leave, to choose a password, to give the code.
OPEN = (
    "admin:login",
    "admin:logout",
    "admin:password_change",
    "admin:password_change_done",
    "admin:jsi18n",
    "desk-code",
)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=8,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class SecondFactor:
    """Middleware: leads whoever has given only a password to the page that asks for the code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (
            settings.CLAIMTRACKER_REQUIRE_TOTP
            and request.path.startswith(DESK)
            and request.user.is_authenticated
        )
        if (
            not asked
            or cast(Any, request.user).is_verified()
            or request.path in {reverse(name) for name in OPEN}
        ):
            return self.get_response(request)
        return HttpResponseRedirect(f"{reverse('desk-code')}?next={request.path}")


@never_cache
@login_required(login_url="admin:login")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code; without a confirmed key, shows a new one first."""
    device = TOTPDevice.objects.filter(user=request.user, confirmed=True).first()
    new = device is None
    if device is None:
        device, _made = TOTPDevice.objects.get_or_create(
            user=request.user, confirmed=False, defaults={"name": "desk"}
        )
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        allowed, _why = device.verify_is_allowed()
        if allowed and device.verify_token(form.cleaned_data["code"].replace(" ", "")):
            if new:
                with (
                    transaction.atomic(),
                    pghistory.context(user=request.user.pk, verb="set_up_code", reason=""),
                ):
                    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
            login(request, device)
            return HttpResponseRedirect(_onwards(request))
        form.add_error(
            "code",
            _("This code is not right, or too late: wait for the next one.")
            if allowed
            else _("Too many wrong codes: wait a moment."),
        )
    key = b32encode(device.bin_key).decode() if new else ""
    return render(
        request, "desk_code.html", {"form": form, "key": key, "uri": device.config_url if new else ""}
    )


def _onwards(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else reverse("admin:index")
