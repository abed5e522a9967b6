"""The step in which we ask and answer: right of reply, replies, corrections asked of us, removals, privacy, court orders.

Nothing is deleted. Only a reply is ever shown to readers, as it was written and by an act of its own; a sender's e-mail address never.
Orders to erase words are approved in reviewing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.acts import act, change, lock, refuse_steps_own
from claims.errors import Refused
from claims.models import Request
from claims.vocabulary import (
    OUTCOMES,
    REASON_MIN_LENGTH,
    RequestKind,
    RequestOutcome,
    Verb,
)

__all__ = [
    "answer_request",
    "edit_request",
    "hide_reply",
    "publish_reply",
    "record_request",
    "reopen_request",
]

# What acts of their own decide.
OWN = frozenset({"published_at", "approved_by", "carried_out_at"})
# What readers see of a published reply.
SHOWN = frozenset({"kind", "claim", "speaker", "sender", "text", "language", "received_at"})


def record_request(request: Request, *, by: User) -> Request:
    """Stores a new one. Its answer is due in CLAIMTRACKER_REQUEST_DUE_DAYS unless it says when. Raises Refused.

    A reply to something that we asked (`answers`) closes what we asked.
    """
    with act(Verb.RECORD_REQUEST, by=by, name="record_request"):
        _check(request)
        request.due_at = request.due_at or request.received_at + timedelta(
            days=settings.CLAIMTRACKER_REQUEST_DUE_DAYS
        )
        request.handled_by = request.handled_by or by
        request.save(force_insert=True)
        asked = request.answers
        if asked is not None and lock(asked).outcome == RequestOutcome.OPEN:
            change(asked, {"outcome": RequestOutcome.ANSWERED.value, "answered_at": request.received_at})
    return request


def edit_request(request: Request, changes: Mapping[str, Any], *, by: User, base: int | None = None) -> None:
    """Writes an editor's changes. What readers see of a published reply never changes. Raises Refused, Stale."""
    with act(Verb.RECORD_REQUEST, by=by, name="edit_request"):
        refuse_steps_own(changes, OWN)
        stored = lock(request)
        if stored.published_at is not None and SHOWN & set(changes):
            raise Refused("published", _("Readers see this reply: take it off the page first."))
        for name, value in changes.items():
            setattr(stored, name, value)
        _check(stored)
        change(request, changes, base=base)


def answer_request(
    request: Request,
    outcome: RequestOutcome | str,
    *,
    by: User,
    answer: str = "",
    note: str = "",
    base: int | None = None,
) -> None:
    """Ends it. `answer`: the e-mail as we sent it; `note`: for colleagues. Raises Refused, Stale."""
    with act(Verb.RECORD_REQUEST, by=by, name="answer_request"):
        stored = lock(request)
        if stored.outcome != RequestOutcome.OPEN:
            raise Refused("answered", _("It is answered already: open it again first."))
        if outcome not in {each.value for each in OUTCOMES[RequestKind(stored.kind)]}:
            raise Refused("outcome", _("A request of this kind does not end like this."))
        changes: dict[str, Any] = {
            "outcome": RequestOutcome(outcome).value,
            "answer": answer.strip(),
            "outcome_note": note.strip(),
            "answered_at": timezone.now(),
        }
        if stored.handled_by_id is None:
            changes["handled_by"] = by
        change(request, changes, base=base)


def reopen_request(request: Request, *, by: User, because: str, base: int | None = None) -> None:
    """It waits for an answer again; what we answered stays on record. Raises Refused, Stale."""
    with act(Verb.RECORD_REQUEST, by=by, name="reopen_request", because=_sentence(because)):
        stored = lock(request)
        if stored.outcome == RequestOutcome.OPEN:
            raise Refused("open", _("It waits for an answer already."))
        if stored.carried_out_at is not None:
            raise Refused("carried_out", _("The order was carried out."))
        due = timezone.now() + timedelta(days=settings.CLAIMTRACKER_REQUEST_DUE_DAYS)
        changes: dict[str, Any] = {"outcome": RequestOutcome.OPEN.value, "answered_at": None, "due_at": due}
        change(request, changes, base=base)


def publish_reply(request: Request, *, by: User, base: int | None = None) -> None:
    """Shows a reply in full on its claim's page, with its date and who replies. Raises Refused, Stale."""
    with act(Verb.PUBLISH, by=by, name="publish_reply"):
        stored = lock(request)
        if stored.kind != RequestKind.REPLY:
            raise Refused("kind", _("Only a reply is shown to readers."))
        if stored.published_at is not None:
            raise Refused("published", _("Readers see this reply already."))
        if stored.claim is None or not stored.claim.is_public:
            raise Refused("claim", _("A reply is shown on a published claim: say on which one it is."))
        if stored.speaker_id is None and not stored.public_sender.strip():
            raise Refused("sender", _("Say who replies: readers see it beside the reply."))
        now = timezone.now()
        changes: dict[str, Any] = {"published_at": now}
        if stored.outcome == RequestOutcome.OPEN:
            changes |= {"outcome": RequestOutcome.ACCEPTED.value, "answered_at": now}
        change(request, changes, base=base)


def hide_reply(request: Request, *, by: User, because: str, base: int | None = None) -> None:
    """Takes a reply off its claim's page; it stays on record. Raises Refused, Stale."""
    with act(Verb.WITHDRAW, by=by, name="hide_reply", because=_sentence(because)):
        if lock(request).published_at is None:
            raise Refused("hidden", _("Readers do not see this reply."))
        change(request, {"published_at": None}, base=base)


def _check(request: Request) -> None:
    """What holds for every request, whoever records it."""
    if not request.text.strip():
        raise Refused("text", _("Copy in what was written."))
    if "@" in request.sender:
        raise Refused(
            "sender", _("Write the e-mail address in its own field: the name may be shown to readers.")
        )
    if request.received_at > timezone.now() + timedelta(minutes=5):
        raise Refused("received_at", _("It cannot have come later than now."))
    if request.due_at and request.due_at < request.received_at:
        raise Refused("due_at", _("It cannot be due before it came."))
    if request.kind in (RequestKind.REPLY, RequestKind.RIGHT_OF_REPLY) and request.claim_id is None:
        raise Refused("claim", _("Say on which claim: a reply belongs to one."))
    asked = request.answers
    if asked is not None and (
        request.kind != RequestKind.REPLY
        or asked.kind != RequestKind.RIGHT_OF_REPLY
        or asked.claim_id != request.claim_id
    ):
        raise Refused("answers", _("Only a reply on the same claim answers what we asked."))


def _sentence(because: str) -> str:
    if len(because.strip()) < REASON_MIN_LENGTH:
        raise Refused(
            "reason",
            _("Give a reason of at least %(n)s characters; it stays in the history.")
            % {"n": REASON_MIN_LENGTH},
        )
    return because.strip()
