"""What readers see: publishing, updating, correcting and withdrawing, each with its public trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change
from claims.corrections import note_change, words
from claims.errors import Refused
from claims.models import Claim, Correction, OldSlug, Position, Withdrawal
from claims.vocabulary import REASON_MIN_LENGTH, Publication, Review, Verb
from sources.models import Source
from sources.vocabulary import Shown, SourcePublication

# Texts of a published claim whose change readers are told about.
TOLD = ("text_it", "text_en", "period_earliest", "period_latest", "period_basis")


def publish(claim: Claim, *, by: User, base: int | None = None) -> None:
    """Shows the claim and its accepted statements to readers. One language is enough. Raises Refused, Stale."""
    if claim.publication != Publication.DRAFT:
        raise Refused("published", _("This claim is published already."))
    if claim.merged_into_id is not None:
        raise Refused("merged", _("This claim was merged into another one: use that one."))
    with act(Verb.PUBLISH, by=by, name="publish"):
        now = timezone.now()
        change(
            claim,
            {"publication": Publication.PUBLISHED.value, "published_at": now, "updated_at": now},
            base=base,
        )
        _publish_positions(claim, by)
        contest.refresh([claim.pk])


def publish_update(claim: Claim, *, by: User, base: int | None = None) -> int:
    """Shows statements that were accepted since; returns how many. With second reading on, not by the one who linked them."""
    if not claim.is_public:
        raise Refused("draft", _("This claim is not published."))
    with act(Verb.PUBLISH_UPDATE, by=by, name="publish_update"):
        change(claim, {"updated_at": timezone.now()}, base=base)
        shown = _publish_positions(claim, by, second_reading=settings.CLAIMTRACKER_SECOND_READER)
        contest.refresh([claim.pk])
        return shown


def _publish_positions(claim: Claim, by: User, *, second_reading: bool = False) -> int:
    waiting = Position.objects.filter(claim=claim, published_at=None, statement__review=Review.ACCEPTED)
    if second_reading:
        if waiting.exists() and not waiting.exclude(proposed_by=by).exists():
            raise Refused("own", _("Another editor publishes what you linked."))
        waiting = waiting.exclude(proposed_by=by)
    keys = list(waiting.values_list("pk", flat=True))
    return Position.objects.filter(pk__in=keys).update(published_at=timezone.now(), published_by=by)


def publish_source(
    source: Source, *, by: User, shown: Shown | str | None = None, base: int | None = None
) -> None:
    """Shows the source to readers: cited passages only, or the whole text that is ours or free. Repeating changes `shown`."""
    with act(Verb.PUBLISH, by=by, name="publish_source"):
        changes: dict[str, Any] = {"shown": Shown(shown).value} if shown else {}
        if source.publication == SourcePublication.WITHDRAWN:
            raise Refused("withdrawn", _("This article was withdrawn: reopen it first."))
        if source.publication == SourcePublication.DRAFT:
            changes |= {"publication": SourcePublication.PUBLISHED.value, "published_at": timezone.now()}
        if changes:
            change(source, changes, base=base)
            contest.refresh(_claims_on(source))


def edit_claim(claim: Claim, changes: Mapping[str, Any], *, by: User, base: int | None = None) -> None:
    """Writes an editor's changes; a published claim's words and period get their public correction, and its old address stays."""
    seen = claim.publication != Publication.DRAFT
    with act(Verb.CORRECT if seen else Verb.DRAFT, by=by, name="edit_claim"):
        stored = Claim.objects.get(pk=claim.pk)
        before = {name: getattr(stored, name) for name in (*TOLD, "slug")}
        change(claim, {**changes, "updated_at": timezone.now()}, base=base)
        if not seen:
            return
        told = [name for name in TOLD if name in changes and changes[name] != before[name]]
        if told:
            note_change(
                claim,
                by=by,
                before={name: before[name] for name in told},
                after={name: changes[name] for name in told},
            )
        if changes.get("slug", before["slug"]) != before["slug"]:
            OldSlug.objects.get_or_create(slug=before["slug"], claim=claim)


def correct(
    obj: Any, *, by: User, text: str | Mapping[str, str], changes: Mapping[str, Any] | None = None
) -> Correction:
    """Publishes a correction in our words, with the changes it tells of."""
    with act(Verb.CORRECT, by=by, name="correct"):
        _long_enough(text)
        before = {name: getattr(obj, name) for name in changes or {}}
        if changes:
            change(obj, changes)
        return note_change(obj, by=by, before=before, after=dict(changes or {}), text=text)


def review_again(claim: Claim, *, by: User, base: int | None = None) -> None:
    """Puts a published claim under review: the page stays, with a notice on top."""
    if claim.publication != Publication.PUBLISHED:
        raise Refused("draft", _("Only a published claim can be put under review."))
    with act(Verb.REVIEW_AGAIN, by=by, name="review_again"):
        change(claim, {"publication": Publication.UNDER_REVIEW.value}, base=base)


def withdraw(obj: Claim | Source, *, by: User, because: str | Mapping[str, str]) -> Withdrawal:
    """Takes a claim or an article off the site. Its address says why (410 Gone); nothing is deleted."""
    if obj.publication not in (Publication.PUBLISHED, Publication.UNDER_REVIEW):
        raise Refused("draft", _("Only what is published can be withdrawn."))
    reason = _long_enough(because)
    with act(Verb.WITHDRAW, by=by, name="withdraw", because=reason["en"] or reason["it"]):
        change(obj, {"publication": Publication.WITHDRAWN.value})
        place = {"claim": obj} if isinstance(obj, Claim) else {"source": obj}
        made = Withdrawal.objects.create(**place, reason_it=reason["it"], reason_en=reason["en"], by=by)
        contest.refresh([obj.pk] if isinstance(obj, Claim) else _claims_on(obj))
        return made


def reopen(obj: Claim | Source, *, by: User) -> None:
    """Ends a review or a withdrawal: readers see it again."""
    if obj.publication not in (Publication.UNDER_REVIEW, Publication.WITHDRAWN):
        raise Refused("published", _("It is neither under review nor withdrawn."))
    with act(Verb.REOPEN, by=by, name="reopen"):
        change(obj, {"publication": Publication.PUBLISHED.value})
        obj.withdrawals.filter(reopened_at=None).update(reopened_at=timezone.now())
        contest.refresh([obj.pk] if isinstance(obj, Claim) else _claims_on(obj))


def _long_enough(text: str | Mapping[str, str]) -> dict[str, str]:
    said = {language: each.strip() for language, each in words(text).items()}
    if max(map(len, said.values())) < REASON_MIN_LENGTH:
        raise Refused(
            "reason",
            _("Give a reason of at least %(n)s characters: readers will see it.") % {"n": REASON_MIN_LENGTH},
        )
    return said


def _claims_on(source: Source) -> list[int]:
    return list(
        Position.objects.filter(statement__source=source).values_list("claim_id", flat=True).distinct()
    )
