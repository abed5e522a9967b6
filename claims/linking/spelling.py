"""How alike two written names are, and in what way. Pure: no Django, no database.

Names are compared word by word in three forms of growing roughness (sources.sounds): as transliterated, as heard, by consonants.
What is only alike stays in doubt until something else agrees (a first name, a role): "Miller" is as near to Milley as "Mille" is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sources.sounds import sounds, spelled, spoken

# A candidate below this goes to an editor with its doubt; nothing is prefilled from it.
DOUBT_LINE = 0.7
# Below this two words have nothing to do with each other.
LEAST_ALIKE = 0.6
# A cut name keeps so many letters, and lacks so many.
CUT_KEEPS, CUT_LACKS = 4, 3
# In front of the names of papers and bodies, as `words_of` writes them.
TITLE_ARTICLES = frozenset({"der", "de", "das", "te", "il", "lo", "la", "le", "les", "el", "los", "i", "gli"})
CONSONANTS = "fklmnprst"

_WORD = re.compile(r"\w+")
# Nobody hears the P of Psaki.
_SILENT = re.compile("^p(?=s)")


class How(StrEnum):
    """In what way written words are a name, best first."""

    SPELLED = "spelled"  # the same but for the transliteration
    SOUND = "sound"
    CUT = "cut"
    CONSONANTS = "consonants"
    NEAR = "near"


class Given(StrEnum):
    """What the first names say."""

    NONE = "none"  # one side has the family name alone
    INITIAL = "initial"  # one side has its first letter alone, and it agrees
    SAME = "same"
    NEAR = "near"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: 0 to 1. `how`: of the family name, or of the only word."""

    score: float
    how: How
    given: Given = Given.NONE


class FirstName(NamedTuple):
    """A word as `words_of` has it, and its first letter as it is written: "en" of Jen, J."""

    word: str
    letter: str


# Family name by how it is alike: alone, with the same first name, with one that is alike. Only transliteration passes the line by
# itself: Martin and Martinez, Rossi and Russi are as near to each other as a garbled name is to the right one.
SCORES: dict[How, tuple[float, float, float]] = {
    How.SPELLED: (0.75, 0.92, 0.65),
    How.SOUND: (0.6, 0.67, 0.58),
    How.CUT: (0.55, 0.61, 0.5),
    How.CONSONANTS: (0.5, 0.6, 0.48),
    How.NEAR: (0.42, 0.55, 0.4),
}
# A first letter that agrees says a little more than none.
INITIAL_AGREES = 0.05
# The same family name under another first name is somebody else, as a rule.
SOMEBODY_ELSE = 0.35
# The same words in another order ("Lavrov Sergei"), and the first words of a body's name alone.
OTHER_ORDER, FIRST_WORDS = 0.9, 0.6
# "Jen" is Jennifer, "Tony" is Antony: short forms keep so many letters of one end.
FAMILIAR_KEEPS = 3
# Words that only begin alike ("Shoaib", Shoigu): worth a look where few people are in question.
FAINT, FAINT_LETTERS, FAINT_ALIKE = 0.3, 3, 0.4


def distance(a: str, b: str) -> int:
    """Changes of one letter, and swaps of two neighbours, that lead from `a` to `b` (Damerau; optimal string alignment)."""
    rows = [list(range(len(b) + 1))]
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def similarity(a: str, b: str) -> float:
    """1 for equal words, 0 for words without a letter in common."""
    longest = max(len(a), len(b))
    return 1 - distance(a, b) / longest if longest else 1.0


@functools.lru_cache(maxsize=65536)
def words_of(folded: str) -> tuple[str, ...]:
    """The words of a folded name with transliterations evened out."""
    return tuple(spelled(folded).split())


@functools.lru_cache(maxsize=65536)
def alike(a: str, b: str) -> How | None:
    """In what way two words (of `words_of`) are alike, if they are."""
    if a == b:
        return How.SPELLED
    heard, other = spoken(a), spoken(b)
    if heard[:1] != other[:1]:
        heard, other = _SILENT.sub("", heard), _SILENT.sub("", other)
    if not heard or not other or heard[0] != other[0]:
        return None
    if heard == other:
        return How.SOUND
    short, long = sorted((heard, other), key=len)
    if long.startswith(short) and len(short) >= CUT_KEEPS and len(long) - len(short) <= CUT_LACKS:
        return How.CUT
    near = similarity(heard, other) if len(short) >= LEAST_ALIKE * len(long) else 0
    if near < LEAST_ALIKE:
        return None
    key, other_key = sounds(a), sounds(b)
    return How.CONSONANTS if key == other_key and len(key[0]) > 1 and len(short) > 3 else How.NEAR


