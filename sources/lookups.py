"""What the mapper does not know how to ask."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignObject, Lookup
from django.db.models.sql.compiler import SQLCompiler

__all__ = ["OneOfMany"]


@Field.register_lookup
@ForeignObject.register_lookup
class OneOfMany(Lookup):
    """`slug__one_of=slugs`: as `slug__in`, with all values sent as one array.

    A thousand parameters of their own take the mapper and the driver as long as PostgreSQL takes to look them up.
    """

    lookup_name = "one_of"

    def get_prep_lookup(self) -> list[Any]:
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if not self.rhs:
            raise EmptyResultSet
        column, before = self.process_lhs(compiler, connection)
        # Without its length: a value cast to it would be cut.
        kind = self.lhs.output_field.db_type(connection).partition("(")[0]
        return f"{column} = ANY (%s::{kind}[])", (*before, self.rhs)
