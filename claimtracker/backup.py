"""Backup and restore with PostgreSQL's own pg_dump and pg_restore, each whole or not at all.

What editors added as files stands beside the dump, in a tar of the same name: `claims.dump` and `claims.dump.files.tar`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from claimtracker.localdb import APP, DATABASE, OWNER, Server
from claimtracker.service import LocaldbError, binaries_for

BEFORE = f"{DATABASE}_before_restore"
RESTORED = f"{DATABASE}_restored"
# Who may do what comes with the backup. What a new table usually allows the application would be added to it, on the history too.
NO_USUAL_RIGHTS = (
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE ALL ON TABLES FROM {APP}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE ALL ON SEQUENCES FROM {APP}",
)
# Bytes of a file held in memory at once.
CHUNK = 1 << 20


def _run(name: str, *arguments: str, password: str = "") -> None:
    """One of PostgreSQL's programs as ourselves. Raises LocaldbError with its own first complaint."""
    program = binaries_for(Path("/"), None) / name
    environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})}
    try:
        result = subprocess.run(
            [str(program), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise LocaldbError(f"{name} could not be run ({error.strerror}).") from error
    if result.returncode:
        complaints = [line for line in result.stderr.splitlines() if "error:" in line] or [
            result.stderr.strip()
        ]
        raise LocaldbError(complaints[0].removeprefix(f"{name}: error: ").strip() or f"{name} failed.")


def backup(url: str, file: Path, *, password: str = "") -> int:
    """Writes the database at `url` (the owner's address) to `file`, readable by its user only; returns its size in bytes.

    The file appears under its name only when it is complete and was read back. Raises LocaldbError.
    """
    draft = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            _run("pg_dump", "--format=custom", f"--file={draft}", f"--dbname={url}", password=password)
            check(draft)
            with open(draft, "rb") as written:
                os.fsync(written.fileno())
            os.replace(draft, file)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
    except OSError as error:
        raise LocaldbError(f"Cannot write {file} ({error.strerror}).") from error
    return file.stat().st_size


def files_beside(file: Path) -> Path:
    """Where the files of this backup are."""
    return file.with_name(f"{file.name}.files.tar")


def backup_files(folder: Path, file: Path) -> int:
    """Writes every file under `folder` to the tar beside `file`; returns how many. Raises LocaldbError.

    After the dump: a file is stored before the row that names it and never changes, so the tar has every one that the dump names.
    """
    target = files_beside(file)
    draft = target.with_name(f"{target.name}.part")
    number = 0
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            with tarfile.open(draft, "w") as tar:
                for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                    if path.is_file() and not path.is_symlink():
                        tar.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False)
                        number += 1
            with open(draft, "rb") as written:
                os.fsync(written.fileno())
            os.replace(draft, target)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
    except OSError as error:
        raise LocaldbError(f"Cannot write {target} ({error.strerror}).") from error
    return number


def check_files(file: Path) -> None:
    """Reads the tar beside a backup to its end. Raises LocaldbError where it is not whole, or holds anything but files of its own folder."""
    beside = files_beside(file)
    try:
        with tarfile.open(beside) as tar:
            for member in tar:
                inside = Path(member.name)
                if not member.isfile() or inside.is_absolute() or ".." in inside.parts:
                    raise LocaldbError(
                        f"{beside} holds “{member.name}”, which is no evidence file; nothing was changed."
                    )
                content = tar.extractfile(member)
                while content is not None and content.read(CHUNK):
                    pass
            # A tar that was cut off between two files looks whole but for its end.
            if os.path.getsize(beside) < tar.offset + tarfile.BLOCKSIZE:
                raise tarfile.ReadError("unexpected end of data")
    except (OSError, tarfile.TarError) as error:
        raise LocaldbError(f"{beside} is not whole ({error}); nothing was changed.") from error


def restore_files(folder: Path, file: Path) -> int | None:
    """Puts the files of a checked backup back where they were; what is there already stays. Returns how many; None where it has none.

    Raises LocaldbError.
    """
    if not files_beside(file).is_file():
        return None
    number = 0
    try:
        with tarfile.open(files_beside(file)) as tar:
            for member in tar:
                target, content = folder / member.name, tar.extractfile(member)
                if target.exists() or content is None:
                    continue
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft = target.with_name(f"{target.name}.part")
                with open(draft, "wb") as written:
                    shutil.copyfileobj(content, written, CHUNK)
                os.replace(draft, target)
                number += 1
    except (OSError, tarfile.TarError) as error:
        raise LocaldbError(f"The files of {file} could not be put back ({error}).") from error
    return number


def check(file: Path) -> None:
    """Reads a backup to its end. Raises LocaldbError when anything of it is missing."""
    if not file.is_file():
        raise LocaldbError(f"There is no file {file}.")
    try:
        _run("pg_restore", "--file=/dev/null", str(file))
    except LocaldbError as error:
        raise LocaldbError(f"{file} is not a whole backup ({error}); nothing was changed.") from error


def restore(server: Server, file: Path) -> None:
    """Puts the backup in the place of the embedded database. Until all of it is there the present one stays in use.

    What was there before stays as the database `claimtracker_before_restore` until the next restore. Raises LocaldbError.
    """
    check(file)
    if files_beside(file).exists():
        check_files(file)
    server.start()
    with server.connect() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{RESTORED}" WITH (FORCE)')
    server.create_database(RESTORED)
    try:
        with server.connect(OWNER, RESTORED) as inside:
            for sql in NO_USUAL_RIGHTS:
                inside.execute(sql)
        address = server.url(OWNER, RESTORED)
        _run(
            "pg_restore",
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            f"--dbname={address}",
            str(file),
        )
        with server.connect(OWNER, RESTORED) as inside:
            ours = inside.execute(
                "SELECT to_regclass('django_migrations'), to_regclass('claims_claim')"
            ).fetchone()
            if ours is None or None in ours:
                raise LocaldbError(f"{file} is a backup of something else; nothing was changed.")
        _swap(server)
    finally:
        with server.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{RESTORED}" WITH (FORCE)')


def _swap(server: Server) -> None:
    """Both renames in one transaction; whoever is connected is sent off and comes back to the new one."""
    with server.connect() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{BEFORE}" WITH (FORCE)')
        for _ in range(100):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)",
                [[DATABASE, RESTORED]],
            )
            try:
                with connection.transaction():
                    connection.execute(f'ALTER DATABASE "{DATABASE}" RENAME TO "{BEFORE}"')
                    connection.execute(f'ALTER DATABASE "{RESTORED}" RENAME TO "{DATABASE}"')
            except psycopg.errors.ObjectInUse:
                time.sleep(0.1)
            else:
                return
    raise LocaldbError(
        "Other programs do not let go of the database; stop them and restore again. Nothing was changed."
    )
