"""Orders to erase words: recorded by one, approved by another; and the table of permissions as a page."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims import reviewing
from claims.errors import Refused
from claims.models import Request
from claims.vocabulary import ALLOWED, Role, Verb
from tests.claims.desk_data import make_account, signed_in
from tests.factories import make_claim, make_source, make_user

pytestmark = pytest.mark.django_db


def an_order(**fields: object) -> Request:
    usual = {
        "kind": "court_order",
        "sender": "The court",
        "text": "Erase it.",
        "received_at": timezone.now(),
        "source": make_source(),
        "handled_by": make_user(Role.EDITOR),
    }
    return Request.objects.create(**{**usual, **fields})


def test_a_senior_editor_approves_and_takes_it_back_and_editors_and_strangers_do_not(client: Client) -> None:
    order = an_order()
    page = reverse("desk:order", args=[order.pk])
    data = {"version": order.version}
    assert client.get(page)["Location"].startswith(reverse("admin:login"))
    assert client.post(page, data)["Location"].startswith(reverse("admin:login"))
    editor = signed_in(make_account("editor", "editor"))
    assert "A senior editor approves it." in editor.get(page).content.decode()
    assert editor.post(page, data).status_code == 403
    with pytest.raises(PermissionDenied):
        reviewing.approve_order(order, by=make_user(Role.ADMIN))
    senior = signed_in(make_account("senior", "senior editor"))
    assert "Approve the order" in senior.get(page).content.decode()
    assert senior.post(page, data).status_code == 302
    order.refresh_from_db()
    assert (order.approved_by.username, order.carried_out_at) == ("senior", None)  # type: ignore[union-attr]
    assert f"manage.py redact {order.pk}" in senior.get(page).content.decode()
    assert senior.post(page, {"decision": "take_back"}).status_code == 302
    order.refresh_from_db()
    assert order.approved_by is None


def test_nobody_approves_their_own_order_or_one_that_says_nothing_clear() -> None:
    own = make_user(Role.SENIOR_EDITOR)
    other = make_user(Role.SENIOR_EDITOR)
    for order, by, code in (
        (an_order(handled_by=own), own, "self"),
        (an_order(handled_by=None), own, "handled_by"),
        (an_order(claim=make_claim()), own, "what"),
        (an_order(source=None), own, "what"),
        (an_order(kind="correction"), own, "kind"),
        (an_order(approved_by=other), own, "approved"),
    ):
        with pytest.raises(Refused) as refused:
            reviewing.approve_order(order, by=by)
        assert refused.value.code == code
    with pytest.raises(Refused):
        reviewing.take_back_approval(an_order(), by=own)


def test_an_order_that_changed_since_it_was_read_is_read_again() -> None:
    order = an_order()
    senior = signed_in(make_account("senior", "senior editor"))
    read = order.version
    Request.objects.filter(pk=order.pk).update(text="Erase something else.")
    answer = senior.post(reverse("desk:order", args=[order.pk]), {"version": read})
    assert answer.status_code == 409
    assert "Erase something else." in answer.content.decode()
    order.refresh_from_db()
    assert order.approved_by is None
    for nonsense in ("", "x", "9" * 30):
        answer = senior.post(reverse("desk:order", args=[order.pk]), {"version": nonsense})
        assert answer.status_code == 400
    assert senior.get(reverse("desk:order", args=[an_order(kind="reply").pk])).status_code == 404


def test_the_form_of_an_order_leads_to_its_approval() -> None:
    senior = signed_in(make_account("senior", "senior editor", "editor"))
    for order, leads in ((an_order(), True), (an_order(kind="correction"), False)):
        form = senior.get(reverse("admin:claims_request_change", args=[order.pk])).content.decode()
        assert (reverse("desk:order", args=[order.pk]) in form) is leads


def test_the_page_of_permissions_is_the_table_in_code(client: Client) -> None:
    address = reverse("desk:permissions")
    assert client.get(address).status_code == 302
    assert signed_in(make_account("nobody")).get(address).status_code == 403
    page = signed_in(make_account("viewer", "viewer")).get(address).content.decode()
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page, re.DOTALL)
    shown = [[cell == "yes" for cell in re.findall(r'<td class="(yes|no)"', row)] for row in rows]
    assert shown == [[role in ALLOWED[verb] for role in Role] for verb in Verb]
    assert "Your account: Viewer." in page
