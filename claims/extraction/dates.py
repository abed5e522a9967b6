"""When something was said: words that name a day, and the days they can be, seen from the day a text was published.

Never a day that the text does not support: without a date of publication "lunedì" has no day, words that fit several days give
the range from the first to the last of them, and words about the future or about another event ("tre giorni prima") give none.
What the words say is kept as written in every case.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claims.extraction.date_words import GRAMMARS, Grammar, Number
from claims.extraction.findings import Span
from sources.vocabulary import DateBasis

Range = tuple[dt.date, dt.date]

# From a publication date wider than this, "Monday" says nothing.
WIDEST = 366
# A day without a year is of the year of publication, or of the year before if it is not longer ago than this.
RECENT = 183
# Half of what rounding to a whole unit can hide: "three weeks ago" is not said of one day.
MARGIN = {"minute": 0, "hour": 0, "day": 0, "week": 3, "month": 15, "year": 183}
# The longest expression has so many words before the one that gives it away ("nella tarda serata di lunedì 14 marzo 2022").
LEAD = 8

_WORD = re.compile(r"\w+")
_DECADES = re.compile(r"19\d0s")


@dataclass(frozen=True, slots=True)
class DateWords:
    """A date expression: half-open characters of the text, and the words there."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class DateRange:
    """First and last day, and how we know: `stated` where the words alone say it, `inferred` where it was worked out from the
    date of publication, `unknown` (and no days) where the text does not support any.
    """

    earliest: dt.date | None
    latest: dt.date | None
    basis: DateBasis
    as_written: str


def find(text: str, language: str, within: Span | None = None) -> list[DateWords]:
    """The date expressions of `text`, or of a stretch of it, in order and disjoint.

    Left out: durations ("in 84 giorni"), deadlines and beginnings ("entro aprile", "since Monday"), habits ("il lunedì"), the
    future ("lunedì prossimo"), and other people's days ("Monday's").
    """
    grammar = GRAMMARS[language]
    first, last = within or (0, len(text))
    found: list[DateWords] = []
    starts: list[int] = []
    for word in _WORD.finditer(text, first, last):
        starts.append(word.start())
        if not _gives_away(word[0], grammar) or (found and found[-1].span[1] > word.start()):
            continue
        for start in starts[-LEAD:]:
            if found and start < found[-1].span[1]:
                continue
            match = grammar.anywhere.match(text, start, last)
            if match and match.end() >= word.end():
                found.append(DateWords(match.span(), match[0]))
                break
    return [each for each in found if _of_the_past(text, each.span, grammar)]


def _gives_away(word: str, grammar: Grammar) -> bool:
    return word.lower() in grammar.anchors or (len(word) == 4 and word.isdigit())


def _of_the_past(text: str, span: Span, grammar: Grammar) -> bool:
    """Whether what stands around it leaves it a day on which something can have been said."""
    not_after, not_before, habit = _around(grammar)
    before = text[max(0, span[0] - 24) : span[0]]
    if not_after.search(before) or not_before.match(text, span[1]):
        return False
    bare = text[span[0] : span[1]].lower()
    return not (bare[:3] in grammar.weekdays and habit.search(before))


@functools.cache
def _around(grammar_id: Grammar) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    raise NotImplementedError


def resolve(
    words: str,
    language: str,
    published: Range | None,
    published_basis: str = DateBasis.STATED.value,
) -> DateRange:
    """The days that the words of a text published on `published` (first and last day) can mean.

    A weekday is the last such day up to and including publication; so is a day or month without a year. "The last week" runs
    from Monday to Sunday (ISO 8601). Early, mid and late are thirds. Nothing is after the publication.
    """
    if published_basis == DateBasis.UNKNOWN:
        published = None
    return _resolve(" ".join(words.split()), language, published)


@functools.lru_cache(maxsize=4096)
def _resolve(words: str, language: str, published: Range | None) -> DateRange:
    grammar = GRAMMARS[language]
    unknown = DateRange(None, None, DateBasis.UNKNOWN, words)
    read = _read(words, grammar)
    if read is None:
        return unknown
    kind, groups = read
    if stated := _stated(kind, groups, grammar):
        if published:
            stated = [each for each in stated if each[0] <= published[1]]
        basis = DateBasis.STATED if len(stated) == 1 else DateBasis.INFERRED
        return _over(stated, basis, words) if stated else unknown
    if published is None or (published[1] - published[0]).days > WIDEST or kind not in SEEN_FROM:
        return unknown
    ranges = []
    for ordinal in range(published[0].toordinal(), published[1].toordinal() + 1):
        try:
            seen = SEEN_FROM[kind](groups, dt.date.fromordinal(ordinal), grammar)
        except (ValueError, OverflowError):  # a day that does not exist, or before the calendar
            seen = None
        if seen:
            ranges.append(seen)
    return _over(ranges, DateBasis.INFERRED, words) if ranges else unknown
