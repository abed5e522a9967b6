"""Folding of names for sorting and lookup: lower case, no accents. The database computes the same in stored columns."""

from __future__ import annotations

import unicodedata

from django.db.models import F, Func, Value
from django.db.models.functions import Lower


def _table() -> tuple[str, str]:
    """Lower-case Latin letters with a mark, and the bare letters they fold to (one for one)."""
    marked, bare = [], []
    for code in range(0xE0, 0x250):
        letter = chr(code)
        plain = "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
        if letter.islower() and len(plain) == 1 and plain != letter:
            marked.append(letter)
            bare.append(plain)
    return "".join(marked) + "’ʼ`", "".join(bare) + "'''"


FOLD_FROM, FOLD_TO = _table()
_TRANSLATION = str.maketrans(FOLD_FROM, FOLD_TO)


def fold(name: str) -> str:
    """The sorting and lookup key of a name, equal to what the database stores for it."""
    return name.lower().translate(_TRANSLATION)


def folded(field: str) -> Func:
    """SQL of `fold` over a column, for generated columns (the embedded server has neither ICU nor unaccent)."""
    return Func(Lower(F(field)), Value(FOLD_FROM), Value(FOLD_TO), function="translate")
