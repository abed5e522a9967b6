"""What waits on the desk: the lists that its home counts and that the sections open on. Reads only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from claims.models import (
    Assignment,
    BulkJob,
    Claim,
    ClaimFigures,
    Position,
    PositionQuerySet,
    ReadingChange,
    Request,
    RequestQuerySet,
    Statement,
    Verdict,
    VerdictQuerySet,
)
from claims.vocabulary import Publication, Review
from sources.models import DerivationProposal, ImportItem
from sources.vocabulary import Outcome

# The home counts so far.
COUNTED = 1000

# So many claims with news stand on top of the list of claims.
NEWS = 500

# What is due within so long is due.
SOON = timedelta(days=1)


def news_on_published_claims(limit: int) -> PositionQuerySet:
    """The newest `limit` denials, admissions and withdrawals that the published claims' editors have not dealt with, newest first."""
    # The newest pieces of news stand on the claims whose own newest is among the newest.
    claims = _claims_with_news()[:limit].values("claim_id")
    return Position.objects.news().filter(claim__in=claims).order_by("-pk")[:limit]


def _claims_with_news() -> QuerySet[ClaimFigures]:
    return ClaimFigures.objects.filter(news__gt=0).order_by("-news_newest")


def claims_with_news() -> QuerySet[Any, Any]:
    """Keys of the published claims that something new speaks against: those with the newest of it, NEWS at most."""
    return _claims_with_news().values("claim_id")[:NEWS]


def how_many_with_news() -> int | str:
    return how_many(_claims_with_news())


def how_many(rows: QuerySet[Any, Any]) -> int | str:
    """The number, as far as anybody works through it: "1000+" costs the same whatever waits."""
    n = rows.order_by().values("pk")[: COUNTED + 1].count()
    return f"{COUNTED}+" if n > COUNTED else n


def drafts() -> QuerySet[Claim]:
    return Claim.objects.filter(publication=Publication.DRAFT, merged_into=None)


def to_be_reviewed() -> QuerySet[Claim]:
    """Published claims about which nobody has decided."""
    return Claim.objects.published().filter(Q(figures=None) | Q(figures__rating=""))


def second_readings() -> VerdictQuerySet:
    """Proposals, and decisions put into force before anybody else had read them."""
    return Verdict.objects.awaiting_second_reading()


def suggestions() -> QuerySet[Statement]:
    return Statement.objects.filter(review=Review.SUGGESTED)


def proposed_changes() -> QuerySet[ReadingChange]:
    """What a newer reading would add, change or drop, and nobody has decided yet."""
    return ReadingChange.objects.filter(decided_at=None)


def possible_copies() -> QuerySet[DerivationProposal]:
    """Articles of which nobody has said yet whether they are copies."""
    return DerivationProposal.objects.waiting()


def requests_due() -> RequestQuerySet:
    """What is due within a day, and what is overdue."""
    return Request.objects.due(timezone.now() + SOON)


def in_hands_of(user: Any) -> QuerySet[Assignment]:
    """What this person was handed, or took, and has not said to be done."""
    return Assignment.objects.filter(to=user, done_at=None)


def has_acts_on_many(user: Any) -> bool:
    """Whether this person ever asked for an act on a whole list: then the pages lead to how far it is, and what was left and why."""
    return BulkJob.objects.filter(by=user).exists()


def failed_imports() -> QuerySet[ImportItem]:
    return ImportItem.objects.filter(outcome=Outcome.FAILED)
