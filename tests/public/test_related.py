"""Related claims: which are looked for, how many are asked for, and what is said of them."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from claims import contest
from claims.models import Claim, ClaimLink
from claims.public.naming import Names
from claims.public.related import MOST_SHOWN, WALKED, Related, rarest_pairs, related
from claims.public.sentences import MOST_NAMES
from claims.vocabulary import LinkKind, LinkState
from tests.factories import make_published_claim, make_published_source, make_said, make_shown, make_speaker

pytestmark = pytest.mark.django_db


def asked(claim: Claim) -> tuple[list[Related], int]:
    """What is related, and by how many queries. What is remembered of the statistics and of names is asked before."""
    names = Names.of([])
    related(claim, names)
    with CaptureQueriesContext(connections["default"]) as queries:
        return related(claim, names), len(queries)


def linked(claim: Claim, n: int) -> None:
    for number in range(n):
        other = make_published_claim(f"Claim number {number}")
        ClaimLink.objects.create(
            from_claim=claim, to_claim=other, kind=LinkKind.FOLLOWS.value, state=LinkState.ACCEPTED.value
        )


@pytest.mark.parametrize(("links", "queries"), [(1, 1), (MOST_SHOWN - 1, 1), (MOST_SHOWN + 1, 2)])
def test_all_that_editors_linked_is_shown_and_asked_for_twice_only_where_it_is_much(
    links: int, queries: int
) -> None:
    claim = make_published_claim("A claim")
    linked(claim, links)
    found, n = asked(claim)
    assert (len(found), n) == (links, queries)


def test_among_a_million_claims_only_so_many_are_walked_through_to_find_them() -> None:
    common = {"n:one": 0.003, "a:two": 0.02, "a:three": 0.03, "t:four": 0.04}
    few = rarest_pairs(common, common, claims=1000)
    many = rarest_pairs(common, common, claims=1_000_000)
    assert len(few[0]) > len(many[0]) == 1
    assert common["n:one"] * 1_000_000 <= WALKED
    # One pair is always tried, however common.
    assert len(rarest_pairs(["n:x", "n:y"], {"n:x": 0.04, "n:y": 0.04}, claims=1_000_000)[0]) == 1


def test_of_the_many_who_stand_on_both_claims_four_are_named() -> None:
    source = make_published_source("They said so.")
    said = make_said(source, "They said so", *(make_speaker(f"Body {n}") for n in range(MOST_NAMES + 2)))
    one, other = make_published_claim("One"), make_published_claim("Other")
    for claim in (one, other):
        make_shown(said, claim)
    ClaimLink.objects.create(
        from_claim=one, to_claim=other, kind=LinkKind.FOLLOWS.value, state=LinkState.ACCEPTED.value
    )
    contest.refresh([one.pk, other.pk])
    claim = Claim.objects.select_related("figures").get(pk=one.pk)
    (found,), _n = asked(claim)
    assert "both: Body 0, Body 1, Body 2, Body 3 and 2 others" in found.reason
