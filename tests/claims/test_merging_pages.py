"""Merging and splitting claims, merging people and taking that back: the steps, and their pages on the desk."""

from __future__ import annotations

from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from claims import linking, reviewing
from claims.errors import Refused, Stale
from claims.models import (
    Affiliation,
    Carrier,
    Claim,
    ClaimLink,
    Correction,
    Evidence,
    OldSlug,
    Position,
    Speaker,
    SpeakerName,
    StatementSpeaker,
)
from claims.vocabulary import Role
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words, signed_in
from tests.factories import make_claim, make_user

pytestmark = pytest.mark.django_db
WHY = "They are one and the same."
WORDS = {"en": "Testland lent drones to its neighbour"}


@pytest.fixture
def room() -> Newsroom:
    return make_newsroom()


def account(name: str) -> User:
    return User.objects.filter(username=name).first() or make_account(
        name, {"chief": "senior editor", "viewer": "viewer"}.get(name, "editor")
    )


def as_(name: str) -> Client:
    return signed_in(account(name))


def shown(room: Newsroom) -> None:
    reviewing.publish_source(room.source, by=account("chief"))
    reviewing.publish(room.claim, by=account("chief"))


def versions(*things: Any) -> dict[str, int]:
    return {f"version_{each.pk}": type(each).objects.get(pk=each.pk).version for each in things}


# --- people


def make_double(room: Newsroom) -> Speaker:
    """A second record of the spokesman, with everything that can hang on one."""
    double = Speaker.objects.create(name="Carim Testi", slug="carim", kind="person")
    SpeakerName.objects.create(speaker=double, name="Testy", kind="garbled")
    said = make_words(room.source, "Officials met on Monday", review="accepted")
    StatementSpeaker.objects.create(statement=said, speaker=double, as_written="Carim")
    StatementSpeaker.objects.create(statement=room.second_denial, speaker=double, order=1)
    Carrier.objects.create(statement=room.denial, speaker=double, kind="person")
    Affiliation.objects.create(speaker=double, body=room.party, role_en="Spokesman")
    Speaker.objects.create(name="His deputy", slug="deputy", kind="person", speaks_for=double)
    return double


def everything() -> list[Any]:
    """All that merging people may touch, without the versions that the database counts."""
    return [
        sorted(model.objects.values_list(*columns))  # type: ignore[attr-defined]
        for model, columns in (
            (StatementSpeaker, ("id", "statement", "speaker", "as_written", "order")),
            (Carrier, ("id", "statement", "speaker")),
            (Affiliation, ("id", "speaker", "body")),
            (SpeakerName, ("id", "speaker", "name")),
            (OldSlug, ("id", "slug")),
        )
    ] + [list(Speaker.objects.order_by("pk").values_list("pk", "speaks_for", "merged_into"))]


def test_a_merge_of_people_that_is_taken_back_leaves_everything_as_it_was(room: Newsroom) -> None:
    double, before = make_double(room), everything()
    moves = linking.what_merging_moves(double, room.spokesman)
    assert {name: n for name, n in moves.items() if n} == {
        "statements": 2,
        "both": 1,
        "carriers": 1,
        "spokespeople": 1,
        "affiliations": 1,
        "names": 2,
    }
    linking.merge_speakers(double, into=room.spokesman, by=account("editor"), because=WHY)
    assert everything() != before
    assert linking.unmerge_speakers(double, by=account("editor"), because="They are two.") == 0
    assert everything() == before


def test_what_was_changed_since_the_merge_stays_and_is_counted(room: Newsroom) -> None:
    double = make_double(room)
    linking.merge_speakers(double, into=room.spokesman, by=account("editor"), because=WHY)
    moved = StatementSpeaker.objects.get(as_written="Carim")
    linking.attribute(moved.statement, room.party, by=account("editor"))
    assert linking.unmerge_speakers(double, by=account("editor"), because="They are two.") == 1
    moved.refresh_from_db()
    assert moved.speaker == room.party
    assert StatementSpeaker.objects.filter(statement=room.second_denial, speaker=double).exists()


