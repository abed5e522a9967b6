"""A PostgreSQL data directory and its server: making, settings, starting, stopping. Who needs it and when is localdb's business.

Every method that changes something expects its caller to hold the lock of the directory. What goes wrong is a LocaldbError.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from claimtracker.service import Account, LocaldbError, account_for, binaries_for

DATABASE = "claimtracker"
OWNER, APP, SUPERUSER = "claimtracker_owner", "claimtracker_app", "postgres"
PORT = 5432  # names the socket; nothing listens on TCP
LONGEST_SOCKET_DIR = 90  # sockaddr_un holds 107 bytes, "/.s.PGSQL.5432" takes 14
START_SECONDS = 300  # crash recovery of a large log takes its time
QUIET_SECONDS = 20  # a live server that answers nothing for so long has lost its socket

CONF = """\
# Written by ClaimTracker at every start; changes here are lost. Put yours into postgresql.conf, below the include.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
max_connections = 60
"""
THROWAWAY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 100\n"

ROLES_SQL = (
    f"CREATE ROLE {OWNER} LOGIN",
    f"CREATE ROLE {APP} LOGIN",
)
# The application changes rows; it creates, empties and drops nothing. New tables of the owner are granted by default.
RIGHTS_SQL = (
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE, SELECT ON SEQUENCES TO {APP}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA public TO {APP}",
)


def socket_dir(pgdata: Path) -> Path:
    """Where the server of this data directory puts its socket: inside, unless the path is too long for the kernel.

    A comma separates hosts for PostgreSQL's clients, so a path with one will not do either.
    """
    if len(os.fsencode(pgdata)) <= LONGEST_SOCKET_DIR and "," not in str(pgdata):
        return pgdata
    name = f"claimtracker-{os.geteuid()}-{hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]}"
    return Path("/tmp") / name  # nosec B108  # noqa: S108  (not TMPDIR: every process must come to the same answer; its owner is checked)


class Cluster:
    """One data directory and the server that may run on it. `throwaway` trades safety for speed (tests)."""

    def __init__(self, path: str | os.PathLike[str], *, throwaway: bool = False) -> None:
        self.path = Path(path).absolute()
        self.socket = socket_dir(self.path)
        self.throwaway = throwaway
        self._account: Account | None = None
        self._bin: Path | None = None

    # -- addresses -------------------------------------------------------------------------------------------------------

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """postgresql:// address for a role; works without starting anything."""
        return f"postgresql://{role}@/{quote(database)}?port={PORT}&host={quote(str(self.socket), safe='')}"

    # -- asking ------------------------------------------------------------------------------------------------------------

    def ready(self) -> bool | None:
        """True: it answers and works on our directory. None: it is coming up or going down. False: nobody answers."""
        try:
            with psycopg.connect(
                self.url(SUPERUSER, "postgres"), connect_timeout=5, autocommit=True
            ) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError as error:
            passing = ("starting up", "shutting down", "recovery", "not yet accepting", "too many clients")
            return None if any(word in str(error) for word in passing) else False
        return row is not None and os.path.realpath(row[0]) == os.path.realpath(self.path)

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> Any:
        """A psycopg connection in autocommit, for this module's own work and the tests'."""
        return psycopg.connect(self.url(role, database), connect_timeout=10, autocommit=True)

    def pid(self) -> int | None:
        """Process id of the running server as its own file says; None without one. For reports, never for decisions."""
        try:
            return int((self.path / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def program(self, name: str) -> Path:
        """Path of one of PostgreSQL's own programs (pg_dump, psql …)."""
        if self._bin is None:
            self._account = account_for(self.path)
            self._bin = binaries_for(self.path, self._account)
        return self._bin / name

    def run(self, name: str, *arguments: str, folder: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Runs one of PostgreSQL's own programs as the server's account, away from the terminal's signals."""
        program = self.program(name)
        return subprocess.run(
            [str(program), *arguments],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=START_SECONDS + 30,
            start_new_session=True,
            **(self._account.as_subprocess() if self._account else {}),
        )

    # -- inside ------------------------------------------------------------------------------------------------------------

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
        return kept | {"LC_ALL": "C"}

    def initialised(self) -> bool:
        try:
            return (self.path / "PG_VERSION").exists()
        except PermissionError as error:
            raise LocaldbError(f"{self.path} belongs to another user; run this as that user.") from error

    def create(self) -> None:
        """initdb into a sibling, then rename; and the checks of what is already there."""
        if self.initialised():
            return
        for left in self.path.parent.glob(f"{self.path.name}.init-*"):
            shutil.rmtree(left, ignore_errors=True)
        if self.path.exists() and any(self.path.iterdir()):
            raise LocaldbError(
                f"{self.path} is not empty and is not a database; move it away or set CLAIMTRACKER_DATA."
            )
        self.program("initdb")
        draft = Path(tempfile.mkdtemp(prefix=f"{self.path.name}.init-", dir=self.path.parent))
        try:
            self._own(draft)
            result = self.run(
                "initdb", f"--pgdata={draft}", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8", "--locale=C", "--auth-local=peer", "--auth-host=reject", "--data-checksums",
                *(["--no-sync"] if self.throwaway else []),
            )  # fmt: skip
            if result.returncode:
                raise LocaldbError("The database could not be made: " + _last_words(result.stdout))
            with open(draft / "postgresql.conf", "a", encoding="utf-8") as file:
                file.write("\ninclude 'claimtracker.conf'\n")
            if self.path.exists():
                self.path.rmdir()
            os.rename(draft, self.path)
        except OSError as error:
            raise LocaldbError(
                f"The database could not be made in {self.path.parent} ({error.strerror})."
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _check_version(self) -> None:
        found = (self.path / "PG_VERSION").read_text().strip()
        ours = self.run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if found != ours:
            raise LocaldbError(
                f"{self.path} was made by PostgreSQL {found}, this installation has {ours}: "
                "make a backup with the old one and restore it with this one."
            )

    def _own(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _write_settings(self) -> None:
        """The three files the server reads at its start, each replaced whole."""
        people = sorted({pwd.getpwuid(os.geteuid()).pw_name, "root"})
        socket = str(self.socket).replace('"', '""').replace("'", "''")
        files = {
            "claimtracker.conf": CONF.format(port=PORT, socket=f'"{socket}"')
            + (THROWAWAY if self.throwaway else ""),
            "pg_hba.conf": "local all all peer map=claimtracker\n",
            "pg_ident.conf": "".join(
                f'claimtracker "{person}" {role}\n' for person in people for role in (SUPERUSER, OWNER, APP)
            ),
        }
        for name, text in files.items():
            draft = self.path / f"{name}.new"
            draft.write_text(text, encoding="utf-8")
            self._own(draft)
            os.replace(draft, self.path / name)
        log = self.path / "server.log"
        if log.exists() and log.stat().st_size > 10_000_000:
            os.replace(log, self.path / "server.log.1")

    def _make_socket_dir(self) -> None:
        if self.socket == self.path:
            return
        with contextlib.suppress(FileExistsError):
            os.mkdir(self.socket, 0o700)
            self._own(self.socket)
        found = os.lstat(self.socket)
        owner = self._account.uid if self._account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise LocaldbError(
                f"{self.socket} is not ours; remove it or set CLAIMTRACKER_DATA to a shorter path."
            )

    def ensure_up(self) -> None:
        """Returns when the server answers and has its roles and database. The mutex is held."""
        up, end, quiet_since = self.ready(), time.monotonic() + START_SECONDS, time.monotonic()
        while not up:
            if time.monotonic() > end:
                raise LocaldbError(f"The database does not answer: see {self.path / 'server.log'}.")
            if up is None:
                quiet_since = time.monotonic()
            elif not self._working_here():
                self._launch(end)
            elif time.monotonic() - quiet_since > QUIET_SECONDS:
                self.halt()  # alive, but its socket is gone
                quiet_since = time.monotonic()
            time.sleep(0.05)
            up = self.ready()
        self._furnish()

    def _launch(self, end: float) -> None:
        """Starts the server; no process works in the directory. A left postmaster.pid is moved aside."""
        self._check_version()
        try:
            self._make_socket_dir()
            self._write_settings()
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.path / "postmaster.pid", self.path / "postmaster.pid.stale")
            for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
                (self.socket / name).unlink(missing_ok=True)
        except OSError as error:
            raise LocaldbError(f"Cannot write to {self.path} ({error.strerror}).") from error
        seconds = str(max(1, int(end - time.monotonic())))
        log = self.path / "server.log"
        while True:
            # A killed server's last processes can hold its shared memory for a moment.
            # pg_ctl hands its arguments to a shell: we go to the directory instead of naming it.
            result = self.run(
                "pg_ctl", "start", "-w", "-s", "-t", seconds, "-l", log.name, "-D", ".", folder=self.path
            )
            if result.returncode == 0:
                return
            words = log.read_text(errors="replace")[-2000:] if log.exists() else result.stdout
            if "shared memory block" not in words or time.monotonic() > end:
                raise LocaldbError("The database does not start: " + _last_words(words or result.stdout))
            time.sleep(0.25)

    def _working_here(self) -> bool:
        """Whether a live postgres process works in the data directory (a server, or what a killed one left for a moment)."""
        here = os.path.realpath(self.path)
        for process in psutil.process_iter(["name", "status"]):
            if (
                not (process.info["name"] or "").startswith("postgres")
                or process.info["status"] == psutil.STATUS_ZOMBIE
            ):
                continue
            try:
                if os.path.realpath(process.cwd()) == here:
                    return True
            except psutil.Error:
                continue  # gone, or another user's: it cannot be ours
        return False

    def _furnish(self) -> None:
        """Roles and database. The database appears under its name only when its rights are set."""
        with self.connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found:
                return
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, sql in zip((OWNER, APP), ROLES_SQL, strict=True):
                if role not in known:
                    connection.execute(sql)
        self.create_database(DATABASE)

    def create_database(self, name: str) -> None:
        """An empty database of the owner's with the application's rights set. Replaces a half-made one of an earlier try."""
        draft = f"{name}_new"
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{draft}" OWNER {OWNER} TEMPLATE template0')
            connection.execute(f'REVOKE ALL ON DATABASE "{draft}" FROM PUBLIC')
            connection.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{draft}" TO {APP}')
            with self.connect(database=draft) as inside:
                for sql in RIGHTS_SQL:
                    inside.execute(sql)
            connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')

    def halt(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed stays. The mutex is held."""
        if not self._working_here():
            return
        result = self.run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-t", "120", "-D", str(self.path))
        if result.returncode and self._working_here():
            raise LocaldbError("The database does not stop: " + _last_words(result.stdout))


def _last_words(output: str) -> str:
    """The line of a program's output that tells a person most: the last FATAL, ERROR or `error:` one, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [
        line
        for line in lines
        if any(word in line for word in ("FATAL:", "PANIC:", "ERROR:", "error:", "No space"))
    ]
    return (telling or lines or ["no reason given"])[-1]
