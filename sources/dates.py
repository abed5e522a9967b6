"""Publication dates as a file states them. Pure: no Django, no database. Nothing is ever guessed from the
text.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sources.characters import Refused

# Before this there was no printed news; a year below it is a slip.
FIRST_YEAR = 1450

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PART = re.compile(r"(\d{4})(?:-(\d{2}))?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d{2}:?\d{2})?")


@dataclass(frozen=True, slots=True)
class Published:
    """When a text was published: a range of days (UTC), how we know (`stated` or `unknown`), and the words of
    the file.
    """

    earliest: dt.date | None = None
    latest: dt.date | None = None
    basis: str = "unknown"
    as_written: str = ""


def published_on(stated: str | dt.date | dt.datetime | None, *, today: dt.date | None = None) -> Published:
    """The publication date that a file states.

    Taken: a day (2022-03-14), a month or year (2022-03, 2022), an ISO 8601 moment (its day is taken in UTC,
    the words are kept) and a range of those with a slash (2022-03-14/2022-03-15). Nothing stated: unknown.
    Raises Refused (bad_date) for anything else, for days that do not exist and for the future.
    """
    if stated is None or (isinstance(stated, str) and not stated.strip()):
        return Published()
    written = stated.strip() if isinstance(stated, str) else stated.isoformat()
    ends = written.split("/")
    try:
        if len(written) > 70 or len(ends) > 2:
            raise ValueError
        ranges = [_range(end.strip()) for end in ends]
    except (ValueError, OverflowError):
        raise Refused("bad_date", f"The date {written[:40]!r} is not a day like 2022-03-14.") from None
    earliest, latest = ranges[0][0], ranges[-1][1]
    # A day's grace: the sun rises earlier in the east.
    newest = (today or dt.datetime.now(dt.UTC).date()) + dt.timedelta(days=1)
    if earliest.year < FIRST_YEAR or earliest > latest:
        raise Refused("bad_date", f"The date {written!r} cannot be right.")
    if earliest > newest or (len(ends) == 2 and latest > newest and ranges[1][0] > newest):
        raise Refused("bad_date", f"The date {written!r} lies in the future.")
    return Published(earliest, latest, "stated", written)


def _range(written: str) -> tuple[dt.date, dt.date]:
    """First and last day of a day, month, year or moment. Raises ValueError, OverflowError."""
    if found := _DAY.fullmatch(written):
        day = dt.date(*map(int, found.groups()))
        return day, day
    if found := _PART.fullmatch(written):
        year, month = int(found[1]), found[2]
        first = dt.date(year, int(month or 1), 1)
        next_first = dt.date(year + 1, 1, 1) if not month else (first + dt.timedelta(days=31)).replace(day=1)
        return first, next_first - dt.timedelta(days=1)
    if not _MOMENT.fullmatch(written):
        raise ValueError(written)
    moment = dt.datetime.fromisoformat(written.replace(" ", "T", 1).replace(" ", ""))
    day = (moment.astimezone(dt.UTC) if moment.tzinfo else moment).date()
    return day, day
