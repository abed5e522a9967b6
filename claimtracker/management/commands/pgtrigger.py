"""django-pgtrigger's command, as the owner; installing resets the functions, so they are hardened again."""

from __future__ import annotations

from typing import Any

from pgtrigger.management.commands import pgtrigger

from claimtracker.hardening import harden
from claimtracker.routing import OWNER


class Command(pgtrigger.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options | {"database": OWNER})  # type: ignore[no-untyped-call]
        harden()
