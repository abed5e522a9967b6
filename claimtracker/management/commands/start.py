"""`python3 manage.py start`: from nothing, or from yesterday, to the site on this machine. Every step is skipped when done."""

from __future__ import annotations

import fcntl
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections, transaction

from claims.models import Claim
from claimtracker import assets, bootstrap, health, places
from claimtracker.accounts import give_one_time_password
from sources.models import Source

EDITOR = "editor"
EDITOR_ROLES = ("senior editor", "admin")


class Command(BaseCommand):
    help = "Sets ClaimTracker up where needed and serves it on 127.0.0.1."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        bootstrap.add_start_arguments(parser)

    def handle(self, *args: Any, port: int, no_serve: bool, articles: Path | None, **options: Any) -> None:
        places.make_folder(settings.DATA_DIR)
        with open(settings.DATA_DIR / "start.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once: the second finds everything done
            self.make_tables()
            self.make_account()
            self.import_seeds(articles)
            self.collect()
        connections.close_all()
        address = f"http://127.0.0.1:{port}"
        if no_serve:
            self.stdout.write("Everything is set up. Serve it with: python3 manage.py start")
            return
        from claimtracker.serving import Site

        Site(
            port, lambda: self.say(f"The site: {address}/   the desk: {address}/admin/   Stop with Ctrl-C.")
        ).run()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def make_tables(self) -> None:
        missing = health.what_is_missing()
        if missing == "database":
            connections["owner"].ensure_connection()  # says why
        elif missing:
            self.say("Making the tables …")
            call_command("migrate", verbosity=0, interactive=False)

    def make_account(self) -> None:
        """The first account, unless there is any, with a password that is shown here and nowhere else."""
        with transaction.atomic():
            if User.objects.exists():
                return
            editor = User.objects.create(username=EDITOR, is_staff=True)
            editor.groups.set(Group.objects.filter(name__in=EDITOR_ROLES))
            password = "-".join(secrets.token_hex(2) for _ in range(4))
            give_one_time_password(editor, password)
        self.say(
            f"Account “{EDITOR}”, one-time password: {password} (shown this once; the first login asks for another)"
        )

    def import_seeds(self, articles: Path | None) -> None:
        """The five example articles and their records into an empty installation, or the originals in place of the digests."""
        if "import_seeds" not in get_commands() or (
            articles is None and Source.objects.exists() and Claim.objects.exists()
        ):
            return
        self.say("Importing the seed articles and records …")
        call_command(
            "import_seeds",
            stdout=self.stdout,
            stderr=self.stderr,
            **({"articles": articles} if articles else {}),
        )

    def collect(self) -> None:
        if not assets.collected():
            call_command("collectstatic", verbosity=0, interactive=False)
            assets.mark_collected()
