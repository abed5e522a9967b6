"""What the database knows about the words of some mentions, read at once: exact names, names that sound alike, roles, and who speaks
in the article already. The ranking is suggesting.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from claims.extraction import countries
from claims.linking import spelling
from claims.linking.mentions import Named, pieces, unglued
from claims.linking.spelling import Given, How
from claims.models import Affiliation, Speaker, SpeakerName, StatementSpeaker
from claims.vocabulary import SpeakerKind
from sources.models import Source
from sources.names import fold
from sources.sounds import sounds
from sources.vocabulary import Language

# Bounds of what one look-up reads, so that a common name stays as fast as a rare one.
HEARD_ALIKE, IN_SOURCE, IN_ROLES = 3000, 300, 300
# Codes in one question to the index of sounds; garbled names beyond that are looked up by their exact names alone.
MOST_KEYS = 4000


@dataclass(slots=True)
class StoredName:
    """A stored name: the speaker's own (`kind` is empty) or a variant."""

    speaker: int
    text: str
    folded: str
    kind: str = ""
    seen_in: int | None = None


@dataclass(slots=True)
class Held:
    speaker: int
    body: int
    words: tuple[frozenset[str], ...]
    text: str
    body_name: str


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
        self.speakers: dict[int, Speaker] = {}
        self._find_exact(asked)
        if source is not None:
            self._find_here(source)
        self._find_alike(asked)
        self._load_speakers()
        self._find_roles(asked)

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
            forms.update(fold(name) for code in self.codes_in(named.whole) for name in self.names_of(code))
        for name in _stored(Q(sort_key__in=forms), Q(normalised__in=forms)):
            self.exact[name.folded].append(name)

    def names_of(self, code: str) -> Iterable[str]:
        country = self.countries.by_code.get(code)
        return [name for names in country.names.values() for name in names] if country else ()

    def _find_here(self, source: Source) -> None:
        """Who is already credited in this article, stays with it, or was misspelled in it."""
        credited = StatementSpeaker.objects.filter(statement__source=source, speaker__isnull=False)
        here = set(credited.values_list("speaker_id", flat=True).distinct()[:IN_SOURCE])
        # Equal texts under two addresses are one article for those who are not named.
        origin = Source.objects.filter(pk=source.pk).values("origin")
        unnamed = Speaker.objects.filter(only_in__origin__in=origin)
        here |= set(unnamed.values_list("pk", flat=True)[:IN_SOURCE])
        for name in _stored(Q(pk__in=here), Q(Q(speaker__in=here) | Q(seen_in=source))):
            self.here[name.speaker].append(name)

    def _find_alike(self, asked: Sequence[Named]) -> None:
        wanted: list[Q] = []
        keys = 0
        for named in asked:
            if named.patron and fold(named.patron) not in self.exact:
                wanted.append(Q(sounds__overlap=sounds(fold(named.patron))[-1:]))
            for name in named.names(self.exact):
                if fold(name) in self.exact:
                    continue
                question, size = _sounding_like(name)
                if question is not None and keys + size <= MOST_KEYS:
                    wanted.append(question)
                    keys += size
        if not wanted:
            return
        question = reduce(or_, wanted)
        for stored in _stored(question, question, most=HEARD_ALIKE):
            for word in set(sounds(stored.folded)):
                self.by_sound[word].append(stored)

    def _load_speakers(self, more: Iterable[int] = ()) -> None:
        named = {each.speaker for names in (*self.exact.values(), *self.by_sound.values()) for each in names}
        wanted = (named | set(self.here) | set(more)) - set(self.speakers)
        if wanted:
            rows = Speaker.objects.filter(pk__in=wanted).select_related("merged_into")
            self.speakers.update((speaker.pk, speaker) for speaker in rows)

    def bodies(self, named: Named) -> set[int]:
        """Whom a role is about: "il portavoce della Casa Bianca", and "di Putin", which is about his office too."""
        names = [name for piece in pieces(fold(named.role)) for name in self.exact.get(piece, ())]
        patron = fold(named.patron)
        if patron and patron not in self.exact:
            stored = self.by_sound.get(sounds(patron)[-1], ()) if sounds(patron) else ()
            names += [name for name in stored if _is_called(name, patron)]
        bodies: set[int] = set()
        for name in names:
            speaker = self.speakers.get(name.speaker)
            if speaker is not None and speaker.kind != SpeakerKind.ANONYMOUS:
                bodies.add(speaker.pk)
                if speaker.kind == SpeakerKind.PERSON and speaker.speaks_for_id:
                    bodies.add(speaker.speaks_for_id)
        return bodies

    def _find_roles(self, asked: Sequence[Named]) -> None:
        """Who holds or held a role in the bodies that the mentions name, and the roles of everybody in question."""
        bodies = {body for named in asked for body in self.bodies(named)}
        wanted = Q(body__in=bodies) | Q(speaker__in=list(self.speakers))
        # "Il portavoce cinese": no body is named, so the country's people are looked through.
        codes = {code for named in asked if not self.bodies(named) for code in self.codes_in(named.role)}
        if codes:
            wanted |= Q(speaker__country__in=codes)
        rows = Affiliation.objects.filter(wanted).values_list(
            "speaker_id", "body_id", "role_it", "role_en", "body__name", "from_on", "to_on"
        )
        for speaker, body, role_it, role_en, body_name, since, until in rows.order_by("pk")[: IN_ROLES * 4]:
            if self._was_before_or_after(since, until):
                continue
            words = tuple(frozenset(fold(role).split()) for role in (role_it, role_en) if role)
            shown = (role_it if self.language == Language.ITALIAN else role_en) or role_it or role_en
            self.roles[speaker].append(Held(speaker, body, words, shown, body_name))
            self.members[body].add(speaker)
        if bodies:
            speak = Speaker.objects.filter(
                speaks_for__in=bodies, kind=SpeakerKind.PERSON.value, merged_into=None
            )
            for speaker, body in speak.values_list("pk", "speaks_for_id")[:IN_ROLES]:
                self.members[body].add(speaker)
        self._load_speakers(set(self.roles) | {each for members in self.members.values() for each in members})

    def _was_before_or_after(self, since: Any, until: Any) -> bool:
        """Whether the role was held only at another time than the article's."""
        if self.source is None:
            return False
        first, last = self.source.published_earliest, self.source.published_latest
        return bool((since and last and since > last) or (until and first and until < first))


