"""A person or body on the desk: names, roles by time, for whom they speak; who may change it, and nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import contest, linking
from claims.errors import Refused, Stale
from claims.models import Affiliation, Speaker, SpeakerName, StatementSpeaker
from claims.vocabulary import Role
from tests.claims.desk_data import Newsroom, make_account, make_newsroom, signed_in
from tests.factories import make_speaker, make_user

pytestmark = pytest.mark.django_db
WHY = "He has another employer since March."


@pytest.fixture
def room() -> Newsroom:
    made = make_newsroom()
    contest.refresh([made.claim.pk])
    StatementSpeaker.objects.filter(statement=made.second_denial).update(
        as_written="Karim Testi", role_as_written="its spokesman"
    )
    return made


def editor() -> User:
    return User.objects.filter(username="editor").first() or make_account("editor", "editor")


def page_of(speaker: Speaker) -> str:
    return reverse("desk:speaker", args=[speaker.pk])


def version_of(speaker: Speaker) -> dict[str, int]:
    return {f"version_{speaker.pk}": Speaker.objects.get(pk=speaker.pk).version}


# --- the steps


def test_the_party_that_denies_changes_with_whom_they_speak_for(room: Newsroom) -> None:
    other = make_speaker("Nextland", kind="government")
    linking.speak_for(room.spokesman, other, by=editor(), because=WHY)
    room.spokesman.refresh_from_db()
    assert room.spokesman.speaks_for == other
    room.claim.figures.refresh_from_db()
    assert {each["name"] for each in room.claim.figures.parties} == {"Testland", "Nextland"}
    linking.speak_for(room.spokesman, None, by=editor())
    room.claim.figures.refresh_from_db()
    assert {each["name"] for each in room.claim.figures.parties} == {"Testland", "Karim Testi"}


def test_a_name_edited_in_the_admin_is_the_party_s_name_on_its_claims_too(room: Newsroom) -> None:
    linking.edit_speaker(room.party, {"name": "Republic of Testland"}, by=editor())
    room.claim.figures.refresh_from_db()
    assert [each["name"] for each in room.claim.figures.parties] == ["Republic of Testland"]


def test_a_name_moves_to_whom_it_belongs_and_is_not_doubled_there(room: Newsroom) -> None:
    other = make_speaker("Karim Toast")
    name = linking.add_name(room.spokesman, "  K.  Testi ", kind="transliteration", by=editor())
    assert name.name == "K. Testi"
    linking.move_name(name, to=other, by=editor(), because=WHY)
    assert [each.name for each in other.names.all()] == ["K. Testi"]
    with pytest.raises(Refused, match="moved or removed"):
        linking.move_name(name, to=room.party, by=editor())
    again = linking.add_name(room.spokesman, "K. Testi", kind="garbled", by=editor())
    linking.move_name(again, to=other, by=editor())
    assert SpeakerName.objects.filter(name="K. Testi").count() == 1


def test_a_role_begins_and_ends(room: Newsroom) -> None:
    row = linking.affiliate(
        room.spokesman, room.party, {"en": "Spokesman"}, by=editor(), from_on=date(2020, 1, 2)
    )
    with pytest.raises(Refused, match="after it begins"):
        linking.end_affiliation(row, on=date(2019, 1, 1), by=editor())
    linking.end_affiliation(row, on=date(2021, 1, 1), by=editor())
    row.refresh_from_db()
    assert (row.role_en, row.to_on) == ("Spokesman", date(2021, 1, 1))
    Affiliation.objects.filter(pk=row.pk).delete()
    with pytest.raises(Refused, match="removed this role"):
        linking.end_affiliation(row, on=date(2021, 1, 1), by=editor())


def test_what_makes_no_sense_is_refused_with_a_sentence(room: Newsroom) -> None:
    unnamed = make_speaker("Two officials", kind="anonymous", only_in=room.source)
    name = room.spokesman.names.get()
    for do in (
        lambda: linking.speak_for(room.spokesman, room.spokesman, by=editor()),
        lambda: linking.speak_for(room.spokesman, unnamed, by=editor()),
        lambda: linking.move_name(name, to=room.spokesman, by=editor()),
        lambda: linking.move_name(name, to=unnamed, by=editor()),
        lambda: linking.affiliate(room.spokesman, room.spokesman, {}, by=editor()),
        lambda: linking.add_name(room.spokesman, " ", kind="garbled", by=editor()),
        lambda: linking.add_name(room.spokesman, "Tsti", kind="garbled", by=editor()),
        lambda: linking.add_name(
            make_speaker("Gone", merged_into=room.party), "X", kind="garbled", by=editor()
        ),
    ):
        with pytest.raises(Refused):
            do()


def acts(room: Newsroom, by: Any, base: int | None = None) -> dict[str, Callable[[], Any]]:
    """Every step, as this person would do it from a page of that version."""
    row = Affiliation.objects.create(speaker=room.spokesman, body=room.party)
    return {
        "edit_speaker": lambda: linking.edit_speaker(room.spokesman, {"country": "IT"}, by=by, base=base),
        "speak_for": lambda: linking.speak_for(room.spokesman, None, by=by, base=base),
        "add_name": lambda: linking.add_name(room.spokesman, "X", kind="garbled", by=by, base=base),
        "move_name": lambda: linking.move_name(
            room.spokesman.names.first() or SpeakerName(), to=room.party, by=by, base=base
        ),
        "affiliate": lambda: linking.affiliate(room.spokesman, room.party, {}, by=by, base=base),
        "end_affiliation": lambda: linking.end_affiliation(row, on=date(2021, 1, 1), by=by, base=base),
    }


@pytest.mark.parametrize("role", [*Role, None])
def test_editors_describe_people_and_nobody_else(role: Role | None, room: Newsroom) -> None:
    by = make_user(role) if role else AnonymousUser()
    for do in acts(room, by).values():
        if role in (Role.EDITOR, Role.SENIOR_EDITOR):
            do()
        else:
            with pytest.raises(PermissionDenied):
                do()


def test_nothing_is_written_from_an_older_page(room: Newsroom) -> None:
    linking.add_name(room.spokesman, "K. T.", kind="abbreviation", by=editor())
    for name, do in acts(room, editor(), base=room.spokesman.version - 1).items():
        with pytest.raises(Stale):
            do()
        assert name


# --- the page


def test_the_page_says_all_that_is_known_and_in_few_queries(room: Newsroom) -> None:
    SpeakerName.objects.filter(name="Tsti").update(seen_in=room.source, language="en")
    linking.affiliate(
        room.spokesman, room.party, {"en": "Head of press"}, by=editor(), from_on=date(2020, 1, 2)
    )
    old = make_speaker("Oldland", kind="government")
    linking.speak_for(room.spokesman, old, by=editor(), because=WHY)
    linking.speak_for(room.spokesman, room.party, by=editor(), because=WHY)
    client = signed_in(editor())
    client.get(page_of(room.spokesman))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(page_of(room.spokesman)).content.decode()
    assert len(queries) <= 22
    for said in (
        "Tsti", "Garbled", "Talks resume", "its spokesman", "1 time", "Head of press", "Jan. 2, 2020", "no end on record",
        "Oldland", "on record until", "the party that is counted",
    ):  # fmt: skip
        assert said in page, said
    assert page_of(room.spokesman) in client.get(page_of(room.party)).content.decode()  # who speaks for it
    as_viewer = signed_in(make_account("viewer", "viewer")).get(page_of(room.spokesman)).content.decode()
    assert "Move to somebody else" not in as_viewer and "Add a name" not in as_viewer
    double = make_speaker("Double", merged_into=room.spokesman)
    assert client.get(page_of(double))["Location"] == page_of(room.spokesman)


def test_names_and_roles_are_added_and_ended_on_the_page(room: Newsroom) -> None:
    client, page = signed_in(editor()), page_of(room.spokesman)
    sent = {"do": "name", "name": "Testij", "kind": "garbled", "seen_in": room.source.pk}
    assert client.post(page, {**sent, **version_of(room.spokesman)})["Location"] == f"{page}#h-names"
    assert room.spokesman.names.get(name="Testij").seen_in == room.source
    refused = client.post(page, {**sent, "seen_in": "soon", **version_of(room.spokesman)}).content.decode()
    assert "No article has these words" in refused and 'value="Testij"' in refused
    refused = client.post(page, {**sent, "seen_in": "999999", **version_of(room.spokesman)}).content.decode()
    assert "no article of this number" in refused
    words = {**sent, "seen_in": "drones pillows", **version_of(room.spokesman)}
    offered = client.post(page, words).content.decode()
    assert f'name="which" value="{room.source.pk}"' in offered and "say which one" in offered
    assert client.post(page, {**words, "which": room.source.pk, "name": "Testyi"}).status_code == 302
    assert room.spokesman.names.get(name="Testyi").seen_in == room.source
    role = {"do": "role", "body": "Testland", "role_en": "Spokesman", "from_on": "2020-01-02"}
    assert client.post(page, {**role, **version_of(room.spokesman)}).status_code == 302
    row = room.spokesman.affiliations.get()
    assert (row.body, str(row.from_on)) == (room.party, "2020-01-02")
    end = {"do": "end", "row": row.pk, "on": "2019-01-01"}
    assert "after it begins" in client.post(page, {**end, **version_of(room.spokesman)}).content.decode()
    client.post(page, {**end, "on": "2022-01-01", **version_of(room.spokesman)})
    row.refresh_from_db()
    assert str(row.to_on) == "2022-01-01"
    assert client.post(page, {**end, "row": "x", **version_of(room.spokesman)}).status_code == 404


def test_a_body_whose_name_means_several_is_asked_for(room: Newsroom) -> None:
    east, west = (make_speaker(f"Ministry of {each}", kind="organisation") for each in ("East", "West"))
    client, page = signed_in(editor()), page_of(room.spokesman)
    sent = {"do": "role", "body": "Ministry", "role_en": "Clerk", **version_of(room.spokesman)}
    asked = client.post(page, sent).content.decode()
    assert "say which one" in asked and "Ministry of East" in asked and 'value="Clerk"' in asked
    assert client.post(page, {**sent, "which": west.pk}).status_code == 302
    assert room.spokesman.affiliations.get().body == west
    assert (
        "Nobody is known by this name"
        in client.post(page, {**sent, "body": "Nobody at all", **version_of(room.spokesman)}).content.decode()
    )
    assert east.members.count() == 0


def test_the_beginning_of_a_name_is_not_taken_for_it(room: Newsroom) -> None:
    walks = make_speaker("Ministry of Silly Walks", kind="organisation")
    client, page = signed_in(editor()), page_of(room.spokesman)
    sent = {"do": "role", "body": "Ministry o", "role_en": "Clerk", **version_of(room.spokesman)}
    assert "say which one" in client.post(page, sent).content.decode()
    assert client.post(page, {**sent, "which": walks.pk}).status_code == 302
    assert room.spokesman.affiliations.get().body == walks


def test_for_whom_they_speak_is_chosen_after_a_look_at_what_follows(room: Newsroom) -> None:
    other = make_speaker("Nextland", kind="government")
    client, page = signed_in(editor()), reverse("desk:speaks_for", args=[room.spokesman.pk])
    assert page in client.get(page_of(room.spokesman)).content.decode()
    assert f"?into={other.pk}" in client.get(page, {"q": "Nextland"}).content.decode()
    seen = client.get(f"{page}?into={other.pk}").content.decode()
    assert "counts as said by Nextland" in seen and "1 claim is counted again" in seen
    sent = {"because": WHY, **version_of(room.spokesman)}
    assert client.post(f"{page}?into={other.pk}", sent)["Location"] == page_of(room.spokesman)
    told = client.get(reverse("desk:speaker_history", args=[room.spokesman.pk])).content.decode()
    assert "Said for whom they speak" in told and WHY in told
    assert client.post(f"{page}?alone=yes", {**sent, **version_of(room.spokesman)}).status_code == 302
    room.spokesman.refresh_from_db()
    assert room.spokesman.speaks_for is None
    linking.speak_for(room.spokesman, room.party, by=editor())
    circle = reverse("desk:speaks_for", args=[room.party.pk])
    answer = signed_in(editor()).post(
        f"{circle}?into={room.spokesman.pk}", {"because": WHY, **version_of(room.party)}
    )
    assert "desk-form" in answer.content.decode() and 'class="errornote"' in answer.content.decode()


def test_a_name_is_moved_on_its_page(room: Newsroom) -> None:
    other, name = make_speaker("Karim Toast"), room.spokesman.names.get()
    client, page = signed_in(editor()), reverse("desk:move_name", args=[name.pk])
    assert page in client.get(page_of(room.spokesman)).content.decode()
    linking.add_name(other, "Tsti", kind="garbled", by=editor())
    assert "have this name already" in client.get(f"{page}?into={other.pk}").content.decode()
    other.names.all().delete()
    sent = {"because": WHY, **version_of(room.spokesman)}
    assert client.post(f"{page}?into={other.pk}", sent).status_code == 302
    assert other.names.get().name == "Tsti"
    assert client.get(f"{page}?into={other.pk}").status_code == 404  # it is theirs
    merged = make_speaker("Gone", merged_into=room.party)
    assert client.get(f"{page}?into={merged.pk}").status_code == 404


def test_strangers_are_asked_to_sign_in_and_viewers_only_read(room: Newsroom, client: Client) -> None:
    viewer = signed_in(make_account("viewer", "viewer"))
    sent = {"do": "name", "name": "X", "kind": "garbled", **version_of(room.spokesman)}
    assert client.get(page_of(room.spokesman))["Location"].startswith(reverse("admin:login"))
    assert viewer.get(page_of(room.spokesman)).status_code == 200
    assert viewer.post(page_of(room.spokesman), sent).status_code == 403
    assert not room.spokesman.names.filter(name="X").exists()
