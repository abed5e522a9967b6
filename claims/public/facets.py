"""How many claims each choice of a filter would leave, beside the choice: from the stored counts where they tell, else counted among the
claims that the words, the speaker and the days leave, as many as are looked at.

Where more claims have the words than are counted, the newest of them are looked at, and a number says how many there are at least.

A filter's own choice is left out of its numbers: with "Disputed" chosen, the number beside "Confirmed" is what choosing that instead
would give. A number that is not known is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, router

from claims.models import ClaimCount, ClaimSpeaker, ListedClaim
from claims.public.filters import UNREVIEWED, Narrowed
from claims.public.paging import MOST_COUNTED, Count, at_least
from claims.public.prepared import sent

# Claims that are looked at: more would cost more than the page. What is counted among fewer than all is at least so many.
MOST_LOOKED_AT = 2 * MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Facets:
    """Name of a filter → value → how many; a value without a number is not known, unless `is_whole`: then it has none.

    `total`: how many the list has; None where it is not known.
    """

    total: Count | None = None
    numbers: Mapping[str, Mapping[str, Count]] = field(default_factory=dict)
    is_whole: bool = False

    def of(self, name: str, value: str) -> Count | None:
        found = self.numbers.get(name, {}).get(value)
        return Count.upto(0) if found is None and self.is_whole else found


_LISTED = ListedClaim._meta.db_table
_HEARD = ClaimSpeaker._meta.db_table
_CELL = "topic_id, rating, contest, in_it, in_en"
_STORED = f"SELECT every_topic, {_CELL}, n FROM {ClaimCount._meta.db_table}"  # noqa: S608

# What is asked of each claim's values; the same names in the two ways of sending them.
_ASKED = {
    "any_topic": "boolean",
    "topic": "bigint",
    "ratings": "text[]",
    "contest": "text",
    "language": "text",
}
_BY_NAME = {name: f"%({name})s::{kind}" for name, kind in _ASKED.items()}
_BY_PLACE = {name: f"${n}::{kind}" for n, (name, kind) in enumerate(_ASKED.items(), 1)}

# `looked_at`: claims one by one; `found`: how many there are of each kind, `every_topic` for numbers whatever the topic.
# Our own words; what is asked for are parameters.
_FACETS = """WITH looked_at AS MATERIALIZED ({looked_at}), found AS MATERIALIZED ({found}), cell AS MATERIALIZED (
    SELECT every_topic, topic_id, rating, contest, in_it, in_en, n,
        every_topic = {any_topic} AND ({topic} IS NULL OR topic_id = {topic}) AS is_counted,
        cardinality({ratings}) = 0 OR rating = ANY ({ratings}) AS is_rated,
        {contest} = '' OR contest = {contest} AS is_contested,
        CASE {language} WHEN 'it' THEN in_it WHEN 'en' THEN in_en ELSE true END AS is_told
    FROM found
)
SELECT 'looked_at', '', count(*) FROM looked_at
UNION ALL SELECT 'all', '', sum(n)::bigint FROM cell WHERE is_counted AND is_rated AND is_contested AND is_told
UNION ALL SELECT 'rating', rating, sum(n)::bigint FROM cell WHERE is_counted AND is_contested AND is_told GROUP BY rating
UNION ALL SELECT 'contest', contest, sum(n)::bigint FROM cell WHERE is_counted AND is_rated AND is_told GROUP BY contest
UNION ALL SELECT 'language', 'it', sum(n)::bigint FROM cell WHERE is_counted AND is_rated AND is_contested AND in_it
UNION ALL SELECT 'language', 'en', sum(n)::bigint FROM cell WHERE is_counted AND is_rated AND is_contested AND in_en
UNION ALL SELECT 'topic', topic_id::text, sum(n)::bigint FROM cell
    WHERE NOT every_topic AND topic_id IS NOT NULL AND is_rated AND is_contested AND is_told GROUP BY topic_id
"""
_OF_STORED = _FACETS.format(looked_at="SELECT WHERE false", found=_STORED, **_BY_PLACE)


def facets(asked: Narrowed) -> Facets:
    """One query, and one for the words where any are asked for."""
    connection: Any = connections[router.db_for_read(ClaimCount)]
    if asked.is_counted:
        # Always the same few rows: planned once.
        with connection.prepared_cursor() as cursor:
            cursor.execute(
                _OF_STORED,
                [
                    str(asked.topic is None),
                    str(asked.topic) if asked.topic else None,
                    sent(list(asked.ratings)),
                    asked.contest,
                    asked.language,
                ],
            )
            return read(cursor.fetchall())
    with connection.cursor() as cursor:
        cursor.execute(
            _looked_through(asked),
            {
                "any_topic": False,
                "topic": asked.topic,
                "ratings": list(asked.ratings),
                "contest": asked.contest,
                "language": asked.language,
                "words": asked.hits.keys if asked.hits else [],
                "speakers": list(asked.speakers or ()),
                "since": asked.since,
                "until": asked.until,
            },
        )
        return read(cursor.fetchall(), is_all=asked.hits is None or asked.hits.is_all)


def read(rows: Sequence[tuple[str, str, int | None]], *, is_all: bool = True) -> Facets:
    """`rows`: (filter, value, how many), "all" for the whole list; and how many claims were looked at.

    `is_all`: whether all claims that have the words are among them.
    """
    is_cut = any(name == "looked_at" and (n or 0) > MOST_LOOKED_AT for name, _value, n in rows)
    numbers: dict[str, dict[str, Count]] = {}
    for name, value, n in rows:
        # Where not everything was looked at, only what is beyond counting anyway is known.
        if name != "looked_at" and (n or is_all) and (not is_cut or (n or 0) > MOST_COUNTED):
            key = UNREVIEWED if name == "rating" and not value else value
            numbers.setdefault(name, {})[key] = at_least(n or 0, is_all=is_all)
    return Facets(numbers.pop("all", {}).get(""), numbers, is_whole=is_all and not is_cut)


def _looked_through(asked: Narrowed) -> str:
    """SQL for the claims that the words, the speakers and the days leave: at most one row more than are looked at."""
    where = [
        f"l.newest_on {sign} %({name})s"
        for name, sign in (("since", ">="), ("until", "<="))
        if getattr(asked, name)
    ]
    source, once = f"{_LISTED} l", "looked_at"
    if asked.speakers is not None:
        source = f"{_HEARD} l"
        where += ["l.speaker_id = ANY (%(speakers)s::bigint[])", "l.sort_at IS NOT NULL"]
        if len(asked.speakers) > 1:
            # More than one of them may be heard on a claim.
            once = "(SELECT DISTINCT ON (claim_id) * FROM looked_at)"
    if asked.hits:
        where.append("l.claim_id = ANY (%(words)s::bigint[])")
    return _FACETS.format(
        looked_at=f"SELECT l.claim_id, {_CELL} FROM {source} WHERE {' AND '.join(where)} LIMIT {MOST_LOOKED_AT + 1}",  # noqa: S608
        found=f"SELECT false AS every_topic, {_CELL}, count(*) AS n FROM {once} AS each GROUP BY {_CELL}",  # noqa: S608
        **_BY_NAME,
    )
