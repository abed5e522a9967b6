"""Accounts: two administrators on one form, and a lost telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.history.events import event_model_of
from claims.models import CodeApp
from tests.claims.desk_data import PASSWORD, make_account, signed_in
from tests.claims.desk_forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def someone() -> User:
    return make_account("someone", "viewer")


@pytest.fixture
def first() -> Client:
    return signed_in(make_account("first", "admin"))


@pytest.fixture
def second() -> Client:
    return signed_in(make_account("second", "admin"))


def page_of(account: User) -> str:
    return reverse("admin:auth_user_change", args=[account.pk])


def opened(client: Client, account: User) -> dict[str, str]:
    return fields_of(client.get(page_of(account)).content.decode(), "user_form")


def test_the_second_administrator_is_shown_all_three_and_overwrites_nothing(
    first: Client, second: Client, someone: User
) -> None:
    early, late = opened(first, someone), opened(second, someone)
    assert first.post(page_of(someone), {**early, "email": "theirs@example.org"}).status_code == 302
    answer = second.post(page_of(someone), {**late, "email": "yours@example.org"})
    assert answer.status_code == 409
    row = next(row for row in answer.context["rows"] if row.name == "email")
    assert (row.base, row.theirs, row.yours) == ("", "theirs@example.org", "yours@example.org")
    someone.refresh_from_db()
    assert someone.email == "theirs@example.org"
    assert second.post(page_of(someone), dict(answer.context["kept"])).status_code == 302
    someone.refresh_from_db()
    assert someone.email == "yours@example.org"


def test_roles_given_meanwhile_are_not_taken_away(first: Client, second: Client, someone: User) -> None:
    early, late = opened(first, someone), opened(second, someone)
    editor = Group.objects.get(name="editor")
    assert first.post(page_of(someone), {**early, "groups": str(editor.pk)}).status_code == 302
    answer = second.post(page_of(someone), {**late, "last_name": "Else"})
    assert answer.status_code == 409
    row = next(row for row in answer.context["rows"] if row.name == "groups")
    assert (row.base, row.theirs, row.yours) == ("viewer", "editor", "viewer")
    assert [group.name for group in someone.groups.all()] == ["editor"]


def test_a_form_without_its_mark_is_refused_and_signing_in_is_no_change(first: Client, someone: User) -> None:
    given = opened(first, someone)
    User.objects.filter(pk=someone.pk).update(last_login=timezone.now())
    assert first.post(page_of(someone), {**given, "last_name": "Else"}).status_code == 302
    del given["base_version"]
    assert first.post(page_of(someone), {**given, "last_name": "Other"}).status_code == 409


def test_an_administrator_forgets_the_code_app_of_a_colleague_after_a_question(
    first: Client, someone: User, client: Client
) -> None:
    TOTPDevice.objects.create(user=someone, name="desk", confirmed=True)
    page = reverse("admin:auth_user_reset_code", args=[someone.pk])
    assert page in first.get(page_of(someone)).content.decode()
    assert "/login/" in client.post(page)["Location"]
    assert signed_in(make_account("chief", "senior editor")).post(page).status_code == 403
    assert "sure who asks" in first.get(page).content.decode()
    assert TOTPDevice.objects.exists()
    for short in ({}, {"because": "Lost."}):
        assert first.post(page, short).status_code == 200
    assert TOTPDevice.objects.exists()
    why = "The telephone was stolen; we spoke in person."
    assert first.post(page, {"because": why})["Location"] == page_of(someone)
    assert not TOTPDevice.objects.exists()
    (erased,) = event_model_of(CodeApp)._default_manager.filter(
        pgh_label="delete"
    )  # as sealed as anything else
    said = erased.pgh_context.metadata  # type: ignore[attr-defined]
    assert (said["verb"], said["reason"], said["user"]) == (
        "reset_code",
        why,
        User.objects.get(username="first").pk,
    )
    history = first.get(reverse("admin:auth_user_history", args=[someone.pk]), follow=True)
    assert history.redirect_chain[-1][0] == reverse("desk:history", args=["account", someone.pk])
    assert why in history.content.decode() and "Reset the one-time codes" in history.content.decode()
    chief = User.objects.get(username="chief")
    assert signed_in(chief).get(history.redirect_chain[-1][0]).status_code == 403
    assert page not in first.get(page_of(someone)).content.decode()


def test_nobody_forgets_their_own(first: Client) -> None:
    mine = User.objects.get(username="first")
    TOTPDevice.objects.create(user=mine, name="desk", confirmed=True)
    page = reverse("admin:auth_user_reset_code", args=[mine.pk])
    assert page not in first.get(page_of(mine)).content.decode()
    assert first.post(page).status_code == 403
    assert TOTPDevice.objects.exists()


def test_guessing_a_password_is_slowed_down_for_one_account_from_one_address_and_shuts_out_nobody_else(
    someone: User, client: Client
) -> None:
    other = make_account("other", "editor")
    login = reverse("admin:login")

    def enter(account: User, password: str, address: str = "192.0.2.1") -> int:
        data = {"username": account.username, "password": password}
        return Client().post(login, data, REMOTE_ADDR=address).status_code

    for _number in range(4):
        assert enter(someone, "wrong-password") == 200
    assert enter(someone, "wrong-password") == 429
    assert enter(someone, PASSWORD) == 429  # the right one too, for a quarter of an hour
    assert enter(someone, PASSWORD, "192.0.2.2") == 302
    assert enter(other, PASSWORD) == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert enter(someone, PASSWORD) == 302
