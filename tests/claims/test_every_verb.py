"""Every verb of the table of permissions, done by who may, by a colleague who may not, and by a stranger.

A new verb that is missing here fails: say how it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims import answering, assigning, linking, reviewing
from claims.models import Request, Verdict
from claims.vocabulary import ALLOWED, Role, Verb
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, signed_in
from tests.factories import make_claim

pytestmark = pytest.mark.django_db
WHY = {"en": "It rests on a mistranslation."}
Do = Callable[[Newsroom, Any], Any]


def chief() -> User:
    return User.objects.filter(username="chief").first() or make_account("chief", "senior editor")


def shown(room: Newsroom) -> Newsroom:
    reviewing.publish_source(room.source, by=chief())
    reviewing.publish(room.claim, by=chief())
    return room


def proposed(room: Newsroom, author: Any) -> Verdict:
    return reviewing.propose(room.claim, "disputed", by=author, because={"en": REASON})


def early(room: Newsroom, by: Any) -> None:
    """One's own proposal, where one can have one."""
    own = isinstance(by, User) and by.groups.filter(name=Role.SENIOR_EDITOR.value).exists()
    reviewing.publish_now(proposed(room, by if own else chief()), by=by, because=REASON)


def order(room: Newsroom) -> Request:
    return Request.objects.create(
        kind="court_order", text="Erase it.", received_at=timezone.now(), claim=room.claim, handled_by=chief()
    )


def page(name: str) -> Do:
    """A page that only they open."""

    def opened(_room: Newsroom, by: Any) -> None:
        client = signed_in(by) if isinstance(by, User) else Client()
        if client.get(reverse(name)).status_code != 200:
            raise PermissionDenied

    return opened


DONE: dict[Verb, Do] = {
    Verb.READ_DESK: page("desk:home"),
    Verb.IMPORT: page("admin:sources_source_add_articles"),
    Verb.TRIAGE: lambda room, by: linking.accept(room.suggestion, by=by),
    Verb.DRAFT: lambda room, by: reviewing.edit_claim(room.claim, {"desk_note": "Look again."}, by=by),
    Verb.PROPOSE: lambda room, by: proposed(room, by),
    Verb.MARK: lambda room, by: reviewing.dispute(room.claim, by=by, because={"en": REASON}),
    Verb.APPROVE: lambda room, by: reviewing.approve(proposed(room, chief()), by=by),
    Verb.PUBLISH: lambda room, by: reviewing.publish(room.claim, by=by),
    Verb.PUBLISH_UPDATE: lambda room, by: reviewing.publish_update(shown(room).claim, by=by),
    Verb.PUBLISH_NOW: early,
    Verb.CORRECT: lambda room, by: reviewing.correct(shown(room).claim, by=by, text=WHY),
    Verb.REVIEW_AGAIN: lambda room, by: reviewing.review_again(shown(room).claim, by=by),
    Verb.WITHDRAW: lambda room, by: reviewing.withdraw(shown(room).claim, by=by, because=WHY),
    Verb.REOPEN: lambda room, by: (
        reviewing.review_again(shown(room).claim, by=chief()),
        reviewing.reopen(room.claim, by=by),
    ),
    Verb.MERGE: lambda room, by: linking.merge_claims(make_claim(), into=room.claim, by=by, because=REASON),
    Verb.RECORD_REQUEST: lambda _room, by: answering.record_request(
        Request(kind="correction", sender="A reader", text="The month.", received_at=timezone.now()), by=by
    ),
    Verb.ASSIGN: lambda room, by: assigning.write_note(room.claim, by=by, text="Look again."),
    Verb.APPROVE_ORDER: lambda room, by: reviewing.approve_order(order(room), by=by),
    Verb.MANAGE_USERS: page("admin:auth_user_add"),
}


def test_every_verb_is_tried() -> None:
    assert set(DONE) == set(Verb)


@pytest.mark.parametrize("verb", list(Verb))
def test_who_may_does_it(verb: Verb) -> None:
    room = make_newsroom()
    for role in sorted(ALLOWED[verb])[:1]:
        DONE[verb](room, make_account("who-may", role.value))


@pytest.mark.parametrize("verb", list(Verb))
def test_a_colleague_with_every_other_role_does_not(verb: Verb) -> None:
    room = make_newsroom()
    others = [role.value for role in Role if role not in ALLOWED[verb]]
    with pytest.raises(PermissionDenied):
        DONE[verb](room, make_account("colleague", *others))


@pytest.mark.parametrize("verb", list(Verb))
def test_a_stranger_does_not(verb: Verb) -> None:
    with pytest.raises(PermissionDenied):
        DONE[verb](make_newsroom(), AnonymousUser())
