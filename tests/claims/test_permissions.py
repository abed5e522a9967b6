"""Who may do what. The table is written out once more, so that a change of it is a decision and not a slip."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied

from claims.permissions import may, require, roles_of
from claims.vocabulary import ALLOWED, Role, Verb
from tests.factories import make_user

pytestmark = pytest.mark.django_db

EVERYBODY = set(Role)
EDITORS = {Role.EDITOR, Role.SENIOR_EDITOR}
SENIOR = {Role.SENIOR_EDITOR}
TABLE = {
    "read_desk": EVERYBODY,
    "import": EDITORS,
    "triage": EDITORS,
    "draft": EDITORS,
    "propose": EDITORS,
    "mark": EDITORS,
    "approve": EDITORS,
    "publish": SENIOR,
    "publish_update": EDITORS,
    "publish_now": SENIOR,
    "correct": SENIOR,
    "review_again": SENIOR,
    "withdraw": SENIOR,
    "reopen": SENIOR,
    "merge": EDITORS,
    "record_request": EDITORS,
    "assign": EDITORS,
    "approve_order": SENIOR,
    "manage_users": {Role.ADMIN},
}


def test_the_table_names_every_verb() -> None:
    assert {verb.value for verb in Verb} == set(TABLE) == {verb.value for verb in ALLOWED}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says_and_no_more(role: Role) -> None:
    user = make_user(role)
    assert {verb.value for verb in Verb if may(user, verb)} == {
        v for v, roles in TABLE.items() if role in roles
    }


def disabled() -> User:
    user = make_user(*Role)
    user.is_active = False
    return user


def superuser_without_a_role() -> User:
    user = make_user()
    user.is_superuser = user.is_staff = True
    return user


def in_a_group_of_another_name() -> User:
    user = make_user()
    user.groups.add(Group.objects.create(name="readers' club"))
    return user


@pytest.mark.parametrize(
    "make", [AnonymousUser, make_user, disabled, superuser_without_a_role, in_a_group_of_another_name]
)
def test_without_a_role_nobody_may_anything(make: type[AnonymousUser]) -> None:
    user = make()
    assert roles_of(user) == frozenset()
    for verb in Verb:
        with pytest.raises(PermissionDenied, match="may not do this"):
            require(user, verb)


def test_several_roles_add_up() -> None:
    user = make_user(Role.VIEWER, Role.ADMIN)
    assert may(user, Verb.MANAGE_USERS) and not may(user, Verb.DRAFT)


def test_roles_are_asked_for_once_a_request(django_assert_num_queries: object) -> None:
    user = User.objects.get(pk=make_user(Role.EDITOR).pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for verb in Verb:
            may(user, verb)
