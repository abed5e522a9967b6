"""Who contests what: computed from statements, never typed.

A party is the root of the chain of `speaks_for`: Peskov → Kremlin → Russia. Parties are counted, not mouths. A change of story needs a
known order: dates that do not overlap, or an editor's "said after". Text order is not event order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q

from claims.models import Claim, ClaimFigures, Position, Speaker, Statement, StatementSpeaker, Verdict
from claims.vocabulary import (
    TURNING_STANCES,
    Contest,
    PartyState,
    Publication,
    Review,
    SpeakerKind,
    Stance,
)
from sources.inserting import insert

__all__ = ["Fact", "Parties", "claims_where_they_count", "party_states", "refresh", "summary"]

# From so many new figures on it pays to look which claims have none yet: those are copied in.
MANY = 50


@dataclass(frozen=True)
class Fact:
    """One position of one party on one claim. Dates bound when it was said; None is open.

    A fact of nobody (`party` None, stance context) says when something in between was said: "after" leads through it.
    """

    party: Hashable
    stance: Stance
    statement: int
    earliest: date | None = None
    latest: date | None = None
    after: int | None = None


class _Order:
    """What is known of the order of statements: dates that do not overlap, "said after", and what follows from both."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        by_statement = {fact.statement: fact for fact in facts}
        # What each statement was said after, however many steps back.
        self._earlier: dict[int, set[int]] = {}
        # No earlier than this, and no later than that: a statement is later than all that it was said after.
        self._floor: dict[int, date] = {}
        self._ceiling: dict[int, date] = {}
        for statement, fact in by_statement.items():
            chain = {statement}
            step = fact.after
            while step is not None and step not in chain:
                chain.add(step)
                step = by_statement[step].after if step in by_statement else None
            self._earlier[statement] = chain - {statement}
            known = [by_statement[each] for each in chain if each in by_statement]
            self._floor[statement] = max(each.earliest or date.min for each in known)
            for each in chain:
                self._ceiling[each] = min(self._ceiling.get(each, date.max), fact.latest or date.max)

    def follows(self, later: Fact, earlier: Fact) -> bool:
        """Whether `later` is known to have been said after `earlier`."""
        if earlier.statement in self._earlier[later.statement]:
            return True
        return self._floor[later.statement] > self._ceiling[earlier.statement]


