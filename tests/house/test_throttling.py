"""Guessing passwords is slowed down by account and address, behind a proxy too."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from claimtracker.throttling import came_from
from tests.claims.desk_data import PASSWORD, make_account


def signs_in(client: Client, password: str, addresses: str) -> int:
    answers = {"username": "anna", "password": password}
    return client.post("/admin/login/", answers, headers={"x-forwarded-for": addresses}).status_code


def test_behind_a_proxy_a_stranger_locks_out_nobody_but_themselves(
    client: Client, db: None, settings: Any
) -> None:
    make_account("anna", "editor")
    settings.HTTPS = True
    for number in range(5):
        # What the stranger says of themselves before the proxy's own word does not count.
        guessed = signs_in(client, f"guess {number}", f"198.51.100.{number}, 203.0.113.7")
    assert guessed == 429
    assert signs_in(client, PASSWORD, "203.0.113.7") == 429
    assert signs_in(client, PASSWORD, "203.0.113.8") == 302


@pytest.mark.parametrize(
    ("named", "behind_proxy", "address"),
    [
        ("203.0.113.7", True, "203.0.113.7"),
        ("203.0.113.7", False, "127.0.0.1"),
        ("2001:db8::1", True, "2001:db8::1"),
        ("<script>", True, "127.0.0.1"),
        ("", True, "127.0.0.1"),
    ],
)
def test_only_a_proxy_is_believed_and_only_an_address(
    settings: Any, named: str, behind_proxy: bool, address: str
) -> None:
    settings.HTTPS = behind_proxy
    assert came_from(RequestFactory().get("/", headers={"x-forwarded-for": named})) == address
