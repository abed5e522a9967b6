"""How a name sounds, whoever spelled it: Лавров, Lawrow and Lavrof are one name. Pure: no Django.

Three forms, each rougher than the one before: `spelled` evens out transliterations, `spoken` also what ears confuse (g and k, b and
p, d and t, s and z, f and v), `sounds` keeps the consonants alone (after Soundex and its kin). The database computes the last one
in stored columns by the same rules (names.py), so a rule is a plain pattern that Python and PostgreSQL read alike, and a changed
rule is a migration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Letters that folding leaves, one for one; apostrophes, the Slavic signs and the dot that Python leaves of "İ" vanish. After ISO 9
LETTERS_FROM = "абвгґдеєёжзиіїйклмнопрстуўфхцчшщыэßøđðłæœıþ'ьъ\u0307"
LETTERS_TO = "abvggdeeezziiiiklmnoprstuufkzkssiesoddleeit"

# In this order, over the folded name. Soon there is a blank at each end, and one between words.
SPELLED: Sequence[tuple[str, str]] = (
    ("я", "ia"),
    ("ю", "iu"),
    ("^|$", " "),
    ("[^a-z]+", " "),
    ("tsch|tch|dsch", "k"),
    ("shch|sch|sh|sz", "s"),
    ("zh", "z"),
    ("ts|tz", "z"),
    ("sc([ei])", r"s\1"),
    ("ph", "f"),
    ("th", "t"),
    ("kh|gh|ch|ck|qu|c|q", "k"),
    (" x", " s"),
    ("x", "ks"),
    ("w", "v"),
    ("[yj]", "i"),
    ("([a-z])h+", r"\1"),
    (r"([a-z])\1+", r"\1"),
    ("([oe])f ", r"\1v "),
    ("ie", "e"),
    ("o[uo]|ue", "u"),
    ("ae", "a"),
    ("oe", "o"),
)  # fmt: skip
SPOKEN_FROM, SPOKEN_TO = "gdbzvh", "ktpsf"
SOUNDS: Sequence[tuple[str, str]] = (
    (r"([a-z])\1+", r"\1"),
    (" [aeiou]", " A"),
    ("[aeiou]", ""),
)

_LETTERS = str.maketrans(LETTERS_FROM[: len(LETTERS_TO)], LETTERS_TO, LETTERS_FROM[len(LETTERS_TO) :])
_SPOKEN = str.maketrans(SPOKEN_FROM[: len(SPOKEN_TO)], SPOKEN_TO, SPOKEN_FROM[len(SPOKEN_TO) :])
_SPELLED = [(re.compile(pattern), by) for pattern, by in SPELLED]
_SOUNDS = [(re.compile(pattern), by) for pattern, by in SOUNDS]


def spelled(folded: str) -> str:
    """The words of a folded name (names.fold) with transliterations evened out: "lawrow" and "лавров" are "lavrov"."""
    return _apply(_SPELLED, folded.translate(_LETTERS)).strip()


def spoken(spelled_words: str) -> str:
    """What ears may hear in words that `spelled` made: "shoigu" and "shoyku" are "soiku"."""
    return spelled_words.translate(_SPOKEN)


def sounds(folded: str) -> list[str]:
    """A key for each word of a folded name, made of its consonants: "sergei shoigu" is srk, sk."""
    return _apply(_SOUNDS, f" {spoken(spelled(folded))} ").split()


def _apply(rules: Sequence[tuple[re.Pattern[str], str]], text: str) -> str:
    for pattern, by in rules:
        text = pattern.sub(by, text)
    return text
