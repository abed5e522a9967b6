"""Where an installation keeps what it writes. Standard library only; nothing here starts or changes anything but its own files.

An ordinary user's installation writes under `var/` in the checkout. PostgreSQL refuses to run as root, and root's checkout often
lies where no other account can look; root's installation therefore writes under /var/lib/claimtracker/<12 hex digits of the
checkout's path>/. CLAIMTRACKER_DATA names another directory.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ROOT_DATA = Path("/var/lib/claimtracker")


def data_dir() -> Path:
    """The directory of this installation's own files. It may not exist yet."""
    named = os.environ.get("CLAIMTRACKER_DATA", "")
    if named:
        return Path(named).absolute()
    if os.geteuid() == 0:
        return ROOT_DATA / hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:12]
    return CHECKOUT / "var"


def make_folder(folder: Path) -> None:
    """Makes a folder and what is missing above it, open to passers-by whatever the umask: the server's account must get through.

    What is private has a mode of its own. Folders that exist are left as they are.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        try:
            folder.mkdir()
        except FileExistsError:
            return
        folder.chmod(0o755)


def secret_key() -> str:
    """This installation's own secret key: made at the first call, kept in a file that only its user can read.

    Two processes that ask for the first time at once get the same key: the file appears whole, by a link that only one can make.
    Raises OSError where the place cannot be written.
    """
    path = data_dir() / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    make_folder(path.parent)
    draft = path.with_name(f"secret-key.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")
