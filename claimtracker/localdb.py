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
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from claimtracker.cluster import APP, DATABASE, OWNER, PORT, SUPERUSER, Cluster, socket_dir
from claimtracker.places import make_folder
from claimtracker.service import LocaldbError

__all__ = ["APP", "DATABASE", "OWNER", "PORT", "SUPERUSER", "LocaldbError", "Server", "socket_dir"]


class Server(Cluster):
    """A data directory's server as its clients share it: the first one in starts it, the last one out stops it."""

    def __init__(self, path: str | os.PathLike[str], *, throwaway: bool = False) -> None:
        super().__init__(path, throwaway=throwaway)
        self._clients: IO[str] | None = None
        self._busy = threading.RLock()
        os.register_at_fork(after_in_child=self._forget)

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
            self.create()
            first = self._clients is None
            if first:
                self._clients = self._open("clients")
                fcntl.flock(self._clients, fcntl.LOCK_SH)
            try:
                self.ensure_up()
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
                    self.halt()
                self._forget()

    def stop(self) -> bool:
        """Stops the keeper, and the server unless clients hold it up. Returns whether the server is down now."""
        self.stop_keeper()
        if self.joined:
            raise LocaldbError("This process is using the database itself.")
        if not self.initialised():
            return True
        with self._mutex(), self._open("clients") as clients:
            try:
                fcntl.flock(clients, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.halt()
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
                raise LocaldbError(
                    f"The keeper of the database did not start: see {self._beside('keeper.log')}."
                )
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

    # -- locks

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{suffix}")

    def _open(self, suffix: str, mode: str = "a") -> IO[str]:
        """Opens (and makes) a file beside the data directory that only its user can read."""
        return open(
            self._beside(suffix),
            mode,
            encoding="utf-8",
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )

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
