"""Publishing, updating, correcting, reviewing again, withdrawing, reopening: each on a page that says what will happen."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims import linking, reviewing
from claims.models import Claim, Correction, Position
from claims.vocabulary import Stance
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words, signed_in
from tests.claims.rules import at_commit

pytestmark = pytest.mark.django_db
SAID = "We had the wrong month, as a reader told us."


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


def address(thing: Any, key: str) -> str:
    if isinstance(thing, Claim):
        return reverse("desk:act", args=[thing.pk, key])
    return reverse("admin:sources_source_act", args=[thing.pk, key])


def version_of(thing: Any) -> dict[str, int]:
    return {f"version_{thing.pk}": type(thing).objects.get(pk=thing.pk).version}


def wording(room: Newsroom) -> dict[str, str]:
    return {"text_it": room.claim.text_it, "text_en": "Testland lent drones to its neighbour"}  # type: ignore[attr-defined]


# Each act on a claim: who may, the colleague who may not, where it starts, what is sent, and where it ends.
CLAIM_ACTS = {
    "publish": ("chief", "editor", "draft", {}, "published"),
    "publish_update": ("editor", "viewer", "published", {}, "published"),
    "review_again": ("chief", "editor", "published", {}, "under_review"),
    "correct": ("chief", "editor", "published", {"told_en": SAID}, "published"),
    "withdraw": ("chief", "editor", "published", {"reason_en": SAID}, "withdrawn"),
    "reopen": ("chief", "editor", "under_review", {}, "published"),
}


def brought_to(room: Newsroom, stage: str) -> None:
    if stage != "draft":
        shown(room)
    if stage == "under_review":
        reviewing.review_again(room.claim, by=account("chief"))


@pytest.mark.parametrize("key", list(CLAIM_ACTS))
def test_each_act_has_its_button_its_page_and_its_people(key: str, room: Newsroom, client: Client) -> None:
    who, colleague, start, data, end = CLAIM_ACTS[key]
    brought_to(room, start)
    page = reverse("desk:claim", args=[room.claim.pk])
    sent = {**data, **(wording(room) if key == "correct" else {}), **version_of(room.claim)}
    assert client.post(address(room.claim, key), sent)["Location"].startswith(reverse("admin:login"))
    assert as_(colleague).post(address(room.claim, key), sent).status_code == 403
    assert address(room.claim, key) not in as_(colleague).get(page).content.decode()
    assert Claim.objects.get(pk=room.claim.pk).publication == start
    assert address(room.claim, key) in as_(who).get(page).content.decode()
    in_admin = reverse("admin:claims_claim_act", args=[key])
    form = reverse("admin:claims_claim_change", args=[room.claim.pk])
    assert in_admin in as_(who).get(form).content.decode()
    asked = as_(who).get(address(room.claim, key))
    assert asked.context["lines"][0]["checks"]
    assert as_(who).post(address(room.claim, key), sent).status_code == 302
    assert Claim.objects.get(pk=room.claim.pk).publication == end


@pytest.mark.parametrize("key", list(CLAIM_ACTS))
def test_a_claim_changed_meanwhile_is_compared_and_what_was_typed_stays(key: str, room: Newsroom) -> None:
    who, _colleague, start, data, _end = CLAIM_ACTS[key]
    brought_to(room, start)
    opened = version_of(room.claim)
    room.claim.refresh_from_db()
    reviewing.edit_claim(room.claim, {"text_en": "Testland gave drones away"}, by=account("chief"))
    sent = {**data, **(wording(room) if key == "correct" else {}), **opened}
    answer = as_(who).post(address(room.claim, key), sent)
    assert answer.status_code == 409
    (row,) = answer.context["lines"][0]["conflict"]
    assert (row.base, row.theirs) == ("Testland sold drones to its neighbour", "Testland gave drones away")
    for typed in data.values():
        assert typed in answer.content.decode()
    assert Claim.objects.get(pk=room.claim.pk).publication == start


def lines_of(client: Client, thing: Any, key: str) -> dict[str, bool]:
    checks = client.get(address(thing, key)).context["lines"][0]["checks"]
    return {check.sentence: check.holds for check in checks}


def test_the_checklist_says_what_will_be_shown_and_what_is_missing(room: Newsroom) -> None:
    Claim.objects.filter(pk=room.claim.pk).update(text_it="")
    told = lines_of(as_("chief"), room.claim, "publish")
    assert told == {
        "It is worded in English only: the Italian page will say so. One language is enough.": True,
        "It does not say of which time it speaks.": False,
        "No statement will be shown: none is accepted and from a published article.": False,
        "2 accepted statements stay hidden: their articles are not published.": False,
        "1 suggestion on it still waits for triage.": False,
        "Nobody has decided about it: its page will say “Not reviewed yet”.": False,
    }
    reviewing.publish_source(room.source, by=account("chief"))
    reviewing.dispute(room.claim, by=account("chief"), because={"en": REASON})
    told = lines_of(as_("chief"), room.claim, "publish")
    assert told["2 statements will be shown."] is True
    assert told["Our assessment: Disputed."] is True


def test_with_second_reading_on_the_checklist_says_whose_assessment_it_is(
    room: Newsroom, settings: Any
) -> None:
    settings.CLAIMTRACKER_SECOND_READER = True
    reviewing.dispute(room.claim, by=account("chief"), because={"en": REASON})
    assert any("your own" in each for each in lines_of(as_("chief"), room.claim, "publish"))


def test_grounds_that_vanished_are_on_the_checklist(room: Newsroom) -> None:
    reviewing.dispute(room.claim, by=account("chief"), because={"en": REASON})
    at_commit()
    for statement in (room.denial, room.second_denial):
        linking.reject(statement, by=account("editor"))
    told = lines_of(as_("chief"), room.claim, "publish")
    assert told["It needs an accepted denial, or evidence against it."] is False


def test_an_update_lists_what_will_be_shown_and_what_another_editor_must_publish(
    room: Newsroom, settings: Any
) -> None:
    shown(room)
    assert lines_of(as_("editor"), room.claim, "publish_update") == {"Nothing is waiting to be shown.": False}
    late = make_words(room.source, "The talks go on", review="accepted", act="asserts")
    linking.attach(late, room.claim, Stance.CONTEXT, by=account("editor"))
    assert lines_of(as_("editor"), room.claim, "publish_update") == {"Context: “The talks go on”": True}
    settings.CLAIMTRACKER_SECOND_READER = True
    ((line, holds),) = lines_of(as_("editor"), room.claim, "publish_update").items()
    assert ("another editor" in line, holds) == (True, False)
    sent = version_of(room.claim)
    refused = as_("editor").post(address(room.claim, "publish_update"), sent)
    assert "Another editor publishes" in refused.content.decode()
    assert as_("colleague").post(address(room.claim, "publish_update"), sent).status_code == 302
    assert Position.objects.get(statement=late).published_by == account("colleague")


def test_whoever_changed_or_accepted_it_last_does_not_publish_it(room: Newsroom, settings: Any) -> None:
    shown(room)
    settings.CLAIMTRACKER_SECOND_READER = True
    late = make_words(room.source, "The talks go on", review="accepted", act="asserts")
    linking.attach(late, room.claim, Stance.CONTEXT, by=account("editor"))
    linking.attach(late, room.claim, Stance.DENIES, by=account("colleague"))
    assert list(Position.objects.filter(reviewing.only_by(account("colleague")))) == [
        Position.objects.get(statement=late)
    ]
    linking.accept(room.suggestion, by=account("third"))  # nobody is on record as having linked it
    assert Position.objects.get(statement=room.suggestion) in Position.objects.filter(
        reviewing.only_by(account("third"))
    )
    assert reviewing.publish_update(room.claim, by=account("third")) == 1
    assert Position.objects.get(statement=late).published_by == account("third")


def test_a_correction_in_our_words_rewords_the_claim_and_can_be_found(room: Newsroom) -> None:
    shown(room)
    chief = as_("chief")
    page = chief.get(address(room.claim, "correct")).content.decode()
    assert f"{room.claim.text_en}</textarea>" in page  # type: ignore[attr-defined]
    chief.post(address(room.claim, "correct"), {"told_en": SAID, **wording(room), **version_of(room.claim)})
    note = Correction.objects.get(claim=room.claim)
    assert note.text_en == SAID
    assert note.after == {"text_en": wording(room)["text_en"]}
    assert Claim.objects.get(pk=room.claim.pk).signature is not None
    public = Client().get(f"/en/claims/{room.claim.slug}/").content.decode()
    assert SAID in public and wording(room)["text_en"] in public


def test_a_correction_leaves_at_least_one_wording(room: Newsroom) -> None:
    shown(room)
    sent = {"told_en": SAID, "text_it": "", "text_en": "", **version_of(room.claim)}
    answer = as_("chief").post(address(room.claim, "correct"), sent)
    assert "at least one language" in answer.content.decode()
    assert not Correction.objects.exists()


def test_words_for_one_claim_are_not_published_on_several(room: Newsroom) -> None:
    shown(room)
    other = Claim.objects.create(text_en="Another claim", slug="another")
    page = f"{reverse('admin:claims_claim_act', args=['correct'])}?claims={room.claim.pk},{other.pk}"
    assert as_("chief").get(page).status_code == 404


SOURCE_ACTS = {
    "publish": ("draft", {"shown": "passages"}, "published"),
    "correct": ("published", {"told_en": SAID}, "published"),
    "withdraw": ("published", {"reason_en": SAID}, "withdrawn"),
    "reopen": ("withdrawn", {}, "published"),
}


@pytest.mark.parametrize("key", list(SOURCE_ACTS))
def test_an_articles_acts_are_a_senior_editors(key: str, room: Newsroom, client: Client) -> None:
    start, data, end = SOURCE_ACTS[key]
    if start != "draft":
        shown(room)
    if start == "withdrawn":
        reviewing.withdraw(room.source, by=account("chief"), because=SAID)
    sent = {**data, **version_of(room.source)}
    assert "/login/" in client.post(address(room.source, key), sent)["Location"]
    assert as_("editor").post(address(room.source, key), sent).status_code == 403
    assert as_("chief").get(address(room.source, key)).context["lines"][0]["checks"]
    on_the_desk = reverse("desk:article", args=[room.source.pk])
    assert address(room.source, key) in as_("chief").get(on_the_desk).content.decode()
    assert address(room.source, key) not in as_("editor").get(on_the_desk).content.decode()
    assert as_("chief").post(address(room.source, key), sent).status_code == 302
    room.source.refresh_from_db()
    assert room.source.publication == end
    if key == "correct":
        assert Correction.objects.get(source=room.source).text_en == SAID
