"""Odd keys in addresses and forms of the desk and the admin: not found or refused, never a crash."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.admin.versions import number
from claims.models import Request
from tests.claims.desk_data import REASON, make_account, make_newsroom, signed_in

pytestmark = pytest.mark.django_db

ODD = ("²", "٣", "9" * 30, "9" * 15, "-1", "1.5", "x", " ", "\x00")
# An address, and what answers it.
PAGES = {
    "/admin/claims/verdict/{}/change/": 302,
    "/admin/claims/evidence/{}/change/": 302,
    "/admin/claims/denial/{}/change/": 404,
    "/admin/claims/statement/{}/change/": 302,
    "/admin/claims/statement/{}/history/": 302,
    "/admin/claims/statement/add/?claim={}": 200,
    "/admin/claims/statement/add/?source={}": 200,
    "/admin/claims/evidence/add/?claim={0}&statement={0}": 200,
    "/admin/claims/claim/?o={}": 200,
    "/admin/claims/claim/?from={}": 200,
}


@pytest.mark.parametrize("address", PAGES)
def test_an_odd_key_in_an_address_breaks_no_page(address: str) -> None:
    make_newsroom()
    client = signed_in(make_account("chief", "senior editor", "editor"))
    for key in ODD:
        if key == "\x00" and "?" not in address:
            continue  # no server hands it on
        assert client.get(address.format(quote(key))).status_code == PAGES[address], key


def test_an_odd_version_in_a_form_is_none_that_a_row_has() -> None:
    room, recorder = make_newsroom(), make_account("recorder", "editor")
    client = signed_in(make_account("chief", "senior editor", "editor"))
    order = Request.objects.create(
        kind="court_order",
        text="Erase it.",
        received_at=timezone.now(),
        claim=room.claim,
        handled_by=recorder,
    )
    for key in ODD:
        assert number(key) in (0, 10**15 - 1)
        answer = client.post(reverse("desk:order", args=[order.pk]), {"version": key})
        assert answer.status_code in (400, 409), key
        marked = {f"version_{room.claim.pk}": key, "rating": "disputed", "reason_en": REASON}
        answer = client.post(reverse("desk:claim", args=[room.claim.pk]), marked)
        assert answer.status_code == 409, key
    order.refresh_from_db()
    assert order.approved_by is None
