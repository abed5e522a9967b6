"""Search across everything that readers see: claims, the words of statements, people and bodies, titles of articles.

Nothing else is looked through: not the rest of an article, which readers do not see either. Hits come newest first; words are marked
in the text as it stands, never in a copy that a headline function has rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import BigIntegerField, ExpressionWrapper, F, Prefetch, Q, QuerySet

from claims.models import Claim, Speaker, Statement, StatementSpeaker
from claims.models.speaker import NAME_WORDS
from claims.models.statement import WORDS
from claims.public.filters import CONFIGURATIONS, having_words
from claims.public.lists import CappedCount, listed_claims
from claims.public.marking import WORD, positive
from claims.public.naming import page_language
from claims.public.paging import MOST_COUNTED, Count
from claims.visibility import published_spellings
from claims.vocabulary import Review, SpeakerKind
from sources.models import Source, long_columns
from sources.names import fold
from sources.sounds import sounds

# The order of a page, and the values of `in` in the address.
KINDS = ("claims", "statements", "speakers", "sources")
LONGEST_ASKED = 200
FIRST_WORD = re.compile(r"\w+")
# So many of the asked words are tried alone, and so many names that sound alike are shown.
MOST_TRIED, MOST_ALIKE = 5, 5
# Of the statements that have the words, so many of the newest are looked at; who may be shown is asked of each.
MOST_LOOKED_THROUGH = 1000


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What else to try. `alone`: the asked words that find claims by themselves; `alike`: longer or shorter forms of them."""

    alone: list[tuple[str, Count]]
    alike: list[str]
    elsewhere: Count
    people: list[Speaker]

    def __bool__(self) -> bool:
        return bool(self.alone or self.alike or self.elsewhere.n or self.people)


def hits(kind: str, asked: str) -> QuerySet[Any]:
    """Everything of this kind that has the words; nothing where none is asked for. Not yet ordered."""
    found: dict[str, Any] = {
        "claims": _claims,
        "statements": _statements,
        "speakers": _speakers,
        "sources": by_title,
    }
    queryset: QuerySet[Any] = found[kind](asked)
    return queryset if positive(asked) else queryset.none()


def counts(asked: str) -> dict[str, Count]:
    """How many of each kind, counted up to MOST_COUNTED; one query."""
    if not positive(asked):
        return {kind: Count(0, is_capped=False) for kind in KINDS}
    every = {kind: hits(kind, asked) for kind in KINDS} | {
        "claims": having_words(Claim.objects.published(), asked)
    }
    row = Claim.objects.order_by("pk").annotate(
        **{
            f"n_{kind}": CappedCount(found.order_by().values("pk")[: MOST_COUNTED + 1])
            for kind, found in every.items()
        }
    )
    found: dict[str, int] = next(iter(row.values(*(f"n_{kind}" for kind in KINDS))[:1]), {})
    return {kind: Count.upto(found.get(f"n_{kind}", 0)) for kind in KINDS}


def _words(asked: str, language: str) -> SearchQuery:
    return SearchQuery(asked, config=CONFIGURATIONS[language], search_type="websearch")


def _claims(asked: str) -> QuerySet[Claim]:
    return having_words(listed_claims(), asked)


def _statements(asked: str) -> QuerySet[Statement]:
    """Among the newest MOST_LOOKED_THROUGH that have the words; `found_key`: the newest first.

    Only the index of words may lead to them. Adding nothing to the key keeps PostgreSQL from going through the statements in their
    order instead, which for a rare word are all there are.
    """
    with_words = _with_words(Statement.objects.filter(review=Review.ACCEPTED), asked)
    newest = with_words.annotate(found_key=_KEY).order_by("-found_key").values("pk")[:MOST_LOOKED_THROUGH]
    return (
        Statement.objects.published()
        .filter(pk__in=newest)
        .annotate(found_key=_KEY)
        .select_related("source__outlet")
        .defer(*long_columns("source"))
        .prefetch_related(Prefetch("speakers", StatementSpeaker.objects.select_related("speaker")))
    )


_KEY = ExpressionWrapper(F("pk") + 0, output_field=BigIntegerField())


def _with_words(statements: QuerySet[Statement], asked: str) -> QuerySet[Statement]:
    return statements.alias(words=WORDS).filter(words=_words(asked, "it") | _words(asked, "en"))


