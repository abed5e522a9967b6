"""Decisions by stage on the desk: proposing with evidence, and the page of each act on a proposal."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims import reviewing
from claims.models import Claim, Evidence, Verdict
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, signed_in

pytestmark = pytest.mark.django_db
NOTE = "Cite the second denial too."
WHY = {"en": REASON}


@pytest.fixture(autouse=True)
def second_reading(settings: Any, tmp_path: Path) -> None:
    settings.CLAIMTRACKER_SECOND_READER = True
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def room() -> Newsroom:
    made = make_newsroom()
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(made.source, by=chief)
    reviewing.publish(made.claim, by=chief)
    return made


def account(name: str) -> User:
    return User.objects.filter(username=name).first() or make_account(
        name, {"chief": "senior editor", "viewer": "viewer"}.get(name, "editor")
    )


def as_(name: str) -> Client:
    return signed_in(account(name))


def page_of(claim: Claim) -> str:
    return reverse("desk:claim", args=[claim.pk])


def address(verdict: Verdict, key: str) -> str:
    return reverse("desk:stage", args=[verdict.pk, key])


def version_of(claim: Claim) -> dict[str, int]:
    return {f"version_{claim.pk}": Claim.objects.get(pk=claim.pk).version}


def proposed(room: Newsroom, by: str = "author") -> Verdict:
    return reviewing.propose(room.claim, "disputed", by=account(by), because=WHY)


def returned(room: Newsroom) -> Verdict:
    verdict = proposed(room)
    reviewing.send_back(verdict, by=account("reader"), note=NOTE)
    return verdict


ANSWER = {"rating": "disputed", "reason_en": REASON, "answer": "The second denial is Testi's own."}
# Each act: who does it, on whose proposal, with what, and where that leads.
ACTS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "approve": ("reader", "author", {}, "current"),
    "send-back": ("reader", "author", {"note": NOTE}, "returned"),
    "publish-now": ("chief", "chief", {"early_reason": "The vote is tonight."}, "current"),
    "propose-again": ("author", "author", ANSWER, "proposed"),
    "take-back": ("author", "author", {}, "dropped"),
}


@pytest.mark.parametrize("key", list(ACTS))
def test_each_act_is_linked_from_the_claims_page_says_what_will_happen_and_does_it(
    key: str, room: Newsroom
) -> None:
    who, whose, data, stage = ACTS[key]
    verdict = returned(room) if key == "propose-again" else proposed(room, whose)
    client = as_(who)
    for form in (
        page_of(room.claim),
        reverse("admin:claims_claim_change", args=[room.claim.pk]),
        reverse("admin:claims_verdict_change", args=[verdict.pk]),
    ):
        assert address(verdict, key) in client.get(form).content.decode(), form
    page = client.get(address(verdict, key))
    assert "What will happen" in page.content.decode()
    assert REASON in page.content.decode()
    answer = client.post(address(verdict, key), {**data, **version_of(room.claim)})
    assert (answer.status_code, answer["Location"]) == (302, page_of(room.claim))
    verdict.refresh_from_db()
    assert verdict.stage == stage


@pytest.mark.parametrize("key", list(ACTS))
def test_each_act_is_for_whom_the_table_says(key: str, room: Newsroom, client: Client) -> None:
    who, whose, data, _stage = ACTS[key]
    verdict = returned(room) if key == "propose-again" else proposed(room, whose)
    before = Verdict.objects.get(pk=verdict.pk).stage
    sent = {**data, **version_of(room.claim)}
    assert client.post(address(verdict, key), sent)["Location"].startswith(reverse("admin:login"))
    assert as_("viewer").post(address(verdict, key), sent).status_code == 403
    # The colleague who may do such things, but not this one: an author approves nothing of their own, nobody answers for another.
    other = "colleague" if who == whose else whose
    if key == "publish-now":
        assert as_(other).post(address(verdict, key), sent).status_code == 403
    else:
        refused = as_(other).post(address(verdict, key), sent)
        assert refused.status_code == 200
        assert 'role="alert"' in refused.content.decode()
    assert address(verdict, key) not in as_(other).get(page_of(room.claim)).content.decode()
    assert Verdict.objects.get(pk=verdict.pk).stage == before


@pytest.mark.parametrize("key", ["approve", "send-back", "publish-now", "propose-again"])
def test_a_claim_changed_meanwhile_is_shown_side_by_side_and_what_was_typed_stays(
    key: str, room: Newsroom
) -> None:
    who, whose, data, _stage = ACTS[key]
    verdict = returned(room) if key == "propose-again" else proposed(room, whose)
    before = Verdict.objects.get(pk=verdict.pk).stage
    opened = version_of(room.claim)
    room.claim.refresh_from_db()
    reviewing.edit_claim(room.claim, {"text_en": "Testland gave drones away"}, by=account("chief"))
    reviewing.add_evidence(room.claim, by=account("chief"), kind="refutes", url="https://example.org/log")
    answer = as_(who).post(address(verdict, key), {**data, **opened})
    assert answer.status_code == 409
    row = next(row for row in answer.context["conflict"] if row.name == "text_en")
    assert (row.base, row.theirs) == ("Testland sold drones to its neighbour", "Testland gave drones away")
    page = answer.content.decode()
    assert "https://example.org/log" in page
    for typed in data.values():
        assert typed in page.replace("&#x27;", "'")
    assert Verdict.objects.get(pk=verdict.pk).stage == before
    again = {**data, **version_of(room.claim)}
    assert as_(who).post(address(verdict, key), again).status_code == 302


def test_an_unknown_act_or_decision_is_not_found(room: Newsroom) -> None:
    verdict = proposed(room)
    assert as_("reader").get(address(verdict, "nonsense")).status_code == 404
    assert as_("reader").get(reverse("desk:stage", args=[0, "approve"])).status_code == 404


def test_what_cannot_be_done_any_more_says_so(room: Newsroom) -> None:
    verdict = proposed(room)
    reviewing.approve(verdict, by=account("reader"))
    page = as_("reader").get(address(verdict, "send-back")).content.decode()
    assert "not possible from where it stands now" in page
    answer = (
        as_("reader")
        .post(address(verdict, "send-back"), {"note": NOTE, **version_of(room.claim)})
        .content.decode()
    )
    assert "Only a proposed decision can be sent back" in answer


def test_a_note_that_is_too_short_is_refused_and_stays(room: Newsroom) -> None:
    verdict = proposed(room)
    answer = (
        as_("reader")
        .post(address(verdict, "send-back"), {"note": "No, sir", **version_of(room.claim)})
        .content.decode()
    )
    assert "at least 10 characters" in answer
    assert "No, sir</textarea>" in answer


def test_an_early_decision_asks_for_its_second_reading_until_it_has_one(room: Newsroom) -> None:
    early = reviewing.publish_now(
        proposed(room, "chief"), by=account("chief"), because="The vote is tonight."
    )
    page = as_("reader").get(page_of(room.claim)).content.decode()
    assert "second reading due by" in page
    assert "The vote is tonight." in page
    as_("reader").post(address(early, "approve"), version_of(room.claim))
    early.refresh_from_db()
    assert early.second_reader == account("reader")
    assert 'id="h-waiting"' not in as_("reader").get(page_of(room.claim)).content.decode()


# --- proposing


def test_the_button_reads_propose_with_second_reading_on_and_mark_with_it_off(
    room: Newsroom, settings: Any
) -> None:
    page = as_("author").get(page_of(room.claim)).content.decode()
    assert '<button class="btn">Propose</button>' in page
    assert "Propose as disputed" in page
    draft = Claim.objects.create(text_en="A draft is marked at once", slug="draft")
    assert '<button class="btn">Mark</button>' in as_("author").get(page_of(draft)).content.decode()
    settings.CLAIMTRACKER_SECOND_READER = False
    page = as_("author").get(page_of(room.claim)).content.decode()
    assert '<button class="btn">Mark</button>' in page
    assert "Mark as disputed" in page


def propose_with(room: Newsroom, **more: Any) -> Any:
    data = {"rating": "disputed", "reason_en": REASON, **version_of(room.claim), **more}
    return as_("author").post(page_of(room.claim), data)


def test_a_proposal_rests_on_the_evidence_picked_and_on_what_is_added_with_it(room: Newsroom) -> None:
    kept, left = (
        reviewing.add_evidence(
            room.claim, by=account("author"), kind="refutes", url=f"https://example.org/{name}"
        )
        for name in ("kept", "left")
    )
    page = as_("author").get(page_of(room.claim)).content.decode()
    assert page.count('name="cites"') == 2
    answer = propose_with(
        room, cites=[kept.pk], **{"new-kind": "refutes", "new-url": "https://example.org/new"}
    )
    assert answer.status_code == 302
    verdict = Verdict.objects.get()
    assert verdict.stage == "proposed"
    assert [each["url"] for each in verdict.evidence] == [
        "https://example.org/kept",
        "https://example.org/new",
    ]
    assert left.pk not in [each["id"] for each in verdict.evidence]


def test_a_passage_is_evidence_with_its_exact_place(room: Newsroom) -> None:
    passage = {
        "new-kind": "context",
        "new-source": room.source.pk,
        "new-quotation": "The talks go on, the talks",
    }
    assert propose_with(room, **passage).status_code == 302
    found = Evidence.objects.get()
    assert found.span is not None
    assert room.source.body[found.span["start"] : found.span["end"]] == "The talks go on, the talks"


def test_a_file_is_kept_with_its_hash_for_the_desk_alone(room: Newsroom, client: Client) -> None:
    sent = SimpleUploadedFile("../Customs report.html", b"<script>alert(1)</script>")
    assert propose_with(room, **{"new-kind": "refutes", "new-file": sent}).status_code == 302
    found = Evidence.objects.get()
    assert found.file_sha256 == hashlib.sha256(b"<script>alert(1)</script>").hexdigest()
    assert found.file_public is False
    assert Verdict.objects.get().evidence[0]["file_sha256"] == found.file_sha256
    place = reverse("desk:evidence_file", args=[found.pk])
    assert place in as_("reader").get(page_of(room.claim)).content.decode()
    answer = as_("viewer").get(place)
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="Customs_report.html"'
    assert client.get(place).status_code == 302
    assert found.file.name not in client.get(reverse("public:claim", args=[room.claim.slug])).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"new-kind": "refutes", "new-file": SimpleUploadedFile("empty.txt", b"")}, "empty"),
        ({"new-url": "https://example.org/x"}, "for, against or context"),
        ({"new-kind": "refutes", "new-note_en": "Nothing named."}, "exactly one thing"),
        ({"new-kind": "refutes", "new-quotation": "talks resume"}, "Choose the article"),
    ],
)
def test_evidence_that_says_nothing_proposes_nothing_and_keeps_what_was_typed(
    wrong: dict[str, Any], said: str, room: Newsroom
) -> None:
    answer = propose_with(room, **wrong)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert f"{REASON}</textarea>" in answer.content.decode()
    assert not Verdict.objects.exists()
    assert not Evidence.objects.exists()


def test_a_refused_proposal_adds_no_evidence_and_asks_for_the_file_again(room: Newsroom) -> None:
    sent = {"new-kind": "refutes", "new-file": SimpleUploadedFile("log.txt", b"log")}
    answer = propose_with(room, reason_en="Short", **sent)
    assert answer.status_code == 200
    assert "Choose the file again" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_a_stale_page_shows_base_theirs_and_what_was_added(room: Newsroom) -> None:
    opened = version_of(room.claim)
    reviewing.approve(
        reviewing.propose(room.claim, "unproven", by=account("author"), because=WHY), by=account("reader")
    )
    answer = propose_with(room, **opened)
    assert answer.status_code == 409
    assert "Unproven (author)" in answer.content.decode()
    assert Verdict.objects.count() == 1


def test_the_page_asks_little_whatever_waits(room: Newsroom, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        reviewing.propose(room.claim, "disputed", by=make_account(f"a{number}", "editor"), because=WHY)
    client = as_("reader")
    with django_assert_max_num_queries(32):
        client.get(page_of(room.claim))


def test_the_admins_form_takes_a_file_once_and_shows_its_fingerprint(room: Newsroom) -> None:
    sent = SimpleUploadedFile("log.txt", b"log")
    data = {"claim": room.claim.pk, "kind": "context", "url": "", "statement": "", "source": "", "file": sent}
    assert as_("author").post(reverse("admin:claims_evidence_add"), data).status_code == 302
    found = Evidence.objects.get()
    page = as_("author").get(reverse("admin:claims_evidence_change", args=[found.pk])).content.decode()
    assert hashlib.sha256(b"log").hexdigest() in page
    assert reverse("desk:evidence_file", args=[found.pk]) in page
    assert 'type="file"' not in page


def test_the_desk_lists_what_i_read_what_came_back_and_what_waits_for_others(room: Newsroom) -> None:
    mine, theirs, back = proposed(room, "me"), proposed(room, "author"), returned_to(room, "me")
    early = reviewing.publish_now(
        proposed(room, "chief"), by=account("chief"), because="The vote is tonight."
    )
    me = as_("me")
    home = {str(words): (n, to) for words, n, to in me.get(reverse("desk:home")).context["waiting"]}
    page = reverse("desk:second_readings")
    assert home["Decisions that wait for a second reading"] == (3, page)
    groups = [[line["verdict"] for line in lines] for _words, lines in me.get(page).context["groups"]]
    assert groups == [[early, theirs], [back], [mine]]
    text = me.get(page).content.decode()
    for verdict, key in (
        (early, "approve"),
        (theirs, "send-back"),
        (back, "propose-again"),
        (mine, "take-back"),
    ):
        assert address(verdict, key) in text
    assert "approve" not in as_("viewer").get(page).content.decode()


def returned_to(room: Newsroom, author: str) -> Verdict:
    verdict = proposed(room, author)
    reviewing.send_back(verdict, by=account("reader"), note=NOTE)
    verdict.refresh_from_db()
    return verdict


def test_the_list_asks_no_more_with_more_proposals(
    room: Newsroom, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        reviewing.propose(room.claim, "disputed", by=make_account(f"a{number}", "editor"), because=WHY)
    client = as_("reader")
    with django_assert_max_num_queries(12):
        client.get(reverse("desk:second_readings"))


def test_readers_are_told_while_a_decision_still_waits_for_its_second_reading(
    room: Newsroom, client: Client
) -> None:
    page = f"/en/claims/{room.claim.slug}/"
    early = reviewing.publish_now(
        proposed(room, "chief"), by=account("chief"), because="The vote is tonight."
    )
    assert "before its second reading, which is due by" in client.get(page).content.decode()
    assert "The vote is tonight" not in client.get(page).content.decode()
    reviewing.approve(early, by=account("reader"))
    assert "before its second reading" not in client.get(page).content.decode()
