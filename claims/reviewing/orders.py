"""Orders to erase words: recorded by one person, approved by another, carried out by the command `redact` with the owner's connection."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from claims.acts import act, change, lock
from claims.errors import Refused
from claims.models import Request
from claims.vocabulary import ORDERS, Verb

__all__ = ["approve_order", "take_back_approval"]


def approve_order(order: Request, *, by: User, base: int | None = None) -> None:
    """From now on the order stays as it is, and `redact` carries it out. Raises Refused, Stale, PermissionDenied."""
    with act(Verb.APPROVE_ORDER, by=by, name="approve_order"):
        stored = lock(order)
        if stored.kind not in ORDERS:
            raise Refused("kind", _("Only a court order, a privacy request or a removal has words erased."))
        if stored.approved_by_id is not None:
            raise Refused("approved", _("It is approved already."))
        if sum(each is not None for each in (stored.claim_id, stored.statement_id, stored.source_id)) != 1:
            raise Refused(
                "what", _("Say what is to be erased: exactly one claim, one statement or one article.")
            )
        if stored.handled_by_id is None:
            raise Refused("handled_by", _("Say who handles it: somebody else approves it."))
        if stored.handled_by_id == by.pk:
            raise Refused("self", _("You handle this order: somebody else approves it."))
        change(order, {"approved_by": by}, base=base)


def take_back_approval(order: Request, *, by: User) -> None:
    """Before it was carried out: the order can be edited again."""
    with act(Verb.APPROVE_ORDER, by=by, name="take_back_approval"):
        stored = lock(order)
        if stored.approved_by_id is None or stored.carried_out_at is not None:
            raise Refused("approved", _("It is not approved, or it was carried out already."))
        change(order, {"approved_by": None})
