from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims import noticing


class Command(BaseCommand):
    help = "Sends the e-mails that wait: work handed over, proposals to read, proposals sent back, requests due. Nothing is sent twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many wait")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        waiting = noticing.waiting()
        if dry_run:
            self.stdout.write(f"{len(waiting):,} waiting.")
            return
        sent, failed = noticing.send(waiting)
        self.stdout.write(f"Sent {sent:,}.")
        if failed:
            raise CommandError(f"{failed:,} could not be sent; they are tried again the next time.")
