"""What the database knows about the words of some mentions, read at once: exact names, names that sound alike, roles, and who speaks
in the article already. The ranking is suggesting.py's.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.expressions import RawSQL
from psycopg.types.json import Jsonb

from claims.extraction import countries
from claims.linking import spelling
from claims.linking.mentions import ARTICLES, OF, Named, pieces, unglued
from claims.linking.spelling import Given, How
from claims.models import Affiliation, Speaker, SpeakerName, StatementSpeaker
from claims.vocabulary import SpeakerKind
from sources.models import Source
from sources.names import fold
from sources.sounds import sounds
from sources.vocabulary import Language

# Bounds of what one look-up reads, so that a common name stays as fast as a rare one. For each name ANYWAY are heard, however many are
# asked for.
HEARD_ALIKE, ANYWAY, IN_SOURCE, IN_ROLES = 4000, 100, 300, 300
# Codes in one question to the index of sounds; garbled names beyond that are looked up by their exact names alone.
MOST_KEYS = 4000
# Of a longer name, only so many words are listened to.
LONGEST_NAME = 5

_PERSON = ("kind", "country", "speaks_for_id", "merged_into_id")


@dataclass(slots=True)
class StoredName:
    """A stored name: the speaker's own (`kind` is empty) or a variant."""

    speaker: int
    text: str
    folded: str
    kind: str = ""
    seen_in: int | None = None


class Person(NamedTuple):
    """What is weighed of a speaker; the whole record is read for those that are offered."""

    kind: str
    country: str
    speaks_for: int | None
    merged_into: int | None


@dataclass(slots=True)
class Held:
    """A role in a body; `words` of it in each language."""

    body: int
    words: tuple[frozenset[str], ...]
    text: str
    body_name: str


class _Heard(NamedTuple):
    """A question for names: one of their words has a sound of `one`, one has a sound of `other`; those with a sound of `best` come first
    where there are more than are looked through.
    """

    one: Sequence[str]
    other: Sequence[str]
    best: Sequence[str]


