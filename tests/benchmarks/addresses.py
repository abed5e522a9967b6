"""Addresses that show every public page of a database of `make_benchmark_data`, and how many queries each may ask."""

from __future__ import annotations

from claims.models import Claim, ClaimFigures, ClaimSpeaker, Evidence, SpeakerCount
from claims.public.claim_page import claim_page
from claims.public.found import claim_at
from sources.models import Source


def budgets() -> dict[str, int]:
    """Address → queries, at most; of the common and of the rare."""
    busy = ClaimFigures.objects.filter(claim__in=Claim.objects.published()).latest("statements", "pk").claim
    with_evidence = Evidence.objects.published().select_related("claim").latest("pk").claim
    often = SpeakerCount.objects.select_related("speaker").latest("n", "pk").speaker
    rarely = ClaimSpeaker.objects.filter(is_own=True).select_related("speaker").latest("speaker").speaker
    source = Source.objects.published().latest("pk")
    word = str(busy.text).split()[-1]
    name = rarely.name.replace(" ", "+")
    return {
        "/en/": 11,
        "/en/claims/": 6,
        "/en/claims/?rating=disputed&contest=denied": 6,
        "/en/claims/?rating=disputed&rating=unproven&language=it": 6,
        "/en/claims/?topic=topic-2&rating=unreviewed&language=en": 6,
        f"/en/claims/?speaker={often.slug}": 7,
        f"/en/claims/?speaker={name}&contest=denied&since=2016-01-01": 7,
        "/en/claims/?speaker=b&until=2030-01-01": 7,
        "/en/claims/?q=drones": 7,
        f"/en/claims/?q={word}&rating=unreviewed": 7,
        "/en/claims/?q=nothingofthekind+drones": 8,
        f"/en/claims/{busy.slug}/": 6,
        f"/en/claims/{busy.slug}/?after={_second_page(busy)}": 6,
        f"/en/claims/{with_evidence.slug}/": 6,
        f"/en/claims/{busy.slug}/history/": 10,
        "/en/denials/": 7,
        "/en/denials/?topic=topic-2&order=oldest": 7,
        f"/en/denials/?speaker={often.slug}": 9,
        "/en/denials/matrix/": 9,
        f"/en/denials/matrix/?speaker={often.slug}&topic=topic-1": 9,
        "/en/reversals/": 5,
        "/en/reversals/?topic=topic-1": 5,
        "/en/speakers/": 3,
        "/en/speakers/?q=ba": 3,
        f"/en/speakers/{often.slug}/": 10,
        f"/en/speakers/{rarely.slug}/": 10,
        "/en/sources/": 3,
        f"/en/sources/?q={source.title.split()[0]}&language={source.language}": 4,
        f"/en/sources/{source.pk}-{source.slug}/": 10,
        "/en/search/?q=drones": 11,
        f"/en/search/?q={word}&in=statements": 7,
        "/en/search/?q=drones&in=claims": 8,
        f"/en/search/?q={rarely.name.split()[0]}": 13,
        "/en/search/?q=nothingofthekind+drones": 8,
        "/en/topics/": 3,
        "/en/outlets/": 2,
        "/en/decisions/": 3,
        "/en/decisions/?rating=unproven&topic=topic-1": 3,
        "/en/corrections/": 2,
        "/en/method/": 0,
        "/en/about/": 0,
    }


def _second_page(claim: Claim) -> str:
    """Where the second page of its statements begins. Raises AssertionError where they fit on one."""
    found = claim_at(claim.slug)
    older = claim_page(found).older if found else ""
    assert older, "the claim with the most statements has more than one page of them"
    return older