def test_a_second_merge_and_its_taking_back_are_their_own(room: Newsroom) -> None:
    double, before = make_double(room), everything()
    for _time in range(2):
        linking.merge_speakers(double, into=room.spokesman, by=account("editor"), because=WHY)
        linking.unmerge_speakers(double, by=account("editor"), because="They are two.")
    assert everything()[:3] == before[:3]
    assert Speaker.objects.get(pk=double.pk).merged_into is None


def test_readers_are_told_of_a_merge_and_of_its_taking_back_carriers_too(room: Newsroom) -> None:
    double = make_double(room)
    shown(room)
    linking.merge_speakers(double, into=room.spokesman, by=account("editor"), because=WHY)
    told = set(Correction.objects.values_list("statement", flat=True))
    assert told == {room.denial.pk, room.second_denial.pk}
    linking.unmerge_speakers(double, by=account("editor"), because="They are two.")
    assert Correction.objects.count() == 4
    assert Correction.objects.latest("pk").after == {"speaker": ["Carim Testi"]}


def test_only_what_was_merged_is_taken_back_and_the_last_merge_first(room: Newsroom) -> None:
    double, editor = make_double(room), account("editor")
    with pytest.raises(Refused, match="not merged"):
        linking.unmerge_speakers(double, by=editor, because=WHY)
    linking.merge_speakers(double, into=room.spokesman, by=editor, because=WHY)
    third = Speaker.objects.create(name="Karim T.", slug="karim-t", kind="person")
    linking.merge_speakers(room.spokesman, into=third, by=editor, because=WHY)
    with pytest.raises(Refused, match="take that back first"):
        linking.unmerge_speakers(double, by=editor, because=WHY)


def test_a_merge_that_no_history_tells_of_is_not_taken_back(room: Newsroom) -> None:
    double = make_double(room)
    Speaker.objects.filter(pk=double.pk).update(merged_into=room.spokesman)
    with pytest.raises(Refused, match="on record"):
        linking.unmerge_speakers(double, by=account("editor"), because=WHY)


@pytest.mark.parametrize(
    "act", ["merge_speakers", "unmerge_speakers", "merge_claims", "unmerge_claims", "split_claim"]
)
@pytest.mark.parametrize("role", [Role.EDITOR, Role.SENIOR_EDITOR, Role.VIEWER, Role.ADMIN, None])
def test_merging_and_splitting_is_for_editors(act: str, role: Role | None, room: Newsroom) -> None:
    by: Any = make_user(role) if role else AnonymousUser()
    double, twin = make_double(room), make_claim("Testland sold them")
    if act == "unmerge_speakers":
        linking.merge_speakers(double, into=room.spokesman, by=account("editor"), because=WHY)
    if act == "unmerge_claims":
        linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    todo: dict[str, Any] = {
        "merge_speakers": lambda: linking.merge_speakers(double, into=room.spokesman, by=by, because=WHY),
        "unmerge_speakers": lambda: linking.unmerge_speakers(double, by=by, because=WHY),
        "merge_claims": lambda: linking.merge_claims(make_claim(), into=room.claim, by=by, because=WHY),
        "unmerge_claims": lambda: linking.unmerge_claims(twin, by=by, because=WHY),
        "split_claim": lambda: linking.split_claim(
            room.claim, WORDS, by=by, goes=list(room.claim.positions.values_list("pk", flat=True)[:1])
        ),
    }
    if role in (Role.EDITOR, Role.SENIOR_EDITOR):
        todo[act]()
    else:
        with pytest.raises(PermissionDenied):
            todo[act]()