class KnownNames:
    """All that the database knows about the words of some mentions, read at once."""

    def __init__(self, asked: Sequence[Named], source: Source | None, language: str) -> None:
        self.source, self.language = source, language
        self.countries = countries.load()
        self.exact: dict[str, list[StoredName]] = defaultdict(list)
        self.by_sound: dict[str, list[StoredName]] = defaultdict(list)
        self.here: dict[int, list[StoredName]] = defaultdict(list)
        self.roles: dict[int, list[Held]] = defaultdict(list)
        self.members: dict[int, set[int]] = defaultdict(set)
        self.people: dict[int, Person] = {}
        self._find_exact(asked)
        if source is not None:
            self._find_here(source)
        self._meet(name for names in (*self.exact.values(), *self.here.values()) for name in names)
        self._find_alike(asked)
        self._meet(name for names in self.by_sound.values() for name in names)

    def codes_in(self, text: str) -> set[str]:
        """Countries that a text names, by any word for them."""
        return {code for _start, _end, code in self.countries.find(text, self.language)}

    def _find_exact(self, asked: Sequence[Named]) -> None:
        forms: set[str] = set()
        for named in asked:
            forms.update(
                map(fold, (named.written, named.whole, *pieces(named.role), *pieces(" ".join(named.name))))
            )
            forms.update(map(fold, unglued(" ".join(named.name))))
            codes = {*self.codes_in(named.whole), *filter(None, [self.disordered(named)])}
            forms.update(fold(name) for code in codes for name in self.names_of(code))
        for name in self._stored(Q(sort_key__in=forms), Q(normalised__in=forms)):
            self.exact[name.folded].append(name)

    def names_of(self, code: str) -> Iterable[str]:
        country = self.countries.by_code.get(code)
        return [name for names in country.names.values() for name in names] if country else ()

    def disordered(self, named: Named) -> str | None:
        """The country whose name has these words in another order: "Nord La Corea"."""
        return _by_words(self.language).get(_bag(named.whole))

    def _find_here(self, source: Source) -> None:
        """Who is already credited in this article, stays with it, or was misspelled in it."""
        credited = StatementSpeaker.objects.filter(statement__source=source, speaker__isnull=False)
        here = set(credited.values_list("speaker_id", flat=True).distinct()[:IN_SOURCE])
        # Equal texts under two addresses are one article for those who are not named.
        origin = Source.objects.filter(pk=source.pk).values("origin")
        unnamed = Speaker.objects.filter(only_in__origin__in=origin)
        here |= set(unnamed.values_list("pk", flat=True)[:IN_SOURCE])
        for name in self._stored(Q(pk__in=here), Q(Q(speaker__in=here) | Q(seen_in=source))):
            self.here[name.speaker].append(name)

    def _find_alike(self, asked: Sequence[Named]) -> None:
        questions: list[_Heard] = []
        keys = 0
        for named in asked:
            for name in filter(None, (named.patron, *named.names(self.exact))):
                heard = sounds(fold(name))
                known = fold(name) in self.exact
                if not heard or (known and (len(heard) > 1 or name == named.patron)):
                    continue
                # Of a known family name only the others who bear it are looked for.
                same_alone = known or name == named.patron
                asked_now = [_bearing(heard)] if same_alone else _sounding_like(heard)
                size = sum(len(each.one) + len(each.other) for each in asked_now)
                if keys + size <= MOST_KEYS:
                    questions += asked_now
                    keys += size
        if not questions:
            return
        own, variants = (
            Q(pk__in=_sounding(model._meta.db_table, questions)) for model in (Speaker, SpeakerName)
        )
        for stored in self._stored(own, variants):
            for word in set(sounds(stored.folded)):
                self.by_sound[word].append(stored)

    def _stored(self, own: Q, variants: Q) -> list[StoredName]:
        """Names and variants that fit. Two queries."""
        who = Speaker.objects.filter(own).order_by()
        also = SpeakerName.objects.filter(variants).order_by()
        names = [StoredName(*row) for row in who.values_list("pk", "name", "sort_key")]
        variants_of = also.values_list("speaker_id", "name", "normalised", "kind", "seen_in_id")
        return names + [StoredName(*row) for row in variants_of]

    def _meet(self, names: Iterable[StoredName]) -> None:
        """Reads who bears these names. Not by joins: without statistics the planner crosses the tables."""
        wanted = {name.speaker for name in names} - set(self.people)
        rows = Speaker.objects.filter(pk__in=wanted).order_by()
        for pk, *person in rows.values_list("pk", *_PERSON):
            self.people[pk] = Person(*person)

    def bodies(self, named: Named) -> set[int]:
        """Whom a role is about: "il portavoce della Casa Bianca", and "di Putin", which is about his office too."""
        names = [name for piece in pieces(fold(named.role)) for name in self.exact.get(piece, ())]
        patron = fold(named.patron)
        if patron and patron not in self.exact:
            stored = self.by_sound.get(sounds(patron)[-1], ()) if sounds(patron) else ()
            names += [name for name in stored if _is_called(name, patron)]
        bodies: set[int] = set()
        for name in names:
            person = self.people[name.speaker]
            if person.kind != SpeakerKind.ANONYMOUS:
                bodies.add(name.speaker)
                if person.kind == SpeakerKind.PERSON and person.speaks_for:
                    bodies.add(person.speaks_for)
        return bodies

    def find_roles(self, asked: Sequence[Named], offered: Iterable[int]) -> None:
        """Who holds or held a role in the bodies that the mentions name, and the roles of those offered so far. Four queries."""
        bodies = {body for named in asked for body in self.bodies(named)}
        # "Il portavoce cinese": no body is named, so the country's people are looked through.
        codes = {code for named in asked if not self.bodies(named) for code in self.codes_in(named.role)}
        of_bodies = Q(body__in=bodies)
        if codes:
            of_bodies |= Q(speaker__in=Speaker.objects.filter(country__in=codes).order_by().values("pk"))
        found = [*self._held(of_bodies), *self._held(Q(speaker__in=set(offered) | set(self.here)))]
        wanted = Q(pk__in={pk for row in found for pk in row[:2]})
        mouths = Q(speaks_for__in=bodies, kind=SpeakerKind.PERSON.value, merged_into=None)
        names: dict[int, str] = {}
        people = Speaker.objects.filter(wanted | mouths).order_by("pk")
        for pk, name, *person in people.values_list("pk", "name", *_PERSON)[: IN_ROLES * 5]:
            names[pk] = name
            self.people[pk] = Person(*person)
            if self.people[pk].speaks_for in bodies:
                self.members[self.people[pk].speaks_for or 0].add(pk)
        for pk, body, role_it, role_en in found:
            words = tuple(frozenset(fold(role).split()) for role in (role_it, role_en) if role)
            shown = (role_it if self.language == Language.ITALIAN else role_en) or role_it or role_en
            self.roles[pk].append(Held(body, words, shown, names[body]))
            self.members[body].add(pk)

    def _held(self, wanted: Q) -> list[tuple[int, int, str, str]]:
        """Speaker, body and role (Italian, English), without those held only at another time than the article's."""
        rows = Affiliation.objects.filter(wanted).order_by("pk")
        columns = ("speaker_id", "body_id", "role_it", "role_en", "from_on", "to_on")
        return [
            (speaker, body, role_it, role_en)
            for speaker, body, role_it, role_en, since, until in rows.values_list(*columns)[:IN_ROLES]
            if not self._was_before_or_after(since, until)
        ]

    def _was_before_or_after(self, since: Any, until: Any) -> bool:
        """Whether the role was held only at another time than the article's."""
        if self.source is None:
            return False
        first, last = self.source.published_earliest, self.source.published_latest
        return bool((since and last and since > last) or (until and first and until < first))


