"""Decisions and what readers see: grounds, reasons, second readers, publication, corrections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from claims import linking, reviewing
from claims.errors import Refused, Stale
from claims.models import Claim, Correction, OldSlug, Position, Statement, Verdict, Withdrawal
from claims.vocabulary import Rating, Role, Stance, Verb
from sources.models import Source
from tests.factories import make_claim, make_position, make_source, make_speaker, make_statement, make_user

pytestmark = pytest.mark.django_db
WHY = {"en": "Two named bodies deny it.", "it": "Due enti nominati lo negano."}


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


@pytest.fixture
def chief() -> User:
    return make_user(Role.SENIOR_EDITOR)


def published(chief: User, stance: Stance = Stance.DENIES) -> Position:
    position = make_position(None, stance)
    reviewing.publish_source(position.statement.source, by=chief)
    reviewing.publish(position.claim, by=chief)
    position.refresh_from_db()
    return position


# --- grounds ----------------------------------------------------------------------------------------------------------------


def test_disputed_needs_an_accepted_denial_or_evidence_against(editor: User) -> None:
    claim = make_claim()
    make_position(claim, Stance.DENIES, review="suggested")
    assert reviewing.lacks(claim, Rating.DISPUTED)
    with pytest.raises(Refused, match="accepted denial"):
        reviewing.dispute(claim, by=editor, because=WHY)
    make_position(claim, Stance.DENIES)
    assert reviewing.lacks(claim, Rating.DISPUTED) == []
    assert reviewing.dispute(claim, by=editor, because=WHY).stage == "current"


def test_confirmed_needs_evidence_or_the_admission_of_a_party_that_denied(editor: User) -> None:
    claim, iran = make_claim(), make_speaker("Iran", kind="government")
    make_position(claim, Stance.ADMITS, make_speaker("Somebody else"))
    make_position(claim, Stance.DENIES, make_speaker("Spokesman", speaks_for=iran))
    assert reviewing.lacks(claim, Rating.CONFIRMED)
    make_position(claim, Stance.ADMITS, make_speaker("Minister", speaks_for=iran))
    assert reviewing.lacks(claim, Rating.CONFIRMED) == []
    assert reviewing.confirm(claim, by=editor, because=WHY).rating == "confirmed"
    other = make_claim()
    reviewing.add_evidence(other, by=editor, kind="supports", url="https://example.org/report")
    assert reviewing.lacks(other, Rating.CONFIRMED) == []


def test_contradicted_by_the_evidence_needs_that_evidence(editor: User) -> None:
    position = make_position()
    assert reviewing.lacks(position.claim, Rating.REFUTED)
    reviewing.add_evidence(position.claim, by=editor, kind="refutes", statement=position.statement)
    assert reviewing.lacks(position.claim, Rating.REFUTED) == []


def test_unproven_needs_nothing_and_a_merged_claim_gets_no_rating(editor: User) -> None:
    claim, other = make_claim(), make_claim()
    assert reviewing.lacks(claim, Rating.UNPROVEN) == []
    linking.merge_claims(claim, into=other, by=editor, because="The same claim twice.")
    assert reviewing.lacks(claim, Rating.UNPROVEN)


@pytest.mark.parametrize("rating", [Rating.CONFIRMED, Rating.DISPUTED, Rating.REFUTED])
def test_what_we_say_is_missing_the_database_refuses_too(editor: User, rating: Rating) -> None:
    claim = make_claim()
    assert reviewing.lacks(claim, rating)
    with pytest.raises(IntegrityError, match="grounds"), transaction.atomic():
        Verdict.objects.create(
            claim=claim,
            rating=rating.value,
            stage="current",
            reason_en=WHY["en"],
            author=editor,
            as_known_on="2024-03-31",
            decided_at="2024-03-31T00:00Z",
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- decisions --------------------------------------------------------------------------------------------------------------


def test_all_are_marked_or_none(editor: User) -> None:
    good, bad = make_position().claim, make_claim()
    with pytest.raises(Refused):
        reviewing.decide([good, bad], Rating.DISPUTED, by=editor, because=WHY)
    assert not Verdict.objects.exists()
    other = make_position().claim
    assert len(reviewing.decide([good, other, good], "disputed", by=editor, because=WHY)) == 2
    with pytest.raises(Refused, match="at least one"):
        reviewing.decide([], Rating.DISPUTED, by=editor, because=WHY)


@pytest.mark.parametrize("because", ["", "Too short", {"it": "  breve   ", "en": ""}])
def test_a_short_reason_is_refused(editor: User, because: object) -> None:
    with pytest.raises(Refused, match="at least 10"):
        reviewing.dispute(make_position().claim, by=editor, because=because)  # type: ignore[arg-type]


def test_one_language_is_enough_and_a_plain_string_is_in_the_active_one(editor: User) -> None:
    verdict = reviewing.dispute(make_position().claim, by=editor, because="Two bodies deny it.")
    assert (verdict.reason_en, verdict.reason_it) == ("Two bodies deny it.", "")
    assert verdict.label_en == "Disputed"


def test_a_new_decision_supersedes_the_old_one_which_stays(editor: User) -> None:
    claim = make_position().claim
    first = reviewing.dispute(claim, by=editor, because=WHY)
    second = reviewing.decide([claim], Rating.UNPROVEN, by=editor, because=WHY)[0]
    first.refresh_from_db()
    assert (first.stage, second.stage) == ("superseded", "current")
    assert claim.figures.rating == "unproven"


def test_the_evidence_is_frozen_with_the_decision(editor: User) -> None:
    claim = make_position().claim
    made = reviewing.add_evidence(
        claim, by=editor, kind="context", url="https://example.org/a", note_en="As it was"
    )
    verdict = reviewing.dispute(claim, by=editor, because=WHY)
    type(made).objects.filter(pk=made.pk).update(note_en="Later")
    verdict.refresh_from_db()
    assert verdict.evidence[0]["note_en"] == "As it was"


def test_a_claim_changed_meanwhile_is_reported_not_marked(editor: User) -> None:
    claim = make_position().claim
    base = claim.version
    reviewing.edit_claim(claim, {"text_en": "Reworded meanwhile."}, by=editor, base=base)
    with pytest.raises(Stale):
        reviewing.decide([claim], Rating.DISPUTED, by=editor, because=WHY, bases={claim.pk: base})
    assert not Verdict.objects.exists()


class TestSecondReading:
    @pytest.fixture(autouse=True)
    def second_reading(self, settings: Any) -> None:
        settings.CLAIMTRACKER_SECOND_READER = True

    def test_a_mark_on_a_published_claim_waits_for_another_editor(self, editor: User, chief: User) -> None:
        claim = published(chief).claim
        verdict = reviewing.dispute(claim, by=editor, because=WHY)
        assert verdict.stage == "proposed"
        with pytest.raises(Refused, match="another person"):
            reviewing.approve(verdict, by=editor)
        approved = reviewing.approve(verdict, by=chief)
        assert (approved.stage, approved.second_reader_id) == ("current", chief.pk)
        with pytest.raises(Refused, match="Only a proposed"):
            reviewing.approve(verdict, by=chief)

    def test_a_draft_is_marked_at_once(self, editor: User) -> None:
        assert reviewing.dispute(make_position().claim, by=editor, because=WHY).stage == "current"

    def test_a_proposal_is_sent_back_with_a_note(self, editor: User, chief: User) -> None:
        verdict = reviewing.propose(published(chief).claim, Rating.DISPUTED, by=editor, because=WHY)
        with pytest.raises(Refused):
            reviewing.send_back(verdict, by=chief, note="no")
        reviewing.send_back(verdict, by=chief, note="Cite the second denial too.")
        with pytest.raises(Refused, match="Only a proposed"):
            reviewing.send_back(verdict, by=chief, note="Cite the second denial too.")

    def test_grounds_that_vanished_are_asked_again_at_approval(self, editor: User, chief: User) -> None:
        position = published(chief)
        verdict = reviewing.dispute(position.claim, by=editor, because=WHY)
        linking.reject(position.statement, by=chief, because="A refusal, not a denial.")
        with pytest.raises(Refused, match="accepted denial"):
            reviewing.approve(verdict, by=chief)

    def test_an_update_is_published_by_another_than_who_linked_it(self, editor: User, chief: User) -> None:
        claim = published(chief).claim
        late = make_statement(speaker=make_speaker())
        linking.attach(late, claim, Stance.DENIES, by=editor)
        with pytest.raises(Refused, match="Another editor"):
            reviewing.publish_update(claim, by=editor)
        assert reviewing.publish_update(claim, by=chief) == 1


def test_evidence_is_exactly_one_thing(editor: User) -> None:
    claim = make_claim()
    for wrong in (
        {},
        {"url": "https://example.org", "source": make_source()},
        {"url": "javascript:alert(1)"},
    ):
        with pytest.raises(Refused):
            reviewing.add_evidence(claim, by=editor, kind="supports", **wrong)  # type: ignore[arg-type]


# --- publication ------------------------------------------------------------------------------------------------------------


def test_publishing_shows_the_claim_with_its_accepted_statements_only(chief: User) -> None:
    claim = make_claim()
    seen = make_position(claim)
    hidden = make_position(claim, review="suggested")
    for position in (seen, hidden):
        reviewing.publish_source(position.statement.source, by=chief, shown="whole")
    reviewing.publish(claim, by=chief)
    assert set(Position.objects.published()) == {seen}
    with pytest.raises(Refused, match="published already"):
        reviewing.publish(claim, by=chief)


def test_accepting_on_a_published_claim_shows_nothing_until_the_update(editor: User, chief: User) -> None:
    claim = published(chief).claim
    late = make_position(claim, review="suggested")
    reviewing.publish_source(late.statement.source, by=chief)
    linking.accept(late.statement, by=editor)
    assert late not in Position.objects.published()
    assert reviewing.publish_update(claim, by=editor) == 1
    assert late in Position.objects.published()
    with pytest.raises(Refused, match="not published"):
        reviewing.publish_update(make_claim(), by=editor)


def test_a_claim_goes_under_review_and_back(chief: User) -> None:
    claim = published(chief).claim
    reviewing.review_again(claim, by=chief)
    assert claim.is_public
    reviewing.reopen(claim, by=chief)
    assert claim.publication == "published"
    with pytest.raises(Refused):
        reviewing.reopen(claim, by=chief)
    with pytest.raises(Refused):
        reviewing.review_again(make_claim(), by=chief)


def test_what_is_withdrawn_says_why_and_can_come_back(chief: User) -> None:
    position = published(chief)
    for thing in (position.claim, position.statement.source):
        with pytest.raises(Refused, match="reason"):
            reviewing.withdraw(thing, by=chief, because="why not")
        made = reviewing.withdraw(thing, by=chief, because={"it": "Il documento era un falso."})
        assert made.reason_it and type(thing).objects.published().filter(pk=thing.pk).exists() is False
        with pytest.raises(Refused):
            reviewing.withdraw(thing, by=chief, because="Once is enough for it.")
        reviewing.reopen(thing, by=chief)
        assert type(thing).objects.published().filter(pk=thing.pk).exists()
    assert Withdrawal.objects.filter(reopened_at=None).count() == 0


def test_a_withdrawn_article_is_not_published_by_the_way(chief: User) -> None:
    source = published(chief).statement.source
    reviewing.withdraw(source, by=chief, because="It was a forgery.")
    with pytest.raises(Refused, match="reopen"):
        reviewing.publish_source(source, by=chief)


def test_a_published_claim_is_corrected_in_the_open(chief: User) -> None:
    claim = published(chief).claim
    old = claim.slug
    reviewing.edit_claim(
        claim, {"text_en": "Other words.", "slug": "other-words"}, by=chief, base=claim.version
    )
    note = Correction.objects.get(claim=claim)
    assert note.after == {"text_en": "Other words."}
    assert note.text_it and note.text_en
    assert OldSlug.objects.get(slug=old).claim == claim


def test_a_draft_is_edited_without_a_word(editor: User) -> None:
    claim = make_claim()
    reviewing.edit_claim(claim, {"text_en": "Other words."}, by=editor)
    reviewing.edit_claim(claim, {"desk_note": "Look again."}, by=editor)
    assert not Correction.objects.exists()


def test_a_correction_in_our_words_carries_what_changed(chief: User) -> None:
    claim = published(chief).claim
    note = reviewing.correct(
        claim, by=chief, text={"en": "We had the wrong month."}, changes={"period_note": "It was May."}
    )
    assert (
        note.after == {"period_note": "It was May."}
        and Claim.objects.get(pk=claim.pk).period_note == "It was May."
    )
    with pytest.raises(Refused):
        reviewing.correct(claim, by=chief, text="short")


def test_a_merged_claim_is_not_published(editor: User, chief: User) -> None:
    claim, other = make_claim(), make_claim()
    linking.merge_claims(claim, into=other, by=editor, because="The same claim twice.")
    with pytest.raises(Refused, match="merged"):
        reviewing.publish(claim, by=chief)


# --- who may ----------------------------------------------------------------------------------------------------------------

ACTS: dict[Verb, Callable[[Position, User], object]] = {
    Verb.MARK: lambda p, by: reviewing.dispute(p.claim, by=by, because=WHY),
    Verb.PROPOSE: lambda p, by: reviewing.propose(p.claim, Rating.DISPUTED, by=by, because=WHY),
    Verb.DRAFT: lambda p, by: reviewing.add_evidence(
        p.claim, by=by, kind="context", url="https://example.org"
    ),
    Verb.PUBLISH: lambda p, by: reviewing.publish(p.claim, by=by),
    Verb.PUBLISH_UPDATE: lambda p, by: reviewing.publish_update(p.claim, by=by),
    Verb.REVIEW_AGAIN: lambda p, by: reviewing.review_again(p.claim, by=by),
    Verb.WITHDRAW: lambda p, by: reviewing.withdraw(p.claim, by=by, because=WHY),
    Verb.CORRECT: lambda p, by: reviewing.correct(p.claim, by=by, text=WHY),
}
NEEDS_PUBLISHED = {Verb.PUBLISH_UPDATE, Verb.REVIEW_AGAIN, Verb.WITHDRAW, Verb.CORRECT}
ALLOWED = {
    Verb.MARK: {Role.EDITOR, Role.SENIOR_EDITOR},
    Verb.PROPOSE: {Role.EDITOR, Role.SENIOR_EDITOR},
    Verb.DRAFT: {Role.EDITOR, Role.SENIOR_EDITOR},
    Verb.PUBLISH_UPDATE: {Role.EDITOR, Role.SENIOR_EDITOR},
}


@pytest.mark.parametrize("role", [*Role, None, "disabled"])
@pytest.mark.parametrize("verb", list(ACTS))
def test_each_act_is_for_whom_the_table_says(verb: Verb, role: Role | str | None, chief: User) -> None:
    position = published(chief) if verb in NEEDS_PUBLISHED else make_position()
    if role is None:
        user: User | AnonymousUser = AnonymousUser()
    elif role == "disabled":
        user = make_user(Role.SENIOR_EDITOR)
        user.is_active = False
    else:
        user = make_user(Role(role))
    if role in ALLOWED.get(verb, {Role.SENIOR_EDITOR}):
        ACTS[verb](position, user)  # type: ignore[arg-type]
    else:
        with pytest.raises(PermissionDenied):
            ACTS[verb](position, user)  # type: ignore[arg-type]


def test_being_a_superuser_decides_nothing() -> None:
    root = make_user()
    root.is_superuser = True
    with pytest.raises(PermissionDenied):
        reviewing.dispute(make_position().claim, by=root, because=WHY)


def test_the_history_says_who_did_what_and_why(editor: User) -> None:
    claim = make_position().claim
    verdict = reviewing.dispute(claim, by=editor, because=WHY)
    context = verdict.events.get().pgh_context.metadata  # type: ignore[attr-defined]
    assert (context["user"], context["verb"], context["reason"]) == (editor.pk, "dispute", WHY["en"])


def test_nothing_is_left_of_an_act_that_fails(chief: User) -> None:
    source = published(chief).statement.source
    with pytest.raises(Stale):
        reviewing.publish_source(source, by=chief, shown="whole", base=source.version + 1)
    assert Source.objects.get(pk=source.pk).shown == "passages"
    assert Statement.objects.filter(source=source).count() == 1
