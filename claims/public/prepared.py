"""Queries that are put into SQL once, and planned once. Django builds each query anew and writes its SQL anew, and PostgreSQL reads and
plans it anew: on a page with little to show that is more than half of the page's time (docs/performance.md). What changes between two
readers is only a few values."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

from claims.public.naming import page_language

M = TypeVar("M", bound=Model)
# Values that no row has: where they stand in the parameters of the SQL, the asked ones will.
NUMBER, TEXT, YEAR = -8_640_000_000_000_000_000, "\ue000asked for\ue000", 9000
# What the SQL calls values of a kind; the type of a list's elements follows from what they are compared with.
TYPES = {int: "::bigint", str: "::text", datetime: "::timestamptz", list: ""}

Value = int | str | datetime | list[str] | list[int]


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as SQL; $1, $2 … stand for the values, all else is in it."""

    queryset: QuerySet[Any]
    compiler: Any
    sql: str


class Prepared(Generic[M]):
    """`make`: a function of keys or texts that returns a queryset, the same one but for these values. `kinds`: int, str, datetime or list
    for each; int where none is said.

    It is asked once for each language of a page. Calling a Prepared with values reads the rows.
    """

    def __init__(self, make: Callable[..., QuerySet[M]], *kinds: type) -> None:
        self._make = make
        self._kinds = kinds or (int,) * len(inspect.signature(make).parameters)
        self._written: dict[str, _Written] = {}

    def __call__(self, *values: Value) -> list[M]:
        language = page_language()
        written = self._written.get(language)
        if written is None:
            written = self._written[language] = self.write()
        sent = [_sent(value) for value in values]
        asked: QuerySet[M] = written.queryset.all()
        asked.query.get_compiler = lambda using=None, **_options: _compiler(written, sent, using)  # type: ignore[method-assign]
        return list(asked)

    def write(self) -> _Written:
        """Raises ValueError when a value does not stand in the SQL, so that it would be asked for in vain."""
        marks = [_mark(n, kind) for n, kind in enumerate(self._kinds)]
        queryset = self._make(*marks)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        places = [marks.index(param) if param in marks else None for param in params]
        if set(places) - {None} != set(range(len(marks))):
            raise ValueError("a value of the query is not a parameter of its SQL")
        with connections[queryset.db].cursor() as cursor:
            words = [
                cursor.mogrify("%s", [param]) if place is None else f"${place + 1}{TYPES[self._kinds[place]]}"
                for param, place in zip(params, places, strict=True)
            ]
        return _Written(queryset, compiler, sql % tuple(words))


def _mark(n: int, kind: type) -> Any:
    if kind is int:
        return NUMBER - n
    if kind is datetime:
        return datetime(YEAR + n, 1, 1, tzinfo=UTC)
    return f"{TEXT}{n}" if kind is str else [f"{TEXT}{n}"]


def _sent(value: Value) -> str:
    """As PostgreSQL reads it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "{" + ",".join(_element(each) for each in value) + "}"
    return str(value)


def _element(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _compiler(written: _Written, sent: list[str], using: str | None) -> Any:
    """A compiler that has done its work: it knows the SQL and how rows become objects."""
    connection: Any = connections[using or written.queryset.db]

    def rows(*_args: Any, **_options: Any) -> list[Sequence[Any]]:
        with connection.prepared_cursor() as cursor:
            cursor.execute(written.sql, sent)
            return [cursor.fetchall()]

    found = copy.copy(written.compiler)
    found.connection = connection
    found.using = using
    found.execute_sql = rows
    return found
