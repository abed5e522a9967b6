"""All that a claim's page shows, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from claims.models import Claim, Correction, Evidence, Position, PositionQuerySet, Request, Verdict
from claims.models.position import TURNING
from claims.public import dates, sentences
from claims.public.beside import NOTHING, beside
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.corrections import CorrectionItem, correction_items, in_a_language
from claims.public.decisions import Decision, Stamp, decision, stamp
from claims.public.naming import Names, worded
from claims.public.paging import beyond, cursor, place_of
from claims.public.prepared import Prepared
from claims.public.related import Related, related
from claims.public.timeline import Strip, in_time_order, strip
from claims.vocabulary import EvidenceKind, PartyState, Stage, Stance
from sources.models import Source

# On one page: more than most claims have, and than a reader takes in at once. Where there are more, those that deny, admit or take back
# come first, then the others, the newest on record first; the rest is a link away.
MOST_STATEMENTS = 25
MOST_TURNS = 10
ORDER = ("turning", "published_at", "id")


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
    older: str
    is_first: bool
    statements: int
    turns: list[Turn]
    more_turns: int
    denials: list[list[Card]]
    evidence: list[tuple[str, list[EvidenceItem]]]
    corrections: list[CorrectionItem]
    replies: list[Reply]
    related: list[Related]
    sources: list[Source]
    source_count: int
    origins: int
    has_sides: bool
    changed_at: datetime | None
    changed: str

    @property
    def is_paged(self) -> bool:
        """Whether these are not all statements."""
        return bool(self.older) or not self.is_first


def claim_page(claim: Claim, after: str = "") -> ClaimPage:
    """`claim`: from `claim_at`, published. `after`: which page of its statements, as an address says it.

    At most five queries, whatever it holds; three of a claim about which nobody decided and beside which nothing stands.
    """
    known: Any = claim
    place = place_of(after, ORDER)
    found: list[Any] = _statements(claim.pk) if place is None else _older(claim.pk, *place)
    positions = found[:MOST_STATEMENTS]
    figures = getattr(claim, "figures", None)
    parties = figures.parties if figures else []
    shown = {position.statement_id for position in positions}
    has_more = known.has_more or any(position.is_corrected for position in positions)
    more = beside(claim.pk, shown) if has_more else NOTHING
    names = Names.of(
        chain(
            speaker_keys(positions),
            sentences.party_keys(parties),
            (reply.speaker_id for reply in more.replies),
        )
    )
    # A nested copy stands inside its parent: it is shown alone only where the parent is not.
    told = [card for card in cards(positions, names) if card.inside not in shown]
    by_key = {card.key: card for card in told}
    ordered = [by_key[event.key] for event in in_time_order(card.event for card in told)]
    decisions = _decisions(claim.pk) if known.has_decisions else []
    current = next((verdict for verdict in decisions if verdict.stage == Stage.CURRENT), None)
    overview = strip([card.event for card in told])
    sources = list({card.source.pk: card.source for card in ordered}.values())
    corrections = correction_items(more.corrections)
    changed = [party for party in parties if party.get("state") in sentences.TURNS]
    is_paged = len(found) > MOST_STATEMENTS or place is not None
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
        older=cursor(positions[-1], ORDER) if len(found) > MOST_STATEMENTS else "",
        is_first=place is None,
        statements=figures.statements if figures else len(positions),
        turns=turns(changed[:MOST_TURNS], names),
        more_turns=max(0, len(changed) - MOST_TURNS),
        denials=_by_voice(
            [c for c in ordered if c.stance == Stance.DENIES and not c.position.statement.in_title]
        ),
        evidence=_evidence(more.evidence),
        corrections=corrections,
        replies=[_reply(reply, names) for reply in more.replies],
        related=related(claim, names),
        sources=sources,
        source_count=figures.sources if figures and is_paged else len(sources),
        origins=figures.origins if figures and is_paged else len({source.origin_id for source in sources}),
        has_sides=any(card.stance in (Stance.DENIES, Stance.RETRACTS) for card in ordered),
        changed_at=changed_at,
        changed=dates.written(changed_at) if changed_at else "",
    )


def _in_order(claim: int) -> PositionQuerySet:
    corrected = Correction.objects.filter(statement=OuterRef("statement"))
    seen = (
        Position.objects.published()
        .filter(claim=claim)
        .annotate(turning=TURNING, is_corrected=Exists(corrected))
    )
    return with_everything(seen).order_by(*(f"-{field}" for field in ORDER))


_statements = Prepared(lambda claim: _in_order(claim)[: MOST_STATEMENTS + 1])


_older = Prepared(
    lambda claim, *place: beyond(_in_order(claim), place, ORDER, downwards=True)[: MOST_STATEMENTS + 1],
    int,
    str,
    datetime,
    int,
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
                (stance.value, worded(stance, Stance))
                for stance in sentences.TURNS[PartyState(party["state"])]
            ),
        )
        for party in parties
        if party.get("state") in sentences.TURNS
    ]


_decisions = Prepared(
    lambda claim: (
        Verdict.objects.published()
        .filter(claim=claim)
        .select_related("author", "second_reader")
        .order_by("-decided_at", "-id")
    )
)


def _newer(positions: Sequence[Position], current: Verdict | None) -> int:
    """Statements that were linked or accepted only since the decision: it could not weigh them."""
    if current is None or current.decided_at is None:
        return 0
    known = [max(p.created_at, p.statement.reviewed_at or p.created_at) for p in positions]
    return sum(since > current.decided_at for since in known)


def _evidence(found: Sequence[Evidence]) -> list[tuple[str, list[EvidenceItem]]]:
    """By kind, for and against first."""
    return [
        (
            worded(kind, EvidenceKind),
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
