"""What an order had erased answers 451 to machines too. Only the owner writes that words were erased: a database of its own."""

from __future__ import annotations

from django.db import transaction
from django.test import Client
from django.utils import timezone

from claims.models import Redaction, Request, Withdrawal
from tests.databases import Clone
from tests.factories import make_user
from tests.public.world import make_world


def test_what_an_order_had_removed_answers_451_everywhere(clone_db: Clone) -> None:
    world, client = make_world(), Client()
    for kind, thing in (("claim", world.claim), ("source", world.digest)):
        with transaction.atomic():
            Withdrawal.objects.create(**{kind: thing}, reason_en="A court ordered it.", by=make_user())
            type(thing).objects.filter(pk=thing.pk).update(publication="withdrawn")
        order = Request.objects.create(
            kind="court_order", **{kind: thing}, sender="SECRET", text="SECRET", received_at=timezone.now()
        )
        Redaction.objects.using("owner").create(
            request_id=order.pk, table="x", event=1, was="0" * 64, left="1" * 64
        )
    for address in (
        "/api/v1/claims/drones-sold",
        f"/api/v1/sources/{world.digest.pk}",
        "/feeds/en/claims/drones-sold.atom",
        "/en/claims/drones-sold/share.png",
    ):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (451, "application/problem+json"), address
        assert response.json()["reason"]["en"] == "A court ordered it."
        assert "SECRET" not in response.content.decode()
