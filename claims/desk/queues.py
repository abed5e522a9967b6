"""What waits on the desk: the lists that its home counts and that the sections open on. Reads only."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from claims.models import (
    Assignment,
    BulkJob,
    Claim,
    Position,
    PositionQuerySet,
    ReadingChange,
    Request,
    RequestQuerySet,
    Statement,
    Verdict,
    VerdictQuerySet,
)
from claims.models.claim import READERS_SEE
from claims.vocabulary import Publication, Review, Stance
from sources.models import DerivationProposal, ImportItem
from sources.vocabulary import Outcome

# What can turn a published assessment over.
TURNS = (Stance.DENIES.value, Stance.ADMITS.value, Stance.RETRACTS.value)

# The home counts so far.
COUNTED = 1000

# What is due within so long is due.
SOON = timedelta(days=1)


def news_on_published_claims() -> PositionQuerySet:
    """Denials, admissions and withdrawals on published claims that readers do not see yet, or that came after the decision."""
    decided = F("claim__figures__rated_at")
    return Position.objects.filter(
        Q(published_at=None) | Q(created_at__gt=decided) | Q(statement__reviewed_at__gt=decided),
        stance__in=TURNS,
        statement__review__in=[Review.SUGGESTED.value, Review.ACCEPTED.value],
        claim__publication__in=READERS_SEE,
        claim__merged_into=None,
    )


def claims_with_news(limit: int = 500) -> dict[int, int]:
    """The published claims that something new speaks against, newest first, with how much of it: the newest `limit` are looked at."""
    return dict(
        Counter(news_on_published_claims().order_by("-pk").values_list("claim_id", flat=True)[:limit])
    )


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
