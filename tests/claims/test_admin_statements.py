"""The statement's form: quotation found in its article, speakers by any alias, one control for each claim."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from claims import linking, reviewing
from claims.models import Claim, Correction, Denial, Position, Statement
from tests.claims.desk_data import Newsroom, make_account, make_newsroom, signed_in
from tests.claims.desk_forms import fields_of

pytestmark = pytest.mark.django_db

ADD = "/admin/claims/statement/add/"


@pytest.fixture
def room() -> Newsroom:
    return make_newsroom()


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


def change(statement: Statement) -> str:
    return reverse("admin:claims_statement_change", args=[statement.pk])


def added(client: Client, room: Newsroom, words: str, **more: str) -> object:
    data = fields_of(client.get(ADD).content.decode())
    return client.post(ADD, {**data, "source": str(room.source.pk), "quotation": words, **more})


def test_a_statement_is_added_with_speaker_and_claim_and_its_act_decides_what_it_does(
    editor: Client, room: Newsroom
) -> None:
    answer = added(
        editor,
        room,
        "Two officials had claimed the opposite",
        **{
            "act": "denies",
            "speakers-0-speaker": str(room.spokesman.pk),
            "positions-0-claim": str(room.claim.pk),
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]  # type: ignore[attr-defined]
    statement = Statement.objects.latest("pk")
    assert statement.quote == "Two officials had claimed the opposite"
    assert (statement.origin, statement.review) == ("editor", "accepted")
    assert [row.speaker for row in statement.speakers.all()] == [room.spokesman]
    assert Position.objects.get(statement=statement).stance == "denies"


def test_a_quotation_that_is_not_in_the_article_is_refused_with_its_name_and_kept(
    editor: Client, room: Newsroom
) -> None:
    answer = added(editor, room, "We sold a thousand drones")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert "These words are not in “Talks resume”" in page
    assert "We sold a thousand drones</textarea>" in page
    assert Statement.objects.count() == 3


def test_the_same_words_twice_need_the_words_before_them(editor: Client, room: Newsroom) -> None:
    page = added(editor, room, "talks go on").content.decode()  # type: ignore[attr-defined]
    assert "stand more than once in “Talks resume”" in page
    assert added(editor, room, "talks go on", just_before="go on, the").status_code == 302  # type: ignore[attr-defined]
    assert Statement.objects.latest("pk").start == room.source.body.rindex("talks go on")


def test_words_selected_in_an_article_and_the_claim_arrive_on_the_form(
    editor: Client, room: Newsroom
) -> None:
    page = editor.get(
        ADD, {"source": room.source.pk, "quotation": "Officials met", "claim": room.claim.pk}
    ).content.decode()
    data = fields_of(page)
    assert (data["source"], data["quotation"], data["positions-0-claim"]) == (
        str(room.source.pk),
        "Officials met",
        str(room.claim.pk),
    )


def test_changing_the_quotation_moves_the_statement(editor: Client, room: Newsroom) -> None:
    data = fields_of(editor.get(change(room.denial)).content.decode())
    assert editor.post(change(room.denial), {**data, "quotation": "no drones were sent"}).status_code == 302
    room.denial.refresh_from_db()
    assert room.denial.quote == "no drones were sent"


def test_a_joint_statement_gets_its_speakers_in_order(editor: Client, room: Newsroom) -> None:
    data = fields_of(editor.get(change(room.denial)).content.decode())
    more = {
        "speakers-TOTAL_FORMS": "2",
        "speakers-1-statement": str(room.denial.pk),
        "speakers-1-speaker": str(room.spokesman.pk),
    }
    assert editor.post(change(room.denial), {**data, **more}).status_code == 302
    assert [row.speaker for row in room.denial.speakers.all()] == [room.party, room.spokesman]


def test_a_change_of_who_says_a_published_statement_is_told_to_readers(
    editor: Client, room: Newsroom
) -> None:
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief, shown="passages")
    reviewing.publish(room.claim, by=chief)
    data = fields_of(editor.get(change(room.denial)).content.decode())
    assert (
        editor.post(change(room.denial), {**data, "speakers-0-speaker": str(room.spokesman.pk)}).status_code
        == 302
    )
    correction = Correction.objects.get(statement=room.denial)
    assert (correction.before, correction.after) == ({"speaker": ["Testland"]}, {"speaker": ["Karim Testi"]})


def test_a_change_of_the_hands_through_which_it_came_is_told_to_readers(
    editor: Client, room: Newsroom
) -> None:
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief, shown="passages")
    reviewing.publish(room.claim, by=chief)
    page = reverse("admin:claims_statement_change", args=[room.denial.pk])
    data = fields_of(editor.get(page).content.decode())
    row = {"carriers-0-kind": "outlet", "carriers-0-order": "0", "carriers-0-as_written": "CBS"}
    sent = {**data, **row, "carriers-TOTAL_FORMS": "1"}
    assert editor.post(page, sent).status_code == 302
    assert Correction.objects.get(statement=room.denial).after == {"carriers": ["CBS"]}


def test_what_readers_have_seen_is_not_unlinked_and_the_form_says_so(editor: Client, room: Newsroom) -> None:
    chief = make_account("chief", "senior editor")
    reviewing.publish(room.claim, by=chief)
    data = fields_of(editor.get(change(room.denial)).content.decode())
    answer = editor.post(change(room.denial), {**data, "positions-0-DELETE": "on"})
    assert answer.status_code == 200
    assert "Readers have seen this" in answer.content.decode()
    assert Position.objects.filter(statement=room.denial).exists()


def test_the_passage_stands_on_the_form_in_its_context(editor: Client, room: Newsroom) -> None:
    page = editor.get(change(room.denial)).content.decode()
    assert "The ministry said that <mark>no drones were sent to anybody</mark>. “We never sold" in page


@pytest.mark.parametrize("typed", ["tsti", "TSTI", "karim", "Kar"])
def test_speakers_are_offered_by_any_name_or_alias(typed: str, editor: Client, room: Newsroom) -> None:
    asked = {"term": typed, "app_label": "claims", "model_name": "statementspeaker", "field_name": "speaker"}
    offered = editor.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [each["id"] for each in offered] == [str(room.spokesman.pk)]
    assert offered[0]["text"].startswith("Karim Testi")


def test_no_form_holds_a_list_of_everybody(editor: Client, room: Newsroom) -> None:
    Claim.objects.bulk_create(Claim(text_en=f"Claim number {n}", slug=f"claim-{n}") for n in range(300))
    for page in (ADD, change(room.denial)):
        answer = editor.get(page)
        assert "Claim number 17" not in answer.content.decode()
        assert len(answer.content) <= 100_000


def test_what_the_machine_found_says_so_until_an_editor_accepts_it(editor: Client, room: Newsroom) -> None:
    page = editor.get(change(room.suggestion)).content.decode()
    for words in ("Found by machine", "1.2", "cue-verb", "0.83", "No editor has looked at it yet."):
        assert words in page
    sent = fields_of(editor.get(change(room.suggestion)).content.decode(), "desk-accept")
    assert editor.post(reverse("desk:accept", args=[room.suggestion.pk]), sent)["Location"] == change(
        room.suggestion
    )
    room.suggestion.refresh_from_db()
    assert room.suggestion.review == "accepted"
    assert "No editor has looked at it yet." not in editor.get(change(room.suggestion)).content.decode()


def test_suggestions_are_accepted_and_discarded_many_at_once(editor: Client, room: Newsroom) -> None:
    for action, review in (("accept_all", "accepted"), ("discard_all", "rejected")):
        name = f"version_{room.suggestion.pk}"
        listed = editor.get("/admin/claims/statement/").content.decode()
        assert f'name="{name}" value="{room.suggestion.version}"' in listed
        sent = {"action": action, "_selected_action": [room.suggestion.pk], name: room.suggestion.version}
        editor.post("/admin/claims/statement/", sent)
        room.suggestion.refresh_from_db()
        assert room.suggestion.review == review


def test_of_many_at_once_none_is_overwritten_that_somebody_changed(editor: Client, room: Newsroom) -> None:
    shown = {f"version_{each.pk}": each.version for each in (room.suggestion, room.denial)}
    linking.reject(room.suggestion, by=make_account("faster", "editor"), because="A figure of speech.")
    sent = {"action": "accept_all", "_selected_action": [room.suggestion.pk, room.denial.pk], **shown}
    answer = editor.post("/admin/claims/statement/", sent, follow=True)
    assert "Nothing was done" in answer.content.decode()
    room.suggestion.refresh_from_db()
    assert room.suggestion.review == "rejected"


def test_a_viewer_triages_nothing(room: Newsroom) -> None:
    viewer = signed_in(make_account("viewer", "viewer"))
    assert viewer.post(reverse("desk:accept", args=[room.suggestion.pk])).status_code == 403
    assert viewer.get(reverse("desk:accept", args=[room.suggestion.pk])).status_code == 403
    assert "No editor has looked at it yet" not in viewer.get(change(room.suggestion)).content.decode()


def test_the_section_of_denials_lists_who_denies_what_and_leads_to_the_statement(
    editor: Client, room: Newsroom
) -> None:
    page = editor.get("/admin/claims/denial/?q=tsti").content.decode()
    assert "Karim Testi" in page
    denial = Denial.objects.get(statement=room.second_denial)
    assert editor.get(reverse("admin:claims_denial_change", args=[denial.pk]))["Location"] == change(
        room.second_denial
    )
    assert set(Denial.objects.values_list("stance", flat=True)) == {"denies"}