def test_a_merge_started_from_an_older_page_is_refused(room: Newsroom) -> None:
    double, other = make_double(room), make_claim()
    bases = {each.pk: each.version for each in (double, room.spokesman)}
    Speaker.objects.filter(pk=room.spokesman.pk).update(name="Karim B. Testi")
    with pytest.raises(Stale):
        linking.merge_speakers(
            double,
            into=room.spokesman,
            by=account("editor"),
            because=WHY,
            base=bases[double.pk],
            into_base=bases[room.spokesman.pk],
        )
    for more in ({"base": other.version + 1}, {"into_base": room.claim.version + 1}):
        with pytest.raises(Stale):
            linking.merge_claims(other, into=room.claim, by=account("editor"), because=WHY, **more)
    with pytest.raises(Stale):
        linking.split_claim(room.claim, WORDS, by=account("editor"), base=99)


# --- taking a merge of claims back


def make_twin(room: Newsroom) -> Claim:
    """Another claim that says the same: a statement of its own, one that stands on both, and evidence."""
    twin = make_claim("Testland sold drones to somebody", slug="twin")
    said = make_words(room.source, "Officials met on Monday", review="accepted")
    for statement in (said, room.denial):
        Position.objects.create(statement=statement, claim=twin, stance="denies")
    reviewing.add_evidence(twin, by=account("editor"), kind="context", url="https://example.org")
    return twin


def where_all_stands() -> list[Any]:
    return [
        list(Position.objects.order_by("pk").values_list("pk", "claim", "stance", "published_at")),
        list(Evidence.objects.order_by("pk").values_list("pk", "claim")),
        list(Claim.objects.order_by("pk").values_list("pk", "merged_into", "publication")),
        list(OldSlug.objects.values_list("slug")),
    ]


def test_a_merge_of_claims_that_is_taken_back_leaves_everything_as_it_was(room: Newsroom) -> None:
    shown(room)
    twin = make_twin(room)
    reviewing.publish(twin, by=account("chief"))
    before, parties = where_all_stands(), twin.figures.parties
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    assert where_all_stands() != before
    assert linking.what_unmerging_moves(twin) == {"statements": 1, "evidence": 1}
    assert linking.unmerge_claims(twin, by=account("chief"), because="They are two.") == 0
    assert where_all_stands() == before
    twin.figures.refresh_from_db()
    assert twin.figures.parties == parties
    told = Correction.objects.filter(claim=room.claim).latest("pk")
    assert (told.text_en, told.before) == ("They are two.", {"merged": "Testland sold drones to somebody"})
    assert Client().get("/en/claims/twin/").status_code == 200


def test_what_came_to_a_claim_since_the_merge_stays_there(room: Newsroom) -> None:
    twin = make_twin(room)
    moved = twin.positions.exclude(statement=room.denial).get()
    other = make_claim("Something else", slug="else")
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    with pghistory.context(user=account("editor").pk, verb="edit"):
        Position.objects.filter(pk=moved.pk).update(claim=other)
    late = reviewing.add_evidence(
        room.claim, by=account("editor"), kind="context", url="https://example.org/2"
    )
    assert linking.unmerge_claims(twin, by=account("editor"), because=WHY) == 1
    moved.refresh_from_db()
    late.refresh_from_db()
    assert (moved.claim, late.claim) == (other, room.claim)


def test_readers_see_a_merged_claim_again_only_through_who_may_correct(room: Newsroom) -> None:
    shown(room)
    twin = make_twin(room)
    reviewing.publish(twin, by=account("chief"))
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    with pytest.raises(PermissionDenied):
        linking.unmerge_claims(twin, by=account("editor"), because=WHY)
    reviewing.withdraw(room.claim, by=account("chief"), because={"en": "It rests on a forgery."})
    with pytest.raises(Refused, match="withdrawn"):
        linking.unmerge_claims(twin, by=account("chief"), because=WHY)
    assert Client().get("/en/claims/twin/", follow=True).status_code == 410


