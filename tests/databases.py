"""Databases for tests: one throwaway server, one template that the owner migrated, and clones of it.

The template is kept between runs under a hash of what makes it, so that only a change of migrations costs its twenty seconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from claimtracker import places
from claimtracker.localdb import APP, OWNER, Server

ROOT = Path(__file__).resolve().parents[1]
ALIASES = ("default", "public", "owner")
_numbers = itertools.count(1)


def throwaway_server() -> Server:
    """The server of the test settings, up; fsync is off, nothing on it matters."""
    return Server(places.data_dir() / "pg", throwaway=True).start()


@dataclass(frozen=True)
class Clone:
    """A fresh database with everything migrated and no rows but those of the migrations."""

    server: Server
    name: str

    @property
    def url(self) -> str:
        """Address for the application's role."""
        return self.server.url(APP, self.name)

    @property
    def owner_url(self) -> str:
        """Address for the owner, who migrates, hardens and redacts."""
        return self.server.url(OWNER, self.name)

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a process (`manage.py …`) that works on this clone."""
        return os.environ | {"DATABASE_URL": self.url, "DATABASE_OWNER_URL": self.owner_url}


def template_name() -> str:
    """Changes with the migrations, the commands that migrate and harden, and the pinned packages."""
    made_of = [
        ROOT / "requirements.txt",
        ROOT / "claimtracker" / "cluster.py",
        ROOT / "claimtracker" / "hardening.py",
    ]
    for pattern in ("*/migrations/*.py", "claimtracker/management/**/*.py"):
        made_of += sorted(ROOT.glob(pattern))
    digest = hashlib.sha256()
    for path in made_of:
        digest.update(path.name.encode() + path.read_bytes())
    return f"template_{digest.hexdigest()[:12]}"


def template(server: Server) -> str:
    """Name of the migrated template; made at the first call after a change. Safe when several runs start at once."""
    name = template_name()
    with open(places.data_dir() / "template.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with server.connect() as connection:
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for old in sorted(known):
                if _abandoned(old):
                    connection.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        if name not in known:
            draft = f"{name}_draft"
            with server.connect() as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
            server.create_database(draft)
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity=0"],
                cwd=ROOT,
                env=Clone(server, draft).environment,
                check=True,
            )
            with server.connect() as connection:
                connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def _abandoned(name: str) -> bool:
    """A clone whose process is gone. Its name tells: test_<process>_<number>."""
    parts = name.split("_")
    return (
        len(parts) == 3
        and parts[0] == "test"
        and parts[1].isdigit()
        and not Path(f"/proc/{parts[1]}").exists()
    )


@contextmanager
def clone(server: Server, template: str) -> Iterator[Clone]:
    """A clone of the template, dropped at the end whoever is still connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"')
        try:
            yield Clone(server, name)
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def point_at(name: str, *, one_connection: bool) -> None:
    """All aliases to one database: as one connection (so that public pages see the test's transaction) or as separate ones."""
    for alias in ALIASES:
        with suppress(AttributeError):
            connections[alias].close()
            del connections[alias]
        connections.databases[alias]["NAME"] = name
    if one_connection:
        connections["public"] = connections["owner"] = connections["default"]


@contextmanager
def served() -> Iterator[str]:
    """The site itself on a free port of 127.0.0.1, over the database that Django points at; yields http://127.0.0.1:PORT."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
