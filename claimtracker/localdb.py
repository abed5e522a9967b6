"""The embedded PostgreSQL: the binaries of a wheel, run by our own few rules.

1.  initdb works in a temporary sibling that is renamed when it is whole: an interrupted first start leaves nothing half made.
2.  "Is it up?" is asked by connecting, never by a process id alone.
3.  A postmaster.pid that names a process which is not this server (after a reboot, or torn) is moved aside.
4.  Every client holds a shared flock, which the kernel drops at any death; the last one out stops the server. No list of ids on disk.
5.  No directory's mode is changed but our own; the socket is 0700, there is no TCP, and `peer` lets in the installing user and root.
6.  Settings go through files written at each start, so blanks and accents in the path, or a moved checkout, do no harm.
7.  As root the server runs under an account of its own, from a copy of the binaries that this account can reach.

Nothing here knows Django. Everything that goes wrong is a LocaldbError of one sentence.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from claimtracker.places import make_folder
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
    """Where the server of this data directory puts its socket: inside, unless the path is too long for the kernel."""
    if len(os.fsencode(pgdata)) <= LONGEST_SOCKET_DIR:
        return pgdata
    return Path("/tmp") / f"claimtracker-{os.geteuid()}-{hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]}"  # noqa: S108


class Server:
    """One data directory and the server that may run on it. `throwaway` trades safety for speed (tests)."""

    def __init__(self, path: str | os.PathLike[str], *, throwaway: bool = False) -> None:
        self.path = Path(path).absolute()
        self.socket = socket_dir(self.path)
        self.throwaway = throwaway
        self._clients: IO[str] | None = None
        self._busy = threading.RLock()
        self._account: Account | None = None
        self._bin: Path | None = None
        os.register_at_fork(after_in_child=self._forget)

    # -- addresses -------------------------------------------------------------------------------------------------------

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """postgresql:// address for a role; works without starting anything."""
        return f"postgresql://{role}@/{quote(database)}?port={PORT}&host={quote(str(self.socket), safe='')}"

    # -- coming and going --------------------------------------------------------------------------------------------------

    @property
    def joined(self) -> bool:
        """Whether this process holds the server up."""
        return self._clients is not None

    def start(self) -> Server:
        """Makes the database if there is none, starts the server if it is down, and holds it up until `leave` or exit.

        Safe to call again at any time: when the server has died, that restarts it. Raises LocaldbError.
        """
        with self._busy, self._mutex():
            self._create()
            first = self._clients is None
            if first:
                self._clients = self._open("clients")
                fcntl.flock(self._clients, fcntl.LOCK_SH)
            try:
                self._ensure_up()
            except BaseException:
                self._forget()
                raise
        if first:
            atexit.register(self.leave)
            leave_on_signals()
        return self

    def leave(self) -> None:
        """Lets go; the last client out stops the server. Does nothing in a process that never joined."""
        atexit.unregister(self.leave)
        with self._busy:
            if self._clients is None:
                return
            with self._mutex():
                try:
                    fcntl.flock(self._clients, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # others are still here
                else:
                    self._stop()
                self._forget()

    def stop(self) -> bool:
        """Stops the keeper, and the server unless clients hold it up. Returns whether the server is down now."""
        self.stop_keeper()
        if self.joined:
            raise LocaldbError("This process is using the database itself.")
        if not self._initialised():
            return True
        with self._mutex(), self._open("clients") as clients:
            try:
                fcntl.flock(clients, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self._stop()
            return True

    def _forget(self) -> None:
        """Drops this process's hold. In a forked child this closes the copy only: the parent's hold stays."""
        clients, self._clients = self._clients, None
        self._busy = threading.RLock()
        if clients is not None:
            clients.close()

    # -- the keeper: a process that only holds the server up ---------------------------------------------------------------

    def start_keeper(self) -> None:
        """Leaves a process behind that holds the server up until `stop_keeper`. Raises LocaldbError."""
        if self.keeper():
            return
        self.start()
        with self._open("keeper.log", "w") as log:
            subprocess.Popen(
                [sys.executable, "-m", "claimtracker.localdb", str(self.path)],
                cwd=Path(__file__).resolve().parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + 30
        while not self.keeper():
            if time.monotonic() > end:
                raise LocaldbError(f"The keeper of the database did not start: see {self._beside('keeper.log')}.")
            time.sleep(0.05)

    def keeper(self) -> int | None:
        """Process id of the keeper, or None. Believed only while somebody holds the keeper's lock."""
        try:
            with open(self._beside("keeper"), encoding="ascii") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read() or 0) or None
        except FileNotFoundError:
            pass
        return None

    def stop_keeper(self) -> None:
        """Asks the keeper to go and waits until it has."""
        end = time.monotonic() + 60
        while pid := self.keeper():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            if time.monotonic() > end:
                raise LocaldbError(f"The keeper of the database (process {pid}) does not stop.")
            time.sleep(0.1)

    def keep(self) -> None:
        """The keeper's whole life: hold the server up, and bring it back if it dies, until SIGTERM."""
        with self._open("keeper", "a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self.start()
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            while True:
                time.sleep(2)
                if not self.ready():
                    with contextlib.suppress(LocaldbError):
                        self.start()

    # -- asking ------------------------------------------------------------------------------------------------------------

    def ready(self) -> bool | None:
        """True: it answers and works on our directory. None: it is coming up or going down. False: nobody answers."""
        import psycopg

        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5, autocommit=True) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError as error:
            passing = ("starting up", "shutting down", "recovery", "not yet accepting", "too many clients")
            return None if any(word in str(error) for word in passing) else False
        return row is not None and os.path.realpath(row[0]) == os.path.realpath(self.path)

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> Any:
        """A psycopg connection in autocommit, for this module's own work and the tests'."""
        import psycopg

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

    def run(self, name: str, *arguments: str, timeout: float | None = START_SECONDS + 30) -> subprocess.CompletedProcess[str]:
        """Runs one of PostgreSQL's own programs as the server's account, away from the terminal's signals."""
        program = self.program(name)
        return subprocess.run(
            [str(program), *arguments],
            cwd="/",
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            start_new_session=True,
            **(self._account.as_subprocess() if self._account else {}),
        )

    # -- inside ------------------------------------------------------------------------------------------------------------

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
        return kept | {"LC_ALL": "C"}

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{suffix}")

    def _open(self, suffix: str, mode: str = "a") -> IO[str]:
        """Opens (and makes) a file beside the data directory that only its user can read."""
        return open(self._beside(suffix), mode, encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600))

    @contextlib.contextmanager
    def _mutex(self) -> Iterator[None]:
        """One process at a time makes, starts or stops. The kernel drops the lock when its holder dies."""
        try:
            make_folder(self.path.parent)
            file = self._open("lock")
        except OSError as error:
            raise LocaldbError(f"Cannot write to {self.path.parent} ({error.strerror}).") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _initialised(self) -> bool:
        try:
            return (self.path / "PG_VERSION").exists()
        except PermissionError as error:
            raise LocaldbError(f"{self.path} belongs to another user; run this as that user.") from error

    def _create(self) -> None:
        """initdb into a sibling, then rename; and the checks of what is already there."""
        if self._initialised():
            return
        for left in self.path.parent.glob(f"{self.path.name}.init-*"):
            shutil.rmtree(left, ignore_errors=True)
        if self.path.exists() and any(self.path.iterdir()):
            raise LocaldbError(f"{self.path} is not empty and is not a database; move it away or set CLAIMTRACKER_DATA.")
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
            raise LocaldbError(f"The database could not be made in {self.path.parent} ({error.strerror}).") from error
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
        import pwd

        people = sorted({pwd.getpwuid(os.geteuid()).pw_name, "root"})
        socket = str(self.socket).replace('"', '""').replace("'", "''")
        files = {
            "claimtracker.conf": CONF.format(port=PORT, socket=f'"{socket}"') + (THROWAWAY if self.throwaway else ""),
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
            raise LocaldbError(f"{self.socket} is not ours; remove it or set CLAIMTRACKER_DATA to a shorter path.")

    def _ensure_up(self) -> None:
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
                self._stop()  # alive, but its socket is gone
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
            result = self.run("pg_ctl", "start", "-w", "-s", "-t", seconds, "-l", str(log), "-D", str(self.path))
            if result.returncode == 0:
                return
            words = log.read_text(errors="replace")[-2000:] if log.exists() else result.stdout
            if "shared memory block" not in words or time.monotonic() > end:
                raise LocaldbError("The database does not start: " + _last_words(words or result.stdout))
            time.sleep(0.25)

    def _working_here(self) -> bool:
        """Whether a live postgres process works in the data directory (a server, or what a killed one left for a moment)."""
        import psutil

        here = os.path.realpath(self.path)
        for process in psutil.process_iter(["name", "status"]):
            if not (process.info["name"] or "").startswith("postgres") or process.info["status"] == psutil.STATUS_ZOMBIE:
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

    def _stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed stays. The mutex is held."""
        if not self._working_here():
            return
        result = self.run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-t", "120", "-D", str(self.path))
        if result.returncode and self._working_here():
            raise LocaldbError("The database does not stop: " + _last_words(result.stdout))


def _last_words(output: str) -> str:
    """The line of a program's output that tells a person most: the last FATAL, ERROR or `error:` one, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "ERROR:", "error:", "No space"))]
    return (telling or lines or ["no reason given"])[-1]


def leave_on_signals() -> None:
    """SIGTERM and SIGHUP end Python without its exit handlers; make them an ordinary exit where nobody handles them."""

    def leave(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, leave)


if __name__ == "__main__":
    Server(sys.argv[1]).keep()
