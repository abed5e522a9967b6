"""What a statement or claim is about, in a form that is the same in Italian and in English, so that two of them can be compared.

A signature holds who it is about (actors: countries, bodies, known people as their party), what (themes, see data/themes.toml), other
proper names, numbers, and who does it to whom. It is found by looking words up: no parse, no model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from claims.extraction import countries, themes
from claims.extraction.findings import KnownName
from claims.extraction.phrases import Phrases, Word, words_of

__all__ = ["VERSION", "Signature", "known", "signature"]

# Raise it when the same text gets another signature.
VERSION = f"1.{countries.load().version}.{themes.load().version}"


@dataclass(frozen=True, slots=True)
class Signature:
    """`actors`: codes of countries and bodies, or the caller's own names for who it knows. `themes`: slugs of the tree.

    `names`: other proper names, `words`: what is left of the other words, both reduced so that spelling and language matter little.
    `numbers`: figures and years, as digits. `ways`: "CN>RU" where China does something to or for Russia.
    """

    actors: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()

    def elements(self) -> frozenset[str]:
        """All of it in one set, as it is stored: each with a letter that tells what it is ("a:CN", "t:drones")."""
        return frozenset(
            f"{letter}:{value}"
            for letter, values in (
                ("a", self.actors),
                ("t", self.themes),
                ("n", self.names),
                ("#", self.numbers),
                ("w", self.words),
                ("d", self.ways),
            )
            for value in values
        )


def known(names: Iterable[KnownName]) -> Phrases[str]:
    """Names that the caller knows, ready to be looked up in many texts; `KnownName.name` is the actor that they stand for."""
    return Phrases({name.text: name.name for name in names if any(map(str.isalnum, name.text))})


@dataclass(slots=True)
class _Mention:
    """An actor in the text: its code, its first word and the word after its last."""

    actor: str
    first: int
    after: int


@dataclass(slots=True)
class _Reading:
    """What is being found in one text."""

    text: str
    language: str
    words: list[Word]
    taken: list[bool] = field(default_factory=list)
    mentions: list[_Mention] = field(default_factory=list)
    themes: set[str] = field(default_factory=set)

    def take(self, first: int, after: int) -> None:
        for place in range(first, after):
            self.taken[place] = True


def signature(text: str, language: str, names: Phrases[str] | None = None) -> Signature:
    """The signature of a text in "it" or "en". `names`: what `known` made of the names that the caller knows.

    Raises nothing, whatever the text; an empty one has an empty signature.
    """
    words = words_of(text)
    reading = _Reading(text, language, words, [False] * len(words))
    _find_actors(reading, names)
    _find_themes(reading)
    proper, rest = _split_rest(reading)
    return Signature(
        actors=frozenset(mention.actor for mention in reading.mentions),
        themes=themes.load().widened(reading.themes),
        names=proper,
        numbers=frozenset(_numbers(reading)),
        words=rest,
        ways=frozenset(_ways(reading)),
    )


def _find_actors(reading: _Reading, names: Phrases[str] | None) -> None:
    if names is not None:
        for first, after, actor in names.find(reading.words):
            if reading.words[first].text[0].isupper():
                reading.mentions.append(_Mention(actor, first, after))
                reading.take(first, after)
    for first, after, code in countries.load().among(reading.words, reading.language, reading.text):
        if not any(reading.taken[first:after]):
            reading.mentions.append(_Mention(code, first, after))
            reading.take(first, after)
    reading.mentions.sort(key=lambda mention: mention.first)


def _find_themes(reading: _Reading) -> None:
    for first, after, slugs in themes.load().among(reading.words, reading.language):
        reading.themes.update(slugs)
        # "Palestinian refugees" is one of both; a country's name stays an actor.
        reading.take(first, after)


# -- proper names, other words, numbers ----------------------------------------------------------------------------------------------

_MONTHS_AND_MORE = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday thursday"
    " friday saturday sunday gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
    " the".split()
)
# Words of speech, and of grammar, that tell nothing of what is said.
_EMPTY = frozenset(
    "about according after again against alleged allegedly already although among another because been before being between both"
    " call called calls claim claimed claims could denied denies deny denying during every false falsely fabrication first from"
    " government groundless have having head however into invented least less like minister ministry more most much never next"
    " nothing office official officials only other over president presidents prime report reported rejects reject says said"
    " secretary should since some spokesman spokeswoman statement still such than that their them then there these they this"
    " those through under until very were what when where which while whose will with within without would year years month months"
    " week weeks last country countries"
    " abbiano abbia afferma affermano ancora anche aveva avere avrebbe avrebbero bolla capo che come contro cosa così dalla dalle"
    " dallo degli della delle dello dopo dove durante entro erano essere esiste falsa falso fatto fino funzionari funzionario"
    " governo hanno infondata infondate loro mentre mese mesi ministero ministro molto nega negano negato nella nelle nello niente"
    " nostro notizia nulla oggi ogni ovvero perché però poco poi portavoce premier presidente prima primo proprio prossimo qualche"
    " qualsiasi quando quanto quale quali quattro quella quelle quello quest questa queste questi questo respinge sarebbe sarebbero"
    " secondo sempre senza sia siano smentisce smentito solo sono sostiene sostengono sotto stata state stati stato suoi sull sulla"
    " sulle sullo tale tanto tra tutta tutti tutto un'accusa accusa accuse una ultimo ultimi ultima verso vero viene vengono anno"
    " anni settimana settimane paese paesi".split()
)
SHORTEST_WORD = 5
_VOWELS = re.compile(r"[aeiouy]")
_RESPELLED = (
    ("tsch", "c"), ("zh", "z"), ("sh", "s"), ("kh", "c"), ("ch", "c"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("gn", "n"), ("gl", "l"),
    ("ck", "c"), ("q", "c"), ("k", "c"), ("x", "s"), ("w", "v"), ("j", "i"), ("z", "s"),
)  # fmt: skip


def _plain(word: str) -> str:
    """In the letters that Italian and English spellings of one name or learned word share: "Kharkiv" and "Charkiv", "fosforo"."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for written, sound in _RESPELLED:
        plain = plain.replace(written, sound)
    return re.sub(r"(.)\1", r"\1", plain)