def _state(facts: list[Fact], order: _Order) -> PartyState | None:
    by_stance: dict[Stance, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_stance[fact.stance].append(fact)

    def turned(first: Stance, then: Stance) -> bool:
        return any(order.follows(b, a) for a in by_stance[first] for b in by_stance[then])

    if turned(Stance.DENIES, Stance.ADMITS):
        return PartyState.DENIED_THEN_ADMITTED
    if turned(Stance.ADMITS, Stance.DENIES):
        return PartyState.ASSERTED_THEN_DENIED
    if by_stance[Stance.ADMITS]:
        return PartyState.ADMITTED
    if by_stance[Stance.RETRACTS]:
        return PartyState.RETRACTED
    if turned(Stance.ASSERTS, Stance.DENIES):
        return PartyState.ASSERTED_THEN_DENIED
    if by_stance[Stance.DENIES]:
        return PartyState.DENIES
    return PartyState.ASSERTS if by_stance[Stance.ASSERTS] else None


def party_states(facts: Iterable[Fact]) -> dict[Hashable, PartyState]:
    """What each party has done to one claim. The order in which the facts come does not matter; context counts for nothing."""
    facts = list(facts)
    order = _Order(facts)
    parties: dict[Hashable, list[Fact]] = defaultdict(list)
    for fact in facts:
        parties[fact.party].append(fact)
    states = {party: _state(theirs, order) for party, theirs in parties.items()}
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


def _next(speaker: Speaker) -> int | None:
    """One step up the chain. Who is unnamed speaks for nobody that we could name: they are a party of their own."""
    if speaker.kind == SpeakerKind.ANONYMOUS:
        return None
    return speaker.merged_into_id or speaker.speaks_for_id


class Parties:
    """Looks up the party of a body; reads the chains of all bodies it is given in few queries (one a level)."""

    def __init__(self, bodies: Iterable[int]) -> None:
        self._known: dict[int, Speaker] = {}
        wanted = set(bodies)
        while wanted:
            found = Speaker.objects.filter(pk__in=wanted).only(
                "kind", "name", "slug", "speaks_for", "merged_into"
            )
            wanted = set()
            for speaker in found:
                self._known[speaker.pk] = speaker
                step = _next(speaker)
                if step and step not in self._known:
                    wanted.add(step)

    def of(self, body: int) -> Speaker:
        """The root of the chain. A loop ends where it would begin again."""
        seen = {body}
        speaker = self._known[body]
        while (step := _next(speaker)) and step not in seen:
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


@transaction.atomic
def refresh(claim_ids: Iterable[int], *, published_at: datetime | None = None) -> int:
    """Recomputes ClaimFigures of these claims from accepted and published positions; returns how many claims.

    A fixed number of queries a call, whatever the number of claims (and one for each step that "said after" takes outside them).
    Drafts get figures too (the desk shows them), from accepted positions alone. The claims are locked first: of two acts at once the
    second counts what the first did. `published_at`: the figures that they have as soon as they are published, which the caller
    does next.
    """
    wanted = sorted(set(claim_ids))
    claims = list(
        Claim.objects.only("publication", "published_at", "created_at", "merged_into")
        .select_for_update(no_key=True)
        .filter(pk__one_of=wanted)
        .order_by("pk")
        .prefetch_related(Prefetch("verdicts", Verdict.objects.current(), to_attr="in_force"))
    )
    if published_at is not None:
        for claim in claims:
            claim.publication, claim.published_at = Publication.PUBLISHED.value, published_at
    everything = _positions(wanted, public=[claim.pk for claim in claims if claim.is_public])
    positions = {pk: [p for p in several if _counts(p)] for pk, several in everything.items()}
    between = _said_between(p.statement for several in positions.values() for p in several)
    parties = Parties(
        body
        for several in positions.values()
        for position in several
        for row in position.statement.speakers.all()
        if (body := row.on_behalf_of_id or row.speaker_id)
    )
    rows = [_figures(claim, positions.get(claim.pk, []), parties, between) for claim in claims]
    for row in rows:
        _count_news(row, everything.get(row.claim_id, ()))
    _store(rows)
    return len(rows)


def _store(rows: list[ClaimFigures]) -> None:
    """The claims are locked: nobody else stores figures of them meanwhile."""
    if len(rows) >= MANY:
        keys = [row.claim_id for row in rows]
        here = set(ClaimFigures.objects.filter(claim__one_of=keys).values_list("claim_id", flat=True))
        insert([row for row in rows if row.claim_id not in here])
        rows = [row for row in rows if row.claim_id in here]
    if rows:
        fields = [f.name for f in ClaimFigures._meta.concrete_fields if not f.primary_key]
        ClaimFigures.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["claim"], update_fields=fields
        )


def claims_where_they_count(speakers: Iterable[int]) -> set[int]:
    """Claims with words of these speakers, of those who speak for them (however many steps down), or on behalf of any of them."""
    mouths = set(speakers)
    found = mouths
    while found:
        found = set(
            Speaker.objects.filter(Q(speaks_for__one_of=found) | Q(merged_into__one_of=found)).values_list(
                "pk", flat=True
            )
        )
        found -= mouths
        mouths |= found
    theirs = StatementSpeaker.objects.filter(Q(speaker__one_of=mouths) | Q(on_behalf_of__one_of=mouths))
    return set(
        Position.objects.filter(statement__in=theirs.values("statement")).values_list("claim_id", flat=True)
    )


