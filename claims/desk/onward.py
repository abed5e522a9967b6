"""Long lists a page at a time by key: the last page costs what the first does, and nothing is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from claims.desk.keys import key_in

AFTER = "after"


@dataclass(frozen=True, slots=True)
class Stretch:
    """`onward`: the address of what follows, `begins`: that of the first page; "" where this is the end, or the beginning."""

    rows: list[Any]
    onward: str = ""
    begins: str = ""


def stretch(rows: QuerySet[Any], asked: QueryDict, *, size: int, newest_first: bool = False) -> Stretch:
    """`size` of the rows, in the order of their keys, after the one that `?after=` names."""
    after = key_in(asked.get(AFTER))
    if after is not None:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": after})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: size + 1])
    address = asked.copy()
    address.pop(AFTER, None)
    begins = f"?{address.urlencode()}" if after is not None else ""
    if len(found) <= size:
        return Stretch(found, begins=begins)
    address[AFTER] = str(found[size - 1].pk)
    return Stretch(found[:size], f"?{address.urlencode()}", begins)
