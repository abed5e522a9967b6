"""A page of the list of claims, whatever is asked of it. Its query is put into SQL once for each combination of filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from claims.models import Claim
from claims.public.filters import Narrowed, narrowed
from claims.public.lists import CLAIMS_A_PAGE, LISTED, ClaimRow, listed_claims, rows
from claims.public.paging import Page, beyond, page_read_by
from claims.public.prepared import Prepared

# Combinations of filters, with and without a place in the list.
MOST_SHAPES = 200


def claim_list(request: HttpRequest, asked: Narrowed) -> Page:
    """Of ClaimRows, the newest first. One query."""
    return page_read_by(
        request, lambda place, downwards: _rows(asked, place, downwards), *LISTED, size=CLAIMS_A_PAGE
    )


def _rows(asked: Narrowed, place: Sequence[Any] | None, downwards: bool) -> list[ClaimRow]:
    if asked.words or asked.since or asked.until or (asked.speakers is not None and len(asked.speakers) != 1):
        # How many there are of it decides how PostgreSQL should look for it: it must know the words, the days and the people.
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
    found = rows(narrowed(listed_claims(), asked)).order_by(
        *(f"-{field}" if downwards else field for field in LISTED)
    )
    if place is not None:
        found = beyond(found, place, LISTED, downwards=downwards)
    return found[: CLAIMS_A_PAGE + 1]


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
