"""What readers see of things that live in the archive but depend on the newsroom. Everything else has `published()` itself."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery

from claims.models import Position, SpeakerName
from sources.models import Outlet, OutletQuerySet
from sources.vocabulary import SourcePublication


def published_outlets() -> OutletQuerySet:
    """Outlets of a published source with a statement that readers see."""
    reported = Position.objects.published().filter(statement__source__outlet=OuterRef("pk")).order_by()
    # A value, not EXISTS: one of each outlet is looked for, where PostgreSQL would join all the statements there are.
    found: OutletQuerySet = Outlet.objects.alias(reported=Subquery(reported.values("pk")[:1])).filter(
        reported__isnull=False
    )
    return found


def published_spellings() -> QuerySet[SpeakerName]:
    """Other names of people and bodies: those on record, and those seen in an article that readers see."""
    return SpeakerName.objects.filter(
        Q(seen_in=None) | Q(seen_in__publication=SourcePublication.PUBLISHED.value)
    )
