"""The desk outside the admin: what waits, and the page on which a claim is reviewed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import contest, linking, reviewing
from claims.desk import queues
from claims.models import Claim, Evidence, Position, StatementSpeaker, Verdict
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Newsroom:
    made = make_newsroom()
    contest.refresh([made.claim.pk])
    return made


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


def page_of(claim: Claim) -> str:
    return reverse("desk:claim", args=[claim.pk])


def test_strangers_sign_in_first_and_accounts_without_a_role_get_nowhere(
    client: Client, room: Newsroom
) -> None:
    for page in (reverse("desk:home"), page_of(room.claim), reverse("desk:evidence", args=[room.claim.pk])):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("admin:login"))
        assert signed_in(make_account(f"nobody-{page}")).get(page).status_code == 403


def test_the_home_counts_what_waits_and_each_count_leads_to_its_list(editor: Client, room: Newsroom) -> None:
    answer = editor.get(reverse("desk:home"))
    counts = [n for _words, n, _address in answer.context["waiting"]]
    assert counts == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]
    for _words, _n, address in answer.context["waiting"]:
        assert editor.get(address).status_code == 200


def test_the_home_counts_no_further_than_anybody_works(
    editor: Client, room: Newsroom, monkeypatch: Any
) -> None:
    Claim.objects.bulk_create(Claim(text_en=f"Claim {n}", slug=f"claim-{n}") for n in range(4))
    monkeypatch.setattr(queues, "COUNTED", 3)
    assert "<b>3+</b> <span>Claims in draft" in editor.get("/desk/").content.decode()


def test_a_new_admission_on_a_published_claim_is_on_the_home(editor: Client, room: Newsroom) -> None:
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief, shown="passages")
    reviewing.publish(room.claim, by=chief)
    answer = editor.get(reverse("desk:home"))
    assert answer.context["waiting"][0][1] == 1
    assert "a small number had been sold before the war" in answer.content.decode()


def test_the_page_shows_every_statement_in_its_passage_and_what_each_assessment_lacks(
    editor: Client, room: Newsroom
) -> None:
    page = editor.get(page_of(room.claim)).content.decode()
    assert "<mark>no drones were sent to anybody</mark>" in page
    assert "Found by machine 1.2" in page
    assert page.count('name="rating"') == 4
    ratings = {
        each["value"]: bool(each["missing"]) for each in editor.get(page_of(room.claim)).context["ratings"]
    }
    assert ratings == {"confirmed": True, "disputed": False, "unproven": False, "refuted": True}


def test_the_page_asks_no_more_with_more_statements(editor: Client, room: Newsroom) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(page_of(room.claim)).status_code == 200
        return len(queries)

    few = asked()
    for number in range(30):
        statement = make_words(room.source, "Officials met", review="accepted", key=f"k{number}")
        StatementSpeaker.objects.create(statement=statement, speaker=room.party)
        Position.objects.create(statement=statement, claim=room.claim, stance="context")
    assert asked() <= few + 1


def test_an_editor_marks_the_claim_and_the_decision_is_logged_with_its_reason(
    editor: Client, room: Newsroom
) -> None:
    data = {"rating": "disputed", "reason_en": REASON, f"version_{room.claim.pk}": room.claim.version}
    assert editor.post(page_of(room.claim), data).status_code == 302
    verdict = Verdict.objects.get()
    assert (verdict.rating, verdict.stage, verdict.reason_en, verdict.author.username) == (
        "disputed",
        "current",
        REASON,
        "editor",
    )
    page = editor.get(page_of(room.claim)).content.decode()
    assert "1 claim marked: Disputed." in page
    assert REASON in page


def test_a_refused_mark_says_why_and_keeps_the_reason(editor: Client, room: Newsroom) -> None:
    for rating, reason in (("disputed", "Short"), ("confirmed", REASON), ("", REASON)):
        data = {"rating": rating, "reason_en": reason, f"version_{room.claim.pk}": room.claim.version}
        answer = editor.post(page_of(room.claim), data)
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        assert f"{reason}</textarea>" in answer.content.decode()
    assert not Verdict.objects.exists()


def test_a_stale_page_marks_nothing_and_shows_the_claim_as_it_is_now(editor: Client, room: Newsroom) -> None:
    data = {"rating": "disputed", "reason_en": REASON, f"version_{room.claim.pk}": room.claim.version}
    Claim.objects.filter(pk=room.claim.pk).update(text_en="Testland gave drones away")
    answer = editor.post(page_of(room.claim), data)
    assert answer.status_code == 409
    assert "Testland gave drones away" in answer.content.decode()
    assert REASON in answer.content.decode()
    assert not Verdict.objects.exists()


def test_a_viewer_reads_and_cannot_mark(room: Newsroom) -> None:
    viewer = signed_in(make_account("viewer", "viewer"))
    assert 'name="rating"' not in viewer.get(page_of(room.claim)).content.decode()
    data = {"rating": "disputed", "reason_en": REASON, f"version_{room.claim.pk}": room.claim.version}
    assert viewer.post(page_of(room.claim), data).status_code == 403
    assert viewer.get(reverse("desk:evidence", args=[room.claim.pk])).status_code == 403
    assert viewer.post(reverse("desk:accept", args=[room.suggestion.pk])).status_code == 403


def test_evidence_is_added_by_link_or_statement_and_leads_back(editor: Client, room: Newsroom) -> None:
    page = reverse("desk:evidence", args=[room.claim.pk])
    answer = editor.post(
        page,
        {
            "kind": "refutes",
            "url": "https://example.org/report",
            "note_en": "The customs report.",
            "next": "/desk/",
        },
    )
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    editor.post(page, {"kind": "context", "statement": room.denial.pk})
    assert sorted(Evidence.objects.values_list("kind", flat=True)) == ["context", "refutes"]
    answer = editor.post(page, {"kind": "refutes", "note_en": "Nothing named."})
    assert answer.status_code == 200
    assert "Nothing named.</textarea>" in answer.content.decode()
    assert editor.post(
        page, {"kind": "refutes", "url": "https://example.org/x", "next": "https://evil.example/"}
    )["Location"] == page_of(room.claim)


def test_suggestions_are_accepted_and_discarded_on_the_page(editor: Client, room: Newsroom) -> None:
    for act, review in (("accept", "accepted"), ("discard", "rejected")):
        address = reverse(f"desk:{act}", args=[room.suggestion.pk])
        assert editor.get(address).status_code == 405
        sent = {"next": page_of(room.claim), f"version_{room.suggestion.pk}": room.suggestion.version}
        assert editor.post(address, sent)["Location"] == page_of(room.claim)
        room.suggestion.refresh_from_db()
        assert room.suggestion.review == review


def test_whoever_decides_about_a_suggestion_second_sees_what_the_first_made_of_it(
    editor: Client, room: Newsroom
) -> None:
    opened = {"next": page_of(room.claim), f"version_{room.suggestion.pk}": room.suggestion.version}
    linking.reject(room.suggestion, by=make_account("faster", "editor"), because="A figure of speech.")
    answer = editor.post(reverse("desk:accept", args=[room.suggestion.pk]), opened)
    assert answer.status_code == 409
    (row,) = [row for row in answer.context["rows"] if row.name == "review"]
    assert (row.base, row.theirs, row.yours) == ("Suggested", "Discarded", "Accepted")
    room.suggestion.refresh_from_db()
    assert room.suggestion.review == "rejected"
    again = {"next": page_of(room.claim), f"version_{room.suggestion.pk}": room.suggestion.version}
    assert editor.post(reverse("desk:accept", args=[room.suggestion.pk]), again).status_code == 302


def test_a_senior_editor_publishes_and_withdraws_with_a_reason(editor: Client, room: Newsroom) -> None:
    chief = signed_in(make_account("chief", "senior editor"))
    publish, withdraw = (reverse("desk:act", args=[room.claim.pk, key]) for key in ("publish", "withdraw"))
    assert editor.get(publish).status_code == 403
    assert chief.post(publish, {f"version_{room.claim.pk}": room.claim.version}).status_code == 302
    room.claim.refresh_from_db()
    assert room.claim.publication == "published"
    version = {f"version_{room.claim.pk}": room.claim.version}
    assert chief.post(withdraw, {**version, "reason_en": ""}).status_code == 200
    assert chief.post(withdraw, {**version, "reason_en": "It rests on a mistranslation."}).status_code == 302
    room.claim.refresh_from_db()
    assert room.claim.publication == "withdrawn"


def test_a_merged_claim_leads_to_the_one_it_became(editor: Client, room: Newsroom) -> None:
    other = Claim.objects.create(text_en="The same in other words", slug="same", merged_into=room.claim)
    assert editor.get(page_of(other))["Location"] == page_of(room.claim)


def test_the_desk_speaks_italian_to_who_chooses_it(editor: Client) -> None:
    editor.post(reverse("desk:language"), {"language": "it", "next": reverse("desk:home")})
    assert '<html lang="it">' in editor.get(reverse("desk:home")).content.decode()