def _stored(own: Q, variants: Q, *, most: int | None = None) -> list[StoredName]:
    """Names and variants that fit. Two queries."""
    names = [
        StoredName(pk, name, folded)
        for pk, name, folded in Speaker.objects.filter(own).values_list("pk", "name", "sort_key")[:most]
    ]
    rows = SpeakerName.objects.filter(variants).values_list(
        "speaker_id", "name", "normalised", "kind", "seen_in_id"
    )
    return names + [StoredName(*row) for row in rows[:most]]


def _is_called(name: StoredName, written: str) -> bool:
    like = spelling.compare(written, name.folded)
    return like is not None and like.how is How.SPELLED and like.given is not Given.OTHER


def _sounding_like(name: str) -> tuple[Q | None, int]:
    """The question for stored names that one slip a word can have made, and how many keys it asks for."""
    keys = sounds(fold(name))
    near = [sorted(spelling.near_keys(each)) for each in keys]
    if not keys:
        return None, 0
    if len(keys) == 1:
        return Q(sounds__overlap=near[0]), len(near[0])
    pairs = [(a, b) for at, a in enumerate(near) for b in near[at + 1 :]][:6]
    question = reduce(or_, (Q(sounds__overlap=a) & Q(sounds__overlap=b) for a, b in pairs))
    if len(keys) > 2:  # two people run together
        question |= Q(sounds__overlap=[keys[0], keys[-1]])
    return question, sum(len(a) + len(b) for a, b in pairs)