def test_a_draft_that_is_itself_again_is_not_named_to_readers_but_what_they_saw_is_told(
    room: Newsroom,
) -> None:
    shown(room)
    twin = make_twin(room)
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    reviewing.publish_update(room.claim, by=account("chief"))
    linking.unmerge_claims(twin, by=account("editor"), because="")
    told = Correction.objects.filter(claim=room.claim).latest("pk")
    assert "stands by itself again" in told.text_en and told.text_it
    assert (told.before, told.after) == ({}, {})


def test_only_a_merge_of_claims_is_taken_back_and_the_last_one_first(room: Newsroom) -> None:
    twin, third = make_twin(room), make_claim("The third", slug="third")
    with pytest.raises(Refused, match="not merged"):
        linking.unmerge_claims(twin, by=account("editor"), because=WHY)
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    linking.merge_claims(room.claim, into=third, by=account("editor"), because=WHY)
    with pytest.raises(Refused, match="take that back first"):
        linking.unmerge_claims(twin, by=account("editor"), because=WHY)
    unknown = make_claim("Merged outside", slug="outside", merged_into=third)
    with pytest.raises(Refused, match="on record"):
        linking.unmerge_claims(unknown, by=account("editor"), because=WHY)
    page = as_("editor").get(reverse("desk:unmerge_claim", args=[unknown.pk]))
    assert "on record" in page.content.decode()


def test_a_merge_of_claims_is_taken_back_on_the_desk_after_a_look(room: Newsroom) -> None:
    twin, editor = make_twin(room), as_("editor")
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    page = reverse("desk:unmerge_claim", args=[twin.pk])
    assert page in editor.get(reverse("desk:claim", args=[room.claim.pk])).content.decode()
    seen = editor.get(page).content.decode()
    assert "1 statement moves back." in seen and "1 piece of evidence moves back." in seen
    answer = editor.post(page, {"because": "They are two.", **versions(twin, room.claim)})
    assert answer["Location"] == reverse("desk:claim", args=[twin.pk])
    assert editor.get(page).status_code == 404
    shown(room)
    reviewing.publish(twin, by=account("chief"))
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    assert "a senior editor takes this merge back" in editor.get(page).content.decode()
    assert "Readers see it again" in as_("chief").get(page).content.decode()


def test_evidence_of_a_proposal_waits_with_it_whatever_is_merged_or_split(room: Newsroom) -> None:
    shown(room)
    twin = make_twin(room)
    reviewing.publish(twin, by=account("chief"))
    waits = reviewing.add_evidence(twin, by=account("editor"), kind="supports", url="https://example.org/3")
    reviewing.propose(twin, "confirmed", by=account("editor"), because={"en": REASON}, evidence=[waits])
    with pytest.raises(Refused, match="for a proposal alone stays with it"):
        goes = [twin.positions.exclude(statement=room.denial).get().pk]
        linking.split_claim(twin, WORDS, by=account("chief"), goes=goes, evidence=[waits.pk])
    page = reverse("desk:merge_claim", args=[twin.pk])
    seen = as_("editor").get(f"{page}?into={room.claim.pk}").content.decode()
    assert "1 piece of evidence was added for a proposal alone and stays with it." in seen
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    waits.refresh_from_db()
    assert waits.claim == twin
    assert room.claim.evidence.count() == 1
    assert not Evidence.objects.published().filter(pk=waits.pk).exists()


def test_taking_a_merge_back_says_when_an_assessment_loses_its_grounds(room: Newsroom) -> None:
    shown(room)
    twin = make_twin(room)
    Evidence.objects.filter(claim=twin).update(kind="supports")
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    reviewing.confirm(room.claim, by=account("editor"), because=REASON)
    connection.check_constraints()  # as at the end of that request
    page = reverse("desk:unmerge_claim", args=[twin.pk])
    assert "look whether it still has its grounds" in as_("editor").get(page).content.decode()
    sent = {"because": "They are two.", **versions(twin, room.claim)}
    told = as_("editor").post(page, sent, follow=True).content.decode()
    assert "has lost its grounds. It needs evidence for it" in told
    assert Correction.objects.filter(claim=room.claim).exists(), "evidence that readers saw is gone"


