"""Who looks after what on the desk, and what colleagues write to each other about it. Readers see nothing of either."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.acts import act
from claims.errors import Refused
from claims.models import Assignment, Claim, Note, Request
from claims.permissions import may
from claims.vocabulary import ALLOWED, Verb
from sources.models import Source

__all__ = ["assign", "colleagues", "finish_assignment", "write_note"]

Thing = Claim | Source | Request


def colleagues() -> list[User]:
    """Whom work can be handed to: active accounts that work at the desk, by name."""
    roles = [role.value for role in ALLOWED[Verb.ASSIGN]]
    return list(User.objects.filter(is_active=True, groups__name__in=roles).distinct().order_by("username"))


def assign(thing: Thing, *, to: User, by: User, due_on: date | None = None) -> Assignment:
    """Hands it to a colleague or to oneself; several may have it. Raises Refused."""
    with act(Verb.ASSIGN, by=by, name="assign"):
        if not may(to, Verb.ASSIGN):
            raise Refused("to", _("This account does not work at the desk."))
        place = {_place(thing): thing}
        if Assignment.objects.filter(**place, to=to, done_at=None).exists():
            raise Refused("assigned", _("It is in their hands already."))
        return Assignment.objects.create(**place, to=to, by=by, due_on=due_on)


def finish_assignment(assignment: Assignment, *, by: User) -> None:
    """It is done, or taken back by who handed it over. Raises Refused for anybody else, and when it was done meanwhile."""
    with act(Verb.ASSIGN, by=by, name="finish_assignment"):
        if by.pk not in (assignment.to_id, assignment.by_id):
            raise Refused("whose", _("Whoever has it says that it is done."))
        waiting = Assignment.objects.filter(pk=assignment.pk, done_at=None)
        if not waiting.update(done_at=timezone.now()):
            raise Refused("done", _("It was done already."))
        assignment.refresh_from_db()


def write_note(thing: Claim | Source, *, by: User, text: str) -> Note:
    """A note for colleagues. Raises Refused for an empty one."""
    with act(Verb.ASSIGN, by=by, name="write_note"):
        if not text.strip():
            raise Refused("text", _("Write the note first."))
        place = {"claim" if isinstance(thing, Claim) else "source": thing}
        return Note.objects.create(**place, author=by, text=text.strip())


def _place(thing: Thing) -> str:
    """The field of an assignment that names it."""
    return {Claim: "claim", Source: "source", Request: "request"}[type(thing)]
