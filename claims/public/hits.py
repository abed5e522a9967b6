"""Claims that have the words asked for: the newest of them, found at the same price however many have them.

A word that everybody uses is in a hundred thousand claims of a million. The index of words also says in which stretch of keys a claim
lies (`claims.models.claim.words_and_stretch`), so the newest stretches are looked into one after the other until enough is found. What
was found tells how common the words are, and with that how a page of a list is best read: from the claims found, or along the list until
the page is full.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connections, router
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

from claims.models import Claim
from claims.models.claim import READERS_SEE, STRETCH_OF_CLAIMS, words_and_stretch
from claims.public.naming import page_language
from claims.public.paging import MOST_COUNTED, Count

CONFIGURATIONS = {"it": "italian", "en": "english"}
# So many stretches are looked into by themselves. Of words that are in fewer than MOST_COUNTED claims of these, everything older is
# fetched at once: at a million claims at most some 8,000.
STRETCHES = 8
# Where the newest MOST_COUNTED hits lie within so many keys, a page of 20 is full after 1/50 of them along the list.
DENSE = 250_000

# Our own words; what is asked for is a parameter. Visible is what `Claim.objects.published()` says, as the index has it. Adding nothing to
# the key keeps PostgreSQL from going through the claims in their order instead.
_SEEN = f"publication IN {READERS_SEE} AND merged_into_id IS NULL"
_QUERY = "websearch_to_tsquery('{configuration}', {words})"
_FIRST = "ORDER BY id + 0 DESC LIMIT %(most)s"
_NEWEST = f"""
WITH RECURSIVE stretch (n, place) AS (
    SELECT max(id) >> {STRETCH_OF_CLAIMS}, 1 FROM claims_claim
    UNION ALL
    SELECT (SELECT max(id) >> {STRETCH_OF_CLAIMS} FROM claims_claim WHERE id < n << {STRETCH_OF_CLAIMS}), place + 1
    FROM stretch WHERE n IS NOT NULL AND place < {STRETCHES}
)
SELECT id FROM (
    (SELECT found.id FROM stretch CROSS JOIN LATERAL (
        SELECT id FROM claims_claim WHERE {_SEEN} AND numnode({{query}}) > 0
        AND {{vector}} @@ ({{query}} && ('''stretch ' || stretch.n || '''')::tsquery) {_FIRST}
    ) AS found)
    UNION ALL
    (SELECT id FROM claims_claim, (SELECT n FROM stretch WHERE place = {STRETCHES} AND n IS NOT NULL) AS last
        WHERE {_SEEN} AND {{vector}} @@ {{query}} AND id + 0 < last.n << {STRETCH_OF_CLAIMS} {_FIRST})
) AS newest LIMIT %(most)s
"""  # noqa: S608
_EVERY = f"ARRAY(SELECT id FROM claims_claim WHERE {_SEEN} AND {{vector}} @@ {{query}})"  # noqa: S608


class OneOf(Func):
    """Whether a key is in an array: one value to send and to read, however long it is."""

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
        key = F("listing__claim_id")
        if self.is_all:
            return claims.filter(OneOf(key, RawSQL("%s::bigint[]", [self.keys])))  # nosec B611: a parameter
        if self.keys[0] - self.keys[-1] > DENSE:
            every = _written(_EVERY, self.language, words="%s")
            return claims.filter(OneOf(key, RawSQL(every, [self.words])))  # noqa: S611  # nosec B611: a parameter
        # Not by an index: along the list, until the page is full.
        vector = Func(
            F(f"search_{self.language}"),
            template="(%(expressions)s || ''::tsvector)",
            output_field=SearchVectorField(),
        )
        query = SearchQuery(self.words, config=CONFIGURATIONS[self.language], search_type="websearch")
        return claims.alias(vector=vector).filter(vector=query)


def newest_hits(words: str) -> Hits:
    """In the page's language: stems, "exact words", -without, or. One query."""
    language = page_language()
    with connections[router.db_for_read(Claim)].cursor() as cursor:
        cursor.execute(_written(_NEWEST, language), {"words": words, "most": MOST_COUNTED + 1})
        return Hits(words, language, [key for (key,) in cursor.fetchall()])


def _written(sql: str, language: str, words: str = "%(words)s") -> str:
    """`words`: where the parameter stands."""
    query = _QUERY.format(configuration=CONFIGURATIONS[language], words=words)
    return sql.format(query=query, vector=words_and_stretch(language))