# --- splitting claims


def test_a_draft_is_split_into_two_drafts_that_are_linked(room: Newsroom) -> None:
    stays, goes, both = (
        Position.objects.get(statement=each) for each in (room.denial, room.second_denial, room.suggestion)
    )
    proof = reviewing.add_evidence(
        room.claim, by=account("editor"), kind="context", url="https://example.org"
    )
    new = linking.split_claim(
        room.claim,
        {"it": "  La Testlandia ha prestato droni ", "en": ""},
        by=account("editor"),
        goes=[goes.pk],
        both=[both.pk],
        evidence=[proof.pk],
    )
    assert (new.text_it, new.publication, new.topic) == (  # type: ignore[attr-defined]
        "La Testlandia ha prestato droni",
        "draft",
        room.topic,
    )
    assert set(new.positions.values_list("statement", flat=True)) == {
        room.second_denial.pk,
        room.suggestion.pk,
    }
    assert set(room.claim.positions.values_list("pk", flat=True)) == {stays.pk, both.pk}
    assert Evidence.objects.get().claim == new
    link = ClaimLink.objects.get()
    assert (link.from_claim, link.to_claim, link.kind, link.state) == (new, room.claim, "part_of", "accepted")
    assert not Correction.objects.exists()


def test_a_published_claim_is_split_in_the_open_by_who_may_correct_it(room: Newsroom) -> None:
    shown(room)
    goes = Position.objects.get(statement=room.second_denial)
    with pytest.raises(PermissionDenied):
        linking.split_claim(room.claim, WORDS, by=account("editor"), goes=[goes.pk])
    new = linking.split_claim(room.claim, WORDS, by=account("chief"), goes=[goes.pk])
    assert new in Claim.objects.published()
    assert Position.objects.get(pk=goes.pk) in Position.objects.published()
    note = Correction.objects.get(claim=room.claim)
    assert note.after == {"split": WORDS["en"]}
    assert "a claim of their own" in note.text_en and note.text_it
    public = Client().get(f"/en/claims/{new.slug}/").content.decode()
    assert "We never sold a single drone" in public and room.claim.slug in public


@pytest.mark.parametrize(
    ("words", "what", "said"),
    [
        ({"en": "  "}, "goes", "needs words"),
        ({"en": "x" * 501}, "goes", "at most 500"),
        (WORDS, "none", "at least one statement"),
    ],
)
def test_a_split_without_words_or_statements_is_refused(
    words: dict[str, str], what: str, said: str, room: Newsroom
) -> None:
    goes = list(room.claim.positions.values_list("pk", flat=True)[:1]) if what == "goes" else []
    with pytest.raises(Refused, match=said):
        linking.split_claim(room.claim, words, by=account("editor"), goes=goes)


def test_what_is_gone_is_not_split(room: Newsroom) -> None:
    shown(room)
    reviewing.withdraw(room.claim, by=account("chief"), because="It was a forgery.")
    with pytest.raises(Refused, match="not split"):
        linking.split_claim(room.claim, WORDS, by=account("chief"))


# --- pages


def test_two_claims_are_merged_after_a_look_at_what_moves(room: Newsroom) -> None:
    shown(room)
    other = make_claim("Testland sold drones to somebody")
    make_words(room.source, "Officials met on Monday", review="accepted")
    page = reverse("desk:merge_claim", args=[other.pk])
    editor = as_("editor")
    assert page in editor.get(reverse("desk:claim", args=[other.pk])).content.decode()
    assert page in editor.get(reverse("admin:claims_claim_change", args=[other.pk])).content.decode()
    offered = editor.get(page, {"q": "drones neighbour"})
    assert f"?into={room.claim.pk}" in offered.content.decode()
    assert editor.get(page).status_code == 200
    seen = editor.get(f"{page}?into={room.claim.pk}").content.decode()
    assert "What will happen" in seen and "0 statements move" in seen
    answer = editor.post(f"{page}?into={room.claim.pk}", {"because": WHY, **versions(other, room.claim)})
    assert answer["Location"] == reverse("desk:claim", args=[room.claim.pk])
    other.refresh_from_db()
    assert other.merged_into == room.claim


