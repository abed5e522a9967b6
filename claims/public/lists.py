"""Claims, denials and decisions as they stand in a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db import connections, router
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.models import (
    Claim,
    ClaimCount,
    ClaimQuerySet,
    ListedClaim,
    OutletCount,
    Position,
    PositionQuerySet,
    Speaker,
    StatementSpeaker,
    Topic,
    Verdict,
    VerdictQuerySet,
)
from claims.public import sentences
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.decisions import Decision, Stamp, decision, stamp
from claims.public.facets import Facets
from claims.public.filters import (
    Narrowed,
    heard,
    narrowed,
    speakers_called,
)
from claims.public.marking import Piece
from claims.public.naming import Names, page_language
from claims.public.paging import Count, Page, counted
from claims.public.prepared import Prepared
from claims.visibility import published_outlets
from claims.vocabulary import Contest, Rating, Stance
from sources.models import OutletQuerySet
from sources.names import fold


class ClaimRow(NamedTuple):
    """A claim as its line in a list needs it: a tenth of the work of making a Claim with its figures. `parties`: ClaimFigures.parties."""

    slug: str
    text_it: str
    text_en: str
    rating: str
    contest: str
    parties: list[dict[str, Any]]
    sources: int
    listed_at: datetime
    listed_key: int

    @property
    def language(self) -> str:
        """As Claim.language says it."""
        return self.worded(page_language())[1]

    @property
    def text(self) -> str:
        return self.worded(page_language())[0]

    def worded(self, language: str) -> tuple[str, str]:
        """(its words, their language): in this one where it has them."""
        words = {"it": self.text_it, "en": self.text_en}
        if not words.get(language):
            language = "it" if self.text_it else "en"
        return words[language], language


@dataclass(frozen=True, slots=True)
class ClaimItem:
    claim: Claim | ClaimRow
    stamp: Stamp
    sentences: list[sentences.Sentence]
    contest: str
    sources: int
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


# The order of a list of claims: the columns of the row that it is read from.
LISTED = ("listed_at", "listed_key")
NEWEST_LISTED = [f"-{column}" for column in LISTED]


def listed_claims() -> ClaimQuerySet:
    """Published claims with what their line needs."""
    found: ClaimQuerySet = (
        Claim.objects.published()
        .without_vectors()
        .filter(listing__sort_at__isnull=False)
        .select_related("figures", "topic")
        .annotate(listed_at=F("listing__sort_at"), listed_key=F("listing__claim_id"))
    )
    return found


def rows(claims: QuerySet[Claim]) -> QuerySet[Claim, Any]:
    """Of listed claims what ClaimRow holds, in its order."""
    figures = ("rating", "contest", "parties", "sources")
    return claims.values_list(
        "slug", "text_it", "text_en", *(f"figures__{name}" for name in figures), *LISTED
    )


CLAIMS_A_PAGE, LINES_A_PAGE, NEWEST_ON_HOME = 20, 30, 5


def claim_items(
    claims: Sequence[Claim | ClaimRow], mark: Callable[[str], Sequence[Piece]] | None = None
) -> list[ClaimItem]:
    """One query: the names of all the parties. `mark`: marks the words that were looked for."""
    figures = [claim if isinstance(claim, ClaimRow) else claim.figures for claim in claims]
    names = Names.of(key for each in figures for key in sentences.party_keys(each.parties))
    return [
        ClaimItem(
            claim,
            stamp(each.rating),
            sentences.sentences(each.parties, names),
            each.contest,
            each.sources,
            mark(claim.text) if mark else (),
        )
        for claim, each in zip(claims, figures, strict=True)
    ]


def changes_of_story() -> ClaimQuerySet:
    """Claims about which a party changed its story, in a known order."""
    found: ClaimQuerySet = listed_claims().filter(listing__is_turned=True)
    return found


newest_changes = Prepared(lambda: changes_of_story().order_by(*NEWEST_LISTED)[:NEWEST_ON_HOME])


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
        spoken = StatementSpeaker.objects.filter(statement=OuterRef("statement"))
        found = found.filter(Exists(spoken.filter(_by(speakers_called(denied_by)))))
    return found


# Of a body with more who speak for it, each statement is asked for whom its speaker speaks.
SPOKESPEOPLE = 1000
# How far a chain of those who speak for others is followed, as in ClaimSpeaker.
STEPS = 3
_MOUTHS = """WITH RECURSIVE mouth (id, steps) AS (
    SELECT unnest(%(named)s::bigint[]), 0
    UNION SELECT s.id, mouth.steps + 1 FROM mouth
        -- One after the other, by the index: else all speakers are read.
        CROSS JOIN LATERAL (SELECT id FROM claims_speaker WHERE speaks_for_id = mouth.id LIMIT %(most)s) AS s
        WHERE mouth.steps < %(steps)s
)
SELECT id FROM mouth LIMIT %(most)s
"""


def _by(named: list[int]) -> Q:
    """Whether a speaker of a statement is one of these or speaks for them. One query."""
    with connections[router.db_for_read(Speaker)].cursor() as cursor:
        cursor.execute(_MOUTHS, {"named": named, "steps": STEPS, "most": SPOKESPEOPLE + 1})
        mouths = [key for (key,) in cursor.fetchall()]
    if len(mouths) <= SPOKESPEOPLE:
        return Q(speaker__one_of=mouths)
    chains = (f"speaker{'__speaks_for' * steps}__in" for steps in range(STEPS + 1))
    return reduce(or_, (Q((chain, named)) for chain in chains))


# A distinct denial may stand on several lines.
newest_denials = Prepared(lambda: listed_denials().order_by("-published_at", "-id")[: 4 * NEWEST_ON_HOME])
first_denials = Prepared(lambda: listed_denials().order_by("-published_at", "-id")[: LINES_A_PAGE + 1])


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


newest_decisions = Prepared(lambda: listed_decisions().order_by("-decided_at", "-id")[:NEWEST_ON_HOME])


def decision_items(verdicts: Sequence[Verdict]) -> list[DecisionItem]:
    return [DecisionItem(verdict.claim, decision(verdict)) for verdict in verdicts]


class CappedCount(Subquery):
    """How many rows a query has, counted up to a limit that the query itself carries."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


