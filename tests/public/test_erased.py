"""What readers are told where words were erased on an order."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from claims.models import Claim, Redaction, Request, Withdrawal
from tests.factories import make_user
from tests.public.world import make_world


def test_what_was_erased_on_an_order_answers_451_and_says_so(clone_db: object, client: Client) -> None:
    world = make_world()
    Withdrawal.objects.create(claim=world.claim, reason_en="On an order.", by=make_user())
    Claim.objects.filter(pk=world.claim.pk).update(publication="withdrawn")
    order = Request.objects.create(
        kind="court_order",
        claim=world.claim,
        sender="SECRET-COURT",
        text="SECRET-ORDER",
        received_at=timezone.now(),
    )
    erased = {"table": "claims_claimevent", "event": 1, "was": "0" * 64, "left": "1" * 64}
    Redaction.objects.using("owner").create(request_id=order.pk, **erased)
    response = client.get(f"/en/claims/{world.claim.slug}/")
    text = response.content.decode()
    assert response.status_code == 451
    assert "This page was removed on an order" in text
    assert "On an order." in text
    assert "SECRET" not in text
    assert "sold drones" not in text
