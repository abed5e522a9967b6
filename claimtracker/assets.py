"""Static files: hashed and compressed once `start` (or `collectstatic`) has collected them, plain before that."""

from __future__ import annotations

import hashlib
import os

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Falls back to a file's own name while nothing is collected, so that tests and `runserver` need no collecting."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        if not self.hashed_files:
            return name
        return str(super().stored_name(name))


def fingerprint() -> str:
    """sha256 over path, size and time of every static file of the code."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collected() -> bool:
    """Whether STATIC_ROOT holds the files as they are now."""
    try:
        return (settings.STATIC_ROOT / "collected").read_text() == fingerprint()
    except OSError:
        return False


def mark_collected() -> None:
    (settings.STATIC_ROOT / "collected").write_text(fingerprint())
