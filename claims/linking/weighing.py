"""Which waiting denials, admissions and withdrawals may turn a published claim over: what triage puts first.

Likeness takes milliseconds for each, so it is worked out once and stored (PossibleTurn). New suggestions are weighed when they come and,
a few at a time, when the queue is opened; those weighed before there was a newer claim are weighed again after the new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from claims.linking.similar import alike_to_each
from claims.models import Claim, Position, PossibleTurn, Statement
from claims.models.claim import READERS_SEE
from claims.vocabulary import TURNING_ACTS, Review
from sources.models import Source

__all__ = ["unweighed", "weigh"]

# Weighed unless more are asked for, and compared with claims in one go.
BATCH, AT_ONCE = 20, 60
WAITING_TURNS = Q(review=Review.SUGGESTED.value, act__in=sorted(each.value for each in TURNING_ACTS))


def unweighed() -> QuerySet[Statement]:
    """Suggested denials, admissions and withdrawals not compared with claims yet, newest first."""
    return Statement.objects.filter(WAITING_TURNS, turn=None).order_by("-pk")


def weigh(*, limit: int = BATCH, source: int | None = None, sources: Sequence[int] | None = None) -> int:
    """Compares at most `limit` of them with the claims we track; returns how many. Writes no history: it is derived.

    `source`, `sources`: at most `limit` of each of these articles, right after they were read. Without: the newest anywhere, and what
    was decided is forgotten.
    """
    if source is not None or sources is not None:
        keys = _newest_of([*(sources or ()), *([source] if source is not None else [])], limit)
    else:
        PossibleTurn.objects.exclude(statement__review=Review.SUGGESTED.value).delete()
        keys = list(unweighed().values_list("pk", flat=True)[:limit])
        if len(keys) < limit:
            keys += _weighed_before_the_newest_claim(limit - len(keys))
    for start in range(0, len(keys), AT_ONCE):
        _weigh(keys[start : start + AT_ONCE])
    return len(keys)


def _newest_of(sources: Sequence[int], limit: int) -> list[int]:
    """At most `limit` of each article."""
    found: dict[int, list[int]] = {}
    for pk, source in unweighed().filter(source__in=sources).values_list("pk", "source"):
        found.setdefault(source, []).append(pk)
    return [pk for keys in found.values() for pk in keys[:limit]]


def _weighed_before_the_newest_claim(limit: int) -> list[int]:
    newest = Claim.objects.filter(merged_into=None).aggregate(at=Max("created_at"))["at"]
    if newest is None:
        return []
    rows = PossibleTurn.objects.filter(weighed_at__lt=newest).order_by("weighed_at")
    waiting = rows.filter(
        statement__review=Review.SUGGESTED, statement__act__in=[each.value for each in TURNING_ACTS]
    )
    return list(waiting.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _weigh(keys: Iterable[int]) -> None:
    # Only while they wait, and only those that nobody is weighing at this moment.
    held = (
        Statement.objects.filter(WAITING_TURNS, pk__in=keys)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .only("source", "spans", "said_earliest", "said_latest")
        .order_by("pk")
    )
    statements = list(held)
    # Each article once, however many of its statements there are.
    articles = Source.objects.only("title", "body", "language").in_bulk(
        {each.source_id for each in statements}
    )
    for statement in statements:
        statement.source = articles[statement.source_id]
    on = dict(
        Position.objects.filter(
            statement__in=statements, claim__publication__in=READERS_SEE, claim__merged_into=None
        ).values_list("statement_id", "claim_id")
    )
    rows = []
    for statement, found in zip(statements, alike_to_each(statements), strict=True):
        # Where several are alike, one that readers see matters more.
        best = next((each for each in found if each.public), found[0] if found else None)
        claim = on.get(statement.pk) or (best.claim if best else None)
        score = 1.0 if statement.pk in on else (best.score if best else None)
        rows.append(PossibleTurn(statement=statement, claim_id=claim, score=score))
    PossibleTurn.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["statement"],
        update_fields=["claim", "score", "weighed_at"],
    )