def _bag(name: str) -> frozenset[str]:
    return frozenset(fold(name).split()) - OF - ARTICLES


@functools.cache
def _by_words(language: str) -> dict[frozenset[str], str]:
    """Countries of several words by these words."""
    named = (
        (name, country.code)
        for country in countries.load().by_code.values()
        for name in country.names[language]
    )
    return {bag: code for name, code in named if len(bag := _bag(name)) > 1}


def _is_called(name: StoredName, written: str) -> bool:
    like = spelling.compare(written, name.folded)
    return like is not None and like.how is How.SPELLED and like.given is not Given.OTHER


def _bearing(keys: Sequence[str]) -> _Heard:
    """The question for all who bear this family name: "J. Psaki", "Jennifer Psaki"."""
    return _Heard(keys[-1:], keys[-1:], keys[:-1])


def _sounding_like(keys: Sequence[str]) -> list[_Heard]:
    """The questions for stored names of which one slip a word can have made these. `keys`: one or more."""
    near = [sorted(spelling.near_keys(each)) for each in keys[:LONGEST_NAME]]
    if len(keys) == 1:
        return [_Heard(near[0], near[0], keys)]
    pairs = [(a, b) for at, a in enumerate(near) for b in near[at + 1 :]][:6]
    questions = [_Heard(a, b, keys) for a, b in pairs] + [_bearing(keys)]
    if len(keys) > 2:  # two people run together
        ends = [keys[0], keys[-1]]
        questions.append(_Heard(ends, ends, ends))
    return questions


# One look into the index for each question: the planner would rather read the table than combine many conditions.
_SOUNDING = """
    SELECT found.id FROM jsonb_to_recordset(%s) AS wanted (one text[], other text[], best text[])
    CROSS JOIN LATERAL (
        SELECT id FROM {table} WHERE sounds && wanted.one AND sounds && wanted.other
        ORDER BY sounds && wanted.best DESC LIMIT %s
    ) AS found
"""


def _sounding(table: str, questions: Sequence[_Heard]) -> RawSQL:
    """Keys of the names that answer one of the questions, each with its share of HEARD_ALIKE."""
    wanted = Jsonb([each._asdict() for each in questions])
    most = max(HEARD_ALIKE // len(questions), ANYWAY)
    return RawSQL(_SOUNDING.format(table=table), [wanted, most])  # noqa: S611  # nosec B611: the name of one of our tables
