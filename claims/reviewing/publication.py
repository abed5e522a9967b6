"""What readers see: publishing, updating, correcting and withdrawing, each with its public trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest, signatures
from claims.acts import act, change, lock, refuse_steps_own
from claims.corrections import note_change, was_seen, words
from claims.errors import Refused
from claims.models import Claim, Correction, OldSlug, Position, PositionQuerySet, Statement, Withdrawal
from claims.permissions import require
from claims.reviewing.stages import read_by_publishing
from claims.vocabulary import REASON_MIN_LENGTH, Publication, Review, Verb
from sources.models import Source
from sources.vocabulary import Shown, SourcePublication

# Texts of a published claim whose change readers are told about.
TOLD = ("text_it", "text_en", "period_earliest", "period_latest", "period_basis")
# What other acts decide about a claim or an article.
OWN = frozenset({"publication", "published_at", "merged_into", "shown", "body"})


def publish(claim: Claim, *, by: User, base: int | None = None) -> None:
    """Shows the claim and its accepted statements to readers. One language is enough. Raises Refused, Stale."""
    with act(Verb.PUBLISH, by=by, name="publish"):
        stored = lock(claim)
        if stored.publication != Publication.DRAFT:
            raise Refused("published", _("This claim is published already."))
        if stored.merged_into_id is not None:
            raise Refused("merged", _("This claim was merged into another one: use that one."))
        # The claim last: lists follow it once, with everything in its place.
        now = timezone.now()
        _publish_positions(claim, by)
        read_by_publishing(claim, by=by)
        contest.refresh([claim.pk], published_at=now)
        change(
            claim,
            {"publication": Publication.PUBLISHED.value, "published_at": now, "updated_at": now},
            base=base,
        )


def publish_update(claim: Claim, *, by: User, base: int | None = None) -> int:
    """Shows statements that were accepted since; returns how many. With second reading on, not by the one who linked them."""
    with act(Verb.PUBLISH_UPDATE, by=by, name="publish_update"):
        if not lock(claim).is_public:
            raise Refused("draft", _("This claim is not published."))
        change(claim, {"updated_at": timezone.now()}, base=base)
        shown = _publish_positions(claim, by, second_reading=settings.CLAIMTRACKER_SECOND_READER)
        contest.refresh([claim.pk])
        return shown


def waiting_update(claim: Claim) -> PositionQuerySet:
    """What "publish update" would show: accepted since, and not shown yet."""
    return Position.objects.filter(claim=claim, published_at=None, statement__review=Review.ACCEPTED)


def only_by(user: User) -> Q:
    """Positions that nobody but `user` has looked at: linked by them, or linked by no editor and accepted by them."""
    return Q(proposed_by=user) | Q(proposed_by=None, statement__reviewed_by=user)


def _publish_positions(claim: Claim, by: User, *, second_reading: bool = False) -> int:
    waiting = waiting_update(claim)
    if second_reading:
        if waiting.exists() and not waiting.exclude(only_by(by)).exists():
            raise Refused("own", _("Another editor publishes what you linked."))
        waiting = waiting.exclude(only_by(by))
    keys = list(waiting.values_list("pk", flat=True))
    return Position.objects.filter(pk__in=keys).update(published_at=timezone.now(), published_by=by)


def publish_source(
    source: Source, *, by: User, shown: Shown | str | None = None, base: int | None = None
) -> None:
    """Shows the source to readers: cited passages only, or the whole text that is ours or free. Repeating changes `shown`."""
    with act(Verb.PUBLISH, by=by, name="publish_source"):
        changes: dict[str, Any] = {"shown": Shown(shown).value} if shown else {}
        stored = lock(source)
        if stored.publication == SourcePublication.WITHDRAWN:
            raise Refused("withdrawn", _("This article was withdrawn: reopen it first."))
        if stored.publication == SourcePublication.DRAFT:
            changes |= {"publication": SourcePublication.PUBLISHED.value, "published_at": timezone.now()}
        if changes:
            change(source, changes, base=base)
            contest.refresh(_claims_on(source))


def edit_claim(claim: Claim, changes: Mapping[str, Any], *, by: User, base: int | None = None) -> None:
    """Writes an editor's changes; a published claim's words and period get their public correction, and its old address stays."""
    with act(Verb.DRAFT, by=by, name="edit_claim"):
        refuse_steps_own(changes, OWN)
        stored = lock(claim)
        seen = stored.publication != Publication.DRAFT
        if seen:
            require(by, Verb.CORRECT)
        before = {name: getattr(stored, name) for name in (*TOLD, "slug")}
        change(claim, {**changes, "updated_at": timezone.now()}, base=base)
        signatures.sign([claim.pk])
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
    obj: Claim | Statement | Source,
    *,
    by: User,
    text: str | Mapping[str, str],
    changes: Mapping[str, Any] | None = None,
) -> Correction:
    """Publishes a correction in our words, with the changes it tells of. Raises Refused for what readers have never seen."""
    with act(Verb.CORRECT, by=by, name="correct"):
        said = _long_enough(text)
        refuse_steps_own(changes or {}, OWN | {"source", "review"})
        stored = lock(obj)
        if not was_seen(obj):
            raise Refused("draft", _("Readers have never seen this: edit it instead."))
        before = {name: getattr(stored, name) for name in changes or {}}
        if changes:
            change(obj, changes)
            if isinstance(obj, Claim):
                signatures.sign([obj.pk])
        contest.refresh(_claims_on(obj))
        return note_change(obj, by=by, before=before, after=dict(changes or {}), text=said)


def review_again(claim: Claim, *, by: User, base: int | None = None) -> None:
    """Puts a published claim under review: the page stays, with a notice on top."""
    with act(Verb.REVIEW_AGAIN, by=by, name="review_again"):
        if lock(claim).publication != Publication.PUBLISHED:
            raise Refused("draft", _("Only a published claim can be put under review."))
        change(claim, {"publication": Publication.UNDER_REVIEW.value}, base=base)


def withdraw(obj: Claim | Source, *, by: User, because: str | Mapping[str, str]) -> Withdrawal:
    """Takes a claim or an article off the site. Its address says why (410 Gone); nothing is deleted."""
    said = words(because)
    with act(Verb.WITHDRAW, by=by, name="withdraw", because=said["en"] or said["it"]):
        if lock(obj).publication not in (Publication.PUBLISHED, Publication.UNDER_REVIEW):
            raise Refused("draft", _("Only what is published can be withdrawn."))
        reason = _long_enough(said)
        change(obj, {"publication": Publication.WITHDRAWN.value})
        place = {"claim": obj} if isinstance(obj, Claim) else {"source": obj}
        made = Withdrawal.objects.create(**place, reason_it=reason["it"], reason_en=reason["en"], by=by)
        contest.refresh(_claims_on(obj))
        return made


def reopen(obj: Claim | Source, *, by: User) -> None:
    """Ends a review or a withdrawal: readers see it again."""
    under_review = obj.publication == Publication.UNDER_REVIEW
    with act(Verb.REVIEW_AGAIN if under_review else Verb.REOPEN, by=by, name="reopen"):
        if lock(obj).publication not in (Publication.UNDER_REVIEW, Publication.WITHDRAWN):
            raise Refused("published", _("It is neither under review nor withdrawn."))
        change(obj, {"publication": Publication.PUBLISHED.value})
        obj.withdrawals.filter(reopened_at=None).update(reopened_at=timezone.now())
        contest.refresh(_claims_on(obj))


def _long_enough(text: str | Mapping[str, str]) -> dict[str, str]:
    said = {language: each.strip() for language, each in words(text).items()}
    if max(map(len, said.values())) < REASON_MIN_LENGTH:
        raise Refused(
            "reason",
            _("Give a reason of at least %(n)s characters: readers will see it.") % {"n": REASON_MIN_LENGTH},
        )
    return said


def _claims_on(obj: Claim | Statement | Source) -> list[int]:
    """Claims whose figures depend on it."""
    if isinstance(obj, Claim):
        return [obj.pk]
    theirs = {"statement": obj} if isinstance(obj, Statement) else {"statement__source": obj}
    return list(Position.objects.filter(**theirs).values_list("claim_id", flat=True).distinct())
