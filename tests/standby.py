"""A PostgreSQL primary on loopback TCP and a streaming copy of it, from the same binaries as the embedded server, in a folder of their own.

For trying what only a real standby does. Nothing on them matters: they do not wait for the disk, and everything goes at the end.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from claimtracker.cluster import APP, DATABASE, OWNER, RIGHTS_SQL, ROLES_SQL, SUPERUSER, Cluster

CONF = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 60
shared_buffers = '64MB'
wal_keep_size = '256MB'
fsync = off
hot_standby_feedback = on
timezone = 'UTC'
log_timezone = 'UTC'
"""
HBA = "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Node:
    """One server of the pair."""

    cluster: Cluster
    port: int
    password: str

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, role: str = SUPERUSER, database: str = DATABASE) -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True, connect_timeout=5)

    def start(self) -> None:
        """Up, and answering. Raises RuntimeError with the last lines of its log."""
        (self.cluster.path / "postmaster.pid").unlink(missing_ok=True)
        for _time in range(20):  # what a killed one left holds its memory for a moment
            done = self.cluster.run(
                "pg_ctl", "start", "-w", "-s", "-l", "server.log", "-D", ".", folder=self.cluster.path
            )
            if done.returncode == 0:
                return
            time.sleep(0.2)
        raise RuntimeError((self.cluster.path / "server.log").read_text(errors="replace")[-800:])

    def stop(self) -> None:
        self.cluster.run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", str(self.cluster.path))

    def kill(self) -> None:
        """kill -9 of the server; its processes notice and go by themselves."""
        pid = self.cluster.pid()
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@dataclass
class Pair:
    primary: Node
    standby: Node

    def caught_up(self, seconds: float = 20) -> None:
        """Waits until the standby shows all that the primary has. Raises TimeoutError."""
        with self.primary.connect() as one, self.standby.connect() as other:
            written = one.execute("SELECT pg_current_wal_lsn()").fetchone()
            end = time.monotonic() + seconds
            while other.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written).fetchone() != (
                True,
            ):
                if time.monotonic() > end:
                    raise TimeoutError("the standby does not catch up")
                time.sleep(0.02)


@contextlib.contextmanager
def alone() -> Iterator[Node]:
    """A primary without a copy, with the roles of the application and an empty database; about two seconds."""
    with _place() as (folder, started):
        yield _first(folder, started)


@contextlib.contextmanager
def pair() -> Iterator[Pair]:
    """Both up, with the roles of the application and an empty database; about three seconds."""
    with _place() as (folder, started):
        primary = _first(folder, started)
        standby = _copy(folder, primary)
        started.append(standby)
        standby.start()
        yield Pair(primary, standby)


@contextlib.contextmanager
def _place() -> Iterator[tuple[Path, list[Node]]]:
    """A folder, and a list of what runs in it: stopped and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="standby-"))
    started: list[Node] = []
    try:
        folder.chmod(0o755)
        yield folder, started
    finally:
        for node in reversed(started):
            node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _first(folder: Path, started: list[Node]) -> Node:
    node = _primary(folder, secrets.token_hex(16))
    started.append(node)
    node.start()
    _furnish(node)
    return node


def _node(folder: Path, name: str, password: str) -> Node:
    """Its empty data directory, which belongs to whoever runs the server."""
    cluster = Cluster(folder / name, throwaway=True)
    cluster.program("initdb")
    cluster.path.mkdir(mode=0o700)
    cluster._own(cluster.path)
    return Node(cluster, free_port(), password)


def _primary(folder: Path, password: str) -> Node:
    node = _node(folder, "primary", password)
    secret = folder / "password"
    secret.write_text(password)
    node.cluster._own(secret)
    made = node.cluster.run(
        "initdb", f"--pgdata={node.cluster.path}", f"--username={SUPERUSER}", f"--pwfile={secret}", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=scram-sha-256", "--no-sync",
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(made.stdout)
    _configure(node)
    (node.cluster.path / "pg_hba.conf").write_text(HBA)
    return node


def _configure(node: Node) -> None:
    with open(node.cluster.path / "postgresql.conf", "a", encoding="utf-8") as file:
        file.write(CONF.format(port=node.port))


def _furnish(node: Node) -> None:
    with node.connect(database="postgres") as connection:
        for role, sql in zip((OWNER, APP), ROLES_SQL, strict=True):
            connection.execute(sql)
            connection.execute(f"ALTER ROLE {role} PASSWORD '{node.password}'")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")
    with node.connect() as connection:
        for sql in RIGHTS_SQL:
            connection.execute(sql)


def _copy(folder: Path, primary: Node) -> Node:
    node = _node(folder, "standby", primary.password)
    copied = node.cluster.run(
        "pg_basebackup", f"--pgdata={node.cluster.path}", f"--dbname={primary.url(SUPERUSER, 'postgres')}",
        "--wal-method=stream", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
    )  # fmt: skip
    if copied.returncode:
        raise RuntimeError(copied.stdout)
    _configure(node)
    return node
