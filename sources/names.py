"""Keys of names for sorting and lookup: folded (lower case, no accents) and as they sound. The database computes the same in stored
columns.
"""

from __future__ import annotations

import unicodedata

from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower

from sources import sounds


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


def sounded(field: str) -> Func:
    """SQL of `sounds.sounds` over a column: a text[] with a key for each word, by the same rules in the same order."""
    words = _translate(folded(field), sounds.LETTERS_FROM, sounds.LETTERS_TO)
    for pattern, by in sounds.SPELLED:
        words = _replace(words, pattern, by)
    words = _translate(words, sounds.SPOKEN_FROM, sounds.SPOKEN_TO)
    for pattern, by in sounds.SOUNDS:
        words = _replace(words, pattern, by)
    # Runs of blanks were evened out by the rules; the two at the ends go here.
    return Func(Func(words, function="btrim"), Value(" "), function="string_to_array")


def _translate(text: Combinable, old: str, new: str) -> Func:
    return Func(text, Value(old), Value(new), function="translate")


def _replace(text: Combinable, pattern: str, by: str) -> Func:
    return Func(text, Value(pattern), Value(by), Value("g"), function="regexp_replace")