def test_a_published_claim_leads_readers_on_once_it_is_merged(room: Newsroom) -> None:
    shown(room)
    other = make_claim("Another wording of it")
    page = f"{reverse('desk:merge_claim', args=[room.claim.pk])}?into={other.pk}"
    sent = {"because": WHY, **versions(other, room.claim)}
    assert "publish that one first" in as_("chief").post(page, sent).content.decode()
    reviewing.publish(other, by=account("chief"))
    told = as_("chief").get(page).content.decode()
    assert "(301)" in told
    assert as_("chief").post(page, {"because": WHY, **versions(other, room.claim)}).status_code == 302
    moved = Client().get(f"/en/claims/{room.claim.slug}/")
    assert (moved.status_code, moved["Location"]) == (301, f"/en/claims/{other.slug}/")


def test_two_people_are_merged_and_the_merge_is_taken_back_on_the_desk(room: Newsroom) -> None:
    double, editor = make_double(room), as_("editor")
    page = reverse("desk:merge_speaker", args=[double.pk])
    assert page in editor.get(reverse("admin:claims_speaker_change", args=[double.pk])).content.decode()
    assert f"?into={room.spokesman.pk}" in editor.get(page, {"q": "Karim"}).content.decode()
    seen = editor.get(f"{page}?into={room.spokesman.pk}").content.decode()
    assert "2 statements move" in seen and "2 names are kept as variants" in seen
    sent = {"because": WHY, **versions(double, room.spokesman)}
    stays = reverse("admin:claims_speaker_change", args=[room.spokesman.pk])
    assert editor.post(f"{page}?into={room.spokesman.pk}", sent)["Location"] == stays
    back = reverse("desk:unmerge_speaker", args=[double.pk])
    assert back in editor.get(stays).content.decode()
    assert "Carim Testi was merged into Karim Testi" in editor.get(back).content.decode()
    assert editor.post(back, {"because": "They are two.", **versions(double)}).status_code == 302
    double.refresh_from_db()
    assert double.merged_into is None
    assert editor.get(back).status_code == 404


def test_a_claim_is_split_on_the_desk_and_what_was_chosen_stays_when_refused(room: Newsroom) -> None:
    page, editor = reverse("desk:split_claim", args=[room.claim.pk]), as_("editor")
    assert page in editor.get(reverse("desk:claim", args=[room.claim.pk])).content.decode()
    goes = Position.objects.get(statement=room.second_denial)
    choice = {f"p{goes.pk}": "goes", **versions(room.claim)}
    refused = editor.post(page, {"text_en": "", **choice}).content.decode()
    assert "needs words" in refused
    assert refused.count('<option value="goes" selected>') == 1
    answer = editor.post(page, {"text_en": WORDS["en"], **choice})
    new = Claim.objects.get(text_en=WORDS["en"])
    assert answer["Location"] == reverse("desk:claim", args=[new.pk])
    assert new.positions.get() == goes


def test_an_editor_is_told_that_a_published_claim_is_split_by_a_senior_editor(room: Newsroom) -> None:
    shown(room)
    page = reverse("desk:split_claim", args=[room.claim.pk])
    assert "by a senior editor" in as_("editor").get(page).content.decode()
    assert 'name="text_en"' in as_("chief").get(page).content.decode()


