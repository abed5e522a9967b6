"""What `manage.py check` says about an installation, with a hint each. `check --deploy` asks more."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError, connections


@register(Tags.security, deploy=True)
def second_reader_is_on(**options: Any) -> list[CheckMessage]:
    if settings.CLAIMTRACKER_SECOND_READER:
        return []
    return [
        checks.Warning(
            "One editor alone can change a published verdict.",
            hint="Set CLAIMTRACKER_SECOND_READER=true to require a second editor's approval.",
            id="claimtracker.W001",
        )
    ]


@register(Tags.security, deploy=True)
def totp_is_required(**options: Any) -> list[CheckMessage]:
    if settings.CLAIMTRACKER_REQUIRE_TOTP:
        return []
    return [
        checks.Warning(
            "A password alone opens the desk.",
            hint="Set CLAIMTRACKER_REQUIRE_TOTP=true to require a one-time code as well.",
            id="claimtracker.W002",
        )
    ]


def _owns_the_tables() -> bool | None:
    """None where the database does not answer or has no tables yet."""
    with suppress(DatabaseError), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(tableowner, 'MEMBER') FROM pg_tables WHERE tablename = 'claims_claim'"
        )
        found = cursor.fetchone()
        return bool(found[0]) if found else None
    return None


@register(Tags.security)
def owner_is_another_role(**options: Any) -> list[CheckMessage]:
    """The history holds only against a role that owns no table."""
    if settings.DATABASES["default"].get("USER") != settings.DATABASES["owner"].get("USER"):
        return []
    # No owner's address is known here, as it should be where pages are served and workers run: whose tables they are is asked.
    if _owns_the_tables() is False:
        return []
    return [
        checks.Warning(
            "The application uses the database as the owner of its tables and could rewrite their history.",
            hint="Set DATABASE_OWNER_URL to the owner's address and DATABASE_URL to that of a role with rights on rows alone.",
            id="claimtracker.W003",
        )
    ]
