"""With CLAIMTRACKER_REQUIRE_TOTP, a password alone opens nothing at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.vocabulary import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def editor(settings: Any) -> Client:
    settings.CLAIMTRACKER_REQUIRE_TOTP = True
    client = Client()
    client.force_login(make_user(Role.EDITOR, name="anna"), backend=BACKEND)
    return client


def right_code(device: TOTPDevice) -> str:
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token():06d}"


def test_the_first_right_code_confirms_the_key_and_opens_the_desk(editor: Client) -> None:
    assert editor.get("/desk/")["Location"] == "/desk/code/?next=/desk/"
    assert editor.get("/admin/claims/claim/").status_code == 302
    assert "otpauth://totp/" in editor.get("/desk/code/").text
    device = TOTPDevice.objects.get(user__username="anna")
    assert editor.post("/desk/code/?next=/desk/", {"code": right_code(device)})["Location"] == "/desk/"
    assert editor.get("/desk/").status_code == 200


def test_a_wrong_code_opens_nothing_and_guessing_is_slowed_down(editor: Client) -> None:
    editor.get("/desk/code/")
    for _ in range(2):
        assert editor.post("/desk/code/", {"code": "000000"}).status_code == 200
    device = TOTPDevice.objects.get(user__username="anna")
    assert device.throttling_failure_count > 0
    assert "wait a moment" in editor.post("/desk/code/", {"code": right_code(device)}).text
    assert editor.get("/desk/").status_code == 302


def test_the_key_is_shown_once_only(editor: Client) -> None:
    editor.get("/desk/code/")
    device = TOTPDevice.objects.get(user__username="anna")
    editor.post("/desk/code/", {"code": right_code(device)})
    assert "otpauth://" not in editor.get("/desk/code/").text


def test_the_way_on_stays_on_this_site(editor: Client) -> None:
    editor.get("/desk/code/")
    device = TOTPDevice.objects.get(user__username="anna")
    answer = editor.post("/desk/code/?next=https://evil.example/", {"code": right_code(device)})
    assert answer["Location"] == "/admin/"


def test_without_the_switch_nobody_is_asked(settings: Any) -> None:
    settings.CLAIMTRACKER_REQUIRE_TOTP = False
    client = Client()
    client.force_login(make_user(Role.EDITOR), backend=BACKEND)
    assert client.get("/desk/").status_code == 200
