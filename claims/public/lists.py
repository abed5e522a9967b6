"""Claims, denials and decisions as they stand in a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery

from claims.models import (
    Claim,
    ClaimFigures,
    ClaimQuerySet,
    Position,
    PositionQuerySet,
    StatementSpeaker,
    Topic,
    Verdict,
    VerdictQuerySet,
)
from claims.public import sentences
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.claim_page import Turn, turns
from claims.public.decisions import Decision, Stamp, decision, stamp
from claims.public.filters import speakers_called
from claims.public.marking import Piece
from claims.public.naming import Names
from claims.public.paging import MOST_COUNTED, Count
from claims.vocabulary import Contest, PartyState, Rating, Stance
from sources.names import fold


@dataclass(frozen=True, slots=True)
class ClaimItem:
    claim: Claim
    stamp: Stamp
    sentences: list[sentences.Sentence]
    turns: list[Turn]
    pieces: Sequence[Piece] = ()


@dataclass(frozen=True, slots=True)
class DenialItem:
    """A distinct denial: one speaker, one claim. `again`: how often it was said besides."""

    claim: Claim
    card: Card
    again: int


@dataclass(frozen=True, slots=True)
class DecisionItem:
    claim: Claim
    decision: Decision


def listed_claims() -> ClaimQuerySet:
    """Published claims with what their line needs."""
    found: ClaimQuerySet = (
        Claim.objects.published()
        .without_vectors()
        .filter(figures__sort_at__isnull=False)
        .select_related("figures", "topic")
    )
    return found


def claim_items(
    claims: Sequence[Claim], mark: Callable[[str], Sequence[Piece]] | None = None
) -> list[ClaimItem]:
    """One query: the names of all the parties. `mark`: marks the words that were looked for."""
    names = Names.of(key for claim in claims for key in sentences.party_keys(claim.figures.parties))
    return [
        ClaimItem(
            claim,
            stamp(claim.figures.rating),
            sentences.sentences(claim.figures.parties, names),
            turns(claim.figures.parties, names),
            mark(claim.text) if mark else (),
        )
        for claim in claims
    ]


def changes_of_story() -> ClaimQuerySet:
    """Claims about which a party changed its story, in a known order."""
    found: ClaimQuerySet = listed_claims().filter(
        Q(figures__contest__in=[Contest.DENIED_THEN_ADMITTED, Contest.RETRACTED])
        | Q(figures__parties__contains=[{"state": PartyState.ASSERTED_THEN_DENIED.value}])
        | Q(figures__parties__contains=[{"state": PartyState.DENIED_THEN_ADMITTED.value}])
    )
    return found


def listed_denials(*, topic: str = "", denied_by: str = "") -> PositionQuerySet:
    """Every denial that counts, with what its line needs. `denied_by`: a name, alias or address."""
    found = with_everything(
        Position.objects.published()
        .counted()
        .filter(stance=Stance.DENIES)
        .select_related("claim")
        .defer("claim__search_it", "claim__search_en")
    )
    if topic:
        found = found.filter(claim__topic__slug=topic)
    if denied_by:
        spoken = StatementSpeaker.objects.filter(
            statement=OuterRef("statement"), speaker__in=speakers_called(denied_by)
        )
        found = found.filter(Exists(spoken))
    return found


def denial_items(positions: Sequence[Position]) -> list[DenialItem]:
    names = Names.of(speaker_keys(positions))
    found: dict[tuple[str, int], list[tuple[Claim, Card]]] = {}
    for position, card in zip(positions, cards(positions, names), strict=True):
        found.setdefault((card.who, card.claim_id), []).append((position.claim, card))
    return [DenialItem(*group[0], again=len(group) - 1) for group in found.values()]


def listed_decisions() -> VerdictQuerySet:
    found: VerdictQuerySet = (
        Verdict.objects.published()
        .select_related("claim", "author", "second_reader")
        .defer("claim__search_it", "claim__search_en")
    )
    return found


def decision_items(verdicts: Sequence[Verdict]) -> list[DecisionItem]:
    return [DecisionItem(verdict.claim, decision(verdict)) for verdict in verdicts]


class CappedCount(Subquery):
    """How many rows a query has, counted up to a limit that the query itself carries."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


def topics_with_counts() -> list[tuple[Topic, Count]]:
    """Topics of published claims in the order of their names, and how many claims each has."""
    seen = Claim.objects.published().filter(topic=OuterRef("pk")).order_by().values("pk")
    found = Topic.objects.published().annotate(n=CappedCount(seen[: MOST_COUNTED + 1]))
    return [(topic, Count.upto(topic.n)) for topic in sorted(found, key=lambda topic: fold(topic.name))]  # type: ignore[attr-defined]


def tallies() -> dict[str, Count]:
    """How many claims of each kind readers can see, in one query; each counted up to MOST_COUNTED."""

    def capped(condition: Q) -> CappedCount:
        seen = ClaimFigures.objects.filter(condition, claim__in=Claim.objects.published().values("pk"))
        return CappedCount(seen.order_by().values("pk")[: MOST_COUNTED + 1])

    kinds = {
        "all": Q(),
        Contest.DENIED.value: Q(contest=Contest.DENIED),
        Contest.DENIED_THEN_ADMITTED.value: Q(contest=Contest.DENIED_THEN_ADMITTED),
        "unreviewed": Q(rating=""),
        **{rating.value: Q(rating=rating) for rating in Rating},
    }
    row: QuerySet[ClaimFigures, dict[str, int]] = (
        ClaimFigures.objects.order_by("pk")
        .annotate(**{f"n_{kind}": capped(condition) for kind, condition in kinds.items()})
        .values(*(f"n_{kind}" for kind in kinds))[:1]
    )
    found = next(iter(row), None)
    return {kind: Count.upto(found[f"n_{kind}"] if found else 0) for kind in kinds}
