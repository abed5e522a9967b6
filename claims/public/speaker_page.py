"""What one person or body asserted, denied and admitted, in time order. Never a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from claims.models import Affiliation, Claim, Position, Speaker, SpeakerName
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.claim_page import Day, Turn, by_day, turns
from claims.public.naming import Names, worded
from claims.public.prepared import Prepared
from claims.public.timeline import in_time_order
from claims.visibility import published_spellings
from claims.vocabulary import NameKind, Stance

MOST_STATEMENTS, MOST_SPELLINGS = 70, 60
# Of a claim the page shows its words, and what became of the speaker's story.
UNSHOWN_CLAIMS = [
    *(f"claim__{column}" for column in (
        "search_it", "search_en", "signature", "actors", "themes", "desk_note", "period_earliest", "period_latest", "period_basis",
        "period_note", "published_at", "created_at", "updated_at",
    )),
    *(f"claim__figures__{column}" for column in ("rated_at", "newest_on", "sort_at", "refreshed_at")),
]  # fmt: skip
# Longer chains of "speaks for" are not followed.
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class SpeakerPage:
    speaker: Speaker
    name: str
    days: list[Day]
    is_cut: bool
    tally: list[tuple[str, str, int]]
    turns: list[tuple[Claim, Turn]]
    roles: list[tuple[str, str]]
    spellings: list[SpeakerName]
    speaks_for: list[str]
    spokespeople: list[tuple[str, Speaker]]
    affiliations: list[tuple[Affiliation, str]]


def speaker_page(speaker: Speaker) -> SpeakerPage:
    """`speaker`: published. Five queries, whatever the number of statements."""
    found = _heard(speaker.pk)
    positions = found[:MOST_STATEMENTS]
    spokespeople = _spokespeople(speaker.pk)
    affiliations = _affiliations(speaker.pk)
    chain_up = _speaks_for(speaker)
    names = Names.of(
        chain(
            [speaker.pk],
            speaker_keys(positions),
            (body.pk for body in chain_up),
            (person.pk for person in spokespeople),
            (row.body_id for row in affiliations),
        )
    )
    told = cards(positions, names)
    return SpeakerPage(
        speaker=speaker,
        name=names(speaker.pk, speaker.name),
        days=by_day(_in_order(told)),
        is_cut=len(found) > MOST_STATEMENTS,
        tally=_tally(told),
        turns=_turns(speaker, positions, names),
        roles=_roles(speaker, positions),
        spellings=_spellings(speaker.pk),
        speaks_for=[names(body.pk, body.name) for body in chain_up],
        spokespeople=[(names(person.pk, person.name), person) for person in spokespeople],
        affiliations=[(row, names(row.body_id, row.body.name)) for row in affiliations],
    )


def _in_order(told: Sequence[Card]) -> list[Card]:
    """One statement may bear on several claims: its cards stay together."""
    by_statement: dict[int, list[Card]] = {}
    for card in told:
        by_statement.setdefault(card.key, []).append(card)
    events = in_time_order(group[0].event for group in by_statement.values())
    return [card for event in events for card in by_statement[event.key]]


_heard = Prepared(
    lambda speaker: (
        with_everything(Position.objects.published().filter(statement__speakers__speaker=speaker))
        .select_related("claim__figures")
        .defer(*UNSHOWN_CLAIMS)
        .order_by("-statement_id", "-id")[: MOST_STATEMENTS + 1]
    )
)
_spokespeople = Prepared(
    lambda speaker: Speaker.objects.published().filter(speaks_for=speaker).order_by("sort_key", "pk")[:50]
)
_affiliations = Prepared(lambda speaker: Affiliation.objects.filter(speaker=speaker).select_related("body"))
_spellings = Prepared(
    lambda speaker: (
        published_spellings()
        .filter(speaker=speaker)
        .exclude(kind=NameKind.ROLE)
        .order_by("kind", "name", "id")[:MOST_SPELLINGS]
    )
)


def _tally(told: Sequence[Card]) -> list[tuple[str, str, int]]:
    """(stance, its label, how many claims): what they did to how many claims, not how often they said it."""
    return [
        (
            stance.value,
            worded(stance, Stance),
            len({card.claim_id for card in told if card.stance == stance}),
        )
        for stance in Stance
        if any(card.stance == stance for card in told)
    ]


def _turns(speaker: Speaker, positions: Sequence[Position], names: Names) -> list[tuple[Claim, Turn]]:
    claims = {position.claim_id: position.claim for position in positions}
    found = []
    for claim in claims.values():
        figures: Any = getattr(claim, "figures", None)
        own = [party for party in figures.parties if party.get("party") == speaker.pk] if figures else []
        found += [(claim, turn) for turn in turns(own, names)]
    return found


def _roles(speaker: Speaker, positions: Sequence[Any]) -> list[tuple[str, str]]:
    """(role as an article writes it, the article's language)."""
    return list(
        dict.fromkeys(
            (row["role"], position.statement.source.language)
            for position in positions
            for row in position.spoken
            if row["key"] == speaker.pk and row["role"]
        )
    )


def _speaks_for(speaker: Speaker) -> list[Speaker]:
    """Up to the party. The view loads the chain with the speaker: no query here."""
    found: list[Speaker] = []
    body = speaker.speaks_for
    while body and body not in found:
        found.append(body)
        body = body.speaks_for if len(found) < DEEPEST else None
    return found
