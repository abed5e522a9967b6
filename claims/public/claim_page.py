"""All that a claim's page shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from claims.labels import NO_VERDICT, label
from claims.models import Claim, ClaimLink, Correction, Evidence, Position, Verdict
from claims.public import dates, sentences
from claims.public.cards import LONG, Card, cards, speaker_keys, with_everything
from claims.public.corrections import CorrectionItem, correction_items, in_a_language
from claims.public.naming import Names
from claims.public.timeline import Strip, in_time_order, strip
from claims.vocabulary import EvidenceKind, PartyState, Rating, Stage, Stance
from sources.models import Source

# More than a reader takes in; the rest is said in words.
MOST_STATEMENTS = 150


@dataclass(frozen=True, slots=True)
class Stamp:
    """A rating as a mark: `key` is its class and glyph."""

    key: str
    words: str | Promise


def stamp(rating: str, words: str = "") -> Stamp:
    """The mark of a rating; an empty one is a claim that nobody has decided about."""
    return Stamp(rating, words or label(rating, Rating)) if rating else Stamp("unreviewed", NO_VERDICT)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict as readers see it."""

    stamp: Stamp
    reason: str
    language: str
    by: str
    second_reader: str
    decided: str
    as_known_on: str
    is_current: bool


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
    evidence: list[tuple[str, list[Evidence]]]
    corrections: list[CorrectionItem]
    related: list[tuple[str, Claim]]
    sources: list[Source]
    origins: int
    has_sides: bool


def claim_page(claim: Claim) -> ClaimPage:
    """`claim`: published, with its topic and figures. Eight queries, whatever the number of statements."""
    found = list(
        with_everything(Position.objects.published().filter(claim=claim)).order_by("id")[
            : MOST_STATEMENTS + 1
        ]
    )
    positions = found[:MOST_STATEMENTS]
    figures = getattr(claim, "figures", None)
    parties = figures.parties if figures else []
    names = Names.of(chain(speaker_keys(positions), sentences.party_keys(parties)))
    shown = {position.statement_id for position in positions}
    # A nested copy stands inside its parent: it is shown alone only where the parent is not.
    told = [card for card in cards(positions, names) if card.inside not in shown]
    by_key = {card.key: card for card in told}
    ordered = [by_key[event.key] for event in in_time_order(card.event for card in told)]
    decisions = _decisions(claim)
    current = next((verdict for verdict in decisions if verdict.stage == Stage.CURRENT), None)
    overview = strip([card.event for card in told])
    sources = list({card.source.pk: card.source for card in ordered}.values())
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
        corrections=correction_items(
            Correction.objects.published()
            .filter(Q(claim=claim) | Q(statement__in=shown))
            .order_by("-made_at")[:20]
        ),
        related=_related(claim),
        sources=sources,
        origins=len({source.origin_id for source in sources}),
        has_sides=any(card.stance in (Stance.DENIES, Stance.RETRACTS) for card in ordered),
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


def decision(verdict: Verdict) -> Decision:
    reason, language = in_a_language(verdict, "reason")
    return Decision(
        stamp=stamp(verdict.rating, verdict.label),
        reason=reason,
        language=language,
        by=verdict.author.get_full_name() or verdict.author.get_username(),
        second_reader=_name(verdict.second_reader),
        decided=dates.written(verdict.decided_at) if verdict.decided_at else "",
        as_known_on=dates.written(verdict.as_known_on),
        is_current=verdict.stage == Stage.CURRENT,
    )


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


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


def _evidence(claim: Claim) -> list[tuple[str, list[Evidence]]]:
    """By kind, for and against first."""
    found = list(
        Evidence.objects.published()
        .filter(claim=claim)
        .select_related("statement__source__outlet", "source__outlet")
        .defer(*(f"{path}__{column}" for path in ("statement__source", "source") for column in LONG))
        .order_by("id")
    )
    return [
        (str(label(kind, EvidenceKind)), [row for row in found if row.kind == kind])
        for kind in EvidenceKind
        if any(row.kind == kind for row in found)
    ]


def _related(claim: Claim) -> list[tuple[str, Claim]]:
    links = (
        ClaimLink.objects.published()
        .filter(Q(from_claim=claim) | Q(to_claim=claim))
        .select_related("from_claim", "to_claim")
        .order_by("-score", "id")[:10]
    )
    return [
        (link.get_kind_display(), link.to_claim if link.from_claim_id == claim.pk else link.from_claim)
        for link in links
    ]
