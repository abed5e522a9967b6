"""Dates as pages write them: day before month, Italian months in lower case, and how a date is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.public.naming import page_language
from sources.vocabulary import DateBasis

FORMATS = {"day": "j F Y", "short": "j M Y", "month": "M Y", "whole month": "F Y", "year": "Y"}


def written(on: date | datetime, form: str = "day") -> str:
    """ "9 December 2022", "9 dicembre 2022". Django's Italian months begin with a capital; Italian ones do not."""
    return _written(on.year, on.month, on.day, form, page_language())


# A page has dozens, the same ones again and again, and Django takes each format apart anew.
@lru_cache(maxsize=5000)
def _written(year: int, month: int, day: int, form: str, language: str) -> str:
    words = date_format(date(year, month, day), FORMATS[form])
    return words.lower() if language == "it" else words


@dataclass(frozen=True, slots=True)
class When:
    """A date on a page. `on`: the day for `<time datetime>`, None when it is a range or unknown."""

    words: str
    on: date | None = None
    is_inferred: bool = False
    is_reported: bool = False


def _whole(earliest: date, latest: date) -> str:
    """ "February 2023" or "2023" where the range is exactly that."""
    if (
        latest == date.max
        or (latest + timedelta(days=1)).day != 1
        or earliest.day != 1
        or earliest.year != latest.year
    ):
        return ""
    if earliest.month == latest.month:
        return written(earliest, "whole month")
    return written(earliest, "year") if (earliest.month, latest.month) == (1, 12) else ""


def span(earliest: date | None, latest: date | None) -> str:
    """A range in words; either end may be open, not both."""
    if earliest and latest:
        if whole := _whole(earliest, latest):
            return whole
        return written(earliest) if earliest == latest else f"{written(earliest)} – {written(latest)}"
    if latest:
        return _("by %(date)s") % {"date": written(latest)}
    return _("from %(date)s") % {"date": written(earliest)} if earliest else ""


def said(
    earliest: date | None,
    latest: date | None,
    basis: str,
    *,
    source_earliest: date | None,
    source_latest: date | None,
) -> When:
    """When something was said; where nobody says, by when its source had it."""
    if basis != DateBasis.UNKNOWN:
        return When(
            span(earliest, latest), earliest if earliest == latest else None, basis == DateBasis.INFERRED
        )
    reported = source_latest or source_earliest
    if reported:
        return When(
            _("No day given; reported by %(date)s") % {"date": written(reported)}, reported, is_reported=True
        )
    return When(_("No day given"), is_reported=True)


def published(earliest: date | None, latest: date | None, basis: str) -> When:
    """When a source was published, and how we know."""
    if basis == DateBasis.UNKNOWN:
        return When(_("not known"))
    return When(span(earliest, latest), earliest if earliest == latest else None, basis == DateBasis.INFERRED)
