"""Pages of a list by row value: no OFFSET, no total. A page is as fast at the end of a list as at its beginning."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import F, Func, QuerySet, Value
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import ngettext

# Nobody reads further, and counting further costs time: "1,000+".
MOST_COUNTED = 1000


class Row(Func):
    """PostgreSQL's row value; two of them compare column by column, through an index of the same columns."""

    function = "ROW"
    output_field = models.TextField()


@dataclass(frozen=True, slots=True)
class Page:
    """`newer`, `older`: query strings of the neighbouring pages, empty where there is none; `is_placed`: whether it begins somewhere in the list."""

    items: list[Any]
    newer: str
    older: str
    is_placed: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many, counted up to MOST_COUNTED. `is_capped`: more than `n`; of more than 0 no more is known than that there are some."""

    n: int
    is_capped: bool

    @property
    def is_any(self) -> bool:
        """Also where no more is known."""
        return self.n > 0 or self.is_capped

    @property
    def written(self) -> str:
        """ "1,000", "1.000"; "1+" for more than 0."""
        if not self.n and self.is_capped:
            return "1+"
        return str(self.n) if self.n < 1000 else number_format(self.n, force_grouping=True)

    @property
    def short(self) -> str:
        """ "12", "1,000+"."""
        return f"{self.written}+" if self.n and self.is_capped else self.written

    @property
    def told(self) -> str:
        """ "12 claims", "more than 1,000 claims"."""
        if self.n and self.is_capped:
            words = ngettext("more than %(n)s claim", "more than %(n)s claims", self.n)
            return words % {"n": self.written}
        return ngettext("%(n)s claim", "%(n)s claims", self.n) % {"n": self.written}

    @classmethod
    def upto(cls, n: int) -> Count:
        """Of a count that stopped one beyond MOST_COUNTED."""
        return cls(min(n, MOST_COUNTED), n > MOST_COUNTED)


def at_least(n: int, *, is_all: bool) -> Count:
    """Of a count that did not look at everything: more than 600, for 642; it says no more than is certain."""
    if is_all or not n:
        return Count.upto(n)
    return Count((n - 1) // 100 * 100 if n > 100 else n - 1, is_capped=True)


def counted(queryset: QuerySet[Any]) -> Count:
    return Count.upto(queryset.order_by()[: MOST_COUNTED + 1].count())


def page(
    request: HttpRequest, queryset: QuerySet[Any], *fields: str, size: int, descending: bool = True
) -> Page:
    """The page that the request's `after` or `before` asks for. `fields`: the order, unique together, never null.

    An address that makes no sense is the first page.
    """

    def read(place: list[Any] | None, downwards: bool) -> list[Any]:
        found = queryset.order_by(*(f"-{field}" if downwards else field for field in fields))
        if place is not None:
            found = beyond(found, place, fields, downwards=downwards)
        return list(found[: size + 1])

    return page_read_by(request, read, *fields, size=size, descending=descending)


def page_read_by(
    request: HttpRequest,
    read: Callable[[list[Any] | None, bool], list[Any]],
    *fields: str,
    size: int,
    descending: bool = True,
) -> Page:
    """As `page`. `read`: of a place or None for the beginning, and whether downwards from there, gives the rows; one more than `size`
    where there are more."""
    backwards = "before" in request.GET
    place = place_of(request.GET.get("before" if backwards else "after", ""), fields)
    downwards = descending != (backwards and place is not None)
    rows = read(place, downwards)
    more, rows = len(rows) > size, rows[:size]
    if backwards and place is not None:
        rows.reverse()
        has_newer, has_older = more, True
    else:
        has_newer, has_older = place is not None, more
    return Page(
        items=rows,
        newer=_query(request, "before", rows[0], fields) if has_newer and rows else "",
        older=_query(request, "after", rows[-1], fields) if has_older and rows else "",
        is_placed=place is not None,
    )


def first_page(request: HttpRequest, rows: list[Any], *fields: str, size: int) -> Page:
    """Where nothing is asked for. `rows`: in the order of `fields`, one more than `size` where there are more."""
    more, rows = len(rows) > size, rows[:size]
    return Page(items=rows, newer="", older=_query(request, "after", rows[-1], fields) if more else "")


def beyond(
    queryset: QuerySet[Any], place: Sequence[Any], fields: Sequence[str], *, downwards: bool
) -> QuerySet[Any]:
    """The rows that come after a place in the order of `fields`."""
    found: QuerySet[Any] = queryset.alias(place=Row(*(F(field) for field in fields))).filter(
        **{f"place__{'lt' if downwards else 'gt'}": Row(*(Value(value) for value in place))}
    )
    return found


def _value(row: Any, field: str) -> Any:
    for part in field.split("__"):
        row = getattr(row, part)
    return row.isoformat() if isinstance(row, datetime) else row


def cursor(row: Any, fields: Sequence[str]) -> str:
    """A row's place in the order of `fields`, for an address."""
    words = json.dumps([_value(row, field) for field in fields], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(words).decode().rstrip("=")


def _query(request: HttpRequest, name: str, row: Any, fields: Sequence[str]) -> str:
    query = request.GET.copy()
    for old in ("before", "after"):
        query.pop(old, None)
    query[name] = cursor(row, fields)
    return query.urlencode()


def place_of(cursor: str, fields: Sequence[str]) -> list[Any] | None:
    """The values that a cursor names, of the kinds that the fields have; None for anything else.

    The last field is a key; before it, names that end in `_at` are moments and all others text.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(fields):
            return None
        return [_read(value, field) for value, field in zip(values[:-1], fields, strict=False)] + [
            _key(values[-1])
        ]
    except (ValueError, RecursionError):
        return None


def _read(value: Any, field: str) -> datetime | str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(field)
    value.encode()  # a lone surrogate is no text
    if not field.endswith("_at"):
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError(field)
    # PostgreSQL knows fewer offsets than Python: none of 16 hours, none of parts of a second.
    return moment.astimezone(UTC)


def _key(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise ValueError(value)
    return value
