"""What readers are told of decisions and corrections, and what plain edits cannot do."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from claims import reviewing
from claims.errors import Refused
from claims.models import Claim, ClaimFigures, Correction, Position
from claims.vocabulary import Rating, Role
from sources.models import Source
from tests.factories import make_claim, make_position, make_user

pytestmark = pytest.mark.django_db
WHY = {"en": "Two named bodies deny it.", "it": "Due enti nominati lo negano."}


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


@pytest.fixture
def chief() -> User:
    return make_user(Role.SENIOR_EDITOR)


@pytest.fixture
def seen(chief: User) -> Position:
    position = make_position()
    reviewing.publish_source(position.statement.source, by=chief)
    reviewing.publish(position.claim, by=chief)
    return position


def test_a_changed_assessment_of_a_published_claim_is_told_in_both_languages(
    editor: User, seen: Position
) -> None:
    reviewing.dispute(seen.claim, by=editor, because=WHY)
    assert not Correction.objects.exists()  # the first one changes nothing
    reviewing.decide([seen.claim], Rating.UNPROVEN, by=editor, because=WHY)
    note = Correction.objects.get()
    assert (note.before, note.after) == ({"rating": "disputed"}, {"rating": "unproven"})
    assert "“Disputed”" in note.text_en and note.text_it
    reviewing.decide([seen.claim], Rating.UNPROVEN, by=editor, because={"en": "Another reason for it."})
    assert "new reason" in Correction.objects.latest("pk").text_en


def test_a_changed_assessment_of_a_draft_is_nobodys_business(editor: User) -> None:
    claim = make_position().claim
    for rating in (Rating.DISPUTED, Rating.UNPROVEN):
        reviewing.decide([claim], rating, by=editor, because=WHY)
    assert not Correction.objects.exists()


def test_an_approved_change_is_told_when_it_comes_into_force(
    editor: User, chief: User, seen: Position, settings: Any
) -> None:
    reviewing.dispute(seen.claim, by=editor, because=WHY)
    settings.CLAIMTRACKER_SECOND_READER = True
    verdict = reviewing.decide([seen.claim], Rating.UNPROVEN, by=editor, because=WHY)[0]
    assert not Correction.objects.exists()
    reviewing.approve(verdict, by=chief)
    assert Correction.objects.get().after == {"rating": "unproven"}


def test_withdrawing_is_no_way_around_the_second_reader(
    editor: User, chief: User, seen: Position, settings: Any
) -> None:
    settings.CLAIMTRACKER_SECOND_READER = True
    reviewing.withdraw(seen.claim, by=chief, because="It was a forgery.")
    assert reviewing.dispute(seen.claim, by=editor, because=WHY).stage == "proposed"


def test_a_merged_claim_gets_no_proposal(editor: User) -> None:
    claim = make_claim()
    Claim.objects.filter(pk=claim.pk).update(merged_into=make_claim())
    with pytest.raises(Refused, match="merged"):
        reviewing.propose(claim, Rating.UNPROVEN, by=editor, because=WHY)


def test_a_proposal_keeps_what_it_cites_and_when_it_was_known(editor: User, seen: Position) -> None:
    proof = reviewing.add_evidence(seen.claim, by=editor, kind="refutes", url="https://example.org/a")
    reviewing.add_evidence(seen.claim, by=editor, kind="refutes", url="https://example.org/b")
    verdict = reviewing.propose(seen.claim, Rating.DISPUTED, by=editor, because=WHY, evidence=[proof])
    approved = reviewing.approve(verdict, by=make_user(Role.EDITOR))
    assert [each["id"] for each in approved.evidence] == [proof.pk]


@pytest.mark.parametrize("changes", [{"publication": "published"}, {"merged_into": None}])
def test_an_edit_does_not_do_what_an_act_of_its_own_decides(editor: User, changes: dict[str, Any]) -> None:
    claim = make_claim()
    with pytest.raises(Refused, match="not changed in a form"):
        reviewing.edit_claim(claim, changes, by=editor)
    assert Claim.objects.get(pk=claim.pk).publication == "draft"


def test_an_editor_does_not_reword_what_readers_see(editor: User, seen: Position) -> None:
    seen.claim.publication = "draft"  # a page opened before it was published
    with pytest.raises(PermissionDenied):
        reviewing.edit_claim(seen.claim, {"text_en": "Other words."}, by=editor)
    assert not Correction.objects.exists()


def test_what_readers_never_saw_is_not_corrected_in_public(chief: User) -> None:
    position = make_position()
    for thing in (position.claim, position.statement, position.statement.source):
        with pytest.raises(Refused, match="never seen"):
            reviewing.correct(thing, by=chief, text=WHY)


def test_a_statement_and_an_article_are_corrected_in_our_words(chief: User, seen: Position) -> None:
    late = {"said_earliest": "2022-09-01", "said_basis": "stated"}
    note = reviewing.correct(seen.statement, by=chief, text=WHY, changes=late)
    assert (note.source, note.before["said_basis"]) == (seen.statement.source, "unknown")
    reviewing.correct(seen.statement.source, by=chief, text=WHY, changes={"byline": "A. Writer"})
    assert Source.objects.get().byline == "A. Writer"


def test_the_second_of_two_editors_is_told_that_it_is_done(chief: User, seen: Position) -> None:
    for thing in (seen.claim, seen.statement.source):
        asked_by_another = type(thing).objects.get(pk=thing.pk)
        reviewing.withdraw(thing, by=chief, because="It was a forgery.")
        with pytest.raises(Refused, match="Only what is published"):
            reviewing.withdraw(asked_by_another, by=chief, because="It was a forgery.")
        gone = type(thing).objects.get(pk=thing.pk)
        reviewing.reopen(thing, by=chief)
        with pytest.raises(Refused, match="neither"):
            reviewing.reopen(gone, by=chief)
    draft = make_claim()
    also_draft = Claim.objects.get(pk=draft.pk)
    reviewing.publish(draft, by=chief)
    with pytest.raises(Refused, match="published already"):
        reviewing.publish(also_draft, by=chief)


def test_an_article_published_later_is_counted_then(chief: User) -> None:
    position = make_position()
    reviewing.publish(position.claim, by=chief)
    assert ClaimFigures.objects.get().contest == "uncontested"
    reviewing.publish_source(position.statement.source, by=chief)
    assert ClaimFigures.objects.get().contest == "denied"
    reviewing.publish_source(position.statement.source, by=chief)
    reviewing.withdraw(position.statement.source, by=chief, because="It was a forgery.")
    assert ClaimFigures.objects.get().contest == "uncontested"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_only_editors_approve_and_send_back(editor: User, seen: Position, role: Role) -> None:
    verdict = reviewing.propose(seen.claim, Rating.UNPROVEN, by=editor, because=WHY)
    with pytest.raises(PermissionDenied):
        reviewing.approve(verdict, by=make_user(role))
    with pytest.raises(PermissionDenied):
        reviewing.send_back(verdict, by=make_user(role), note="Cite the second denial too.")


def test_only_a_senior_editor_reopens(editor: User, chief: User, seen: Position) -> None:
    reviewing.review_again(seen.claim, by=chief)
    with pytest.raises(PermissionDenied):
        reviewing.reopen(seen.claim, by=editor)