def topics_with_counts() -> list[tuple[Topic, Count]]:
    """Topics of published claims in the order of their names, and how many claims each has. Two queries."""
    by_topic = ClaimCount.objects.filter(every_topic=False).order_by().values_list("topic")
    counts = dict(by_topic.annotate(sum=Sum("n")))
    found = sorted(Topic.objects.published(), key=lambda topic: fold(topic.name))
    return [(topic, Count.upto(counts.get(topic.pk, 0))) for topic in found]


def outlets_with_counts() -> OutletQuerySet:
    """Outlets that readers meet; `n`: how many published articles each has."""
    counts = (
        OutletCount.objects.filter(outlet=OuterRef("pk")).order_by().values("outlet").annotate(sum=Sum("n"))
    )
    return published_outlets().annotate(
        n=Coalesce(Subquery(counts.values("sum")), 0, output_field=IntegerField())
    )


def how_many(asked: Narrowed, numbers: Facets, shown: Page) -> Count:
    """How many claims a list has; a query only where neither its page nor its numbers say."""
    is_beyond = shown.is_placed and not shown.items
    if not (shown.newer or shown.older or is_beyond):
        return Count.upto(len(shown.items))
    if numbers.total is not None:
        # Of what was not counted to its end, the page alone may show more; there is another page.
        is_less = numbers.total.is_capped and numbers.total.n < len(shown.items)
        return Count(len(shown.items), is_capped=True) if is_less else numbers.total
    columns = asked.columns()
    if asked.hits:
        return counted(narrowed(listed_claims(), asked))
    if asked.speakers is not None:
        return counted(heard(list(asked.speakers), columns).values("claim").distinct())
    return counted(ListedClaim.objects.filter(**columns))


def tallies() -> dict[str, Count]:
    """How many claims of each kind readers can see, in one query."""
    found: Counter[str] = Counter()
    cells = ClaimCount.objects.filter(every_topic=True).order_by().values_list("rating", "contest")
    for rating, contest, n in cells.annotate(sum=Sum("n")):
        found.update({"all": n, contest: n, rating or "unreviewed": n})
    kinds = [
        "all",
        Contest.DENIED.value,
        Contest.DENIED_THEN_ADMITTED.value,
        "unreviewed",
        *(r.value for r in Rating),
    ]
    return {kind: Count.upto(found[kind]) for kind in kinds}