def compare(written: str, name: str, *, family_first: bool = False) -> Likeness | None:
    """How alike two folded names of people are; None where they are not.

    The family name is the last word, or the first one where `family_first` (Xi Jinping). A single word is compared with it alone.
    """
    words, others = words_of(written), words_of(name)
    if not words or not others:
        return None
    if words == others or (len(words) != len(others) and _run_together(written) == _run_together(name)):
        return Likeness(0.95 if len(others) > 1 else SCORES[How.SPELLED][0], How.SPELLED)
    if sorted(words) == sorted(others):
        return Likeness(OTHER_ORDER, How.SPELLED, Given.SAME)
    if len(words) > 1 and len(others) == 1:
        return None  # "Dmitry Pesco" is held against the whole name, not against "Pesko" alone
    family = 0 if family_first and len(others) > 1 else -1
    how = alike(words[family], others[family])
    if how is None:
        return None
    if len(words) == 1:
        return Likeness(SCORES[how][0], how)
    return _with_first_names(how, _first_names(written, family), _first_names(name, family))


@functools.lru_cache(maxsize=65536)
def _run_together(folded: str) -> str:
    """ "Xi Jin Ping" and "Xi Jinping" are "siinping"."""
    return "".join(words_of(folded.replace(" ", "")))


def _first_names(folded: str, family: int) -> list[FirstName]:
    words, letters = words_of(folded), [word[0] for word in _WORD.findall(folded)]
    if len(words) != len(letters):
        letters = [word[0] for word in words]
    named = list(map(FirstName, words, letters))
    return named[1:] if family == 0 else named[:-1]


def _with_first_names(how: How, written: Sequence[FirstName], known: Sequence[FirstName]) -> Likeness:
    alone, same, near = SCORES[how]
    ways = {_first_name(word, other) for word in written for other in known}
    if Given.SAME in ways:
        return Likeness(same, how, Given.SAME)
    if Given.INITIAL in ways:
        return Likeness(alone + INITIAL_AGREES, how, Given.INITIAL)
    if Given.NEAR in ways:
        return Likeness(near, how, Given.NEAR)
    return Likeness(min(alone, SOMEBODY_ELSE), how, Given.OTHER)


def _first_name(one: FirstName, two: FirstName) -> Given:
    word, other = one.word, two.word
    if 1 in (len(word), len(other)):
        return Given.INITIAL if one.letter == two.letter else Given.OTHER
    how = alike(word, other)
    if how is None:
        short, long = sorted((word, other), key=len)
        familiar = len(short) >= FAMILIAR_KEEPS and (long.startswith(short) or long.endswith(short))
        return Given.NEAR if familiar else Given.OTHER
    return Given.NEAR if how is How.NEAR else Given.SAME


def faintly(written: str, name: str) -> Likeness | None:
    """For names that `compare` keeps apart: whether the family names begin alike, as nothing but a hint."""
    words, others = written.split(), name.split()
    if not words or not others:
        return None
    begins = words[-1][:FAINT_LETTERS] == others[-1][:FAINT_LETTERS] and len(words[-1]) > FAINT_LETTERS
    return Likeness(FAINT, How.NEAR) if begins and similarity(words[-1], others[-1]) >= FAINT_ALIKE else None


def compare_titles(written: str, name: str) -> Likeness | None:
    """How alike two folded names of bodies are, as a whole: "istitute for study of war"; or its first words alone."""
    words, others = _title(written), _title(name)
    if not words or not others:
        return None
    if words == others:
        return Likeness(0.9, How.SPELLED)
    if " " in words and others.startswith(f"{words} "):
        return Likeness(FIRST_WORDS, How.CUT)
    near = similarity(words, others)
    return Likeness(near - 0.35, How.NEAR) if near >= 0.85 else None


def _title(folded: str) -> str:
    words = words_of(folded)
    return " ".join(words[1:] if len(words) > 1 and words[0] in TITLE_ARTICLES else words)


def near_keys(key: str) -> set[str]:
    """The sound keys of words that one slip can have made of a word with this key: a cut end, a letter more, less or other, a silent
    P before an S.

    Short keys say little: to them only an ending is added, or nothing.
    """
    keys = {key}
    if key.startswith("s"):
        keys.add(f"p{key}")
    elif key.startswith("ps"):
        keys.add(key[1:])
    if len(key) > 1:
        keys.update(key + letter for letter in CONSONANTS)
    if len(key) > 2:
        keys.add(key[:-1])
    if len(key) > 3:
        for at in range(1, len(key)):
            keys.add(key[:at] + key[at + 1 :])
            keys.update(key[:at] + letter + key[at:] for letter in CONSONANTS)
            keys.update(key[:at] + letter + key[at + 1 :] for letter in CONSONANTS)
    return keys
