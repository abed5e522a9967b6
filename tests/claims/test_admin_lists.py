"""Every change list of the desk asks the database at most twelve times, however long it is, and costs the same at any depth."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import contest, reviewing
from claims.admin import filters, lists
from claims.models import (
    Claim,
    Correction,
    Position,
    Request,
    Speaker,
    Statement,
    StatementSpeaker,
    Topic,
    Withdrawal,
)
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


def every_line(client: Client, page: str) -> list[int]:
    """Keys of the lines of a list, page after page, and on from the last."""
    found: list[int] = []
    address = page
    for _turn in range(40):
        html = client.get(address).content.decode()
        found += [int(key) for key in re.findall(r'name="_selected_action" value="(\d+)"', html)]
        place = html.index('class="paginator"')
        after = re.search(r'class="this-page">\d+</span>\s*<a href="([^"]+)"', html[place:])
        onward = re.search(r'<a href="([^"]+)">Go on', html[place:])
        if (link := after or onward) is None:
            return found
        address = page.partition("?")[0] + link[1].replace("&amp;", "&")
    raise AssertionError("the list never ends")


@pytest.mark.parametrize(
    ("model", "filtered"), [(Claim, ""), (Claim, "publication=draft"), (Statement, ""), (Speaker, "")]
)
def test_a_list_longer_than_what_is_counted_is_read_to_its_end_each_line_once(
    room: Newsroom, monkeypatch: Any, model: Any, filtered: str
) -> None:
    chief = make_account("chief", "senior editor", "admin")
    for number in range(17):
        fill(room, chief, number)
    reviewing.publish(Claim.objects.get(slug="c3"), by=chief)
    words = make_words(room.source, "Officials met", review="accepted", act="denies", key="late")
    Position.objects.create(statement=words, claim=Claim.objects.get(slug="c3"), stance="denies")
    contest.refresh(Claim.objects.filter(slug="c3").values_list("pk", flat=True))
    monkeypatch.setattr(lists, "COUNTED", 6)
    section = admin.site._registry[model]
    monkeypatch.setattr(section, "list_per_page", 2)
    # Without acts there are no boxes on the lines.
    monkeypatch.setattr(section, "get_actions", lambda request: {"nothing": (print, "nothing", "Nothing")})
    client = signed_in(chief)
    page = reverse(f"admin:claims_{model._meta.model_name}_changelist")
    found = every_line(client, f"{page}?{filtered}" if filtered else page)
    rows = section.get_queryset(client.get(page).wsgi_request)
    wanted = rows.filter(publication="draft") if filtered else rows
    assert sorted(found) == sorted(wanted.values_list("pk", flat=True))
    if model is Claim and not filtered:
        assert found[0] == Claim.objects.get(slug="c3").pk, "what is new stands on top, once"


def test_a_longer_list_says_more_than_it_counted_and_reads_no_further(
    room: Newsroom, monkeypatch: Any
) -> None:
    chief = make_account("chief", "senior editor", "admin")
    for number in range(9):
        fill(room, chief, number)
    monkeypatch.setattr(lists, "COUNTED", 6)
    client = signed_in(chief)
    page = reverse("admin:claims_statement_changelist")
    with CaptureQueriesContext(connection) as queries:
        assert "6+ statements" in client.get(page).content.decode()
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts and all("LIMIT 7" in sql for sql in counts)


def test_filters_and_searches_begin_anew_wherever_in_the_list_they_are_asked_for(room: Newsroom) -> None:
    for number in range(3):
        fill(room, make_account(f"chief{number}", "senior editor"), number)
    client = signed_in(make_account("chief", "senior editor", "admin"))
    page = reverse("admin:claims_claim_changelist")
    html = client.get(f"{page}?from={Claim.objects.order_by('-pk')[0].pk}").content.decode()
    links = [link for link in re.findall(r'href="(\?[^"]*)"', html) if "p=" not in link]
    assert any("publication" in link for link in links)
    assert not [link for link in links if "from=" in link]
    assert 'type="hidden" name="from"' not in html


def test_a_list_is_sorted_only_by_columns_that_it_offers(room: Newsroom) -> None:
    chief = make_account("chief", "senior editor", "admin")
    for number in range(3):
        fill(room, chief, number)
    client = signed_in(chief)
    page = reverse("admin:claims_statement_changelist")
    for asked in ("3", "-3", "3.4", "99", "x"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{page}?o={asked}").status_code == 200
        listed = [
            query["sql"] for query in queries if "ORDER BY" in query["sql"] and '"spans"' in query["sql"]
        ]
        assert all('ORDER BY "claims_statement"."id" DESC' in sql for sql in listed), asked


def test_facets_of_a_long_list_stand_without_numbers(room: Newsroom, monkeypatch: Any) -> None:
    chief = make_account("chief", "senior editor", "admin")
    for number in range(3):
        fill(room, chief, number)
    client = signed_in(chief)
    page = reverse("admin:claims_claim_changelist")
    assert "Draft (" in client.get(page).content.decode()
    monkeypatch.setattr(filters, "FACETED", 2)
    html = client.get(page).content.decode()
    assert "Draft" in html
    assert "Draft (" not in html
