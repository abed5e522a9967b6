"""The embedded database by hand: keep it up, stop it, look at it, back it up, restore it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from claimtracker import backup
from claimtracker.localdb import OWNER, Server
from claimtracker.postgres.base import server_at
from claimtracker.service import LocaldbError


class Command(BaseCommand):
    help = "Starts, stops, shows, backs up or restores the embedded PostgreSQL."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="does", required=True, metavar="start|stop|status|backup|restore")
        does.add_parser("start", help="keep the database up until `localdb stop`")
        does.add_parser("stop", help="stop it, unless something is using it")
        does.add_parser(
            "status", help="say whether it runs; starts nothing (exit 0: it runs, 3: it does not)"
        )
        does.add_parser("backup", help="write everything to FILE").add_argument("file", type=Path)
        does.add_parser("restore", help="put the content of FILE in the database's place").add_argument(
            "file", type=Path
        )

    def handle(self, *args: Any, does: str, **options: Any) -> None:
        try:
            if does == "backup":
                self.backup(options["file"])
                return
            if settings.EMBEDDED is None:
                raise CommandError(
                    f"DATABASE_URL names a server of your own: `localdb {does}` is for the embedded one."
                )
            getattr(self, does)(
                server_at(settings.EMBEDDED), **{key: options[key] for key in ("file",) if key in options}
            )
        except LocaldbError as error:
            raise CommandError(str(error)) from error

    def start(self, server: Server) -> None:
        server.start_keeper()
        self.stdout.write(
            f"The database runs and stays up (data in {server.path}). Stop it with: manage.py localdb stop"
        )

    def stop(self, server: Server) -> None:
        if server.stop():
            self.stdout.write("The database is stopped.")
        else:
            self.stdout.write("Something is still using the database; it stops when the last program leaves.")

    def status(self, server: Server) -> None:
        if not server.ready():
            self.stdout.write(f"The database does not run (data in {server.path}).")
            raise SystemExit(3)
        kept = (
            f"kept up by process {server.keeper()}" if server.keeper() else "up as long as a program uses it"
        )
        self.stdout.write(f"The database runs as process {server.pid()}, {kept} (data in {server.path}).")

    def restore(self, server: Server, file: Path) -> None:
        connections.close_all()
        backup.restore(server, file)
        files = backup.restore_files(Path(settings.MEDIA_ROOT), file)
        if files is None:
            self.stdout.write(
                f"There is no {backup.files_beside(file)}: evidence files stay as they are here. Copy them by hand."
            )
        else:
            self.stdout.write(f"Evidence files put back: {files}.")
        self.stdout.write(
            f"{file} is in place; what was there before is the database {backup.BEFORE} until the next restore."
        )
        self.stdout.write("If the backup is of an older version, run: manage.py migrate")
        self.stdout.write("Then, before people work: manage.py seal_history")

    def backup(self, file: Path) -> None:
        if settings.EMBEDDED is None:
            parameters = connections["owner"].get_connection_params()
            url, password = _address(parameters), str(parameters.get("password") or "")
        else:
            url, password = server_at(settings.EMBEDDED).start().url(OWNER), ""
        size = backup.backup(url, file, password=password)
        files = backup.backup_files(Path(settings.MEDIA_ROOT), file)
        self.stdout.write(f"{file}: {size / 1_000_000:.1f} MB.")
        self.stdout.write(f"{backup.files_beside(file)}: {files} evidence files. The two belong together.")


def _address(parameters: dict[str, Any]) -> str:
    """key=value address for PostgreSQL's programs, without the password, which they take from the environment."""
    from psycopg.conninfo import make_conninfo

    wanted = ("dbname", "user", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "service")
    return make_conninfo(**{key: parameters[key] for key in wanted if parameters.get(key)})
