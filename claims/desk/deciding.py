"""The card on which an editor decides about one suggestion: who says it, on which claim, what it does to it.

Read from what is stored and suggested, then from what the editor sent, so that a refused answer comes back as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from claims import linking
from claims.desk.finding import claims_about
from claims.desk.keys import key_in
from claims.errors import Refused
from claims.labels import choices
from claims.linking import OnClaim, Who
from claims.models import Claim, Position, Speaker, Statement, StatementSpeaker
from claims.vocabulary import STANCE_OF_ACT, Act, Review, SpeakerKind, Stance

__all__ = ["Card", "Choice", "Person", "on_claim", "read_card", "who_says_it"]

# Besides the keys of rows, what a choice may be.
NEW, NOBODY = "new", "none"
# So many similar claims are offered, and so many found by words.
SIMILAR, FOUND = 4, 8


@dataclass(slots=True)
class Choice:
    """Somebody or a claim that may be meant, and why."""

    value: str
    name: str
    about: str = ""
    reason: str = ""
    language: str = ""
    public: bool = False
    chosen: bool = False


@dataclass(slots=True)
class Person:
    """One place of the statement's speakers: as the article writes it, and who may be meant."""

    order: int
    as_written: str
    role: str
    unnamed: bool
    worked_out: bool
    choices: list[Choice]
    chosen: str
    find: str = ""
    new_name: str = ""
    new_kind: str = SpeakerKind.PERSON.value
    variant: bool = False

    @property
    def is_named(self) -> bool:
        return bool(self.as_written) and not self.unnamed


@dataclass(slots=True)
class Card:
    """Everything that the card of one suggestion offers and what is chosen on it."""

    statement: Statement
    people: list[Person]
    claims: list[Choice]
    claim: str
    stance: str
    partial: bool = False
    implied: bool = False
    find: str = ""
    new_text: str = ""
    stances: list[tuple[str, Promise | str]] = field(default_factory=lambda: choices(Stance))
    kinds: list[tuple[str, Promise | str]] = field(default_factory=lambda: choices(SpeakerKind))


Sent = Mapping[str, Any]


def read_card(statement: Statement, *, last_claim: int | None = None, sent: Sent | None = None) -> Card:
    """The card; `sent`: what an editor has chosen on it so far; `last_claim`: what was picked for the statement before.

    A constant number of queries. The statement's source, speakers and positions should be loaded.
    """
    sent = sent or {}
    positions = list(statement.positions.all())
    stance = positions[0].stance if positions else STANCE_OF_ACT[Act(statement.act)].value
    claims, chosen = _claims(statement, positions, last_claim, sent)
    return Card(
        statement,
        people=_people(statement, sent),
        claims=claims,
        claim=chosen,
        stance=str(sent.get("stance", stance)),
        partial="partial" in sent if sent else any(each.partial for each in positions[:1]),
        implied="implied" in sent if sent else any(each.implied for each in positions[:1]),
        find=str(sent.get("claim-find", "")),
        new_text=str(sent.get("claim-text", "")) or _one_line(statement.quote),
    )


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words[:1].upper() + words[1:500]


# --- Who says it


def _people(statement: Statement, sent: Sent) -> list[Person]:
    rows = list(statement.speakers.all()) or [StatementSpeaker(statement=statement, order=0)]
    mentions = [(row.as_written, row.role_as_written) for row in rows]
    offered = linking.suggest_all(mentions, statement.source, statement.source.language)
    return [_person(statement, row, candidates, sent) for row, candidates in zip(rows, offered, strict=True)]


def _person(
    statement: Statement, row: StatementSpeaker, candidates: Sequence[linking.Candidate], sent: Sent
) -> Person:
    field_name = f"who-{row.order}"
    unnamed = row.order in statement.reading.get("unnamed", ())
    find = str(sent.get(f"{field_name}-find", "")).strip()
    found = linking.candidates(find, limit=FOUND) if find else []
    offered: dict[int, Choice] = {}
    if row.speaker is not None:
        offered[row.speaker.pk] = _somebody(row.speaker, _("as it stands"))
    for each in [*found, *candidates]:
        offered.setdefault(each.speaker.pk, _somebody(each.speaker, each.reason))
    chosen = str(sent.get(field_name, "")) or _first_choice(row, candidates, unnamed=unnamed)
    if find and str(sent.get("do", "")) == f"find-{row.order}" and found:
        chosen = str(found[0].speaker.pk)
    key = key_in(chosen)
    if key is not None and key not in offered:
        picked = Speaker.objects.filter(pk=key).first()
        offered |= {picked.pk: _somebody(picked, "")} if picked else {}
    for choice in offered.values():
        choice.chosen = choice.value == chosen
    return Person(
        order=row.order,
        as_written=row.as_written,
        role=row.role_as_written,
        unnamed=unnamed,
        worked_out=row.order in statement.reading.get("worked_out", ()),
        choices=list(offered.values()),
        chosen=chosen,
        find=find,
        new_name=str(sent.get(f"{field_name}-name", ""))
        or linking.guess_name(row.as_written, "" if unnamed else row.role_as_written),
        new_kind=str(sent.get(f"{field_name}-kind", ""))
        or (SpeakerKind.ANONYMOUS if unnamed else SpeakerKind.PERSON).value,
        variant=f"{field_name}-variant" in sent,
    )


