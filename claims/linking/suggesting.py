"""Who may be meant by a name or role as an article writes it: exact names, spelling, sound, roles, and who speaks there already.

Nothing is decided here. Every candidate carries a score and its reason in words; what is below `spelling.DOUBT_LINE` is in doubt
and nothing may be prefilled from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from claims.linking import spelling
from claims.linking.known_names import KnownNames, StoredName
from claims.linking.mentions import Named, halves, take_apart, unglued
from claims.linking.names import Candidate
from claims.linking.spelling import DOUBT_LINE, Given, How, Likeness
from claims.models import Speaker
from claims.vocabulary import NameKind, SpeakerKind
from sources.models import Source
from sources.names import fold
from sources.sounds import sounds
from sources.vocabulary import Language

EXACT, ALIAS, COUNTRY, DISORDERED, GLUED = 1.0, 0.9, 0.85, 0.6, 0.6
ROLE_ALONE, ONE_OF_SEVERAL, BODY_ITSELF, BODY_ALONE = 0.8, 0.6, 0.5, 0.45
# What agrees or disagrees beside the spelling.
ROLE_AGREES, BODY_AGREES, COUNTRY_AGREES, COUNTRY_DIFFERS, SPEAKS_HERE = 0.3, 0.15, 0.08, -0.15, 0.08
# So many of those alike are weighed with their roles.
WEIGHED = 12
# One of several who bear the family name, with nothing to tell them apart.
NAMESAKE = 0.8
# A family name that no more people bear is rare.
FEW = 2
# The most that a name can say which several bear, or which may be two.
IN_DOUBT = 0.65
# A sum of hints never reaches what an exact name says.
MOST = 0.95
# A family name alone, or after initials.
_INITIALS = re.compile(r"(?:\w\. ?|\w )*\S+")
# Families come first in the names of these countries.
FAMILY_FIRST = frozenset({"CN", "KP", "KR", "TW", "HK", "VN", "JP", "HU"})


def suggest_speakers(
    as_written: str,
    role_as_written: str = "",
    source: Source | None = None,
    language: str | None = None,
    *,
    limit: int = 5,
) -> list[Candidate]:
    """Who may be meant by these words of an article, best first: what triage shows beside a statement."""
    return suggest_all([(as_written, role_as_written)], source, language, limit=limit)[0]


def suggest_all(
    mentions: Sequence[tuple[str, str]],
    source: Source | None = None,
    language: str | None = None,
    *,
    limit: int = 5,
) -> list[list[Candidate]]:
    """The same for every mention of an article, (name as written, role as written), in a constant number of queries."""
    language = language or (source.language if source else Language.ITALIAN.value)
    asked = {pair: take_apart(*pair) for pair in dict.fromkeys(mentions)}
    pool = KnownNames(list(asked.values()), source, language)
    rankings = {pair: _Ranking(named, pool) for pair, named in asked.items()}
    pool.find_roles(list(asked.values()), {pk for each in rankings.values() for pk in each.likeliest()})
    found = {pair: ranking.best(limit) for pair, ranking in rankings.items()}
    speakers = Speaker.objects.in_bulk({offer.speaker for offers in found.values() for offer in offers})
    return [
        [Candidate(speakers[offer.speaker], offer.score, "; ".join(offer.reasons)) for offer in found[pair]]
        for pair in mentions
    ]


@dataclass(slots=True)
class _Offer:
    """What speaks for a speaker: the best name, and then what agrees with it."""

    speaker: int
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    likeness: Likeness | None = None


class _Ranking:
    """The candidates of one mention."""

    def __init__(self, named: Named, pool: KnownNames) -> None:
        self.named, self.pool = named, pool
        self.names = named.names(pool.exact)
        self.bodies = pool.bodies(named)
        self.offers: dict[int, _Offer] = {}
        self._by_whole_words()
        for name in self.names:
            self._by_spelling(name)
        self._by_country()
        self._by_the_unnamed()

    def likeliest(self) -> list[int]:
        """By their names alone; others have no chance, whatever their role."""
        best = sorted(self.offers.values(), key=lambda each: (-each.score, each.speaker))[:WEIGHED]
        self.offers = {each.speaker: each for each in best}
        return list(self.offers)

    def best(self, limit: int) -> list[_Offer]:
        """Best first, with everything that speaks for them; once, after the roles are known."""
        if not self.names:
            self._by_role_alone()
        self._weigh()
        found = self._ranked()
        if self.names and not (found and found[0].score >= DOUBT_LINE):
            found = self._two_people(self.names[0]) or found
        return found[:limit]

    def _offer(self, speaker: int, score: float, reason: str, likeness: Likeness | None = None) -> None:
        offer = self.offers.setdefault(speaker, _Offer(speaker))
        if score > offer.score:
            offer.score, offer.likeness = score, likeness
            offer.reasons = [reason] if reason else []

    # -- what names say

    def _by_whole_words(self) -> None:
        for words in {self.named.written, self.named.whole, *self.names}:
            for name in self.pool.exact.get(fold(words), ()):
                score = ALIAS if name.kind else EXACT
                self._offer(name.speaker, score, self._exact_reason(name), Likeness(score, How.SPELLED))
        for words in self.names:
            for begins in unglued(words):
                for name in self.pool.exact.get(fold(begins), ()):
                    reason = _("begins with %(name)s, then words run together") % {"name": name.text}
                    self._offer(name.speaker, GLUED, reason)

    def _exact_reason(self, name: StoredName) -> str:
        if not name.kind:
            return ""
        if self.pool.source is not None and name.seen_in == self.pool.source.pk:
            return _("written “%(name)s” in this article before") % {"name": name.text}
        if name.kind == NameKind.GARBLED:
            return _("written “%(name)s” by mistake before") % {"name": name.text}
        return _("also called %(name)s") % {"name": name.text}

    def _by_spelling(self, written: str) -> None:
        folded = fold(written)
        near = {key for each in sounds(folded) for key in spelling.near_keys(each)}
        stored = {id(name): name for key in near for name in self.pool.by_sound.get(key, ())}
        others: dict[int, tuple[StoredName, Likeness]] = {}
        for name in stored.values():
            like = self._compare(folded, name)
            if like is not None and like.how is How.SPELLED:
                others[name.speaker] = (name, like)
        # A rare family name under another first name is worth a look ("Bill Burns"), a common one is not.
        for name, like in others.values() if len(others) <= FEW else ():
            self._offer(name.speaker, like.score, _reason(like, name.text), like)
        for names in self.pool.here.values():
            for name in names:
                self._compare(folded, name, faintly=True)

    def _compare(self, written: str, name: StoredName, *, faintly: bool = False) -> Likeness | None:
        """Offers who bears the name if it is like the written one; returns the likeness where only the first names speak against it."""
        speaker = self.pool.people.get(name.speaker)
        if speaker is None or speaker.kind == SpeakerKind.ANONYMOUS or name.kind == NameKind.GARBLED:
            return None
        if speaker.kind != SpeakerKind.PERSON:
            like = spelling.compare_titles(written, name.folded)
        else:
            first = speaker.country in FAMILY_FIRST
            like = spelling.compare(written, name.folded, family_first=first)
            if like is None and faintly:
                like = spelling.faintly(written, name.folded)
        if like is None or (like.given is Given.OTHER and not faintly):
            return like
        self._offer(name.speaker, like.score, _reason(like, name.text), like)
        return None

    def _by_country(self) -> None:
        code = self.pool.countries.named(self.named.whole, self.pool.language)
        score, reason = COUNTRY, _("names the country")
        if code is None:
            code = self.pool.disordered(self.named)
            score, reason = DISORDERED, _("the words of the country's name in another order")
        for name in self.pool.names_of(code) if code else ():
            for stored in self.pool.exact.get(fold(name), ()):
                speaker = self.pool.people.get(stored.speaker)
                if speaker is not None and speaker.kind == SpeakerKind.GOVERNMENT:
                    self._offer(stored.speaker, score, reason)

    # -- what the role says

    def _role_of(self, speaker: int) -> tuple[float, str]:
        """How well the role as written agrees with what the speaker does, and why."""
        words = frozenset(fold(self.named.role or self.named.whole).split())
        best = (0.0, "")
        for role in self.pool.roles.get(speaker, ()):
            said = any(each <= words for each in role.words)
            if said and role.body in self.bodies:
                reason = _("role: %(role)s, %(body)s") % {"role": role.text, "body": role.body_name}
                best = max(best, (ROLE_AGREES, reason))
            elif role.body in self.bodies:
                best = max(best, (BODY_AGREES, _("belongs to %(body)s") % {"body": role.body_name}))
            elif said and self.named.role:
                best = max(best, (BODY_AGREES, _("role: %(role)s") % {"role": role.text}))
        if not best[0] and any(speaker in self.pool.members[body] for body in self.bodies):
            return BODY_AGREES, _("speaks for the body named here")
        return best

    def _by_role_alone(self) -> None:
        """ "Il portavoce del ministero degli Esteri cinese": whoever holds that role; "un rapporto del Pentagono": the body itself."""
        codes = self.pool.codes_in(self.named.role or self.named.whole)
        members = {each for body in self.bodies for each in self.pool.members[body]}
        holders: list[int] = []
        for speaker in members | set(self.pool.roles):
            known = self.pool.people.get(speaker)
            agrees, _why = self._role_of(speaker)
            if known is None or known.merged_into or not agrees:
                continue
            if agrees == ROLE_AGREES or (not self.bodies and known.country in codes):
                holders.append(speaker)
            elif speaker not in self.bodies and (speaker in members or speaker in self.pool.here):
                self._offer(speaker, BODY_ALONE - BODY_AGREES, "")
        for body in self.bodies:
            if self.pool.people[body].kind != SpeakerKind.PERSON:
                self._offer(body, BODY_ITSELF, _("the body named here"))
        for speaker in holders:
            self._offer(speaker, (ROLE_ALONE if len(holders) == 1 else ONE_OF_SEVERAL) - ROLE_AGREES, "")

    def _by_the_unnamed(self) -> None:
        """Unnamed speakers stay with their article, and are met again only there."""
        words = {word[:5] for word in fold(self.named.whole).split()}
        for speaker, names in self.pool.here.items():
            known = self.pool.people.get(speaker)
            if known is None or known.kind != SpeakerKind.ANONYMOUS:
                continue
            for name in names:
                others = {word[:5] for word in name.folded.split()}
                shared = len(words & others) / len(words | others)
                if shared >= 0.5:
                    reason = _("unnamed speaker of this article")
                    self._offer(speaker, 0.9 if shared == 1 else 0.5 + shared * 0.15, reason)

    # -- all together

    def _weigh(self) -> None:
        codes = self.pool.codes_in(self.named.role)
        doubtful = self._namesakes()
        for speaker, offer in self.offers.items():
            person = self.pool.people[speaker]
            here = speaker in self.pool.here and person.kind != SpeakerKind.ANONYMOUS
            agrees, reason = self._role_of(speaker) if self.named.role else (0.0, "")
            more = agrees
            if reason:
                offer.reasons.append(reason)
            if codes and person.country and person.kind == SpeakerKind.PERSON and not agrees:
                more += COUNTRY_AGREES if person.country in codes else COUNTRY_DIFFERS
                if person.country not in codes:
                    offer.reasons.append(_("of another country than the role says"))
            if speaker in doubtful and not agrees and not here:
                offer.score = min(offer.score * NAMESAKE, IN_DOUBT)
                offer.reasons.append(_("others have this family name"))
            if here:
                more += SPEAKS_HERE
                offer.reasons.append(_("named in this article"))
            most = 1.0 if offer.score >= EXACT else MOST
            offer.score = max(0.05, min(most, offer.score + more))

    def _namesakes(self) -> set[int]:
        """Those who bear the family name, where they are several and it stands alone or with an initial."""
        if len(self.names) != 1 or not _INITIALS.fullmatch(self.names[0]):
            return set()
        bearers = {
            speaker
            for speaker, offer in self.offers.items()
            if self.pool.people[speaker].kind == SpeakerKind.PERSON and _is_family_name_alone(offer)
        }
        several = {self.pool.people[speaker].merged_into or speaker for speaker in bearers}
        return bearers if len(several) > 1 else set()

    def _ranked(self) -> list[_Offer]:
        """Best first, once a person: a merged record leads to whom it was merged into."""
        found: dict[int, _Offer] = {}
        for offer in self.offers.values():
            person = self.pool.people[offer.speaker]
            if person.kind == SpeakerKind.ANONYMOUS and offer.speaker not in self.pool.here:
                continue
            pk = person.merged_into or offer.speaker
            if pk not in found or found[pk].score < offer.score:
                found[pk] = replace(offer, speaker=pk, score=min(1.0, round(offer.score, 2)))
        return sorted(found.values(), key=lambda each: (-each.score, each.speaker))

    def _two_people(self, name: str) -> list[_Offer]:
        """ "Mark Millie Shoyku": both are offered, in doubt, where each half is somebody."""
        for parts in halves(name):
            ends = [best for part in parts if (best := self._best_of(part)) and best.score >= 0.5]
            if len(ends) == 2 and ends[0].speaker != ends[1].speaker:
                both = _("may be two people, %(one)s and %(other)s") % {"one": parts[0], "other": parts[1]}
                return [
                    replace(each, score=min(each.score, IN_DOUBT), reasons=[both, *each.reasons])
                    for each in ends
                ]
        return []

    def _best_of(self, part: str) -> _Offer | None:
        named = Named(written=part, whole=part, name=tuple(part.split()), role="")
        return next(iter(_Ranking(named, self.pool).best(1)), None)


def _is_family_name_alone(offer: _Offer) -> bool:
    like = offer.likeness
    if like is None or like.given not in {Given.NONE, Given.INITIAL}:
        return False
    return like.how in {How.SPELLED, How.SOUND}


def _reason(like: Likeness, name: str) -> str:
    """Why two names are held to be one, as a person reads it."""
    if like.given is Given.OTHER:
        return _("the family name of %(name)s, but another first name") % {"name": name}
    if like.given is Given.INITIAL and like.how is How.SPELLED:
        return _("the family name and the initial of %(name)s") % {"name": name}
    words = {
        How.SPELLED: _("%(name)s in another spelling, or the family name alone"),
        How.SOUND: _("sounds like %(name)s"),
        How.CUT: _("%(name)s with its end cut off or changed"),
        How.CONSONANTS: _("%(name)s with other vowels"),
        How.NEAR: _("spelled a little like %(name)s"),
    }
    return words[like.how] % {"name": name}
