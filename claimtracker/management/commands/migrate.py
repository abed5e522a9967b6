"""Django's `migrate`, always as the owner, and the history out of the application's reach afterwards."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

from claimtracker.hardening import harden
from claimtracker.routing import OWNER


def _note_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    """AddTrigger's own, but for rendering the model and all its neighbours anew: a trigger changes no field.

    Two hundred times, that was half of the time of a first migration.
    """
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]


AddTrigger.state_forwards = _note_trigger  # type: ignore[method-assign,assignment]


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
