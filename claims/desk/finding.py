"""Finding claims, statements and articles on the desk by words and names: stored vectors and folded names, never DISTINCT.

However common a word or a name is, a search costs the same: of those who speak often and of words that stand everywhere the newest FOUND
are looked at.
"""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from claims import linking
from claims.desk.keys import is_key
from claims.models import Claim, Position, StatementSpeaker
from sources.models import Source

# So many people and bodies of the same name are looked through.
NAMESAKES = 20
# So many of the newest statements of a name, claims with a word, and articles with a word.
FOUND, ARTICLES_FOUND = 1000, 300
NEWEST_ONLY = gettext_lazy("Of a common name or word only the newest are found.")


def clean(term: str) -> str:
    """What was typed, without the one character that no text in the database holds."""
    return term.replace("\x00", "").strip()


def speakers_called(term: str) -> list[int]:
    """Keys of the people and bodies written like this: any name, alias or abbreviation, from its beginning."""
    return [candidate.speaker.pk for candidate in linking.candidates(term, limit=NAMESAKES)]


def with_words(term: str) -> Q:
    """Claims with these words in either language, or this address or number."""
    term = clean(term)
    wanted = (
        Q(search_it=SearchQuery(term, config="italian", search_type="websearch"))
        | Q(search_en=SearchQuery(term, config="english", search_type="websearch"))
        | Q(slug=term.lower())
    )
    return wanted | Q(pk=int(term)) if is_key(term) else wanted


def claims_of(speakers: list[int]) -> list[int]:
    """Keys of the claims about which these people and bodies spoke of late."""
    if not speakers:
        return []
    said = Position.objects.order_by().filter(statement__in=_said_by(speakers))
    return list(said.values_list("claim_id", flat=True))


def claims_about(term: str) -> list[int]:
    """Keys of the newest claims with these words in either language, or about which somebody of this name spoke."""
    words = Claim.objects.filter(with_words(term)).order_by("-pk").values_list("pk", flat=True)[:FOUND]
    return list({*words, *claims_of(speakers_called(term))})


def statements_of(speakers: list[int]) -> list[int]:
    """Keys of the newest statements of these people and bodies: of each the same number at most, straight from the index."""
    keys = {key for (key,) in _said_by(speakers)} if speakers else ()
    return sorted(keys, reverse=True)[:FOUND]


def _said_by(speakers: list[int]) -> QuerySet[StatementSpeaker, tuple[int]]:
    each = [
        StatementSpeaker.objects.filter(speaker=pk).order_by("-statement").values_list("statement")[:FOUND]
        for pk in speakers
    ]
    return each[0].union(*each[1:], all=True) if len(each) > 1 else each[0]


def statements_with(term: str) -> list[int]:
    """Keys of the newest statements of somebody of this name."""
    return statements_of(speakers_called(clean(term)))


def articles_with(term: str) -> Q:
    """Articles with these words in title or text."""
    term = clean(term)
    return Q(
        search=SearchQuery(term, config="italian", search_type="websearch")
        | SearchQuery(term, config="english", search_type="websearch")
    )


def sources_with(term: str) -> list[int]:
    """Keys of the newest articles with these words."""
    found = Source.objects.filter(articles_with(term)).order_by("-pk").values_list("pk", flat=True)
    return list(found[:ARTICLES_FOUND])