def called(asked: str) -> Q:
    """People and bodies with a name or spelling that begins so, or whose name has a word that begins so."""
    start = fold(asked.strip())
    by_name = Speaker.objects.order_by().filter(sort_key__startswith=start).values_list("pk")
    spelt = published_spellings().filter(normalised__startswith=start).order_by().values_list("speaker")
    ways: list[QuerySet[Any, Any]] = [spelt]
    first = FIRST_WORD.match(start)
    if first:
        # The index of words leads to the few names in which a word begins like the first one asked.
        word = SearchQuery(f"'{first[0]}':*", config="simple", search_type="raw")
        within = (
            Speaker.objects.order_by()
            .alias(words=NAME_WORDS)
            .filter(words=word, sort_key__contains=f" {start}")
        )
        ways.append(within.values_list("pk"))
    # One after the other, each by its own index: joined by OR, all names would be looked through.
    return Q(pk__in=by_name.union(*ways))


def _speakers(asked: str) -> QuerySet[Speaker]:
    return Speaker.objects.published().exclude(kind=SpeakerKind.ANONYMOUS).filter(called(asked))


def by_title(asked: str) -> QuerySet[Source]:
    """By title, in the language of each article."""
    italian, english = (
        SearchQuery(asked, config=CONFIGURATIONS[language], search_type="websearch")
        for language in ("it", "en")
    )
    return (
        Source.objects.published()
        .without_text()
        .select_related("outlet")
        .alias(
            in_it=SearchVector("title", config=CONFIGURATIONS["it"]),
            in_en=SearchVector("title", config=CONFIGURATIONS["en"]),
        )
        .filter(Q(language="it", in_it=italian) | Q(~Q(language="it"), in_en=english))
    )


def suggestions(asked: str) -> Suggestions:
    """For a search that found nothing. Three queries."""
    words = [word for word in positive(asked) if len(word) > 2][:MOST_TRIED]
    language = page_language()
    other = {"it": "en", "en": "it"}[language]
    seen = Claim.objects.published().order_by().values("pk")

    def capped(query: SearchQuery, language: str) -> CappedCount:
        return CappedCount(seen.filter(**{f"search_{language}": query})[: MOST_COUNTED + 1])

    alone = words if len(words) > 1 else []
    row = (
        Claim.objects.order_by("pk")
        .annotate(
            n_other=capped(_words(asked, other), other),
            **{f"n_{place}": capped(_words(word, language), language) for place, word in enumerate(alone)},
        )
        .values("n_other", *(f"n_{place}" for place in range(len(alone))))[:1]
    )
    found: dict[str, int] = next(iter(row), {})
    # What finds claims by itself is no misspelling.
    unknown = [word for place, word in enumerate(words) if not (alone and found.get(f"n_{place}"))]
    return Suggestions(
        alone=[
            (word, Count.upto(found[f"n_{place}"]))
            for place, word in enumerate(alone)
            if found.get(f"n_{place}")
        ],
        alike=_alike(unknown, language),
        elsewhere=Count.upto(found.get("n_other", 0) if positive(asked) else 0),
        people=_sounding_like(unknown),
    )


def _alike(words: Sequence[str], language: str) -> list[str]:
    """Words of claims that begin as the asked ones do."""
    starts = [word.lower()[: max(4, len(word) - 3)] for word in words if len(word) > 3 and word.isalpha()]
    if not starts:
        return []
    query = SearchQuery(
        " | ".join(f"{start}:*" for start in starts), config=CONFIGURATIONS[language], search_type="raw"
    )
    texts = (
        Claim.objects.published()
        .filter(**{f"search_{language}": query})
        .order_by("-pk")
        .values_list(f"text_{language}", flat=True)[:50]
    )
    found = dict.fromkeys(
        word.lower()
        for text in texts
        for word in WORD.findall(text)
        if any(word.lower().startswith(start) for start in starts)
    )
    return list(found)[:MOST_ALIKE]


def _sounding_like(words: Sequence[str]) -> list[Speaker]:
    """People and bodies of which a name sounds like one of the words."""
    keys = [key for word in words for key in sounds(fold(word)) if len(key) > 2]
    if not keys:
        return []
    alike = Speaker.objects.order_by().filter(sounds__overlap=keys).values_list("pk")
    spelt = published_spellings().order_by().filter(sounds__overlap=keys).values_list("speaker")
    found = Speaker.objects.published().exclude(kind=SpeakerKind.ANONYMOUS).filter(pk__in=alike.union(spelt))
    return list(found.order_by("sort_key", "pk")[:MOST_ALIKE])
