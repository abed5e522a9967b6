"""What readers see: the one verb, published(), of every noun. One world that is seen, and every way in which it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.utils import timezone

from claims import linking, reviewing
from claims.models import Claim, Correction, Denial, Evidence, Position, Speaker, Statement, Topic, Verdict
from claims.models import Request as Letter
from claims.visibility import published_outlets
from claims.vocabulary import Rating, Role
from sources.models import Source
from tests.factories import (
    make_claim,
    make_outlet,
    make_position,
    make_source,
    make_speaker,
    make_topic,
    make_user,
)

pytestmark = pytest.mark.django_db
WHY = {"en": "Two named bodies deny it."}


@dataclass
class World:
    chief: User
    editor: User
    position: Position

    @property
    def claim(self) -> Claim:
        return Claim.objects.get(pk=self.position.claim_id)

    @property
    def source(self) -> Source:
        return Source.objects.get(pk=self.position.statement.source_id)

    @property
    def statement(self) -> Statement:
        return Statement.objects.get(pk=self.position.statement_id)


@pytest.fixture
def world() -> World:
    """A published claim with a denial, evidence, a decision, a topic, a speaker and an outlet."""
    chief, editor = make_user(Role.SENIOR_EDITOR), make_user(Role.EDITOR)
    claim = make_claim(topic=make_topic("Drones"))
    position = make_position(
        claim, speaker=make_speaker("Minister"), source=make_source(outlet=make_outlet())
    )
    reviewing.add_evidence(claim, by=editor, kind="refutes", statement=position.statement)
    reviewing.dispute(claim, by=editor, because=WHY)
    reviewing.publish_source(position.statement.source, by=chief)
    reviewing.publish(claim, by=chief)
    connection.check_constraints()  # as at commit: what follows is another transaction
    return World(chief, editor, position)


def outlets() -> models.QuerySet[Any]:
    return published_outlets()


NOUNS: dict[str, Callable[[], models.QuerySet[Any]]] = {
    "claim": lambda: Claim.objects.published(),
    "source": lambda: Source.objects.published(),
    "statement": lambda: Statement.objects.published(),
    "position": lambda: Position.objects.published(),
    "denial": lambda: Denial.objects.published(),
    "evidence": lambda: Evidence.objects.published(),
    "verdict": lambda: Verdict.objects.published(),
    "speaker": lambda: Speaker.objects.published(),
    "outlet": outlets,
    "topic": lambda: Topic.objects.published(),
}
WORDS = {"statement", "position", "denial", "evidence", "speaker", "outlet"}


def seen() -> set[str]:
    return {noun for noun, rows in NOUNS.items() if rows().exists()}


def test_readers_see_the_whole_world(world: World) -> None:
    assert seen() == set(NOUNS)


def test_a_draft_shows_nothing() -> None:
    make_position(make_claim(topic=make_topic("Drones")), source=make_source(outlet=make_outlet()))
    assert seen() == set()


def withdraw_claim(world: World) -> None:
    reviewing.withdraw(world.claim, by=world.chief, because="It was a forgery.")


def withdraw_source(world: World) -> None:
    reviewing.withdraw(world.source, by=world.chief, because="It was a forgery.")


def review_again(world: World) -> None:
    reviewing.review_again(world.claim, by=world.chief)


def discard(world: World) -> None:
    linking.reject(world.statement, by=world.editor, because="A refusal, not a denial.")


def hide_position(world: World) -> None:
    Position.objects.update(published_at=None)


def other_stance(world: World) -> None:
    linking.attach(world.statement, world.claim, "asserts", by=world.editor)


def other_speaker(world: World) -> None:
    merged = make_speaker("The minister")
    linking.merge_speakers(
        Speaker.objects.get(name="Minister"), into=merged, by=world.editor, because="One person."
    )


@pytest.mark.parametrize(
    ("act", "hidden"),
    [
        (withdraw_claim, set(NOUNS) - {"source"}),
        (withdraw_source, {"source"} | WORDS),
        (review_again, set()),
        (discard, WORDS),
        (hide_position, WORDS),
        (other_stance, {"denial"}),
        (other_speaker, set()),
    ],
)
def test_what_an_act_hides(world: World, act: Callable[[World], None], hidden: set[str]) -> None:
    act(world)
    assert set(NOUNS) - seen() == hidden


def test_a_merged_claim_is_seen_at_its_new_place_only(world: World) -> None:
    into = make_claim()
    reviewing.publish(into, by=world.chief)
    linking.merge_claims(world.claim, into=into, by=world.editor, because="The same claim twice.")
    assert set(Claim.objects.published()) == {into}
    assert set(Position.objects.published().values_list("claim", flat=True)) == {into.pk}
    assert not Verdict.objects.published().exists()


def test_a_proposal_is_not_seen(world: World) -> None:
    proposal = reviewing.propose(world.claim, Rating.UNPROVEN, by=world.editor, because=WHY)
    assert proposal not in Verdict.objects.published()


def test_a_decision_that_held_is_still_seen(world: World) -> None:
    reviewing.decide([world.claim], Rating.UNPROVEN, by=world.editor, because=WHY)
    assert set(Verdict.objects.published().values_list("stage", flat=True)) == {"current", "superseded"}


def test_evidence_from_an_article_that_is_not_published_is_not_seen(world: World) -> None:
    made = reviewing.add_evidence(world.claim, by=world.editor, kind="context", source=make_source())
    assert made not in Evidence.objects.published()


def test_of_letters_only_a_published_reply_is_seen(world: World) -> None:
    usual = {
        "kind": "correction",
        "claim": world.claim,
        "received_at": timezone.now(),
        "due_at": timezone.now(),
    }
    Letter.objects.create(**usual)
    assert not Letter.objects.published().exists()


def test_every_correction_is_seen(world: World) -> None:
    discard(world)
    assert set(Correction.objects.published()) == set(Correction.objects.all()) != set()
