"""Words by which a text names somebody, taken apart into name and role. Text in, text out: no database."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from sources.names import fold

# Before a name they are no part of it; before the last words of a role they say that these belong to the role.
ARTICLES = frozenset({"il", "lo", "la", "i", "gli", "le", "l'", "un", "uno", "una", "un'", "the", "a", "an"})
OF = frozenset(
    {"di", "del", "dello", "della", "dei", "degli", "delle", "d'", "dell'", "al", "allo", "alla", "ai", "agli", "alle", "all'"}
    | {"per", "presso", "of", "for", "at", "to", "in", "from"}
)  # fmt: skip
# Small words inside a name.
PARTICLES = frozenset({"von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "al", "el", "bin", "ibn"})  # fmt: skip
_SMALL = OF | ARTICLES | PARTICLES | {"e", "and", "&"}
# The longest name of a body that is looked for inside a role.
LONGEST_NAME = 8
# A name run together with the next word keeps so many letters of its own.
GLUED_FROM = 6

_WORD = re.compile(r"[^\W_]+(?:[’ʼ'.&-][^\W_]+)*['’.]?")
_ELIDED = re.compile(r"\b(l|un|d|dell|all|dall|nell|sull)['’ʼ](?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A mention taken apart. `written`: all of it; `whole`: without its article; `name`: the words that may be a name (empty for "il portavoce del
    ministero"); `bound`: they hang on the role by a preposition, so the first of them may name a body ("della Casa Bianca Jen
    Psaki"); `role`: the rest.
    """

    written: str
    whole: str
    name: tuple[str, ...]
    role: str
    bound: bool = False

    @property
    def patron(self) -> str:
        """The last words of the role where they name somebody: "Putin" of "il portavoce di Putin"."""
        if self.bound:
            return " ".join(self.name)
        inner = take_apart(self.role) if self.role else self
        return " ".join(inner.name) if inner.bound else ""

    def names(self, known: Container[str]) -> list[str]:
        """What the name can be, most likely first, where `known` holds the folded names of bodies."""
        words = self.name
        if not self.bound:
            return [" ".join(words)] if words else []
        for size in range(len(words), 0, -1):
            if fold(" ".join(words[:size])) in known:
                rest = words[size:]
                return [" ".join(rest)] if rest else []
        # Nothing known: "direttore della CIA William Burns" ends with the name, "capo della CIA" has none.
        return [" ".join(words[-2:])] if len(words) > 2 else []


def take_apart(as_written: str, role: str = "") -> Named:
    """Name and role of a mention. `role`: the part that is known to say what they are, where it is known."""
    text = _ELIDED.sub(r"\1' ", " ".join(as_written.replace("\0", " ").split()))
    words = _words(text)
    while words and words[0].lower() in ARTICLES:
        words = words[1:]
    whole = " ".join(words)
    role_words = _words(_ELIDED.sub(r"\1' ", role))
    if role_words:
        rest = _without(words, role_words)
        return Named(text, whole, tuple(rest), " ".join(role_words))
    for piece in reversed(text.split(",")) if "," in text else ():
        name = _words(piece)
        if name and all(_can_be_in_a_name(word) for word in name) and len(name) <= 4:
            return Named(text, whole, tuple(name), " ".join(_without(words, name)))
    if not any(word[0].islower() and word.lower() not in _SMALL for word in words):
        return Named(text, whole, tuple(words), "")
    run = len(words)
    while run and _can_be_in_a_name(words[run - 1]):
        run -= 1
    while run < len(words) and words[run][0].islower():
        run += 1
    bound = run > 0 and words[run - 1].lower() in OF
    return Named(text, whole, tuple(words[run:]), whole if bound else " ".join(words[:run]), bound)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _can_be_in_a_name(word: str) -> bool:
    return not word[0].islower() or word.lower() in PARTICLES


def _without(words: list[str], others: list[str]) -> list[str]:
    """The words but for a run of others, wherever it stands; small and capital letters are one."""
    low, out = [word.lower() for word in words], [word.lower() for word in others]
    while out and out[0] in ARTICLES:
        out = out[1:]
    for at in range(len(low) - len(out) + 1):
        if out and low[at : at + len(out)] == out:
            return words[:at] + words[at + len(out) :]
    return words


def pieces(text: str) -> Iterable[str]:
    """Every run of words of a text that can be the name of a body, longest first."""
    words = text.split()
    for size in range(min(LONGEST_NAME, len(words)), 0, -1):
        for at in range(len(words) - size + 1):
            yield " ".join(words[at : at + size])


def unglued(name: str) -> Iterable[str]:
    """Beginnings of a name whose last word may have run into the next one ("Wang Yitransferred")."""
    words = name.split()
    if len(words) < 2:
        return
    first = len(name) - len(words[-1])
    for end in range(len(name) - 1, max(first + 1, GLUED_FROM - 1), -1):
        yield name[:end]


def halves(name: str) -> Iterable[tuple[str, str]]:
    """The ways to cut a name of three words or more into two people ("Mark Millie Shoyku")."""
    words = name.split()
    for at in range(len(words) - 1, 0, -1) if len(words) > 2 else ():
        yield " ".join(words[:at]), " ".join(words[at:])
