"""What stands at an address now: the thing itself, the one it was merged into, or the one that had the address before."""

from __future__ import annotations

from typing import Any

from claims.models import Claim, OldSlug, Speaker
from claims.vocabulary import Publication

# A claim merged into one that was merged again: so many steps are followed.
MOST_MERGES = 10


def claim_at(slug: str) -> Claim | None:
    """The claim of this address, or the one it was merged into; with its topic and figures, published or not."""
    found = Claim.objects.without_vectors().select_related("topic", "figures").filter(slug=slug).first()
    for _step in range(MOST_MERGES):
        if found is None or found.merged_into_id is None:
            break
        found = (
            Claim.objects.without_vectors()
            .select_related("topic", "figures")
            .filter(pk=found.merged_into_id)
            .first()
        )
    return found


def speaker_at(slug: str) -> Speaker | None:
    """The speaker of this address, with whom they speak for and whom they were merged into."""
    chain = "speaks_for__speaks_for__speaks_for__speaks_for"
    return (
        Speaker.objects.select_related(chain, "merged_into", "only_in__outlet", "outlet")
        .filter(slug=slug)
        .first()
    )


def moved_to(kind: str, slug: str) -> str:
    """The present slug of what had this address before; "" when nothing ever had it, or what had it is not public.

    `kind`: claim, speaker, topic or outlet.
    """
    old = OldSlug.objects.select_related(kind).filter(slug=slug, **{f"{kind}__isnull": False}).first()
    found: Any = getattr(old, kind) if old else None
    if found is None or (kind == "claim" and found.publication == Publication.DRAFT):
        return ""
    return str(found.slug)