def _somebody(speaker: Speaker, reason: str) -> Choice:
    return Choice(
        str(speaker.pk),
        speaker.name,
        str(speaker.description or speaker.get_kind_display()),
        reason,
    )


def _first_choice(row: StatementSpeaker, candidates: Sequence[linking.Candidate], *, unnamed: bool) -> str:
    """Whoever stands there or is beyond doubt; the unnamed stay with their article; else nobody is prefilled."""
    if row.speaker_id is not None:
        return str(row.speaker_id)
    if candidates and candidates[0].score >= linking.DOUBT_LINE:
        return str(candidates[0].speaker.pk)
    return NEW if unnamed else NOBODY


def who_says_it(statement: Statement, sent: Sent) -> list[Who]:
    """What the editor chose for each place. Raises Refused for somebody who is not there."""
    said = []
    for order in sorted({row.order for row in statement.speakers.all()} or {0}):
        chosen = str(sent.get(f"who-{order}", ""))
        variant = f"who-{order}-variant" in sent
        if chosen == NEW:
            name = str(sent.get(f"who-{order}-name", "")).strip()
            if not name:
                raise Refused("empty", _("A person or body needs a name."))
            kind = str(sent.get(f"who-{order}-kind", SpeakerKind.PERSON.value))
            if kind not in {each.value for each in SpeakerKind}:
                raise Refused("kind", _("Choose what kind of person or body it is."))
            said.append(Who(order, name=name, kind=kind, variant=variant))
        elif (key := key_in(chosen)) is not None:
            speaker = Speaker.objects.filter(pk=key, merged_into=None).first()
            if speaker is None:
                raise Refused("gone", _("This person or body is no longer in our lists: choose again."))
            said.append(Who(order, speaker, variant=variant))
        elif chosen == NOBODY:
            said.append(Who(order))
    return said


# --- On which claim


def _claims(
    statement: Statement, positions: Sequence[Position], last_claim: int | None, sent: Sent
) -> tuple[list[Choice], str]:
    """The claims that are offered, and which is chosen."""
    find = str(sent.get("claim-find", "")).strip()
    chosen = str(sent.get("claim", "")) or (str(positions[0].claim_id) if positions else NOBODY)
    offered: dict[int, Choice] = {}
    for position in positions:
        offered[position.claim_id] = _claim(position.claim, _("it is on this claim already"))
    for claim in _claims_answered(statement):
        offered.setdefault(claim.pk, _claim(claim, _("the words it seems to answer are on this claim")))
    wanted = {last_claim} if last_claim else set()
    if (key := key_in(chosen)) is not None:
        wanted.add(key)
    known = Claim.objects.without_vectors().in_bulk(wanted - set(offered)) if wanted else {}
    if last_claim is not None and last_claim in known and known[last_claim].merged_into_id is None:
        offered.setdefault(last_claim, _claim(known[last_claim], _("picked for the statement before")))
    for each in linking.similar(statement, limit=SIMILAR):
        there = offered.get(each.claim.pk)
        if there is None:
            offered[each.claim.pk] = _claim(each.claim, each.reason)
        else:
            there.reason += "; " + each.reason
    found = list(_found(find)) if find else []
    for claim in found:
        offered.setdefault(claim.pk, _claim(claim, _("found by its words")))
    if found and str(sent.get("do", "")) == "find-claim":
        chosen = str(found[0].pk)
    for pk, claim in known.items():
        offered.setdefault(pk, _claim(claim, ""))
    for choice in offered.values():
        choice.chosen = choice.value == chosen
    return list(offered.values()), chosen


def _claims_answered(statement: Statement) -> list[Claim]:
    """The claims of those earlier words that a denial or admission most likely answers ("le accuse", "it"). One query, or none."""
    about = statement.reading.get("about", ())
    if not about:
        return []
    rows = (
        Position.objects.filter(
            statement__source=statement.source_id,
            statement__review=Review.ACCEPTED,
            claim__merged_into=None,
        )
        .exclude(statement=statement)
        .select_related("claim", "statement")
        .defer("claim__search_it", "claim__search_en", "claim__signature")
        .order_by("pk")
    )
    return [
        row.claim
        for row in rows
        if any(
            span["start"] < end and start < span["end"]
            for span in row.statement.spans
            for start, end in about
        )
    ]


def _found(words: str) -> Sequence[Claim]:
    rows = Claim.objects.without_vectors().filter(pk__in=claims_about(words), merged_into=None)
    return list(rows.order_by("-pk")[:FOUND])


def _claim(claim: Claim, reason: str) -> Choice:
    return Choice(
        str(claim.pk),
        str(claim.text),
        str(claim.get_publication_display()),
        reason,
        claim.language,
        claim.is_public,
    )


def on_claim(sent: Sent) -> OnClaim | None:
    """What the editor chose. Raises Refused for a claim that is not there."""
    chosen = str(sent.get("claim", NOBODY))
    key = key_in(chosen)
    if chosen == NEW or key is not None:
        stance = str(sent.get("stance", ""))
        if stance not in {each.value for each in Stance}:
            raise Refused("stance", _("Choose what it does to the claim."))
        claim = None
        if key is not None:
            claim = Claim.objects.without_vectors().filter(pk=key).first()
            if claim is None:
                raise Refused("gone", _("This claim is no longer there: choose again."))
        return OnClaim(
            claim,
            text=str(sent.get("claim-text", "")) if claim is None else "",
            stance=stance,
            partial="partial" in sent,
            implied="implied" in sent,
        )
    return None
