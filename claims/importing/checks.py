"""Checks of single values in records: a value and its field's name in, the value as stored out. Pure.

Every check raises Refused with a reason class and one sentence that names the field.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sources.addresses import web_address
from sources.characters import Refused, is_blank, normalise
from sources.dates import FIRST_YEAR
from sources.vocabulary import DateBasis

__all__ = [
    "Check",
    "Dates",
    "Listed",
    "Shape",
    "country",
    "day",
    "flag",
    "key",
    "line",
    "one_of",
    "place",
    "quote",
    "slug",
    "text",
    "url",
    "wikidata",
    "words",
]

Check = Callable[[Any, str], Any]

_BLANKS = re.compile(r"\s+")
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,120}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WIKIDATA = re.compile(r"Q[1-9][0-9]{0,14}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MAX_TEXT = 20_000
MAX_LIST = 1_000


def _bad(field: str, sentence: str) -> Refused:
    return Refused("bad_value", f"“{field}” {sentence}.")


def _string(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise _bad(field, "must be a text")
    try:
        return normalise(value)
    except Refused as refused:
        raise Refused(refused.reason, f"“{field}”: {refused.sentence}") from None


def line(limit: int) -> Check:
    """A text on one line, blanks put in order."""

    def check(value: Any, field: str) -> str:
        found = _BLANKS.sub(" ", _string(value, field)).strip()
        if len(found) > limit:
            raise _bad(field, f"is longer than {limit:,} letters")
        return found

    return check


def text(limit: int = MAX_TEXT) -> Check:
    """A text of several lines."""

    def check(value: Any, field: str) -> str:
        found = _string(value, field).strip()
        if len(found) > limit:
            raise _bad(field, f"is longer than {limit:,} letters")
        return found

    return check


def words(value: Any, field: str) -> str:
    """Words as they stand in an article: nothing of them is changed but their normal form (NFC, LF)."""
    found = _string(value, field)
    if value != value.rstrip():
        # normalise() takes the blanks at the end of a file away; a quotation keeps its own.
        found += value[len(value.rstrip()) :].replace("\r\n", "\n").replace("\r", "\n")
    if len(found) > MAX_TEXT:
        raise _bad(field, f"is longer than {MAX_TEXT:,} letters")
    return found


def slug(value: Any, field: str) -> str:
    found = _string(value, field).strip()
    if not _SLUG.fullmatch(found):
        raise _bad(field, "must be a slug: up to 120 letters a-z, digits, hyphens")
    return found


key: Check = line(100)


def one_of(vocabulary: type[StrEnum]) -> Check:
    """A word of a vocabulary."""
    known = [word.value for word in vocabulary]

    def check(value: Any, field: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise _bad(field, f"must be one of {', '.join(known)}")
        return value

    return check


def flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise _bad(field, "must be true or false")
    return value


def country(value: Any, field: str) -> str:
    found = _string(value, field).strip()
    if not _COUNTRY.fullmatch(found):
        raise _bad(field, "must be a country's two capital letters, for example IT")
    return found


def wikidata(value: Any, field: str) -> str:
    found = _string(value, field).strip()
    if not _WIKIDATA.fullmatch(found):
        raise _bad(field, "must be a Wikidata id, for example Q38")
    return found


def url(value: Any, field: str) -> str:
    return web_address(_string(value, field))


def day(value: Any, field: str) -> dt.date:
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            found = dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
        else:
            if found.year >= FIRST_YEAR:
                return found
    raise Refused("bad_date", f"“{field}” must be a day like 2022-03-14.")


def place(value: Any, field: str) -> tuple[int, int]:
    """[start, end]: half-open characters of a text."""
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(end, int) and not isinstance(end, bool) for end in value)
        or not 0 <= value[0] < value[1] < 2**31
    ):
        raise Refused("bad_span", f"“{field}” must be two numbers [start, end], the first the smaller.")
    return value[0], value[1]


@dataclass(frozen=True)
class Listed:
    """A list of values that `of` checks. `holes`: null is an item too."""

    of: Check
    holes: bool = False

    def __call__(self, value: Any, field: str) -> list[Any]:
        if not isinstance(value, list):
            raise _bad(field, "must be a list")
        if len(value) > MAX_LIST:
            raise _bad(field, f"has more than {MAX_LIST:,} items")
        return [
            None if item is None and self.holes else self.of(item, f"{field}[{number}]")
            for number, item in enumerate(value)
        ]


@dataclass(frozen=True)
class Shape:
    """An object with these fields and no others. Empty and absent fields are left out of the result."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = ()

    def __call__(self, value: Any, field: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _bad(field, "must be an object with fields")
        before = f"{field}." if field else ""
        found = {}
        for name, item in value.items():
            check = self.fields.get(name)
            if check is None:
                known = ", ".join(self.fields)
                raise Refused("unknown_field", f"There is no field “{before}{name[:40]}”; there are {known}.")
            # Empty says nothing: it leaves what is there, and never erases it.
            if item is None or item == "" or item == [] or item == {}:
                continue
            item = check(item, before + name)
            if not (isinstance(item, str) and is_blank(item)):
                found[name] = item
        for name in self.required:
            if name not in found:
                raise Refused("missing_field", f"“{before}{name}” is missing.")
        return found


_QUOTE = Shape({"exact": words, "prefix": words, "suffix": words}, required=("exact",))


def quote(value: Any, field: str) -> dict[str, str]:
    """Exact words, with those before and after them where they are needed to tell the place."""
    if isinstance(value, str):
        value = {"exact": value}
    return _QUOTE(value, field)


class Dates:
    """{earliest, latest, basis}: a range of days and how it is known. `more`: fields beside them."""

    def __init__(self, **more: Check) -> None:
        self.shape = Shape({"earliest": day, "latest": day, "basis": one_of(DateBasis), **more})

    def __call__(self, value: Any, field: str) -> dict[str, Any]:
        found = self.shape(value, field)
        known = [found[end] for end in ("earliest", "latest") if end in found]
        if known != sorted(known):
            raise Refused("bad_date", f"“{field}” ends before it begins.")
        basis = found.setdefault("basis", DateBasis.UNKNOWN.value)
        if bool(known) == (basis == DateBasis.UNKNOWN):
            raise Refused(
                "bad_date",
                f"“{field}” must say how its days are known (basis stated or inferred), and have a day then.",
            )
        return found
