from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims import contest
from claims.models import Claim

BATCH = 500


class Command(BaseCommand):
    help = "Recomputes who contests what, for all claims or those named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--claim", metavar="SLUG", nargs="+", help="only these claims")

    def handle(self, *args: Any, claim: list[str] | None, **options: Any) -> None:
        chosen = Claim.objects.filter(slug__in=claim) if claim else Claim.objects.all()
        keys = list(chosen.order_by("pk").values_list("pk", flat=True))
        done = sum(contest.refresh(keys[start : start + BATCH]) for start in range(0, len(keys), BATCH))
        self.stdout.write(f"Recomputed {done:,} claim{'' if done == 1 else 's'}.")
