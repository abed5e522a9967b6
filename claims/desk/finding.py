"""Finding claims, statements and articles on the desk by words and names: stored vectors and folded names, never DISTINCT."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from claims import linking
from claims.models import Claim, Position, StatementSpeaker
from sources.models import Source

# So many people and bodies of the same name are looked through.
NAMESAKES = 20


def clean(term: str) -> str:
    """What was typed, without the one character that no text in the database holds."""
    return term.replace("\x00", "").strip()


def speakers_called(term: str) -> list[int]:
    """Keys of the people and bodies written like this: any name, alias or abbreviation, from its beginning."""
    return [candidate.speaker.pk for candidate in linking.candidates(term, limit=NAMESAKES)]


def claims_about(term: str, speakers: list[int] | None = None) -> QuerySet[Any]:
    """Keys of the claims with these words in either language, or about which somebody of this name spoke.

    `speakers`: the people and bodies of that name, where the caller has looked them up already.
    """
    term = clean(term)
    keys = Claim.objects.order_by().values("pk")
    found: list[QuerySet[Any, Any]] = [
        keys.filter(search_it=SearchQuery(term, config="italian", search_type="websearch")),
        keys.filter(search_en=SearchQuery(term, config="english", search_type="websearch")),
        keys.filter(slug=term.lower()),
    ]
    if term.isascii() and term.isdigit() and len(term) < 16:
        found.append(keys.filter(pk=int(term)))
    speakers = speakers_called(term) if speakers is None else speakers
    if speakers:
        found.append(
            Position.objects.order_by().filter(statement__speakers__speaker__in=speakers).values("claim_id")
        )
    return found[0].union(*found[1:])


def statements_with(term: str) -> QuerySet[Any]:
    """Keys of the statements of somebody of this name, and of those in articles with these words."""
    return (
        StatementSpeaker.objects.order_by()
        .filter(speaker__in=speakers_called(clean(term)))
        .values("statement_id")
    )


def sources_with(term: str) -> QuerySet[Any]:
    """Keys of the articles with these words in title or text."""
    term = clean(term)
    keys = Source.objects.order_by().values("pk")
    italian = keys.filter(search=SearchQuery(term, config="italian", search_type="websearch"))
    english = keys.filter(search=SearchQuery(term, config="english", search_type="websearch"))
    return italian.union(english)
