"""When something was said: words that name a day, and the days they can be, seen from the day a text was published.

Never a day that the text does not support: without a date of publication "lunedì" has no day, words that fit several days give
the range from the first to the last of them, and words about the future or about another event ("tre giorni prima") give none.
What the words say is kept as written in every case.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from claims.extraction.date_words import GRAMMARS, Grammar, Number
from claims.extraction.findings import Span
from sources.vocabulary import DateBasis

__all__ = ["DateRange", "DateWords", "find", "resolve"]

Range = tuple[dt.date, dt.date]
Groups = Mapping[str, str]

# From a publication date wider than this, "Monday" says nothing.
WIDEST = 366
# A day without a year is of the year of publication, or of the year before if it is not longer ago than this.
RECENT = 183
# What rounding to a whole unit can hide, in days either way: "three weeks ago" is not said of one day.
MARGIN = {"minute": 0, "hour": 0, "day": 0, "week": 3, "month": 15, "year": 183}
# How far back "in recent …" goes, in units. "In recent years" says nothing.
LATELY = {"minute": 60, "hour": 24, "day": 10, "week": 8, "month": 11}
# Of a year (months) and of a month (days): first and last.
THIRDS = {"early": (1, 4), "middle": (5, 8), "late": (9, 12), "first half": (1, 6), "second half": (7, 12)}
TENS = {
    "early": (1, 10),
    "middle": (11, 20),
    "late": (21, 31),
    "first half": (1, 15),
    "second half": (16, 31),
}
OF_WEEK = {"early": (0, 2), "middle": (2, 4), "late": (3, 6), "first half": (0, 3), "second half": (3, 6)}
# Astronomers and weather services begin seasons three weeks apart: both are covered. Month and day, northern hemisphere.
SEASONS = {
    "spring": ((3, 1), (6, 20)),
    "summer": ((6, 1), (9, 22)),
    "autumn": ((9, 1), (12, 21)),
    "winter": ((12, 1), (3, 20)),
}
# The longest expression has so many words before the one that gives it away ("nella tarda serata di lunedì 14 marzo 2022").
LEAD = 8

_WORD = re.compile(r"\w+")


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


def find(
    text: str, language: str, within: Span | None = None, *, skip: Sequence[Span] = ()
) -> list[DateWords]:
    """The date expressions of `text` ("it" or "en"), or of a stretch of it, in order and disjoint. `skip`: places whose words give none away.

    Left out: durations ("in 84 giorni"), deadlines and beginnings ("entro aprile", "since Monday"), habits ("il lunedì"), the
    future ("lunedì prossimo") and days of other things ("Monday's attack").
    """
    grammar = GRAMMARS[language]
    first, last = within or (0, len(text))
    found: list[Span] = []
    starts: list[int] = []
    free = first
    for word in _WORD.finditer(text, first, last):
        begins = word.start()
        starts.append(begins)
        if begins < free or not (word[0].lower() in grammar.anchors or _ends_in_a_year(word)):
            continue
        if any(a <= begins < b for a, b in skip):
            continue
        for start in starts[-LEAD:]:
            match = grammar.anywhere.match(text, start, last) if start >= free else None
            if match and match.end() >= word.end():
                found.append(match.span())
                free = match.end()
                break
    return [DateWords(span, text[slice(*span)]) for span in found if _of_the_past(text, span, grammar)]


def _ends_in_a_year(word: re.Match[str]) -> bool:
    """ "2022", or the end of 14/03/22."""
    if not word[0].isdigit():
        return False
    return len(word[0]) == 4 or word.string[word.start() - 1 : word.start()] == "/"


def _of_the_past(text: str, span: Span, grammar: Grammar) -> bool:
    """Whether what stands around the words leaves them a day on which something can have been said."""
    before = text[max(0, span[0] - 24) : span[0]]
    if grammar.before.search(before) or grammar.after.match(text, span[1]):
        return False
    return not (text[span[0] : span[0] + 3].lower() in grammar.weekdays and grammar.habitual.search(before))


def resolve(
    words: str, language: str, published: Range | None, published_basis: str = DateBasis.STATED.value
) -> DateRange:
    """The days that date words can mean in a text published on `published` (first and last day).

    A weekday is the last such day up to and including publication; so is a day or a month without a year, unless that is too
    long ago. Weeks run from Monday to Sunday (ISO 8601). "Early", "mid" and "late" are thirds. Nothing inferred is after the
    publication.
    """
    if published_basis == DateBasis.UNKNOWN:
        published = None
    return _resolve(" ".join(words.split()), language, published)


@functools.lru_cache(maxsize=4096)
def _resolve(words: str, language: str, published: Range | None) -> DateRange:
    grammar = GRAMMARS[language]
    unknown = DateRange(None, None, DateBasis.UNKNOWN, words)
    kind, groups = _read(words, grammar)
    stated = _stated(kind, groups, grammar)
    if stated:
        possible = [each for each in stated if not published or each[0] <= published[1]]
        basis = DateBasis.STATED if len(stated) == 1 else DateBasis.INFERRED
        return _over(possible, basis, words) if possible else unknown
    seen_from = SEEN_FROM.get(kind)
    if seen_from is None or published is None or (published[1] - published[0]).days > WIDEST:
        return unknown
    days = range(published[0].toordinal(), published[1].toordinal() + 1)
    ranges = [
        each for day in days if (each := _attempt(seen_from, groups, dt.date.fromordinal(day), grammar))
    ]
    return _over(ranges, DateBasis.INFERRED, words) if ranges else unknown


def _read(words: str, grammar: Grammar) -> tuple[str, Groups]:
    """The kind of expression and its parts, in small letters; ("", {}) for words that name no day."""
    for kind, shape in grammar.shapes:
        if match := shape.fullmatch(words):
            return kind, {
                name: re.sub("[’ʼ]", "'", part.lower()) for name, part in match.groupdict().items() if part
            }
    return "", {}


def _over(ranges: Sequence[Range], basis: DateBasis, words: str) -> DateRange:
    return DateRange(min(first for first, _ in ranges), max(last for _, last in ranges), basis, words)


SeenFrom = Callable[[Groups, dt.date, Grammar], "Range | None"]


def _attempt(seen_from: SeenFrom, groups: Groups, published: dt.date, grammar: Grammar) -> Range | None:
    try:
        found = seen_from(groups, published, grammar)
    except (ValueError, OverflowError):  # a day that does not exist, or before the calendar
        return None
    return (found[0], min(found[1], published)) if found and found[0] <= published else None


# --- Words that give the day alone ------------------------------------------------------------------------------------------


def _stated(kind: str, groups: Groups, grammar: Grammar) -> list[Range]:
    """The ranges that the words alone can mean: more than one for 3/4/2022, which is read both ways in English."""
    if kind == "decade":
        year = 1900 + 10 * int(groups["decade"])
        return [(dt.date(year, 1, 1), dt.date(year + 9, 12, 31))]
    if "year" not in groups:
        return []
    year = int(groups["year"])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    if kind == "numeric":
        first, second = int(groups["first"]), int(groups["second"])
        orders = [(first, second)] if grammar.day_first else [(first, second), (second, first)]
        readings = [_date(year, month, day) for day, month in orders]
        return sorted({(day, day) for day in readings if day})
    try:
        return [_whole(kind, groups, year, grammar)]
    except ValueError:
        return []


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _whole(kind: str, groups: Groups, year: int, grammar: Grammar) -> Range:
    """The days of that year. Raises ValueError for a day that does not exist or was not that weekday."""
    part = grammar.parts.get(groups.get("part", ""), "")
    if kind == "iso":
        day = dt.date(year, int(groups["month"]), int(groups["day"]))
        return day, day
    if kind == "year":
        return _part_of_year(year, part)
    month = grammar.months[groups["month"][:3]]
    if kind == "month":
        return _part_of_month(year, month, part)
    first_day = dt.date(year, month, 1 if groups["day"] == "primo" else int(groups["day"]))
    last_day = dt.date(year, month, int(groups["other_day"])) if kind == "days" else first_day
    if "weekday" in groups and first_day.weekday() != grammar.weekdays[groups["weekday"][:3]]:
        raise ValueError(groups["weekday"])
    return first_day, last_day


def _part_of_year(year: int, part: str) -> Range:
    first, last = THIRDS[part] if part else (1, 12)
    return dt.date(year, first, 1), _end(year, last)


def _part_of_month(year: int, month: int, part: str) -> Range:
    first, last = TENS[part] if part else (1, 31)
    return dt.date(year, month, first), _date(year, month, last) or _end(year, month)


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


# --- Words that need the day of publication ---------------------------------------------------------------------------------


def _in_its_year(kind: str) -> SeenFrom:
    """A day or month without a year: the last one before publication, unless it is of long ago and nothing says so."""

    def seen_from(groups: Groups, published: dt.date, grammar: Grammar) -> Range | None:
        if "year_before" in groups:
            return _whole(kind, groups, published.year - 1, grammar)
        said_last = "last" in groups or "just" in groups
        this_year: Range | None
        try:
            this_year = _whole(kind, groups, published.year, grammar)
        except ValueError:
            this_year = None
        over = this_year and this_year[1 if said_last else 0] <= published
        if this_year and over and not (said_last and grammar.last_may_be_nearer):
            return this_year
        before = _whole(kind, groups, published.year - 1, grammar)
        if this_year and over:  # "last March", said in May, is of this year or of the one before
            return before[0], this_year[1]
        return before if said_last or (published - before[1]).days <= RECENT else None

    return seen_from


def _date_alone(groups: Groups, published: dt.date, grammar: Grammar) -> Range | None:
    """ "Il 14 scorso": the last fourteenth before publication."""
    day = int(groups.get("day") or groups["same_day"])
    last = published.replace(day=1)
    while not (found := _date(last.year, last.month, day)) or found >= published:
        last = (last - dt.timedelta(days=1)).replace(day=1)
    return found, found


def _weekday(groups: Groups, published: dt.date, grammar: Grammar) -> Range:
    wanted = grammar.weekdays[groups["weekday"][:3]]
    back = (published.weekday() - wanted) % 7
    if "last" not in groups:
        return _one(published, -back)
    back = back or 7
    # "Last Monday", said on a Wednesday, is of this week for some and of the week before for others.
    if grammar.last_may_be_nearer and back <= published.weekday():
        return _one(published, -back - 7)[0], _one(published, -back)[0]
    return _one(published, -back)


def _one(published: dt.date, offset: int) -> Range:
    day = published + dt.timedelta(days=offset)
    return day, day


def _offset(groups: Groups, published: dt.date, grammar: Grammar) -> Range:
    first, last = grammar.offsets[groups["offset"]]
    return _one(published, first)[0], _one(published, last)[0]


def _period(groups: Groups, published: dt.date, grammar: Grammar) -> Range | None:
    unit = groups["unit"]
    part = grammar.parts.get(groups.get("part", ""), "")
    last = "last" in groups
    if unit in grammar.seasons:
        return _season(grammar.seasons[unit], published, last=last)
    if unit in {"weekend", "week-end", "fine settimana"}:
        back = (published.weekday() - 5) % 7
        if "this" in groups and back > 1:
            return None  # the one to come
        saturday = published - dt.timedelta(days=back + (7 if last and back < 2 else 0))
        return saturday, saturday + dt.timedelta(days=1)
    unit = grammar.units[unit]
    if unit == "week":
        first, final = OF_WEEK[part] if part else (0, 6)
        monday = published - dt.timedelta(days=published.weekday() + (7 if last else 0))
        return monday + dt.timedelta(days=first), monday + dt.timedelta(days=final)
    if unit == "month":
        day = published.replace(day=1) - dt.timedelta(days=1 if last else 0)
        return _part_of_month(day.year, day.month, part)
    year = published.year - (1 if last else 0)
    return _part_of_year(year, part)


def _season(season: str, published: dt.date, *, last: bool) -> Range:
    """The last one that has begun; "last summer" in the middle of a summer is the one before."""
    (first_month, first_day), (end_month, end_day) = SEASONS[season]
    for year in (published.year, published.year - 1, published.year - 2):
        first = dt.date(year, first_month, first_day)
        end = dt.date(year + (end_month < first_month), end_month, end_day)
        if first <= published and not (last and published <= end):
            return first, end
    raise ValueError(season)


def _ago(groups: Groups, published: dt.date, grammar: Grammar) -> Range | None:
    unit = grammar.units[groups["unit"]]
    fewest, most = _number(groups, grammar)
    about = groups.get("about", "")
    if about in grammar.more:
        return _back(published, most + 1, unit, 0), _back(published, fewest, unit, 0)
    if about in grammar.less:
        return _back(published, most, unit, 0), _back(published, max(0, fewest - 1), unit, 0)
    if unit in {"minute", "hour"}:  # an hour ago may be yesterday
        return _back(published, most, unit, 0), _back(published, fewest, unit, -1)
    margin = MARGIN[unit] or (1 if about and unit == "day" else 0)
    return _back(published, most, unit, margin), _back(published, fewest, unit, -margin)


def _recent(groups: Groups, published: dt.date, grammar: Grammar) -> Range | None:
    unit = grammar.units[groups.get("single") or groups["unit"]]
    if "single" in groups:
        return _back(published, 1, unit, 0), published
    if "number" in groups:
        return _back(published, _number(groups, grammar)[1], unit, 0), published
    return (_back(published, LATELY[unit], unit, 0), published) if unit in LATELY else None


def _number(groups: Groups, grammar: Grammar) -> Number:
    """Fewest and most; "settimane fa", without a number, is said of a few."""
    written = groups.get("number", "")
    if written.isdigit():
        return int(written), int(written)
    return grammar.numbers.get(written, (2, 11))


def _back(published: dt.date, number: int, unit: str, margin: int) -> dt.date:
    """So many units before publication, and `margin` days earlier."""
    if unit in {"minute", "hour"}:
        days = -(-number // 24) if unit == "hour" else 1
        return published - dt.timedelta(days=days + margin)
    if unit in {"day", "week"}:
        return published - dt.timedelta(days=number * (7 if unit == "week" else 1) + margin)
    months = published.year * 12 + published.month - 1 - number * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return min(
        dt.date(year, month, 1) + dt.timedelta(days=published.day - 1), _end(year, month)
    ) - dt.timedelta(days=margin)


SEEN_FROM: Mapping[str, SeenFrom] = {
    "day": _in_its_year("day"),
    "days": _in_its_year("days"),
    "month": _in_its_year("month"),
    "date": _date_alone,
    "weekday": _weekday,
    "offset": _offset,
    "period": _period,
    "ago": _ago,
    "recent": _recent,
}
