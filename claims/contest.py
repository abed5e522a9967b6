"""Who contests what: computed from statements, never typed.

A party is the root of the chain of `speaks_for`: Peskov → Kremlin → Russia. Parties are counted, not mouths. A change of story needs a
known order: dates that do not overlap, or an editor's "said after". Text order is not event order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from claims.models import Claim, ClaimFigures, Position, Speaker, StatementSpeaker, Verdict
from claims.vocabulary import Contest, PartyState, Publication, Stance

__all__ = ["Fact", "Parties", "party_states", "refresh", "summary"]


@dataclass(frozen=True)
class Fact:
    """One position of one party on one claim. Dates bound when it was said; None is open."""

    party: Hashable
    stance: Stance
    statement: int
    earliest: date | None = None
    latest: date | None = None
    after: int | None = None


def _follows(later: Fact, earlier: Fact, after: Mapping[int, int | None]) -> bool:
    """Whether `later` is known to have been said after `earlier`."""
    if later.earliest and earlier.latest and later.earliest > earlier.latest:
        return True
    seen: set[int] = set()
    step: int | None = later.statement
    while step is not None and step not in seen:
        seen.add(step)
        step = after.get(step)
        if step == earlier.statement:
            return True
    return False


def _state(facts: list[Fact], after: Mapping[int, int | None]) -> PartyState | None:
    by_stance: dict[Stance, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_stance[fact.stance].append(fact)

    def turned(first: Stance, then: Stance) -> bool:
        return any(_follows(b, a, after) for a in by_stance[first] for b in by_stance[then])

    if by_stance[Stance.ADMITS]:
        turned_back = turned(Stance.ADMITS, Stance.DENIES) and not turned(Stance.DENIES, Stance.ADMITS)
        if turned(Stance.DENIES, Stance.ADMITS):
            return PartyState.DENIED_THEN_ADMITTED
        return PartyState.DENIES if turned_back else PartyState.ADMITTED
    if by_stance[Stance.RETRACTS]:
        return PartyState.RETRACTED
    if by_stance[Stance.DENIES]:
        if turned(Stance.ASSERTS, Stance.DENIES):
            return PartyState.ASSERTED_THEN_DENIED
        return PartyState.DENIES
    return PartyState.ASSERTS if by_stance[Stance.ASSERTS] else None


def party_states(facts: Iterable[Fact]) -> dict[Hashable, PartyState]:
    """What each party has done to one claim. The order in which the facts come does not matter; context counts for nothing."""
    facts = list(facts)
    after = {fact.statement: fact.after for fact in facts}
    parties: dict[Hashable, list[Fact]] = defaultdict(list)
    for fact in facts:
        parties[fact.party].append(fact)
    states = {party: _state(theirs, after) for party, theirs in parties.items()}
    return {party: state for party, state in states.items() if state is not None}


def summary(states: Mapping[Any, PartyState]) -> Contest:
    """The claim's state: the first that holds, in the order of `Contest`."""
    held = set(states.values())
    if PartyState.DENIED_THEN_ADMITTED in held:
        return Contest.DENIED_THEN_ADMITTED
    if PartyState.ADMITTED in held:
        return Contest.ADMITTED
    if PartyState.RETRACTED in held:
        return Contest.RETRACTED
    if held & {PartyState.DENIES, PartyState.ASSERTED_THEN_DENIED}:
        return Contest.DENIED
    return Contest.UNCONTESTED


class Parties:
    """Looks up the party of a body; reads the chains of all bodies it is given in few queries (one a level)."""

    def __init__(self, bodies: Iterable[int]) -> None:
        self._known: dict[int, Speaker] = {}
        wanted = set(bodies)
        while wanted:
            found = Speaker.objects.filter(pk__in=wanted).only("name", "slug", "speaks_for", "merged_into")
            wanted = set()
            for speaker in found:
                self._known[speaker.pk] = speaker
                step = speaker.merged_into_id or speaker.speaks_for_id
                if step and step not in self._known:
                    wanted.add(step)

    def of(self, body: int) -> Speaker:
        """The root of the chain. A loop ends where it would begin again."""
        seen: set[int] = set()
        speaker = self._known[body]
        while (step := speaker.merged_into_id or speaker.speaks_for_id) and step not in seen:
            seen.add(speaker.pk)
            speaker = self._known[step]
        return speaker


