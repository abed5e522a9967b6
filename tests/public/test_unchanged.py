"""Pages that nobody changed are not made again for those who have them."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, Withdrawal
from claims.public import unchanged
from tests.factories import make_user
from tests.public.world import make_world

# Seconds until nobody writes on the server for as long as a page takes.
LONGEST_WAIT = 60


@pytest.fixture
def page(clone_db: Any, client: Client) -> str:
    return f"/en/claims/{make_world().claim.slug}/"


def queries(client: Client, address: str, **headers: str) -> tuple[Any, int]:
    with CaptureQueriesContext(connections["public"]) as asked:
        response = client.get(
            address, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
    return response, len(asked)


def test_one_question_answers_whoever_has_the_page_until_somebody_writes(client: Client, page: str) -> None:
    first, made = queries(client, page)
    assert made > 5
    # Whoever else writes on this database server meanwhile (another part of the tests, say) makes the page be made again: then once more.
    asked, until = made, monotonic() + LONGEST_WAIT
    while asked > 1 and monotonic() < until:
        third, asked = queries(client, page, if_none_match=f'"other", W/{first["ETag"]}')
        assert third.status_code == 304
    assert asked == 1
    assert {name: third[name] for name in ("ETag", "Cache-Control")} == {
        name: first[name] for name in ("ETag", "Cache-Control")
    }
    Claim.objects.filter(slug="drones-sold").update(text_en="Testland sold boats")
    changed, _made = queries(client, page, if_none_match=first["ETag"])
    assert changed.status_code == 200
    assert "Testland sold boats" in changed.content.decode()


def test_what_is_withdrawn_is_gone_for_those_who_have_it_too(client: Client, page: str) -> None:
    tag = client.get(page)["ETag"]
    assert client.get(page, headers={"if-none-match": tag}).status_code == 304
    Withdrawal.objects.create(
        claim=Claim.objects.get(slug="drones-sold"), reason_en="A forged letter.", by=make_user()
    )
    Claim.objects.filter(slug="drones-sold").update(publication="withdrawn")
    assert client.get(page, headers={"if-none-match": tag}).status_code == 410


def test_another_page_or_part_of_it_is_another_answer(client: Client, page: str) -> None:
    whole = client.get("/en/claims/")
    for _time in range(2):
        assert client.get("/en/claims/", headers={"if-none-match": whole["ETag"]}).status_code == 304
    part = client.get("/en/claims/", headers={"if-none-match": whole["ETag"], "hx-request": "true"})
    italian = client.get("/it/claims/", headers={"if-none-match": whole["ETag"]})
    assert (part.status_code, italian.status_code) == (200, 200)


def test_so_many_pages_are_remembered_and_no_more() -> None:
    memory = unchanged._Memory()
    for n in range(unchanged.MOST_REMEMBERED + 5):
        memory.keep(str(n), unchanged.Made("1:1:", ()))
    assert memory.get("4") is None
    assert memory.get("5") is not None
