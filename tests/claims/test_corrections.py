"""No silent fixes. Random histories of a claim and its statements: every change of what readers had seen is told, nothing else is.

CLAIMTRACKER_HISTORIES sets how many histories are tried (40 by default); `python -m tests.reliability.corrections` tries 5,000.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import linking, reviewing
from claims.corrections import note_change, was_seen
from claims.errors import Refused
from claims.models import Claim, Correction, Position, Speaker, Statement, Verdict
from claims.vocabulary import Role
from sources.models import Source
from tests.factories import (
    ADMISSION,
    DENIAL,
    make_claim,
    make_source,
    make_speaker,
    make_statement,
    make_user,
    span_of,
)

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("CLAIMTRACKER_HISTORIES", "40"))
# What was tried, for the report of the long run.
TRIED: Counter[str] = Counter()
WHY = {"en": "A reason that is long enough."}


class World:
    """One claim, one article, two statements, three speakers; senior editors do everything."""

    def __init__(self) -> None:
        self.by: User = make_user(Role.SENIOR_EDITOR)
        self.claim = make_claim()
        self.source = make_source()
        self.people: list[Speaker] = [make_speaker() for _ in range(3)]
        self.statements = [
            make_statement(self.source, words, self.people[0]) for words in (DENIAL, ADMISSION)
        ]
        linking.attach(self.statements[0], self.claim, by=self.by)

    def now(self) -> dict[tuple[str, int], Any]:
        """What readers see and what we promise to tell of, by thing."""
        seen: dict[tuple[str, int], Any] = {}
        for claim in Claim.objects.published():
            seen["claim", claim.pk] = (claim.text_it, claim.text_en, claim.period_earliest)
            for verdict in Verdict.objects.current().filter(claim=claim):
                seen["verdict", claim.pk] = (verdict.rating, verdict.reason_en)
        for statement in Statement.objects.published():
            seen["statement", statement.pk] = (
                [each["start"] for each in statement.spans],
                statement.said_earliest,
                list(statement.speakers.values_list("speaker__name", flat=True)),
            )
        for position in Position.objects.published():
            seen["position", position.statement_id] = (position.stance, position.partial)
        return seen


NUMBER = st.integers(0, 2)
Act = Callable[[World, int], object]
ACTS: dict[str, Act] = {
    "publish": lambda w, n: reviewing.publish(w.claim, by=w.by),
    "update": lambda w, n: reviewing.publish_update(w.claim, by=w.by),
    "publish the article": lambda w, n: reviewing.publish_source(w.source, by=w.by),
    "withdraw": lambda w, n: reviewing.withdraw((w.claim, w.source)[n % 2], by=w.by, because=WHY),
    "reopen": lambda w, n: reviewing.reopen((w.claim, w.source)[n % 2], by=w.by),
    "review again": lambda w, n: reviewing.review_again(w.claim, by=w.by),
    "reword": lambda w, n: reviewing.edit_claim(w.claim, {"text_en": f"Words {n}."}, by=w.by),
    "note": lambda w, n: reviewing.edit_claim(w.claim, {"desk_note": f"Note {n}."}, by=w.by),
    "rate": lambda w, n: reviewing.decide(
        [w.claim], ("unproven", "disputed", "confirmed")[n], by=w.by, because=WHY
    ),
    "attach": lambda w, n: linking.attach(
        w.statements[n % 2], w.claim, ("denies", "admits", "context")[n], by=w.by
    ),
    "accept": lambda w, n: linking.accept(w.statements[n % 2], by=w.by),
    "reject": lambda w, n: linking.reject(w.statements[n % 2], by=w.by, because="No."),
    "credit": lambda w, n: linking.attribute(w.statements[n % 2], w.people[n], by=w.by),
    "date": lambda w, n: linking.edit_statement(
        w.statements[n % 2], {"said_earliest": date(2022, 1, 1 + n), "said_basis": "stated"}, by=w.by
    ),
    "place": lambda w, n: linking.edit_statement(
        w.statements[n % 2], {"spans": [span_of(w.source.body, (DENIAL, ADMISSION, "ministero")[n])]}, by=w.by
    ),
    "caution": lambda w, n: linking.edit_statement(w.statements[n % 2], {"hedge": "reported"}, by=w.by),
}


def notes() -> dict[tuple[str, int], int]:
    """How many corrections each thing has."""
    counted: dict[tuple[str, int], int] = {}
    for note in Correction.objects.all():
        kinds = (
            ("statement", "position")
            if note.statement_id
            else ("verdict",)
            if "rating" in note.after
            else ("claim",)
        )
        key = note.statement_id or note.claim_id
        assert key is not None
        for kind in kinds:
            counted[kind, key] = counted.get((kind, key), 0) + 1
    return counted


def readers_are_told_of_all() -> None:
    """The page of corrections and both feeds have every note, and no other."""
    known = set(Correction.objects.values_list("pk", flat=True))
    TRIED["corrections"] += len(known)
    page = Client().get("/en/corrections/").content.decode()
    log = page.partition('<ol class="log">')[2].partition("</ol>")[0]
    assert log.count("<li>") == len(known)
    for language in ("it", "en"):
        feed = Client().get(f"/feeds/{language}/corrections.atom").content.decode()
        assert {int(pk) for pk in re.findall(r"<id>tag:[^<]*:correction/(\d+)</id>", feed)} == known


ANY_ACT = st.tuples(st.sampled_from(sorted(ACTS)), NUMBER)
# Most begin with a claim that readers see: there are few ways to get that far by chance.
SHOWN = [("rate", 1), ("accept", 0), ("publish the article", 0), ("publish", 0)]
HISTORY = st.builds(
    list.__add__,
    st.sampled_from([SHOWN, SHOWN[1:3], []]),
    st.integers(0, 20).flatmap(lambda n: st.lists(ANY_ACT, min_size=n, max_size=n)),
)


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORY)
def test_every_change_of_what_was_seen_is_told_and_nothing_unpublished_ever_is(
    db: None, history: list[tuple[str, int]]
) -> None:
    readers_are_told(history)


def readers_are_told(history: list[tuple[str, int]]) -> None:
    """The rule itself, over one history; leaves nothing behind. Raises AssertionError where it does not hold."""
    with transaction.atomic():
        world = World()
        last: dict[
            tuple[str, int], tuple[Any, int]
        ] = {}  # what readers saw last, and how often they had been told
        shown: set[int] = set()
        for act, number in history:
            with suppress(Refused), transaction.atomic():
                ACTS[act](world, number)
                TRIED["acts"] += 1
            world.claim, world.source = (
                Claim.objects.get(pk=world.claim.pk),
                Source.objects.get(pk=world.source.pk),
            )
            world.statements = list(Statement.objects.filter(source=world.source).order_by("pk"))
            told = notes()
            for thing, value in world.now().items():
                was, times = last.get(thing, (value, 0))
                assert value == was or told.get(thing, 0) > times, f"{thing} changed in silence by {act}"
                last[thing] = (value, told.get(thing, 0))
                if thing[0] == "statement":
                    shown.add(thing[1])
            for kind, key in told:
                if kind == "statement":
                    assert key in shown, f"a statement never seen was told of by {act}"
                elif kind != "position":
                    assert world.claim.publication != "draft", f"a draft was told of by {act}"
        readers_are_told_of_all()
        TRIED["histories"] += 1
        transaction.set_rollback(True)


def test_a_note_names_each_detail_as_people_do(db: None) -> None:
    statement, by = make_statement(), make_user()
    after = {
        "said_earliest": date(2022, 9, 1),
        "speaker": ["A"],
        "stance": "denies",
        "after": statement,
        "odd": None,
    }
    note = note_change(statement, by=by, before={}, after=after)
    assert note.text_en == "Changed: said, earliest, speaker, on this claim, said after, odd."
    assert note.after == {**after, "said_earliest": "2022-09-01", "after": str(statement)}


def test_an_article_published_while_its_claim_was_gone_has_not_been_seen(db: None) -> None:
    world = World()
    reviewing.publish(world.claim, by=world.by)
    assert not was_seen(world.statements[0])
    reviewing.withdraw(world.claim, by=world.by, because=WHY)
    reviewing.publish_source(world.source, by=world.by)
    assert not was_seen(world.statements[0])
    reviewing.reopen(Claim.objects.get(), by=world.by)
    assert was_seen(world.statements[0])
