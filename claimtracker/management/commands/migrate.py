"""Django's `migrate`, always as the owner, and the history out of the application's reach afterwards."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

from claimtracker.hardening import harden
from claimtracker.routing import OWNER


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != OWNER:
            raise CommandError(
                f"Tables are made through the connection “{OWNER}” alone; leave --database out."
            )
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            harden()
