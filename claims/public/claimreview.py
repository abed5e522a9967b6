"""What a decision says to search engines and other sites: schema.org ClaimReview, and a DataFeed of them.

The rules, each from https://developers.google.com/search/docs/appearance/structured-data/factcheck or https://schema.org/ClaimReview, are
listed in docs/machines.md with the tests that keep them. Where one of them cannot be kept there is no ClaimReview at all (`review`
returns None): a claim about which nobody has decided, or which is being looked at again, is not reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from claims.models import Claim, Position, Verdict
from claims.public.answers import answer, for_machines
from claims.public.claim_page import ClaimPage
from claims.public.data import origin_of
from claims.public.decisions import decision
from claims.vocabulary import Publication, Rating, SpeakerKind, Stance

CONTEXT = "https://schema.org"
# A number says how true something is. What is disputed or unproven has none: the word alone stands.
BEST, WORST = 5, 1
NUMBERS = {Rating.CONFIRMED.value: BEST, Rating.REFUTED.value: WORST}
MOST_APPEARANCES = 20
MOST_IN_FEED = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One assertion of the claim. `name` is empty where the article says it itself; `url`: where the article was published."""

    kind: str
    name: str
    wikidata_id: str
    url: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in the page's language. `reason` is empty where it is written in the other one only."""

    rating: str
    label: str
    reason: str
    at: datetime


def review(
    claim: Claim, decided: Decided | None, said: Sequence[Said], *, origin: str, language: str
) -> dict[str, Any] | None:
    """The ClaimReview of a claim's page in one language, or None where the rules forbid one."""
    words = getattr(claim, f"text_{language}")
    if decided is None or claim.publication != Publication.PUBLISHED or not words:
        return None
    address = f"{origin}/{language}/claims/{claim.slug}/"
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": decided.label}
    if decided.rating in NUMBERS:
        rating |= {"ratingValue": NUMBERS[decided.rating], "bestRating": BEST, "worstRating": WORST}
    found = {
        "@context": CONTEXT,
        "@type": "ClaimReview",
        "@id": f"{address}#review",
        "url": address,
        "inLanguage": language,
        "claimReviewed": words,
        "datePublished": decided.at.date().isoformat(),
        "author": {"@type": "Organization", "name": settings.CLAIMTRACKER_PUBLISHER, "url": f"{origin}/"},
        "reviewRating": rating,
        "itemReviewed": _claim(words, said),
    }
    return found | ({"reviewBody": decided.reason} if decided.reason else {})


def _claim(words: str, said: Sequence[Said]) -> dict[str, Any]:
    """The claim as others made it: its one named author, the first day on which it is known to have been said, where it stands."""
    found: dict[str, Any] = {"@type": "Claim", "name": words}
    if author := _author(said):
        found["author"] = author
    if days := [each.on for each in said if each.on]:
        found["datePublished"] = min(days).isoformat()
    addresses = list(dict.fromkeys(each.url for each in said if each.url))[:MOST_APPEARANCES]
    if addresses:
        found["appearance"] = [{"@type": "CreativeWork", "url": url} for url in addresses]
    return found


def _author(said: Sequence[Said]) -> dict[str, Any] | None:
    """Nobody where several say so, where an article does itself, and where nobody is named: the unnamed stay with their article."""
    voices = {(each.kind, each.name, each.wikidata_id) for each in said}
    if len(voices) != 1:
        return None
    kind, name, wikidata_id = voices.pop()
    if not name or kind == SpeakerKind.ANONYMOUS:
        return None
    found = {"@type": "Person" if kind == SpeakerKind.PERSON else "Organization", "name": name}
    return found | ({"sameAs": f"https://www.wikidata.org/wiki/{wikidata_id}"} if wikidata_id else {})


# -- on a claim's page -------------------------------------------------------------------------------------------------------


def review_of_page(page: ClaimPage, *, origin: str, language: str) -> dict[str, Any] | None:
    """From what the page has gathered already: no query."""
    at = page.claim.figures.rated_at if page.decision else None
    decided = None
    if page.decision and at:
        reason = page.decision.reason if page.decision.language == language else ""
        decided = Decided(page.stamp.key, str(page.stamp.words), reason, at)
    positions = (card.position for day in page.days for card in day.cards if card.stance == Stance.ASSERTS)
    return review(page.claim, decided, list(_said(positions)), origin=origin, language=language)


def _said(positions: Iterable[Any]) -> Iterable[Said]:
    """`positions`: from `cards.with_everything`."""
    for position in positions:
        statement = position.statement
        if statement.in_title or statement.inside_id:
            continue  # they repeat what stands beside them
        named = [(row["kind"], row["name"], row["wikidata_id"]) for row in position.spoken if row["key"]]
        for kind, name, wikidata_id in named or [("", "", "")]:
            yield Said(kind, name, wikidata_id, statement.source.url, statement.said_earliest)


# -- all of them -------------------------------------------------------------------------------------------------------------


@for_machines
def data_feed(request: HttpRequest, language: str) -> HttpResponse:
    """The newest decisions in force, as the DataFeed that fact-check aggregators read. Two queries."""
    with translation.override(language):
        rows = list(
            Verdict.objects.published()
            .current()
            .filter(claim__publication=Publication.PUBLISHED)
            .select_related("claim", "author", "second_reader")
            .defer("claim__search_it", "claim__search_en", "claim__signature")
            .order_by("-decided_at", "-id")[:MOST_IN_FEED]
        )
        said = _said_by_claim([row.claim_id for row in rows])
        items = [
            {
                "@type": "DataFeedItem",
                "dateCreated": found["datePublished"],
                "url": found["url"],
                "item": [found],
            }
            for row in rows
            if (found := _review_of_row(row, said.get(row.claim_id, []), origin_of(request), language))
        ]
    response = answer(
        {
            "@context": CONTEXT,
            "@type": "DataFeed",
            "name": settings.CLAIMTRACKER_PUBLISHER,
            "inLanguage": language,
            "license": settings.CLAIMTRACKER_DATA_LICENCE_URL,
            "dataFeedElement": items,
        }
    )
    response["Content-Type"] = "application/ld+json"
    response["Content-Language"] = language
    return response


def _review_of_row(row: Verdict, said: Sequence[Said], origin: str, language: str) -> dict[str, Any] | None:
    told = decision(row)
    if row.decided_at is None:
        return None
    reason = told.reason if told.language == language else ""
    return review(
        row.claim,
        Decided(row.rating, str(told.stamp.words), reason, row.decided_at),
        said,
        origin=origin,
        language=language,
    )


def _said_by_claim(claims: Sequence[int]) -> dict[int, list[Said]]:
    voice = "statement__speakers__speaker__"
    rows = (
        Position.objects.published()
        .counted()
        .filter(claim__in=claims, stance=Stance.ASSERTS)
        .order_by("claim", "statement")
        .values_list(
            "claim_id",
            f"{voice}kind",
            f"{voice}name",
            f"{voice}wikidata_id",
            "statement__source__url",
            "statement__said_earliest",
        )
    )
    found: dict[int, list[Said]] = {}
    for claim, kind, name, wikidata_id, url, on in rows:
        found.setdefault(claim, []).append(Said(kind or "", name or "", wikidata_id or "", url, on))
    return found
