from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from claims.management.benchmark_world import World
from claims.management.commands.make_benchmark_data import fill
from claims.models import Claim, ClaimFigures, Denial, ListedClaim, Position, Statement, Verdict
from sources.models import Source
from tests.factories import make_claim


def test_the_same_world_comes_of_the_same_numbers() -> None:
    assert World(100, size=100).block(0) == World(100, size=100).block(0)
    assert World(100, size=100).block(0) != World(100, size=100, seed=2).block(0)
    # A bigger one begins alike, but for the speakers: more of them share what is said.
    assert [row["text_en"] for row in World(100, size=100).block(0)["claim"]] == [
        row["text_en"] for row in World(200, size=100).block(0)["claim"]
    ]


def test_a_world_is_stored_under_all_rules_of_the_database_with_its_denials_and_history(
    clone_db: object,
) -> None:
    assert list(fill(World(200, waiting=40, size=100))) == [100, 200]

    assert Claim.objects.count() == ClaimFigures.objects.count() == 200
    assert Statement.objects.filter(review="accepted").count() == 620
    assert Statement.objects.filter(review="suggested").count() == 40
    assert Source.objects.count() == 22
    assert 0 < Denial.objects.published().count() < Position.objects.count()
    assert set(Verdict.objects.values_list("rating", flat=True)) >= {"disputed", "unproven"}
    assert Claim.objects.filter(signature=None).count() == 0
    assert Claim.objects.first().events.count() >= 1
    # What comes after gets numbers of its own.
    assert make_claim(slug="one-more").pk > 200


@pytest.mark.django_db
def test_a_database_with_claims_is_refused() -> None:
    make_claim()

    with pytest.raises(CommandError, match="a database of its own"):
        call_command("make_benchmark_data", claims=100)
    assert Claim.objects.count() == 1


def test_a_large_world_is_a_small_one_many_times_over(clone_db: object) -> None:
    assert list(fill(World(100, size=100), copies=2)) == [100, 200, 300]

    assert Claim.objects.count() == ClaimFigures.objects.count() == 300
    assert Statement.objects.count() == Position.objects.count() == 930
    first, again = Claim.objects.get(slug="claim-1"), Claim.objects.get(slug="claim-1-2")
    assert [p.stance for p in again.positions.order_by("pk")] == [
        p.stance for p in first.positions.order_by("pk")
    ]
    assert {p.statement.source.url for p in again.positions.all()} == {
        f"{p.statement.source.url}-2" for p in first.positions.all()
    }
    assert again.events.count() == first.events.count() >= 1
    # Lists and their counts are of all copies.
    assert ListedClaim.objects.count() == Claim.objects.published().count()
    call_command("recount", stdout=(said := StringIO()))
    assert "0 rows of lists and 0 counts wrong" in said.getvalue()
    # The triggers are awake again: history is written, and nobody deletes what readers saw.
    published = Claim.objects.published().order_by("-pk").first()
    with pytest.raises(IntegrityError, match="never deleted"):
        published.delete()
    assert make_claim(slug="one-more").events.count() == 1