def _positions(claim_ids: list[int], *, public: list[int]) -> dict[int, list[Position]]:
    """By claim, what editors accepted; of public claims also what waits for them."""
    seen = Q(statement__review=Review.ACCEPTED.value)
    seen |= Q(statement__review=Review.SUGGESTED.value, claim__one_of=public)
    positions: dict[int, list[Position]] = defaultdict(list)
    for position in (
        Position.objects.filter(seen, claim__one_of=claim_ids)
        .select_related("statement__source")
        .prefetch_related(
            Prefetch(
                "statement__speakers",
                StatementSpeaker.objects.exclude(speaker=None).only("statement", "speaker", "on_behalf_of"),
            )
        )
        .only(
            "claim",
            "stance",
            "published_at",
            "created_at",
            "statement__said_earliest",
            "statement__said_latest",
            "statement__after",
            "statement__review",
            "statement__reviewed_at",
            "statement__in_title",
            "statement__inside",
            "statement__source__publication",
            "statement__source__origin",
        )
        .order_by("pk")
    ):
        positions[position.claim_id].append(position)
    return positions


def _counts(position: Position) -> bool:
    """Accepted, and neither a title nor a nested copy: see `PositionQuerySet.counted`."""
    statement = position.statement
    return statement.review == Review.ACCEPTED and not statement.in_title and statement.inside_id is None


def _count_news(figures: ClaimFigures, positions: Iterable[Position]) -> None:
    """What `PositionQuerySet.news` finds on the claim: how much, and the newest of it."""
    if not figures.claim.is_public:
        return
    decided = figures.rated_at
    news = [
        position.pk
        for position in positions
        if position.stance in TURNING_STANCES
        and (
            position.published_at is None
            or (decided is not None and position.created_at > decided)
            or (decided is not None and (position.statement.reviewed_at or decided) > decided)
        )
    ]
    figures.news, figures.news_newest = len(news), max(news, default=None)


def _said_between(statements: Iterable[Statement]) -> dict[int, Statement]:
    """These statements and all that they were said after, by id; what editors discarded or did not accept leads nowhere."""
    known = {statement.pk: statement for statement in statements}
    wanted = {s.after_id for s in known.values() if s.after_id} - known.keys()
    while wanted:
        found = (
            Statement.objects.filter(pk__in=wanted, review=Review.ACCEPTED)
            .select_related("source")
            .defer("source__body", "source__raw", "source__search")
        )
        known |= {statement.pk: statement for statement in found}
        wanted = {s.after_id for s in found if s.after_id} - known.keys()
    return known


def _facts(
    positions: list[Position], parties: Parties, between: Mapping[int, Statement], *, published: bool
) -> list[Fact]:
    """Positions by party, and what stands between them. `published`: only what readers see leads from one to another."""
    facts: list[Fact] = []
    steps: set[int] = set()
    for position in positions:
        statement = position.statement
        facts += [
            _fact(statement, parties.of(body).pk, Stance(position.stance))
            for row in statement.speakers.all()
            if (body := row.on_behalf_of_id or row.speaker_id)  # nobody: the article itself is no party
        ]
        step = statement.after_id
        while step is not None and step in between and step not in steps:
            if published and between[step].source.publication != "published":
                break
            steps.add(step)
            step = between[step].after_id
    counted = {position.statement_id for position in positions}
    return facts + [_fact(between[step], None, Stance.CONTEXT) for step in sorted(steps - counted)]


def _fact(statement: Statement, party: int | None, stance: Stance) -> Fact:
    return Fact(
        party, stance, statement.pk, statement.said_earliest, statement.said_latest, statement.after_id
    )


def _figures(
    claim: Claim, positions: list[Position], parties: Parties, between: Mapping[int, Statement]
) -> ClaimFigures:
    published = claim.publication != Publication.DRAFT
    if published:
        positions = [
            p
            for p in positions
            if p.published_at is not None and p.statement.source.publication == "published"
        ]
    facts = _facts(positions, parties, between, published=published)
    bodies = {
        party.pk: party for party in map(parties.of, {f.party for f in facts if isinstance(f.party, int)})
    }
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
