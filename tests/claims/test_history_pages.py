"""The past as the desk reads it: who did what, when, why, and what it changed. Acts need transactions of their own: clones."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import linking, reviewing
from claims.history import event_models
from claims.models import Claim, Denial, HistorySeal, Position, Speaker
from claims.vocabulary import NameKind
from sources.models import ImportRun
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, signed_in
from tests.claims.every_model import unsaved
from tests.claims.test_seal import seal
from tests.databases import Clone


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def acts_of(page: str) -> list[str]:
    """The heading of each act, newest first, without its time."""
    headings = re.findall(r"<h2><time.*?</time>(.*?)</h2>", page, re.DOTALL)
    return [text_of(heading).strip() for heading in headings]


def read(client: Client, claim: Claim, query: str = "") -> str:
    answer = client.get(reverse("desk:claim_history", args=[claim.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def a_story(room: Newsroom) -> None:
    """An editor accepts, rewords and takes off; a senior editor decides and publishes."""
    editor, senior = make_account("ada", "editor"), make_account("grace", "senior editor", "editor")
    linking.accept(room.suggestion, by=editor)
    claim = Claim.objects.get(pk=room.claim.pk)
    words = "Testland sold a small number of drones to its neighbour before the war"
    reviewing.edit_claim(claim, {"text_en": words}, by=editor, base=claim.version)
    linking.detach(Position.objects.get(statement=room.second_denial), by=editor)
    claim.refresh_from_db()
    reviewing.dispute(claim, by=senior, because={"en": REASON})


@pytest.mark.django_db
def test_the_desk_reads_history_and_nobody_else_does(client: Client) -> None:
    room = make_newsroom()
    for address in (
        reverse("desk:claim_history", args=[room.claim.pk]),
        reverse("desk:speaker_history", args=[room.spokesman.pk]),
        reverse("desk:source_history", args=[room.source.pk]),
    ):
        assert client.get(address)["Location"].startswith(reverse("admin:login"))
        nobody = signed_in(make_account(f"nobody{address}"))
        assert nobody.get(address).status_code == 403
        viewer = signed_in(make_account(f"viewer{address}", "viewer"))
        assert viewer.get(address).status_code == 200
        assert viewer.post(address).status_code == 405
        assert viewer.get(re.sub(r"\d+", "99999", address)).status_code == 404
        for nonsense in ("x", "20240101T000000.000000-x", "9-9", "%00", "20240101T000000.000000-" + "9" * 40):
            assert viewer.get(f"{address}?before={nonsense}").status_code in (200, 404)


def test_history_says_who_did_what_why_and_what_it_changed(clone_db: Clone) -> None:
    room = make_newsroom()
    a_story(room)
    page = read(signed_in(make_account("viewer", "viewer")), room.claim)
    assert acts_of(page)[:4] == [
        "Marked as disputed grace",
        "Taken off the claim ada",
        "Edited the claim ada",
        "Accepted ada",
    ]
    assert f'<p class="note">{REASON}</p>' in page
    assert "<ins>a small number of </ins>" in page  # of the claim's words, what is new
    assert "<ins> before the war</ins>" in page
    assert "<del>Suggested</del><ins>Accepted</ins>" in page
    # The position that was taken off is still told, under the words of its statement.
    gone = page[page.index("Taken off the claim") : page.index("Edited the claim")]
    assert "deleted" in text_of(gone)
    assert "We never sold a single drone" in gone
    statement = reverse("desk:history", args=["statement", room.second_denial.pk])
    its = signed_in(User.objects.get(username="viewer")).get(statement).content.decode()
    assert "Taken off the claim ada" in acts_of(its)
    # What was made without an account says so.
    assert "Changed outside the desk without an account" in acts_of(page)


def test_history_is_paged_by_act_and_costs_the_same_however_long_it_is(clone_db: Clone) -> None:
    room, editor = make_newsroom(), make_account("ada", "editor")
    client = signed_in(editor)

    def reword(number: int) -> None:
        claim = Claim.objects.get(pk=room.claim.pk)
        reviewing.edit_claim(claim, {"text_en": f"Version {number} of it"}, by=editor, base=claim.version)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client, room.claim)
        return len(queries)

    for number in range(2):
        reword(number)
    few = asked()
    for number in range(2, 35):
        reword(number)
    assert asked() <= few <= 40
    first = read(client, room.claim)
    (older,) = re.findall(r'href="(\?before=[^"]+)"', first)
    second = read(client, room.claim, older)
    seen = re.findall(r"<ins>Version (\d+) of it</ins>", first + second)
    assert [int(number) for number in seen] == list(range(34, -1, -1))
    assert len(acts_of(first)) == 30
    assert "Older" not in second


def test_a_speakers_and_an_articles_history_are_told_too(clone_db: Clone) -> None:
    room, editor = make_newsroom(), make_account("ada", "editor")
    Speaker.objects.filter(pk=room.spokesman.pk).update(country="IT")
    linking.save_name_variant(room.spokesman, "Testy", kind=NameKind.TRANSLITERATION, by=editor)
    linking.accept(room.suggestion, by=editor)
    client = signed_in(editor)
    speaker = client.get(reverse("desk:speaker_history", args=[room.spokesman.pk])).content.decode()
    assert acts_of(speaker)[:2] == ["Saved another name ada", "Changed outside the desk without an account"]
    assert "<ins>Testy</ins>" in speaker
    source = client.get(reverse("desk:source_history", args=[room.source.pk])).content.decode()
    assert acts_of(source)[0] == "Accepted ada"


def test_an_act_made_of_others_is_told_as_what_the_editor_did(clone_db: Clone) -> None:
    room, editor = make_newsroom(), make_account("ada", "editor")
    linking.settle(room.suggestion, by=editor)
    page = read(signed_in(editor), room.claim)
    assert acts_of(page)[0] == "Accepted with speaker and claim ada"


# -- the past, and the dossier -----------------------------------------------------------------------------------------------------


def move_back(days: int) -> None:
    """As if all that has happened so far had happened some days ago. Only the owner of the database could do this."""
    with connections["owner"].cursor() as cursor:
        for event in event_models().values():
            table = event._meta.db_table
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                f"UPDATE {table} SET pgh_created_at = pgh_created_at - make_interval(days => {days})"
            )
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_the_desk_sees_a_claim_as_it_stood_on_a_day(clone_db: Clone) -> None:
    room = make_newsroom()
    first_words = room.claim.text_en
    move_back(10)
    a_story(room)
    move_back(10)
    client = signed_in(make_account("viewer", "viewer"))
    today = timezone.localdate()

    def on(days_ago: int) -> str:
        day = today - timedelta(days=days_ago)
        answer = client.get(reverse("desk:claim_as_of", args=[room.claim.pk]), {"on": day.isoformat()})
        assert answer.status_code == 200
        return answer.content.decode().partition("<main")[2]

    assert "The claim was not there yet." in on(25)
    before, after = on(15), on(5)
    for page in (before, after):
        assert "This is the past" in page
        assert "<button" not in page.replace('<button class="btn quiet">Show</button>', "")
    assert first_words in before
    assert first_words not in after
    assert "We never sold a single drone" in before
    assert "We never sold a single drone" not in after  # taken off since
    assert text_of(before).count("Suggested") == 1
    assert "Suggested" not in after
    assert "To be reviewed" in text_of(before)
    assert REASON not in before
    assert REASON in after
    assert "grace" in after


def test_a_day_that_is_none_or_has_not_come_gets_a_sentence(clone_db: Clone) -> None:
    room, client = make_newsroom(), signed_in(make_account("viewer", "viewer"))
    address = reverse("desk:claim_as_of", args=[room.claim.pk])
    assert client.get(address).status_code == 200
    for day, said in (
        ("2999-01-01", "This day has not come yet."),
        ("x", "Enter a valid date."),
        ("", "required"),
    ):
        answer = client.get(address, {"on": day})
        assert answer.status_code == 400
        assert said in answer.content.decode()


def test_the_dossier_holds_everything_on_paper_and_as_json(clone_db: Clone) -> None:
    room = make_newsroom()
    a_story(room)
    seal()
    viewer, stranger = signed_in(make_account("viewer", "viewer")), Client()
    for name in ("dossier", "dossier_json"):
        assert stranger.get(reverse(f"desk:{name}", args=[room.claim.pk])).status_code == 302
        nobody = signed_in(make_account(f"nobody-{name}"))
        assert nobody.get(reverse(f"desk:{name}", args=[room.claim.pk])).status_code == 403
    paper = viewer.get(reverse("desk:dossier", args=[room.claim.pk])).content.decode()
    head = HistorySeal.objects.latest("pk").head
    assert head in paper
    assert REASON in paper
    assert "Marked as disputed" in paper
    held = viewer.get(reverse("desk:dossier_json", args=[room.claim.pk])).json()
    assert held["history"]["head"] == head
    assert held["claim"]["text_en"].startswith("Testland sold a small number")
    assert [each["quote"] for each in held["statements"]] == [
        "no drones were sent to anybody",
        "a small number had been sold before the war",
    ]
    assert held["statements"][0]["speakers"] == ["Testland"]
    assert held["statements"][0]["source"]["text_sha256"] == room.source.text_sha256
    assert [(each["rating"], each["author"]) for each in held["verdicts"]] == [("disputed", "grace")]
    assert [act["verb"] for act in held["history"]["acts"]][:4] == [
        "dispute",
        "detach",
        "edit_claim",
        "accept",
    ]
    assert held["history"]["acts"][0]["because"] == REASON


@pytest.mark.django_db
def test_the_history_button_of_every_section_leads_to_our_own_history() -> None:
    client = signed_in(make_account("chief", "senior editor", "admin"))
    kept = {model._meta.concrete_model: model for model in event_models()}
    for model, section in admin.site._registry.items():
        tracked: Any = kept.get(model._meta.concrete_model)
        if tracked is None:
            assert model in (Group, ImportRun), model  # Django's own log is all there is
            continue
        row = unsaved(tracked)
        if model is Denial:
            row.stance = "denies"  # type: ignore[attr-defined]
        row.save()
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"
        page = client.get(reverse(name, args=[row.pk]), follow=True)
        assert page.redirect_chain[-1][0].startswith("/desk/"), section
        assert page.status_code == 200
        assert acts_of(page.content.decode()), section
    assert client.get(reverse("desk:history", args=["nonsense", 1])).status_code == 404
