"""Queries that are put into SQL once. Django builds each query anew and writes its SQL anew: on a page with little to show that is half
of the page's time (docs/performance.md). What changes between two readers is only a few values."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

from claims.public.naming import page_language

M = TypeVar("M", bound=Model)
# Values that no row has: where they stand in the parameters of the SQL, the asked ones will.
NUMBER, TEXT = -8_640_000_000_000_000_000, "\ue000asked for\ue000"


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as SQL. `places`: for each parameter the number of the value that goes there, or None."""

    queryset: QuerySet[Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]


class Prepared(Generic[M]):
    """`make`: a function of keys or texts that returns a queryset, the same one but for these values. `kinds`: int, str or list for
    each; int where none is said.

    It is asked once for each language of a page. Calling a Prepared with values reads the rows.
    """

    def __init__(self, make: Callable[..., QuerySet[M]], *kinds: type) -> None:
        self._make = make
        self._kinds = kinds or (int,) * len(inspect.signature(make).parameters)
        self._written: dict[str, _Written] = {}

    def __call__(self, *values: int | str | list[str] | list[int]) -> list[M]:
        language = page_language()
        written = self._written.get(language)
        if written is None:
            written = self._written[language] = self._write()
        params = tuple(
            param if place is None else values[place]
            for param, place in zip(written.params, written.places, strict=True)
        )
        asked: QuerySet[M] = written.queryset.all()
        asked.query.get_compiler = lambda using=None, **_options: _compiler(written, params, using)  # type: ignore[method-assign]
        return list(asked)

    def _write(self) -> _Written:
        marks = [_mark(n, kind) for n, kind in enumerate(self._kinds)]
        queryset = self._make(*marks)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        places = tuple(marks.index(param) if param in marks else None for param in params)
        if set(places) - {None} != set(range(len(marks))):
            raise ValueError("a value of the query is not a parameter of its SQL")
        return _Written(queryset, compiler, sql, tuple(params), places)


def _mark(n: int, kind: type) -> Any:
    if kind is int:
        return NUMBER - n
    return f"{TEXT}{n}" if kind is str else [f"{TEXT}{n}"]


def _compiler(written: _Written, params: Sequence[Any], using: str | None) -> Any:
    """A compiler that has done its work: it knows the SQL and how rows become objects."""
    found = copy.copy(written.compiler)
    found.connection = connections[using or written.queryset.db]
    found.using = using
    found.as_sql = lambda *_args, **_options: (written.sql, params)
    return found
