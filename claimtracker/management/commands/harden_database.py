"""Puts the history out of the application's reach again; `migrate` and `pgtrigger` do it by themselves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from claimtracker.hardening import harden


class Command(BaseCommand):
    help = "Lets only the database's owner write history or switch triggers off."

    def handle(self, *args: Any, **options: Any) -> None:
        harden()
        self.stdout.write("Only the owner can write history or switch triggers off.")
