"""All that a claim's page shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from django.db.models import Case, Q, When
from django.utils.translation import gettext as _

from claims.labels import label
from claims.models import Claim, Correction, Evidence, Position, Request, Verdict
from claims.public import dates, sentences
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.corrections import CorrectionItem, correction_items, in_a_language
from claims.public.decisions import Decision, Stamp, decision, stamp
from claims.public.naming import Names
from claims.public.related import Related, related
from claims.public.timeline import Strip, in_time_order, strip
from claims.vocabulary import EvidenceKind, PartyState, Stage, Stance
from sources.models import Source, long_columns

# More than a reader takes in, and than 120 kB hold. Where there are more, those that deny, admit or take back come first.
MOST_STATEMENTS = 70
TURNING_FIRST = Case(When(stance__in=[Stance.DENIES, Stance.ADMITS, Stance.RETRACTS], then=0), default=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of story by one party."""

    name: str
    states: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """Cards under one date pill."""

    when: dates.When
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """What it is, and our note on it in a language."""

    row: Evidence
    note: str
    language: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered, in full and in the language in which they wrote."""

    name: str
    text: str
    language: str
    received: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    claim: Claim
    stamp: Stamp
    lede: str
    decision: Decision | None
    decisions: list[Decision]
    newer: int
    strip: Strip | None
    ticks: list[tuple[Any, str]]
    days: list[Day]
    is_cut: bool
    turns: list[Turn]
    denials: list[list[Card]]
    evidence: list[tuple[str, list[EvidenceItem]]]
    corrections: list[CorrectionItem]
    replies: list[Reply]
    related: list[Related]
    sources: list[Source]
    origins: int
    has_sides: bool
    changed_at: datetime | None
    changed: str


def claim_page(claim: Claim) -> ClaimPage:
    """`claim`: published, with its topic and figures. Nine queries, whatever the number of statements."""
    found = list(
        with_everything(Position.objects.published().filter(claim=claim)).order_by(TURNING_FIRST, "id")[
            : MOST_STATEMENTS + 1
        ]
    )
    positions = found[:MOST_STATEMENTS]
    figures = getattr(claim, "figures", None)
    parties = figures.parties if figures else []
    replies = list(
        Request.objects.published().filter(claim=claim).select_related("speaker").order_by("received_at")
    )
    names = Names.of(
        chain(speaker_keys(positions), sentences.party_keys(parties), (reply.speaker_id for reply in replies))
    )
    shown = {position.statement_id for position in positions}
    # A nested copy stands inside its parent: it is shown alone only where the parent is not.
    told = [card for card in cards(positions, names) if card.inside not in shown]
    by_key = {card.key: card for card in told}
    ordered = [by_key[event.key] for event in in_time_order(card.event for card in told)]
    decisions = _decisions(claim)
    current = next((verdict for verdict in decisions if verdict.stage == Stage.CURRENT), None)
    overview = strip([card.event for card in told])
    sources = list({card.source.pk: card.source for card in ordered}.values())
    corrections = correction_items(
        Correction.objects.published()
        .filter(Q(claim=claim) | Q(statement__in=shown))
        .order_by("-made_at")[:20]
    )
    changed_at = max(_moments(claim, figures, corrections), default=None)
    return ClaimPage(
        claim=claim,
        stamp=stamp(current.rating, current.label) if current else stamp(""),
        lede=sentences.lede(parties, names),
        decision=decision(current) if current else None,
        decisions=[decision(verdict) for verdict in decisions],
        newer=_newer(positions, current),
        strip=overview,
        ticks=written_ticks(overview),
        days=by_day(ordered),
        is_cut=len(found) > MOST_STATEMENTS,
        turns=turns(parties, names),
        denials=_by_voice(
            [c for c in ordered if c.stance == Stance.DENIES and not c.position.statement.in_title]
        ),
        evidence=_evidence(claim),
        corrections=corrections,
        replies=[_reply(reply, names) for reply in replies],
        related=related(claim, names),
        sources=sources,
        origins=len({source.origin_id for source in sources}),
        has_sides=any(card.stance in (Stance.DENIES, Stance.RETRACTS) for card in ordered),
        changed_at=changed_at,
        changed=dates.written(changed_at) if changed_at else "",
    )


def _by_voice(denials: Sequence[Card]) -> list[list[Card]]:
    """A distinct denial is a pair of speaker and claim, however often it was said."""
    found: dict[str, list[Card]] = {}
    for card in denials:
        found.setdefault(card.who, []).append(card)
    return list(found.values())


def by_day(ordered: Sequence[Card]) -> list[Day]:
    return [
        Day(group[0].when, group)
        for _, group in ((k, list(g)) for k, g in groupby(ordered, lambda c: c.when.words))
    ]


def written_ticks(overview: Strip | None) -> list[tuple[Any, str]]:
    """The ticks of the strip with their dates in words."""
    forms = {"day": "short", "month": "month", "year": "year"}
    return [(tick, dates.written(tick.on, forms[tick.unit])) for tick in overview.ticks] if overview else []


def turns(parties: Sequence[dict[str, Any]], names: Names) -> list[Turn]:
    """Only where the order is known: the figures say so."""
    return [
        Turn(
            names(party.get("party"), party["name"]),
            tuple(
                (stance.value, str(label(stance, Stance)))
                for stance in sentences.TURNS[PartyState(party["state"])]
            ),
        )
        for party in parties
        if party.get("state") in sentences.TURNS
    ]


def _decisions(claim: Claim) -> list[Verdict]:
    return list(
        Verdict.objects.published()
        .filter(claim=claim)
        .select_related("author", "second_reader")
        .order_by("-decided_at", "-id")
    )


def _newer(positions: Sequence[Position], current: Verdict | None) -> int:
    """Statements that were linked or accepted only since the decision: it could not weigh them."""
    if current is None or current.decided_at is None:
        return 0
    known = [max(p.created_at, p.statement.reviewed_at or p.created_at) for p in positions]
    return sum(since > current.decided_at for since in known)


def _evidence(claim: Claim) -> list[tuple[str, list[EvidenceItem]]]:
    """By kind, for and against first."""
    found = list(
        Evidence.objects.published()
        .filter(claim=claim)
        .select_related("statement__source__outlet", "source__outlet")
        .defer(*long_columns("statement__source", "source"))
        .order_by("id")
    )
    return [
        (
            str(label(kind, EvidenceKind)),
            [EvidenceItem(row, *in_a_language(row, "note")) for row in found if row.kind == kind],
        )
        for kind in EvidenceKind
        if any(row.kind == kind for row in found)
    ]


def _reply(row: Request, names: Names) -> Reply:
    who = names(row.speaker_id, row.speaker.name) if row.speaker else row.public_sender
    return Reply(who or _("a party"), row.text, row.language, dates.written(row.received_at))


def _moments(claim: Claim, figures: Any, corrections: Sequence[CorrectionItem]) -> Iterator[datetime]:
    """When readers last saw something change: statements and decisions (in the figures), corrections, publication."""
    for at in (claim.published_at, getattr(figures, "sort_at", None)):
        if at:
            yield at
    for item in corrections:
        yield item.correction.made_at
