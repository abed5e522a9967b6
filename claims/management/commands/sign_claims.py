from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims import signatures
from claims.models import Claim


class Command(BaseCommand):
    help = (
        "Works out who and what claims are about, by which similar claims are found: for claims that have no signature yet, or one"
        " by an older version of the lists of words."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="every claim, for example after names of speakers were added"
        )

    def handle(self, *args: Any, all: bool, **options: Any) -> None:  # noqa: A002 -- the option's name
        chosen = Claim.objects.all() if all else signatures.unsigned()
        done = signatures.sign(chosen.values_list("pk", flat=True))
        self.stdout.write(f"Signed {done:,} claim{'' if done == 1 else 's'}.")
