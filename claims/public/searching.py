"""Search across everything that readers see: claims, the words of statements, people and bodies, titles of articles.

Nothing else is looked through: not the rest of an article, which readers do not see either. Hits come newest first; words are marked
in the text as it stands, never in a copy that a headline function has rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections, router
from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from claims.models import Claim, Speaker, Statement, StatementSpeaker
from claims.models.speaker import NAME_WORDS
from claims.models.statement import STRETCH, WORDS_AND_STRETCH
from claims.public.filters import Narrowed, narrowed
from claims.public.hits import CONFIGURATIONS, OneOf, newest_first
from claims.public.lists import CappedCount, listed_claims
from claims.public.marking import WORD, positive
from claims.public.naming import page_language
from claims.public.paging import MOST_COUNTED, Count, at_least
from claims.visibility import published_spellings
from claims.vocabulary import SpeakerKind
from sources.models import Source, long_columns
from sources.names import fold
from sources.sounds import sounds

# The order of a page, and the values of `in` in the address.
KINDS = ("claims", "statements", "speakers", "sources")
LONGEST_ASKED = 200
FIRST_WORD = re.compile(r"\w+")
# So many of the asked words are tried alone, and so many names that sound alike are shown.
MOST_TRIED, MOST_ALIKE = 5, 5
# Of the statements that have the words, so many of the newest are looked at, and so many where they are not all that is asked for: who
# may be shown is asked of each, which takes most of a search.
MOST_LOOKED_THROUGH, LOOKED_THROUGH_BESIDES = 1000, 400


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What else to try. `alone`: the asked words that find claims by themselves; `alike`: longer or shorter forms of them."""

    alone: list[tuple[str, Count]]
    alike: list[str]
    elsewhere: Count
    people: list[Speaker]

    def __bool__(self) -> bool:
        return bool(self.alone or self.alike or self.elsewhere.n or self.people)


NOTHING = Narrowed()


@dataclass(frozen=True, slots=True)
class Found:
    """`statements`: keys of the statements that are counted, the newest first: what a page of them is taken from.

    `sources`: keys of the articles, where they are not more than are counted; else None. `claims`: what is asked of the list of claims; without words where there is nothing to look for.
    """

    counts: dict[str, Count]
    statements: Sequence[int] = ()
    claims: Narrowed = NOTHING
    sources: Sequence[int] | None = ()


def hits(kind: str, asked: str, found: Found) -> QuerySet[Any]:
    """Everything of this kind that has the words; nothing where none is asked for. Not yet ordered. `found`: by `everything`."""
    if kind == "statements":
        return _statements(found.statements)
    if kind == "claims":
        return narrowed(listed_claims(), found.claims) if found.claims.words else listed_claims().none()
    if kind == "sources":
        return by_title(asked, found.sources)
    return _speakers(asked) if positive(asked) else Speaker.objects.none()


def everything(asked: str, only: str = "") -> Found:
    """How many of each kind, counted up to MOST_COUNTED, and which claims and statements; three queries. `only`: the kind that is listed."""
    if not positive(asked):
        return Found({kind: Count(0, is_capped=False) for kind in KINDS})
    claims = Narrowed(words=asked)
    most = MOST_LOOKED_THROUGH if only == "statements" else LOOKED_THROUGH_BESIDES
    looked_at = _newest(asked, most)
    # One after the other, by its key: for a list of so many, PostgreSQL would read through all articles, with helpers.
    these = RawSQL("SELECT unnest(%s::bigint[])", [looked_at])
    seen = Statement.objects.published().filter(pk__in=these).order_by().values("pk")
    row = Claim.objects.order_by("pk").annotate(
        statements=ArraySubquery(seen),
        articles=ArraySubquery(_titled(asked)),
        n_speakers=CappedCount(_speakers(asked).order_by().values("pk")[: MOST_COUNTED + 1]),
    )
    found: dict[str, Any] = next(iter(row.values(*row.query.annotations)[:1]), {})
    statements = sorted(found.get("statements", ()), reverse=True)
    # Before the first claim there is no row to ask beside.
    articles = found["articles"] if found else [row["pk"] for row in _titled(asked)]
    counts = {"speakers": Count.upto(found.get("n_speakers", 0)), "sources": Count.upto(len(articles))}
    counts["statements"] = at_least(len(statements), is_all=len(looked_at) < most)
    counts["claims"] = claims.hits.count if claims.hits else Count.upto(0)
    few = articles if len(articles) <= MOST_COUNTED else None
    return Found({kind: counts[kind] for kind in KINDS}, statements, claims, few)


def _words(asked: str, language: str) -> SearchQuery:
    return SearchQuery(asked, config=CONFIGURATIONS[language], search_type="websearch")


# In either language: the words of an article are not the page's.
_NEWEST_STATEMENTS = newest_first(
    table="claims_statement",
    seen="review = 'accepted'",
    vector=WORDS_AND_STRETCH,
    query="(websearch_to_tsquery('italian', %(words)s) || websearch_to_tsquery('english', %(words)s))",
    bits=STRETCH,
    stretches=4,
)


def _newest(asked: str, most: int) -> list[int]:
    """Keys of the newest statements that have the words, at most so many, whether or not readers see them. One query."""
    with connections[router.db_for_read(Statement)].cursor() as cursor:
        cursor.execute(_NEWEST_STATEMENTS, {"words": asked, "most": most})
        return [key for (key,) in cursor.fetchall()]


def _statements(seen: Sequence[int]) -> QuerySet[Statement]:
    """Of these, with what their line needs; what was withdrawn since they were counted is left out."""
    return (
        Statement.objects.published()
        .filter(pk__in=seen)
        .select_related("source__outlet")
        .defer(*long_columns("source"))
        .prefetch_related(Prefetch("speakers", StatementSpeaker.objects.select_related("speaker")))
    )


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
    # One after the other, each by its own index: joined by OR, all names would be looked through. As an array: of a list PostgreSQL
    # expects so many that it would rather read through all names.
    return Q(OneOf(F("pk"), ArraySubquery(by_name.union(*ways))))


def _speakers(asked: str) -> QuerySet[Speaker]:
    return Speaker.objects.published().exclude(kind=SpeakerKind.ANONYMOUS).filter(called(asked))


def by_title(asked: str, keys: Sequence[int] | None) -> QuerySet[Source]:
    """`keys`: those of all that have the words, where they are few: of which it takes a page without looking through other titles."""
    seen = Source.objects.published().without_text().select_related("outlet")
    if keys is None:
        return _having_in_title(seen, asked)
    return seen.filter(pk__one_of=keys)


def few_by_title(asked: str) -> list[int] | None:
    """Keys of the articles with the words in their titles; None where they are more than are counted. One query."""
    keys = [row["pk"] for row in _titled(asked)]
    return keys if len(keys) <= MOST_COUNTED else None


def _titled(asked: str) -> QuerySet[Source, Any]:
    found = _having_in_title(Source.objects.published(), asked)
    return found.order_by().values("pk")[: MOST_COUNTED + 1]


def _having_in_title(sources: QuerySet[Source], asked: str) -> QuerySet[Source]:
    """By title, in the language of each article."""
    italian, english = _words(asked, "it"), _words(asked, "en")
    return sources.alias(
        in_it=SearchVector("title", config=CONFIGURATIONS["it"]),
        in_en=SearchVector("title", config=CONFIGURATIONS["en"]),
    ).filter(Q(language="it", in_it=italian) | Q(~Q(language="it"), in_en=english))


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
