"""Who may do what: the one table in vocabulary.py, asked of Django groups."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from claims.vocabulary import ALLOWED, Role, Verb

# Where a user object remembers its roles.
CACHE = "_claimtracker_roles"


def roles_of(user: User | AnonymousUser | Any) -> frozenset[Role]:
    """The user's roles; none for a stranger or a disabled account. Asked once per user object."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    known: dict[str, Any] = vars(user)
    if CACHE not in known:
        values = {role.value for role in Role}
        names = user.groups.values_list("name", flat=True)
        known[CACHE] = frozenset(Role(name) for name in names if name in values)
    roles: frozenset[Role] = known[CACHE]
    return roles


def may(user: User | AnonymousUser | Any, verb: Verb) -> bool:
    """Whether the table allows it. Being a superuser changes nothing: editors decide, administrators administer."""
    return bool(roles_of(user) & ALLOWED[verb])


def require(user: User | AnonymousUser | Any, verb: Verb) -> None:
    """Raises PermissionDenied with a sentence for people unless the table allows it."""
    if not may(user, verb):
        raise PermissionDenied(_("Your account may not do this."))
