"""Two editors on one form: the second is shown base, theirs and yours, and nothing is overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from claims import reviewing
from claims.models import Claim, Correction, Position, SpeakerName
from tests.claims.desk_data import Newsroom, make_account, make_newsroom, signed_in
from tests.claims.desk_forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Newsroom:
    return make_newsroom()


@pytest.fixture
def first() -> Client:
    return signed_in(make_account("first", "editor"))


@pytest.fixture
def second() -> Client:
    return signed_in(make_account("second", "editor"))


def change_page(thing: models.Model) -> str:
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])


def opened(client: Client, thing: models.Model) -> dict[str, str]:
    return fields_of(client.get(change_page(thing)).content.decode())


FORMS = [
    ("claim", "text_en", "Testland gave drones away", "Testland lent drones to its neighbour"),
    ("topic", "name_en", "Unmanned aircraft", "Flying machines"),
    ("outlet", "name", "The Daily Witness", "The Daily Evidence"),
    ("party", "description_en", "A country", "A state"),
    ("source", "title", "Talks go on", "Talks begin again"),
    ("denial", "desk_note", "Look at this again", "All is well"),
]


@pytest.mark.parametrize(("what", "field", "theirs", "yours"), FORMS, ids=[form[0] for form in FORMS])
def test_the_second_to_save_is_shown_all_three_and_overwrites_nothing(
    what: str, field: str, theirs: str, yours: str, room: Newsroom, first: Client, second: Client
) -> None:
    thing = getattr(room, what)
    base = getattr(thing, field)
    early, late = opened(first, thing), opened(second, thing)
    assert first.post(change_page(thing), {**early, field: theirs}).status_code == 302
    answer = second.post(change_page(thing), {**late, field: yours})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert theirs in page
    assert yours in page
    row = next(row for row in answer.context["rows"] if row.name == field)
    assert (row.base, row.theirs, row.yours, row.clash) == (base, theirs, yours, True)
    thing.refresh_from_db()
    assert getattr(thing, field) == theirs


@pytest.mark.parametrize(("what", "field", "theirs", "yours"), FORMS, ids=[form[0] for form in FORMS])
def test_going_on_after_a_conflict_saves_yours_on_top(
    what: str, field: str, theirs: str, yours: str, room: Newsroom, first: Client, second: Client
) -> None:
    thing = getattr(room, what)
    early, late = opened(first, thing), opened(second, thing)
    first.post(change_page(thing), {**early, field: theirs})
    kept: dict[str, Any] = dict(second.post(change_page(thing), {**late, field: yours}).context["kept"])
    assert second.post(change_page(thing), kept).status_code == 302
    thing.refresh_from_db()
    assert getattr(thing, field) == yours


def test_a_form_without_its_version_is_refused_like_a_stale_one(room: Newsroom, first: Client) -> None:
    data = opened(first, room.topic)
    del data["base_version"]
    assert first.post(change_page(room.topic), {**data, "name_en": "Other"}).status_code == 409
    assert (
        first.post(change_page(room.topic), {**data, "name_en": "Other", "base_version": "x"}).status_code
        == 409
    )


def test_rows_inside_a_form_are_kept_from_being_overwritten_too(
    room: Newsroom, first: Client, second: Client
) -> None:
    late = opened(second, room.spokesman)
    SpeakerName.objects.filter(speaker=room.spokesman).update(name="Testy")
    answer = second.post(change_page(room.spokesman), {**late, "names-0-name": "Tasty"})
    assert answer.status_code == 409
    assert "Testy" in answer.content.decode()
    assert SpeakerName.objects.get(speaker=room.spokesman).name == "Testy"


def test_a_position_changed_by_somebody_else_is_not_overwritten(
    room: Newsroom, first: Client, second: Client
) -> None:
    early, late = opened(first, room.denial), opened(second, room.denial)
    assert first.post(change_page(room.denial), {**early, "positions-0-stance": "context"}).status_code == 302
    assert second.post(change_page(room.denial), {**late, "positions-0-stance": "admits"}).status_code == 409
    assert Position.objects.get(statement=room.denial).stance == "context"


def test_a_form_with_a_mistake_keeps_the_version_it_started_from(
    room: Newsroom, first: Client, second: Client
) -> None:
    late = opened(second, room.claim)
    first.post(change_page(room.claim), {**opened(first, room.claim), "text_en": "Testland gave drones away"})
    answer = second.post(
        change_page(room.claim), {**late, "text_en": "", "text_it": "", "period_earliest": "nonsense"}
    )
    assert answer.status_code == 200
    again = fields_of(answer.content.decode())
    assert again["base_version"] == late["base_version"]
    assert (
        second.post(change_page(room.claim), {**again, "text_en": "Mine", "period_earliest": ""}).status_code
        == 409
    )


def test_what_the_database_refuses_comes_back_as_a_sentence_with_everything_typed(
    room: Newsroom, first: Client
) -> None:
    data = opened(first, room.claim)
    answer = first.post(
        change_page(room.claim), {**data, "text_en": "A claim of a day", "period_basis": "stated"}
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "A claim of a day" in page
    assert "errornote" in page
    room.claim.refresh_from_db()
    assert room.claim.text_en == "Testland sold drones to its neighbour"


def test_saving_without_a_change_changes_nothing(room: Newsroom, first: Client) -> None:
    version = room.claim.version
    assert first.post(change_page(room.claim), opened(first, room.claim)).status_code == 302
    room.claim.refresh_from_db()
    assert room.claim.version == version


def test_a_draft_is_deleted_and_what_was_published_is_not(room: Newsroom, first: Client) -> None:
    def deleting(thing: models.Model) -> int:
        return first.post(change_page(thing).replace("change", "delete"), {"post": "yes"}).status_code

    draft = Claim.objects.create(text_en="A draft that leads nowhere", slug="nowhere")
    assert deleting(draft) == 302
    assert not Claim.objects.filter(pk=draft.pk).exists()
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief, shown="passages")
    reviewing.publish(room.claim, by=chief)
    assert (deleting(room.claim), deleting(room.source)) == (403, 403)
    for thing in (room.denial, room.party, room.outlet):
        assert deleting(thing) in (200, 302)
        assert type(thing)._default_manager.filter(pk=thing.pk).exists()


def test_a_statement_that_readers_have_seen_is_not_deleted_and_the_page_says_why(
    room: Newsroom, first: Client
) -> None:
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief, shown="passages")
    reviewing.publish(room.claim, by=chief)
    answer = first.post(change_page(room.denial).replace("change", "delete"), {"post": "yes"}, follow=True)
    assert "not deleted" in answer.content.decode()


def test_changing_a_published_claims_words_is_a_senior_editors_and_is_told_to_readers(
    room: Newsroom, first: Client
) -> None:
    chief = make_account("chief", "senior editor")
    reviewing.publish(room.claim, by=chief)
    page = first.get(change_page(room.claim)).content.decode()
    assert 'name="text_en"' not in page
    assert 'name="positions-0-stance"' in page
    given = fields_of(page)
    assert (
        first.post(change_page(room.claim), {**given, "text_en": "Testland gave drones away"}).status_code
        == 302
    )
    room.claim.refresh_from_db()
    assert room.claim.text_en == "Testland sold drones to its neighbour"
    senior = signed_in(chief)
    data = {**opened(senior, room.claim), "text_en": "Testland gave drones away"}
    assert senior.post(change_page(room.claim), data).status_code == 302
    assert Correction.objects.get(claim=room.claim).after == {"text_en": "Testland gave drones away"}


def test_going_on_keeps_what_only_the_other_editor_changed(
    room: Newsroom, first: Client, second: Client
) -> None:
    early, late = opened(first, room.claim), opened(second, room.claim)
    theirs = {
        "text_it": "La Testlandia ha regalato droni",
        "period_earliest": "2022-12-01",
        "period_basis": "stated",
        "topic": "",
    }
    assert first.post(change_page(room.claim), {**early, **theirs}).status_code == 302
    answer = second.post(
        change_page(room.claim), {**late, "text_en": "Testland lent drones to its neighbour"}
    )
    assert answer.status_code == 409
    assert second.post(change_page(room.claim), dict(answer.context["kept"])).status_code == 302
    room.claim.refresh_from_db()
    assert room.claim.text_en == "Testland lent drones to its neighbour"
    assert room.claim.text_it == theirs["text_it"]
    assert (str(room.claim.period_earliest), room.claim.period_basis, room.claim.topic) == (
        "2022-12-01",
        "stated",
        None,
    )
