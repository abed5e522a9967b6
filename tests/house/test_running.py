"""The running site: health, one-time passwords, what every answer carries."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.db import connections
from django.test import Client
from django.urls import reverse

from claimtracker.accounts import ONE_TIME, give_one_time_password
from tests.databases import Clone

PASSWORD, CHOSEN = "d986-6960-2843-2d43", "quite another sentence"


@pytest.fixture
def newcomer(db: None) -> User:
    """A senior editor and administrator with a one-time password."""
    user = User.objects.create(username="newcomer", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=["senior editor", "admin"]))
    give_one_time_password(user, PASSWORD)
    return user


def test_a_one_time_password_opens_nothing_but_the_choice_of_another(client: Client, newcomer: User) -> None:
    client.force_login(newcomer, backend="django.contrib.auth.backends.ModelBackend")
    form = reverse("admin:password_change")
    for address in ("/admin/", "/admin/auth/user/", "/desk/"):
        assert client.get(address).headers["Location"] == form
    answers = {"old_password": PASSWORD, "new_password1": "1234", "new_password2": "1234"}
    assert client.post(form, answers).status_code == 200
    assert client.get("/admin/").status_code == 302
    client.post(form, answers | {"new_password1": CHOSEN, "new_password2": CHOSEN})
    newcomer.refresh_from_db()
    assert newcomer.check_password(CHOSEN)
    assert not newcomer.groups.filter(name=ONE_TIME).exists()
    assert client.get("/admin/").status_code == 200


def test_public_answers_carry_no_cookie_and_a_strict_policy(client: Client, db: None) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_readiness_needs_the_database_and_every_migration(clone_db: Clone, client: Client) -> None:
    assert client.get("/readyz").status_code == 200
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'claims' AND name LIKE '0001%'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: migrations\n")
    connections["public"].close()
    connections.databases["public"]["NAME"] = "no_such_database"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: database\n")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_read(client: Client, db: None, address: str) -> None:
    assert client.post(address).status_code == 405


def test_the_live_site_answers_over_its_own_database(live_site: str) -> None:
    from urllib.request import urlopen

    Group.objects.create(name="seen by the site")
    with urlopen(f"{live_site}/readyz") as answer:
        assert answer.read() == b"ok\n"
