"""Django's `makemigrations`, without asking any database: it compares models with files."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemigrations

from claimtracker.routing import without_database


class Command(makemigrations.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with without_database():
            super().handle(*args, **options)