def pages_of(room: Newsroom) -> dict[str, tuple[str, list[Any], dict[str, Any]]]:
    """Every page here with the things whose versions it carries, and what is sent."""
    double, other = make_double(room), make_claim("Testland sold drones to somebody")
    merged = Speaker.objects.create(name="K. Testi", slug="k-testi", kind="person")
    linking.merge_speakers(merged, into=room.spokesman, by=account("editor"), because=WHY)
    twin = make_claim("The same again", slug="same-again")
    linking.merge_claims(twin, into=room.claim, by=account("editor"), because=WHY)
    first = room.claim.positions.first()
    assert first is not None
    into_claim, into_speaker = f"?into={room.claim.pk}", f"?into={room.spokesman.pk}"
    return {
        "merge_claim": (
            reverse("desk:merge_claim", args=[other.pk]) + into_claim,
            [other, room.claim],
            {"because": WHY},
        ),
        "split_claim": (
            reverse("desk:split_claim", args=[room.claim.pk]),
            [room.claim],
            {"text_en": WORDS["en"], f"p{first.pk}": "goes"},
        ),
        "merge_speaker": (
            reverse("desk:merge_speaker", args=[double.pk]) + into_speaker,
            [double, room.spokesman],
            {"because": WHY},
        ),
        "unmerge_claim": (
            reverse("desk:unmerge_claim", args=[twin.pk]),
            [twin, room.claim],
            {"because": WHY},
        ),
        "unmerge_speaker": (reverse("desk:unmerge_speaker", args=[merged.pk]), [merged], {"because": WHY}),
    }


@pytest.mark.parametrize(
    "name", ["merge_claim", "unmerge_claim", "split_claim", "merge_speaker", "unmerge_speaker"]
)
def test_strangers_and_viewers_get_nowhere_and_a_stale_page_shows_what_changed(
    name: str, room: Newsroom, client: Client
) -> None:
    page, things, data = pages_of(room)[name]
    sent = {**data, **versions(*things)}
    assert client.post(page, sent)["Location"].startswith(reverse("admin:login"))
    assert as_("viewer").post(page, sent).status_code == 403
    assert as_("viewer").get(page).status_code == 403
    changed = things[-1]
    if isinstance(changed, Claim):
        reviewing.edit_claim(changed, {"text_en": "Said otherwise meanwhile"}, by=account("chief"))
    else:
        Speaker.objects.filter(pk=changed.pk).update(name="Said otherwise meanwhile")
    answer = as_("editor").post(page, sent)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert 'class="desk-conflict"' in text and "Said otherwise meanwhile" in text
    for typed in (each for each in data.values() if each != "goes"):
        assert typed in text
    assert as_("editor").post(page, {**data, **versions(*things)}).status_code == 302


def test_odd_addresses_are_not_found(room: Newsroom) -> None:
    editor = as_("editor")
    claim, speaker = (
        reverse("desk:merge_claim", args=[room.claim.pk]),
        reverse("desk:merge_speaker", args=[room.spokesman.pk]),
    )
    assert editor.get(f"{claim}?into={room.claim.pk}").status_code == 404
    assert editor.get(f"{speaker}?into={room.spokesman.pk}").status_code == 404
    assert editor.get(f"{claim}?into=nonsense").status_code == 200
    assert editor.get(reverse("desk:unmerge_speaker", args=[room.party.pk])).status_code == 404


def test_names_that_were_changed_or_deleted_since_the_merge_are_left(room: Newsroom) -> None:
    double, editor = make_double(room), account("editor")
    linking.merge_speakers(double, into=room.spokesman, by=editor, because=WHY)
    with pghistory.context(user=editor.pk, verb="edit"):
        SpeakerName.objects.filter(speaker=room.spokesman, name="Testy").update(kind="transliteration")
        SpeakerName.objects.filter(speaker=room.spokesman, name="Carim Testi").delete()
    assert linking.unmerge_speakers(double, by=editor, because="They are two.") == 1
    assert set(room.spokesman.names.values_list("name", flat=True)) == {"Tsti", "Testy"}
