"""Who sees and does what in the admin is the table of permissions and nothing else."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Evidence, Request, Speaker, Statement, Topic, Verdict
from sources.models import Outlet
from tests.claims.desk_data import PASSWORD, make_account, make_newsroom, signed_in

pytestmark = pytest.mark.django_db

ROLES = ("viewer", "editor", "senior editor", "admin")
WRITERS = ("editor", "senior editor")
# What may be added by hand, and by whom; everything else in the admin is read only or comes by another way.
ADDED = {
    Claim: WRITERS,
    Evidence: WRITERS,
    Request: WRITERS,
    Speaker: WRITERS,
    Statement: WRITERS,
    Topic: WRITERS,
    Outlet: WRITERS,
}
admin.autodiscover()
OURS = [model for model in admin.site._registry if model._meta.app_label in ("claims", "sources", "auth")]


def address(model: type, view: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}")  # type: ignore[attr-defined]


def names(model: type) -> str:
    return model.__name__


@pytest.mark.parametrize("model", OURS, ids=names)
def test_a_stranger_is_asked_to_sign_in(client: Client, model: type) -> None:
    for view in ("changelist", "add"):
        answer = client.get(address(model, view))
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


@pytest.mark.parametrize("model", OURS, ids=names)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_the_desk_and_only_administrators_see_accounts(role: str, model: type) -> None:
    allowed = role == "admin" if model in (User, Group) else True
    assert signed_in(make_account("someone", role)).get(address(model, "changelist")).status_code == (
        200 if allowed else 403
    )


@pytest.mark.parametrize("model", OURS, ids=names)
@pytest.mark.parametrize("role", ROLES)
def test_what_may_be_added_is_in_the_table(role: str, model: type) -> None:
    answer = signed_in(make_account("someone", role)).get(address(model, "add"))
    if model.__name__ == "Source":
        assert answer.status_code == 302  # Add articles, which asks again
        assert signed_in(make_account("other", role)).get(answer["Location"]).status_code == (
            200 if role in WRITERS else 403
        )
    elif model is User:
        assert answer.status_code == (200 if role == "admin" else 403)
    else:
        assert answer.status_code == (200 if role in ADDED.get(model, ()) else 403)


def test_being_a_superuser_or_staff_opens_nothing(client: Client) -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    client.post(reverse("admin:login"), {"username": "root", "password": PASSWORD})
    assert client.get(reverse("admin:index")).status_code == 302


def test_an_account_with_a_role_signs_in_without_the_staff_flag(client: Client) -> None:
    make_account("someone", "viewer")
    client.post(reverse("admin:login"), {"username": "someone", "password": PASSWORD})
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_disabled_account_gets_in_nowhere() -> None:
    someone = make_account("someone", "editor")
    client = signed_in(someone)
    User.objects.filter(pk=someone.pk).update(is_active=False)
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get(reverse("desk:home")).status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_a_viewer_changes_nothing_and_an_administrator_neither(role: str) -> None:
    room = make_newsroom()
    client = signed_in(make_account("someone", role))
    answer = client.post(
        reverse("admin:claims_topic_change", args=[room.topic.pk]),
        {"name_it": "Altro", "name_en": "Other", "slug": "drones", "base_version": room.topic.version},
    )
    room.topic.refresh_from_db()
    if role in WRITERS:
        assert (answer.status_code, room.topic.name_en) == (302, "Other")
    else:
        assert (answer.status_code, room.topic.name_en) == (403, "Drones")


@pytest.mark.parametrize("role", ROLES)
def test_decisions_are_neither_added_edited_nor_deleted(role: str) -> None:
    site = admin.site._registry[Verdict]

    class Asking:
        user = make_account("someone", role)

    for asked in (site.has_add_permission, site.has_change_permission, site.has_delete_permission):
        assert not asked(Asking())  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ROLES)
def test_published_things_cannot_be_deleted_and_drafts_can(role: str) -> None:
    site = admin.site._registry[Claim]

    class Asking:
        user = make_account("someone", role)

    assert site.has_delete_permission(Asking(), Claim(publication="draft")) == (role in WRITERS)  # type: ignore[arg-type]
    for publication in ("published", "under_review", "withdrawn"):
        assert not site.has_delete_permission(Asking(), Claim(publication=publication))  # type: ignore[arg-type]


def test_an_editor_does_not_see_publish_and_a_viewer_sees_no_action() -> None:
    make_newsroom()
    pages = {
        role: signed_in(make_account(role.replace(" ", "-"), role))
        .get(address(Claim, "changelist"))
        .content.decode()
        for role in ROLES
    }
    assert 'value="mark_disputed"' in pages["editor"]
    assert 'value="publish"' not in pages["editor"]
    assert 'value="publish"' in pages["senior editor"]
    assert 'value="mark_disputed"' not in pages["viewer"] + pages["admin"]
    assert 'value="delete_selected"' not in "".join(pages.values())