# The order in which a page names the parties: changes of story, admissions, withdrawals, denials, then who says so.
_ORDER = {
    state: place
    for place, state in enumerate(
        [
            PartyState.DENIED_THEN_ADMITTED,
            PartyState.ASSERTED_THEN_DENIED,
            PartyState.ADMITTED,
            PartyState.RETRACTED,
            PartyState.DENIES,
            PartyState.ASSERTS,
        ]
    )
}


def refresh(claim_ids: Iterable[int]) -> int:
    """Recomputes ClaimFigures of these claims from accepted and published positions; returns how many claims.

    A fixed number of queries a call, whatever the number of claims. Drafts get figures too (the desk shows them), from accepted
    positions alone, so that publishing changes nothing but what is counted.
    """
    wanted = sorted(set(claim_ids))
    claims = list(
        Claim.objects.filter(pk__in=wanted).prefetch_related(
            Prefetch("verdicts", Verdict.objects.current(), to_attr="in_force")
        )
    )
    positions: dict[int, list[Position]] = defaultdict(list)
    for position in (
        Position.objects.counted()
        .filter(claim__in=wanted, statement__review="accepted")
        .select_related("statement__source", "claim")
        .prefetch_related(Prefetch("statement__speakers", StatementSpeaker.objects.exclude(speaker=None)))
        .defer("statement__source__body", "statement__source__raw", "statement__source__search")
        .order_by("pk")
    ):
        positions[position.claim_id].append(position)
    parties = Parties(
        body
        for several in positions.values()
        for position in several
        for row in position.statement.speakers.all()
        if (body := row.on_behalf_of_id or row.speaker_id)
    )
    rows = [_figures(claim, positions[claim.pk], parties) for claim in claims]
    if rows:
        fields = [f.name for f in ClaimFigures._meta.concrete_fields if not f.primary_key]
        ClaimFigures.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["claim"], update_fields=fields
        )
    return len(rows)


def _figures(claim: Claim, positions: list[Position], parties: Parties) -> ClaimFigures:
    if claim.publication != Publication.DRAFT:
        positions = [
            p
            for p in positions
            if p.published_at is not None and p.statement.source.publication == "published"
        ]
    facts: list[Fact] = []
    bodies: dict[int, Speaker] = {}
    for position in positions:
        statement = position.statement
        for row in statement.speakers.all():
            body = row.on_behalf_of_id or row.speaker_id
            if body is None:
                continue  # nobody is named: the article itself is no party
            party = parties.of(body)
            bodies[party.pk] = party
            facts.append(
                Fact(
                    party=party.pk,
                    stance=Stance(position.stance),
                    statement=statement.pk,
                    earliest=statement.said_earliest,
                    latest=statement.said_latest,
                    after=statement.after_id,
                )
            )
    states = party_states(facts)
    named = sorted(states.items(), key=lambda item: (_ORDER[item[1]], bodies[item[0]].name))  # type: ignore[index]
    sources = {p.statement.source_id: p.statement.source.origin_id for p in positions}
    dates = [d for p in positions if (d := p.statement.said_latest or p.statement.said_earliest)]
    verdict = next(iter(claim.in_force), None)  # type: ignore[attr-defined]
    moments = [p.published_at or p.created_at for p in positions] + [claim.published_at or claim.created_at]
    if verdict and verdict.decided_at:
        moments.append(verdict.decided_at)
    return ClaimFigures(
        claim=claim,
        contest=summary(states).value,
        parties=[
            {"party": pk, "name": bodies[pk].name, "slug": bodies[pk].slug, "state": state.value}  # type: ignore[index]
            for pk, state in named
        ],
        rating=verdict.rating if verdict else "",
        rated_at=verdict.decided_at if verdict else None,
        newest_on=max(dates, default=None),
        sort_at=max(moments),
        statements=len({p.statement_id for p in positions}),
        denials=len({p.statement_id for p in positions if p.stance == Stance.DENIES}),
        admissions=len({p.statement_id for p in positions if p.stance == Stance.ADMITS}),
        sources=len(sources),
        origins=len(set(sources.values())),
    )