def _skeleton(name: str) -> str:
    """A proper name without its vowels, but for the first letter; whole where less than three consonants are left."""
    plain = _plain(name)
    bones = plain[:1] + _VOWELS.sub("", plain[1:])
    return bones if len(bones) > 2 else plain


def _split_rest(reading: _Reading) -> tuple[frozenset[str], frozenset[str]]:
    """Of the words that are no actor and no theme: proper names, and the beginnings of the longer others."""
    proper: set[str] = set()
    rest: set[str] = set()
    for place, word in enumerate(reading.words):
        if reading.taken[place] or word.folded in _MONTHS_AND_MORE or word.text.isdigit():
            continue
        if word.text[0].isupper() and len(word.text) > 2 and not _begins_a_sentence(reading, place):
            proper.add(_skeleton(word.text))
        elif len(word.text) >= SHORTEST_WORD and word.folded not in _EMPTY:
            rest.add(_plain(word.folded)[:SHORTEST_WORD])
    return frozenset(proper), frozenset(rest)


def _begins_a_sentence(reading: _Reading, place: int) -> bool:
    if place == 0:
        return True
    between = reading.text[reading.words[place - 1].end : reading.words[place].start]
    return any(mark in between for mark in '.!?:\n«“"')


_WRITTEN_NUMBERS = {
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10, "undici": 11, "dodici": 12,
    "tredici": 13, "quattordici": 14, "quindici": 15, "sedici": 16, "venti": 20, "ventiquattro": 24, "trenta": 30, "quaranta": 40,
    "cinquanta": 50, "sessanta": 60, "settanta": 70, "ottanta": 80, "novanta": 90, "cento": 100, "duecento": 200, "trecento": 300,
    "cinquecento": 500, "seicento": 600, "mille": 1000, "duemila": 2000, "tremila": 3000, "cinquemila": 5000, "seimila": 6000,
    "diecimila": 10000, "centomila": 100000,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_MULTIPLES = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "mila": 1_000, "milione": 1_000_000,
    "milioni": 1_000_000, "miliardo": 1_000_000_000, "miliardi": 1_000_000_000, "migliaio": 1_000,
}  # fmt: skip
_FIGURE = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+")
_TENS = re.compile(r"([a-z]+)-([a-z]+)")


def _numbers(reading: _Reading) -> Iterator[str]:
    """Figures as digits: "5.000", "5,000" and "cinquemila" are one. Two- and one-digit ones count as well."""
    values: list[tuple[int, int]] = []
    for match in _FIGURE.finditer(reading.text):
        values.append((match.end(), int(re.sub(r"\D", "", match[0]))))
    skipped = -1
    for place, word in enumerate(reading.words):
        if place == skipped or word.folded not in _WRITTEN_NUMBERS:
            continue
        value, end = _WRITTEN_NUMBERS[word.folded], word.end
        following = reading.words[place + 1] if place + 1 < len(reading.words) else None
        unit = _WRITTEN_NUMBERS.get(following.folded, 0) if following else 0
        if following and 20 <= value < 100 and 0 < unit < 10:
            value, end, skipped = value + unit, following.end, place + 1
        values.append((end, value))
    for end, value in values:
        yield str(value * _multiple(reading, end))


def _multiple(reading: _Reading, end: int) -> int:
    following = (word.folded for word in reading.words if word.start >= end)
    multiple = 1
    for word in following:
        if word not in _MULTIPLES:
            break
        multiple *= _MULTIPLES[word]
    return multiple


# -- who to whom ---------------------------------------------------------------------------------------------------------------------

# Before an actor: it is where it comes from or who did it ("dall'Iran", "by Iran") …
_SOURCE = {
    "it": frozenset("da dal dallo dalla dall dai dagli dalle".split()),
    "en": frozenset(("by", "from")),
}
# … or where it goes, whom it meets ("alla Russia", "against Russia").
_TARGET = {
    "it": frozenset(
        "a al allo alla all ai agli alle contro verso in nel nello nella nell nei nelle su sul sulla sull sui".split()
    ),
    "en": frozenset("to against into toward towards at on upon in inside over".split()),
}
_ARTICLES = frozenset("the a an il lo la i gli le l un uno una".split())


def _ways(reading: _Reading) -> Iterator[str]:
    """Who does it to whom, for a text of two actors: the first does, unless a preposition says otherwise."""
    actors: list[str] = []
    sources: set[str] = set()
    targets: set[str] = set()
    for mention in reading.mentions:
        if mention.actor not in actors:
            actors.append(mention.actor)
            before = _preposition(reading, mention)
            if before in _SOURCE[reading.language]:
                sources.add(mention.actor)
            elif before in _TARGET[reading.language]:
                targets.add(mention.actor)
    if len(actors) != 2:
        return
    first, second = actors
    if second in sources or (first in targets and second not in targets):
        first, second = second, first
    yield f"{first}>{second}"


def _preposition(reading: _Reading, mention: _Mention) -> str:
    """The small word before a mention, its article passed over."""
    place = mention.first - 1
    while place >= 0 and reading.words[place].folded in _ARTICLES:
        place -= 1
    return reading.words[place].folded if place >= 0 else ""
