"""Claims that have the words asked for: the newest of them, found at the same price however many have them.

A word that everybody uses is in a hundred thousand claims of a million. The index of words also says in which stretch of keys a claim
lies (`claims.models.claim.words_and_stretch`), so the newest stretches are looked into one after the other until enough is found. What
was found tells how common the words are, and with that how a page of a list is best read: from the claims found, or along the list until
the page is full.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import connections, router
from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from claims.models import Claim
from claims.models.claim import READERS_SEE, STRETCH_OF_CLAIMS, words_and_stretch
from claims.public.naming import page_language
from claims.public.paging import MOST_COUNTED, Count

CONFIGURATIONS = {"it": "italian", "en": "english"}
# Of words that are in fewer than MOST_COUNTED claims of so many stretches, everything older is fetched at once: at a million claims at
# most some 5,000. Each stretch costs half a millisecond where several words must come together.
STRETCHES = 12
# Where the newest MOST_COUNTED hits lie within so many keys, a page of 20 is full after 1/50 of them along the list.
DENSE = 250_000

# Our own words; what is asked for, and how many at most, are parameters: `words`, `most`. Adding nothing to the key keeps PostgreSQL from
# going through the rows in their order instead.
_FIRST = "ORDER BY id + 0 DESC LIMIT %(most)s"
_NEWEST = f"""WITH RECURSIVE stretch (n, place) AS (
    SELECT max(id) >> {{bits}}, 1 FROM {{table}}
    UNION ALL
    SELECT (SELECT max(id) >> {{bits}} FROM {{table}} WHERE id < n << {{bits}}), place + 1
    FROM stretch WHERE n IS NOT NULL AND place < {{stretches}}
)
SELECT id FROM (
    (SELECT found.id FROM stretch CROSS JOIN LATERAL (
        SELECT id FROM {{table}} WHERE {{seen}} AND numnode({{query}}) > 0
        AND {{vector}} @@ ({{query}} && ('''stretch ' || stretch.n || '''')::tsquery) {_FIRST}
    ) AS found)
    UNION ALL
    (SELECT id FROM {{table}}, (SELECT n FROM stretch WHERE place = {{stretches}} AND n IS NOT NULL) AS last
        WHERE {{seen}} AND {{vector}} @@ {{query}} AND id + 0 < last.n << {{bits}} {_FIRST})
) AS newest LIMIT %(most)s"""  # noqa: S608


def newest_first(*, table: str, seen: str, vector: str, query: str, bits: int, stretches: int) -> str:
    """SQL for the keys of the newest rows with some words. `vector`: with the stretch of 2 to the power of `bits` keys that a row lies in.

    `stretches`: so many are looked into one after the other, then everything older at once.
    """
    return _NEWEST.format(table=table, seen=seen, vector=vector, query=query, bits=bits, stretches=stretches)


# Visible is what `Claim.objects.published()` says, as the index has it.
_SEEN = f"publication IN {READERS_SEE} AND merged_into_id IS NULL"


def _query(language: str, words: str = "%(words)s") -> str:
    return f"websearch_to_tsquery('{CONFIGURATIONS[language]}', {words})"


_NEWEST_CLAIMS = {
    language: newest_first(
        table="claims_claim",
        seen=_SEEN,
        vector=words_and_stretch(language),
        query=_query(language),
        bits=STRETCH_OF_CLAIMS,
        stretches=STRETCHES,
    )
    for language in CONFIGURATIONS
}
_EVERY_CLAIM = {
    language: f"ARRAY(SELECT id FROM claims_claim WHERE {_SEEN} AND {words_and_stretch(language)} @@ {_query(language, '%s')})"  # noqa: S608
    for language in CONFIGURATIONS
}


class OneOf(Func):
    """Whether a key is in an array that a query gives; of keys at hand, `key__one_of` says it (sources/lookups.py)."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Hits:
    """`keys`: the newest claims that have `words` in `language`, at most one more than MOST_COUNTED."""

    words: str
    language: str
    keys: list[int]

    @property
    def is_all(self) -> bool:
        return len(self.keys) <= MOST_COUNTED

    @property
    def count(self) -> Count:
        return Count.upto(len(self.keys))

    def among(self, claims: QuerySet[Claim]) -> QuerySet[Claim]:
        """Those of these listed claims that have the words: all of them, newest or not."""
        if self.is_all:
            return claims.filter(listing__claim__one_of=self.keys)
        if self.keys[0] - self.keys[-1] > DENSE:
            every = RawSQL(_EVERY_CLAIM[self.language], [self.words])  # noqa: S611  # nosec B611: a parameter
            return claims.filter(OneOf(F("listing__claim_id"), every))
        # Along the list, until the page is full. As a CASE: PostgreSQL then has no index for it, and believes that half of all pass.
        query = SearchQuery(self.words, config=CONFIGURATIONS[self.language], search_type="websearch")
        has_them = When(Q(**{f"search_{self.language}": query}), then=Value(True))
        return claims.filter(Case(has_them, default=Value(False), output_field=BooleanField()))


def newest_hits(words: str) -> Hits:
    """In the page's language: stems, "exact words", -without, or. One query."""
    language = page_language()
    with connections[router.db_for_read(Claim)].cursor() as cursor:
        cursor.execute(_NEWEST_CLAIMS[language], {"words": words, "most": MOST_COUNTED + 1})
        return Hits(words, language, [key for (key,) in cursor.fetchall()])
