"""A page of the list of claims, whatever is asked of it. Its query is put into SQL once for each combination of filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connections, router
from django.db.models import QuerySet
from django.http import HttpRequest

from claims.models import Claim, ClaimSpeaker
from claims.public.filters import Narrowed, narrowed
from claims.public.lists import CLAIMS_A_PAGE, LISTED, ClaimRow, listed_claims, rows
from claims.public.paging import Page, beyond, page_read_by
from claims.public.prepared import Prepared

# Combinations of filters, with and without a place in the list.
MOST_SHAPES = 200


def claim_list(request: HttpRequest, asked: Narrowed) -> Page:
    """Of ClaimRows, the newest first. One query, two where several people bear the name; one more for words not yet looked for."""
    return page_read_by(
        request, lambda place, downwards: _rows(asked, place, downwards), *LISTED, size=CLAIMS_A_PAGE
    )


def _rows(asked: Narrowed, place: Sequence[Any] | None, downwards: bool) -> list[ClaimRow]:
    if asked.is_impossible:
        return []
    if asked.speakers is not None and len(asked.speakers) != 1 and not asked.words:
        keys = _heard_from_several(asked, place, downwards)
        return [ClaimRow(*row) for row in _in_order(listed_claims().filter(pk__in=keys), downwards)]
    is_mixed = bool(asked.language) and asked.speakers is None and len(asked.columns()) > 1
    if asked.words or asked.since or asked.until or is_mixed:
        # How many there are of it decides how PostgreSQL should look for it: it must know the words, the days, and of which of two
        # indexes fewer remain.
        return [ClaimRow(*row) for row in _query(asked, place, downwards)]
    values = [
        *(asked.speakers or ()),
        *asked.ratings,
        *(value for value in (asked.contest, asked.topic) if value),
    ]
    shape = _shape(
        asked.speakers is not None, len(asked.ratings), bool(asked.contest), asked.topic is not None, asked.language,
        place is not None, downwards,
    )  # fmt: skip
    return [ClaimRow(*row) for row in shape(*values, *(place or ()))]


def _query(asked: Narrowed, place: Sequence[Any] | None, downwards: bool) -> QuerySet[Claim, Any]:
    found: QuerySet[Claim] = narrowed(listed_claims(), asked)
    if place is not None:
        found = beyond(found, place, LISTED, downwards=downwards)
    return _in_order(found, downwards)


def _in_order(claims: QuerySet[Claim], downwards: bool) -> QuerySet[Claim, Any]:
    order = (f"-{field}" if downwards else field for field in LISTED)
    return rows(claims).order_by(*order)[: CLAIMS_A_PAGE + 1]


# The first of each of them by the index of what each is heard on: among these are the first of all.
# Our own words; what is asked for are parameters.
_OF_EACH = f"""SELECT DISTINCT first.sort_at, first.claim_id FROM unnest(%(speakers)s::bigint[]) AS speaker (id) CROSS JOIN LATERAL (
    SELECT sort_at, claim_id FROM {ClaimSpeaker._meta.db_table}
    WHERE speaker_id = speaker.id AND sort_at IS NOT NULL {{asked}}
    ORDER BY sort_at {{turn}}, claim_id {{turn}} LIMIT {CLAIMS_A_PAGE + 1}
) AS first ORDER BY first.sort_at {{turn}}, first.claim_id {{turn}} LIMIT {CLAIMS_A_PAGE + 1}
"""  # noqa: S608
_LOOKUPS = {
    "contest": "contest = %(contest)s", "topic": "topic_id = %(topic)s", "in_it": "in_it", "in_en": "in_en",
    "newest_on__gte": "newest_on >= %(newest_on__gte)s", "newest_on__lte": "newest_on <= %(newest_on__lte)s",
    "rating": "rating = %(rating)s", "rating__in": "rating = ANY (%(rating__in)s)",
}  # fmt: skip


def _heard_from_several(asked: Narrowed, place: Sequence[Any] | None, downwards: bool) -> list[int]:
    """Keys of the claims on the page, and of one more where there are more. One query."""
    columns = asked.columns()
    conditions = [_LOOKUPS[name] for name in columns]
    if place is not None:
        conditions.append(f"(sort_at, claim_id) {'<' if downwards else '>'} (%(at)s, %(key)s)")
    sql = _OF_EACH.format(
        asked="".join(f" AND {each}" for each in conditions), turn="DESC" if downwards else "ASC"
    )
    at, key = place or (None, None)
    with connections[router.db_for_read(ClaimSpeaker)].cursor() as cursor:
        cursor.execute(sql, {**columns, "speakers": list(asked.speakers or ()), "at": at, "key": key})
        return [claim for _at, claim in cursor.fetchall()]


@lru_cache(maxsize=MOST_SHAPES)
def _shape(
    by_speaker: bool,
    ratings: int,
    has_contest: bool,
    has_topic: bool,
    language: str,
    is_placed: bool,
    downwards: bool,
) -> Prepared[Any]:
    """The query of all lists that are asked for the same things, with other values. `ratings`: how many."""
    kinds: list[type] = [
        *[int] * by_speaker, *[str] * ratings, *[str] * has_contest, *[int] * has_topic, *[datetime, int] * is_placed
    ]  # fmt: skip

    def make(*values: Any) -> QuerySet[Claim, Any]:
        given = iter(values)
        asked = Narrowed(
            speakers=[next(given)] if by_speaker else None,
            ratings=[next(given) for _n in range(ratings)],
            contest=next(given) if has_contest else "",
            topic=next(given) if has_topic else None,
            language=language,
        )
        return _query(asked, list(given) if is_placed else None, downwards)

    return Prepared(make, *kinds) if kinds else Prepared(lambda: make())
