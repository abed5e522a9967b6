"""Django's `migrate`, always as the owner: the application's role can change rows and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

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
