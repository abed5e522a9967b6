"""Two people at once, each with a connection of their own: the rules hold, and whoever comes second is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from claims.models import Claim, Evidence, Speaker, Verdict
from claims.vocabulary import Stance
from tests.databases import Clone
from tests.factories import make_claim, make_position, make_source, make_speaker, make_user


@contextmanager
def two_clients(clone: Clone) -> Iterator[tuple[psycopg.Connection[Any], psycopg.Connection[Any]]]:
    with psycopg.connect(clone.url) as one, psycopg.connect(clone.url) as two:
        yield one, two


class Meanwhile(threading.Thread):
    """Runs beside the test and keeps what became of it: None, or what was raised."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.act = act
        self.raised: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.act()
        except Exception as error:
            self.raised = error

    def still_waits(self) -> bool:
        self.join(0.4)
        return self.is_alive()

    def outcome(self) -> Exception | None:
        self.join(20)
        assert not self.is_alive()
        return self.raised


def make_proposal(claim: Claim, rating: str) -> Verdict:
    return Verdict.objects.create(
        claim=claim,
        rating=rating,
        reason_en="As is on record.",
        author=make_user(),
        as_known_on=date(2024, 3, 31),
        decided_at=timezone.now(),
    )


def disputed_by_a_denial() -> tuple[Verdict, str]:
    claim = make_claim()
    statement = make_position(claim, Stance.DENIES).statement
    return (
        make_proposal(claim, "disputed"),
        f"UPDATE claims_statement SET review = 'rejected' WHERE id = {statement.pk}",
    )


def refuted_by_evidence() -> tuple[Verdict, str]:
    claim = make_claim()
    evidence = Evidence.objects.create(claim=claim, kind="refutes", url="https://example.org/")
    return make_proposal(claim, "refuted"), f"DELETE FROM claims_evidence WHERE id = {evidence.pk}"


def confirmed_by_an_admission() -> tuple[Verdict, str]:
    claim, party = make_claim(), make_speaker()
    make_position(claim, Stance.DENIES, party)
    statement = make_position(claim, Stance.ADMITS, party).statement
    return (
        make_proposal(claim, "confirmed"),
        f"UPDATE claims_statementspeaker SET speaker_id = NULL WHERE statement_id = {statement.pk}",
    )


@pytest.mark.parametrize("make", [disputed_by_a_denial, refuted_by_evidence, confirmed_by_an_admission])
class TestGrounds:
    def test_that_vanish_before_the_decision_commits_refuse_it(
        self, clone_db: Clone, make: Callable[[], tuple[Verdict, str]]
    ) -> None:
        verdict, vanish = make()
        with two_clients(clone_db) as (decider, other):
            other.execute(vanish)
            decider.execute(f"UPDATE claims_verdict SET stage = 'current' WHERE id = {verdict.pk}")
            deciding = Meanwhile(decider.commit)
            assert deciding.still_waits()
            other.commit()
            assert "[grounds]" in str(deciding.outcome())
        verdict.refresh_from_db()
        assert verdict.stage == "proposed"

    def test_that_a_decision_counts_stay_until_it_has_committed(
        self, clone_db: Clone, make: Callable[[], tuple[Verdict, str]]
    ) -> None:
        verdict, vanish = make()
        with two_clients(clone_db) as (decider, other):
            decider.execute(f"UPDATE claims_verdict SET stage = 'current' WHERE id = {verdict.pk}")
            decider.execute("SET CONSTRAINTS ALL IMMEDIATE")
            vanishing = Meanwhile(lambda: (other.execute(vanish), other.commit()))
            assert vanishing.still_waits()
            decider.commit()
            assert vanishing.outcome() is None
        verdict.refresh_from_db()
        assert verdict.stage == "current"


def test_two_decisions_at_once_leave_one_in_force(clone_db: Clone) -> None:
    claim = make_claim()
    first, second = make_proposal(claim, "unproven"), make_proposal(claim, "unproven")
    with two_clients(clone_db) as (one, two):
        one.execute(f"UPDATE claims_verdict SET stage = 'current' WHERE id = {first.pk}")
        deciding = Meanwhile(
            lambda: two.execute(f"UPDATE claims_verdict SET stage = 'current' WHERE id = {second.pk}")
        )
        assert deciding.still_waits()
        one.commit()
        assert "claims_verdict_one_current" in str(deciding.outcome())


def test_two_who_each_close_half_a_circle_do_not_both_succeed(clone_db: Clone) -> None:
    one_body, other_body = make_speaker(), make_speaker()
    with two_clients(clone_db) as (one, two):
        sql = "UPDATE claims_speaker SET speaks_for_id = %s WHERE id = %s"
        acts = [
            Meanwhile(lambda: (one.execute(sql, [one_body.pk, other_body.pk]), one.commit())),
            Meanwhile(lambda: (two.execute(sql, [other_body.pk, one_body.pk]), two.commit())),
        ]
        raised = [act.outcome() for act in acts]
    assert raised.count(None) == 1
    assert Speaker.objects.filter(speaks_for=None).count() == 1


def test_an_origin_does_not_stop_being_one_while_a_copy_is_added(clone_db: Clone) -> None:
    root, older, copy = make_source(), make_source(), make_source()
    sql = "UPDATE sources_source SET origin_id = %s WHERE id = %s"
    with two_clients(clone_db) as (one, two):
        one.execute(sql, [older.pk, root.pk])
        two.execute(sql, [root.pk, copy.pk])
        adding = Meanwhile(two.commit)
        assert adding.still_waits()
        one.commit()
        assert "[origin]" in str(adding.outcome())


def test_of_many_edits_of_one_version_one_is_stored_and_none_is_lost(clone_db: Clone) -> None:
    """Six editors, ten edits each: whoever is too late changes no row, reads again and tries again. (R2 in small.)"""
    claim = make_claim()
    edits, editors = 10, 6

    def edit(name: int) -> None:
        with psycopg.connect(clone_db.url, autocommit=True) as client:
            for number in range(edits):
                while True:
                    row = client.execute(
                        "SELECT version, desk_note FROM claims_claim WHERE id = %s", [claim.pk]
                    ).fetchone()
                    assert row is not None
                    changed = client.execute(
                        "UPDATE claims_claim SET desk_note = %s WHERE id = %s AND version = %s",
                        [f"{row[1]} {name}-{number}", claim.pk, row[0]],
                    ).rowcount
                    if changed:
                        break

    at_work = [Meanwhile(lambda name=name: edit(name)) for name in range(editors)]
    assert [one.outcome() for one in at_work] == [None] * editors
    claim.refresh_from_db()
    assert claim.version == edits * editors + 1
    assert len(claim.desk_note.split()) == edits * editors
    assert claim.events.count() == edits * editors + 1  # type: ignore[attr-defined]
