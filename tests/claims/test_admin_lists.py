"""Every change list of the desk asks the database at most twelve times, however long it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import contest, reviewing
from claims.models import Claim, Correction, Position, Request, Speaker, StatementSpeaker, Topic, Withdrawal
from sources.models import ImportRun, Outlet
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words, signed_in
from tests.factories import make_source, make_verdict

pytestmark = pytest.mark.django_db
MOST = 12
admin.autodiscover()


def fill(room: Newsroom, chief: User, number: int) -> None:
    """One more of everything that a list shows."""
    claim = Claim.objects.create(text_en=f"Claim {number}", slug=f"c{number}", topic=room.topic)
    words = make_words(room.source, "Officials met", review="accepted", act="denies", key=f"k{number}")
    StatementSpeaker.objects.create(statement=words, speaker=room.spokesman)
    Position.objects.create(statement=words, claim=claim, stance="denies")
    Speaker.objects.create(name=f"Speaker {number}", slug=f"s{number}", kind="person", speaks_for=room.party)
    Topic.objects.create(slug=f"t{number}", name_en=f"Topic {number}")
    Outlet.objects.create(name=f"Outlet {number}", slug=f"o{number}")
    make_source(f"Title {number}\n\nText {number}.", outlet=room.outlet)
    reviewing.add_evidence(claim, by=chief, kind="context", statement=words)
    make_verdict(claim, reason=REASON, author=chief)
    Correction.objects.create(claim=claim, text_en=f"Corrected {number}.", by=chief)
    Withdrawal.objects.create(claim=claim, reason_en="It was a forgery.", by=chief)
    Request.objects.create(
        kind="reply", sender=f"Reader {number}", received_at=timezone.now(), claim=claim,
        due_at=timezone.now() + timedelta(days=2), text="A reply.", language="en",
    )  # fmt: skip
    ImportRun.objects.create(by=chief)
    make_account(f"somebody{number}", "viewer")
    contest.refresh([claim.pk])


@pytest.fixture
def room() -> Newsroom:
    return make_newsroom()


def test_every_change_list_asks_at_most_twelve_times_whatever_its_length(room: Newsroom) -> None:
    chief = make_account("chief", "senior editor", "admin")
    client: Client = signed_in(chief)

    def asked() -> dict[str, int]:
        counts = {}
        for model in admin.site._registry:
            if model._meta.model_name == "logentry":
                continue
            page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            client.get(page)  # what is remembered of an account and of content types is asked once
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200, page
            counts[model.__name__] = len(queries)
        return counts

    for number in range(2):
        fill(room, chief, number)
    few = asked()
    for number in range(2, 14):
        fill(room, chief, number)
    many = asked()
    assert {name: n for name, n in many.items() if n > MOST} == {}
    assert {name: n for name, n in many.items() if n > few[name]} == {}
