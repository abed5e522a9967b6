"""What a statement or claim is about, in a form that is the same in Italian and in English, so that two of them can be compared.

A signature holds who it is about (actors: countries, bodies, those whom the caller knows), what (themes, data/themes.toml), other proper
names, numbers, and who does it to whom. It is found by looking words up: no parse, no model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from claims.extraction import countries, glossary, spelling, themes
from claims.extraction.findings import KnownName
from claims.extraction.phrases import Phrases, Word, words_of

__all__ = ["VERSION", "Names", "Signature", "known", "signature"]

# The first number is this module's: raise it when the same text gets another signature.
VERSION = ".".join(
    str(part)
    for part in (
        1,
        countries.load().version,
        themes.load().version,
        spelling.load().version,
        glossary.VERSION,
    )
)

# Words shorter than this are seldom what a sentence is about, and learned words of both languages agree in as many letters.
STEM = 5

Names = Phrases[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Signature:
    """`actors`: codes of countries and bodies ("CN", "NATO"), or the caller's own name for whom it knows. `themes`: slugs of the tree.

    `notions`: other common words, by what they are called in the glossary. `names`: other proper names, `words`: beginnings of what words
    are left, both spelled so that the language matters little.
    `numbers`: figures and years as digits. `ways`: "CN>RU" where China does something to or for Russia, in a text of two actors.
    `written`: how the text spells names and numbers, by element.
    """

    actors: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    notions: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    written: Mapping[str, str] = field(default_factory=dict, compare=False)

    def elements(self) -> frozenset[str]:
        """All of it in one set, as it is stored and compared: a letter that tells what it is, and the value ("a:CN", "t:drones")."""
        return frozenset(
            f"{letter}:{value}"
            for letter, values in (
                ("a", self.actors),
                ("t", self.themes),
                ("g", self.notions),
                ("n", self.names),
                ("#", self.numbers),
                ("w", self.words),
                ("d", self.ways),
            )
            for value in values
        )


def known(names: Iterable[KnownName]) -> Names:
    """Names that the caller knows, ready to be looked up in many texts. `KnownName.name` is the actor that the words stand for; the same
    words may stand for several."""
    actors: dict[str, tuple[str, ...]] = {}
    for name in names:
        if any(map(str.isalnum, name.text)):
            actors[name.text] = (*actors.get(name.text, ()), name.name)
    return Phrases(actors)


@dataclass(slots=True)
class _Mention:
    """An actor in the text: who, its first word and the word after its last."""

    actor: str
    first: int
    after: int


@dataclass(slots=True)
class _Reading:
    """A text and what has been found in it; `taken` tells for each word whether it is known what it is."""

    text: str
    language: str
    words: list[Word]
    taken: list[bool]

    def take(self, first: int, after: int) -> None:
        self.taken[first:after] = [True] * (after - first)


def signature(text: str, language: str, names: Names | None = None) -> Signature:
    """The signature of a text in "it" or "en". `names`: what `known` made of the names that the caller knows.

    Raises nothing, whatever the text; an empty one has an empty signature.
    """
    words = words_of(text)
    reading = _Reading(text, language, words, [False] * len(words))
    mentions = _mentions(reading, names)
    found = _themes(reading)
    notions = _notions(reading)
    written = {f"#:{digits}": figure for digits, figure in spelling.numbers_in(text, words)}
    proper, rest = _others(reading, written)
    return Signature(
        actors=frozenset(mention.actor for mention in mentions),
        themes=themes.load().widened(found),
        notions=frozenset(notions),
        names=proper,
        numbers=frozenset(element[2:] for element in written if element.startswith("#")),
        words=rest,
        ways=frozenset(_ways(reading, mentions)),
        written=written,
    )


def _mentions(reading: _Reading, names: Names | None) -> list[_Mention]:
    mentions: list[_Mention] = []
    for first, after, actors in names.find(reading.words) if names is not None else ():
        if reading.words[first].text[0].isupper():
            mentions.extend(_Mention(actor, first, after) for actor in actors)
            reading.take(first, after)
    for first, after, code in countries.load().among(reading.words, reading.language, reading.text):
        if not any(reading.taken[first:after]):
            mentions.append(_Mention(code, first, after))
            reading.take(first, after)
    return sorted(mentions, key=lambda mention: mention.first)


def _themes(reading: _Reading) -> set[str]:
    found: set[str] = set()
    for first, after, slugs in themes.load().among(reading.words, reading.language):
        found.update(slugs)
        reading.take(first, after)
    return found


def _notions(reading: _Reading) -> set[str]:
    found: set[str] = set()
    for first, after, notions in glossary.load().among(reading.words, reading.language):
        if not any(reading.taken[first:after]):
            found.update(notions)
            reading.take(first, after)
    return found


def _others(reading: _Reading, written: dict[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """Of the words that are no actor, theme or notion: proper names, which `written` remembers, and the beginnings of the longer others."""
    little = spelling.load()
    proper: set[str] = set()
    rest: set[str] = set()
    for place, word in enumerate(reading.words):
        empty = word.folded in little.calendar or word.folded in little.empty or word.folded in little.numbers
        if reading.taken[place] or empty or not word.text[0].isalpha():
            continue
        if (
            word.text[0].isupper()
            and len(word.text) > 2
            and not (word.folded in little.beginnings and _begins_a_sentence(reading, place))
        ):
            bones = spelling.skeleton(word.text)
            proper.add(bones)
            written.setdefault(f"n:{bones}", word.text)
        elif len(word.text) >= STEM:
            rest.add(spelling.plain(word.folded)[:STEM])
    return frozenset(proper), frozenset(rest)


def _begins_a_sentence(reading: _Reading, place: int) -> bool:
    if place == 0:
        return True
    between = reading.text[reading.words[place - 1].end : reading.words[place].start]
    return any(mark in between for mark in '.!?:\n«“"')


def _ways(reading: _Reading, mentions: list[_Mention]) -> Iterator[str]:
    """Who does it to whom, for a text of two actors: the one named first does, unless a preposition says otherwise."""
    little = spelling.load()
    sources, targets = little.sources[reading.language], little.targets[reading.language]
    before: dict[str, str] = {}
    for mention in mentions:
        before.setdefault(mention.actor, _preposition(reading, mention))
    if len(before) != 2:
        return
    first, second = before
    if before[second] in sources or (before[first] in targets and before[second] not in targets):
        first, second = second, first
    yield f"{first}>{second}"


def _preposition(reading: _Reading, mention: _Mention) -> str:
    """The word before a mention, its article passed over."""
    place = mention.first - 1
    while place >= 0 and reading.words[place].folded in spelling.load().articles:
        place -= 1
    return reading.words[place].folded if place >= 0 else ""
