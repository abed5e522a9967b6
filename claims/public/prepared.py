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
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

from claims.public.naming import page_language

M = TypeVar("M", bound=Model)
# Values that no row has: where they stand in the parameters of the SQL, the asked ones will.
NUMBER, TEXT, YEAR = -8_640_000_000_000_000_000, "\ue000asked for\ue000", 9000
# What the SQL calls values of a kind; the type of a list's elements follows from what they are compared with.
TYPES = {int: "::bigint", str: "::text", datetime: "::timestamptz", list: ""}

Value = int | str | datetime | list[str] | list[int]


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as SQL; $1, $2 … stand for the values, all else is in it. `made`: how its rows become objects of a model, if they do."""

    queryset: QuerySet[Any]
    compiler: Any
    sql: str
    made: _Rows | None


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
        texts = [sent(value) for value in values]
        if written.made:
            return written.made.read(written.sql, texts, written.queryset.db)
        asked: QuerySet[M] = written.queryset.all()
        asked.query.get_compiler = lambda using=None, **_options: _compiler(written, texts, using)  # type: ignore[method-assign]
        return list(asked)

    def write(self) -> _Written:
        """Raises ValueError when a value does not stand in the SQL, so that it would be asked for in vain, and when the objects should come
        with others that no row of the SQL holds."""
        marks = [_mark(n, kind) for n, kind in enumerate(self._kinds)]
        queryset = self._make(*marks)
        if queryset._prefetch_related_lookups or queryset._known_related_objects:  # type: ignore[attr-defined]
            raise ValueError("not prepared: prefetched or known objects")
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
        made = _Rows(compiler) if queryset._iterable_class is ModelIterable else None
        return _Written(queryset, compiler, sql % tuple(words), made)


def _mark(n: int, kind: type) -> Any:
    if kind is int:
        return NUMBER - n
    if kind is datetime:
        return datetime(YEAR + n, 1, 1, tzinfo=UTC)
    return f"{TEXT}{n}" if kind is str else [f"{TEXT}{n}"]


def sent(value: Value) -> str:
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


def _fetched(alias: str, sql: str, texts: list[str]) -> list[Sequence[Any]]:
    connection: Any = connections[alias]
    with connection.prepared_cursor() as cursor:
        cursor.execute(sql, texts)
        rows: list[Sequence[Any]] = cursor.fetchall()
    return rows


def _compiler(written: _Written, texts: list[str], using: str | None) -> Any:
    """A compiler that has done its work: it knows the SQL and how rows become what the queryset returns."""
    alias = using or written.queryset.db
    found = copy.copy(written.compiler)
    found.connection = connections[alias]
    found.using = using
    found.execute_sql = lambda *_args, **_options: [_fetched(alias, written.sql, texts)]
    return found


class _Rows:
    """Rows as objects, with what was selected besides and what is related."""

    def __init__(self, compiler: Any) -> None:
        self._compiler = compiler
        self._converters = compiler.get_converters([column[0] for column in compiler.select])
        self._made = _Made(compiler.klass_info, compiler.select)
        self._besides = list((compiler.annotation_col_map or {}).items())

    def read(self, sql: str, texts: list[str], alias: str) -> list[Any]:
        found = []
        for row in self._compiler.apply_converters(_fetched(alias, sql, texts), self._converters):
            each = self._made(row, alias)
            for name, column in self._besides:
                each.__dict__[name] = row[column]
            found.append(each)
        return found


class _Made:
    """What Model.from_db does, without asking each field whether it would like to set itself: a page makes a hundred objects, and that
    took a fifth of its time. Columns that were left out are still read when somebody asks for them."""

    def __init__(self, info: dict[str, Any], select: Sequence[Any]) -> None:
        columns = info["select_fields"]
        self._model = info["model"]
        self._start, self._end = columns[0], columns[-1] + 1
        self._names = [select[column][0].target.attname for column in range(self._start, self._end)]
        self._key = self._start + self._names.index(self._model._meta.pk.attname)
        self._related = [
            (_Made(each, select), each["local_setter"], each["remote_setter"])
            for each in info.get("related_klass_infos", ())
        ]

    def __call__(self, row: Sequence[Any], alias: str) -> Any:
        if row[self._key] is None:
            return None
        made = self._model.__new__(self._model)
        state = made._state = ModelState()
        state.db, state.adding = alias, False
        made.__dict__.update(zip(self._names, row[self._start : self._end], strict=True))
        for related, set_here, set_there in self._related:
            other = related(row, alias)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made
