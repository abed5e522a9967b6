"""What readers see of things that live in the archive but depend on the newsroom. Everything else has `published()` itself."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from claims.models import Position
from sources.models import Outlet, OutletQuerySet


def published_outlets() -> OutletQuerySet:
    """Outlets of a published source with a statement that readers see."""
    reported = Position.objects.published().filter(statement__source__outlet=OuterRef("pk"))
    return Outlet.objects.filter(Exists(reported))
