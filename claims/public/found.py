"""What stands at an address now: the thing itself, the one it was merged into, or the one that had the address before."""

from __future__ import annotations

from http import HTTPStatus

from django.db.models import Exists, OuterRef

from claims.models import (
    Claim,
    ClaimQuerySet,
    Correction,
    Evidence,
    OldSlug,
    Redaction,
    Request,
    Speaker,
    Verdict,
    Withdrawal,
)
from claims.public.prepared import Prepared
from claims.vocabulary import Publication
from sources.models import Source

# A claim merged into one that was merged again: so many steps are followed.
MOST_MERGES = 10


def _with_hints(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Whether there is anything to ask for, seen or not: most claims have none of it, and a question costs more than its answer."""
    of_it = {"claim": OuterRef("pk")}
    found: ClaimQuerySet = claims.select_related("topic", "figures").annotate(
        has_decisions=Exists(Verdict.objects.filter(**of_it)),
        has_more=Exists(Evidence.objects.filter(**of_it))
        | Exists(Request.objects.filter(**of_it))
        | Exists(Correction.objects.filter(**of_it)),
    )
    return found


_at = Prepared(lambda slug: _with_hints(Claim.objects.defer("search_it", "search_en").filter(slug=slug)), str)


def claim_at(slug: str) -> Claim | None:
    """The claim of this address, or the one it was merged into; with its topic and figures, published or not.

    `has_decisions`, `has_more`: whether any decision, and any evidence, request or correction, is on record about it.

    A draft that was merged had no address that readers could know: it is found as the draft it was.
    """
    found = next(iter(_at(slug)), None)
    for _step in range(MOST_MERGES):
        if found is None or found.merged_into_id is None or found.publication == Publication.DRAFT:
            break
        found = _with_hints(Claim.objects.without_vectors().filter(pk=found.merged_into_id)).first()
    return found


_speaker_at = Prepared(
    lambda slug: Speaker.objects.select_related(
        "speaks_for__speaks_for__speaks_for__speaks_for", "merged_into", "only_in__outlet", "outlet"
    ).filter(slug=slug),
    str,
)


def speaker_at(slug: str) -> Speaker | None:
    """The speaker of this address, with whom they speak for and whom they were merged into."""
    return next(iter(_speaker_at(slug)), None)


def moved_to(kind: str, slug: str) -> str:
    """The present slug of what had this address before; "" when nothing ever had it, or what had it is not public.

    `kind`: claim or speaker. A speaker's address leads on from before a merge too.
    """
    return _claim_moved_to(slug) if kind == "claim" else _speaker_moved_to(slug)


def _claim_moved_to(slug: str) -> str:
    old = OldSlug.objects.select_related("claim").filter(slug=slug, claim__isnull=False).first()
    return str(old.claim.slug) if old and old.claim and old.claim.publication != Publication.DRAFT else ""


def _speaker_moved_to(slug: str) -> str:
    found = Speaker.objects.filter(slug=slug).first() or Speaker.objects.filter(old_slugs__slug=slug).first()
    for _step in range(MOST_MERGES):
        if found is None or found.merged_into is None:
            break
        found = found.merged_into
    is_seen = found is not None and Speaker.objects.published().filter(pk=found.pk).exists()
    return found.slug if found and is_seen and found.slug != slug else ""


def why_gone(**what: Claim | Source) -> tuple[HTTPStatus, Withdrawal | None]:
    """(410, or 451 where words were erased on an order (RFC 7725); the public reason) of what was withdrawn. Two queries.

    `what`: claim=… or source=…
    """
    reason = Withdrawal.objects.published().filter(reopened_at=None, **what).order_by("-withdrawn_at").first()
    erased = Redaction.objects.filter(**{f"request__{kind}": found for kind, found in what.items()}).exists()
    return HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS if erased else HTTPStatus.GONE, reason
