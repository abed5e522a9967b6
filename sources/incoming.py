"""What is handed in: files, folders and zips, read with care. Pure: no Django, no database.

Only regular files under the named folder are read. Links are never followed (each folder is opened by its
descriptor, so that nothing can be exchanged for a link in between), pipes and devices are never opened for
reading, and size is limited twice.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from sources.articles import ENDINGS, MAX_BYTES
from sources.characters import Refused

__all__ = ["MAX_LINES_BYTES", "Incoming", "articles_in_zip", "files_in"]

# A .jsonl holds many records, each of at most MAX_BYTES.
MAX_LINES_BYTES = 64 * 2**20
MAX_FOLDERS_DEEP = 40
MAX_ZIP_BYTES = 50 * 2**20
MAX_ZIP_FILES = 2_000
MAX_ZIP_UNFOLDED = 200 * 2**20

_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file handed in: its name as reported, and its bytes or the reason why it was not read."""

    name: str
    data: bytes | Refused


def files_in(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Incoming]:
    """Every file of the given files and folders, in the order of their names, each read when asked for.

    Names are relative to the folder when it is the only path, else they begin with the path as given. Raises
    OSError when a path does not exist or a folder cannot be opened, at once.
    """
    given = [os.fspath(path) for path in paths]
    for path in given:
        os.lstat(path)
        if os.path.isdir(path):
            os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY))
    return _files(given)


def _files(given: list[str]) -> Iterator[Incoming]:
    for path in given:
        if os.path.isdir(path):
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                yield from _walk(
                    folder, "" if len(given) == 1 else os.path.join(path, ""), os.path.realpath(path), 0
                )
            finally:
                os.close(folder)
        else:
            parent, name = os.path.split(path)
            folder = os.open(parent or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                yield Incoming(path, _read(folder, name, os.path.realpath(parent or "."), parent or "."))
            finally:
                os.close(folder)


def _walk(folder: int, prefix: str, root: str, depth: int) -> Iterator[Incoming]:
    """The files under an open folder. Folders are entered after the files beside them."""
    with os.scandir(folder) as entries:
        names = sorted((os.fsdecode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in names:
        if not is_folder:
            yield Incoming(prefix + name, _read(folder, name, root, os.path.join(root, prefix)))
    for name, is_folder in names:
        if not is_folder:
            continue
        if name.lower().endswith(ENDINGS):
            yield Incoming(
                prefix + name, Refused("not_regular", "It is a folder named like a file.", skip=True)
            )
        if name.startswith("."):
            yield Incoming(prefix + name, Refused("name", "Hidden folders are left alone.", skip=True))
            continue
        if depth >= MAX_FOLDERS_DEEP:
            yield Incoming(
                prefix + name, Refused("name", f"Folders more than {MAX_FOLDERS_DEEP} deep are not read.")
            )
            continue
        try:
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        except OSError:
            yield Incoming(prefix + name, Refused("not_regular", "The folder cannot be opened."))
            continue
        try:
            yield from _walk(below, prefix + name + "/", root, depth + 1)
        finally:
            os.close(below)


def _read(folder: int, name: str, root: str, place: str) -> bytes | Refused:
    """The bytes of one file of an open folder. `root` is the real folder that everything must stay in."""
    try:
        kind = os.lstat(name, dir_fd=folder).st_mode
        if stat.S_ISLNK(kind):
            return _link(os.path.join(place, name), root)
        if not stat.S_ISREG(kind):
            return Refused("not_regular", "It is a pipe, device or socket, not a file.")
        if refused := _refused_name(name):
            return refused
        limit = MAX_LINES_BYTES if name.lower().endswith(".jsonl") else MAX_BYTES
        # O_NONBLOCK: should it have become a pipe since, opening it must not wait for a writer.
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return Refused("not_regular", "It is not a regular file.")
            data = file.read(limit + 1)
    except OSError as error:
        why = "may not be read" if error.errno in (errno.EACCES, errno.EPERM) else "cannot be read"
        return Refused("not_regular", f"The file {why} ({os.strerror(error.errno or 0)}).")
    if len(data) > limit:
        return Refused("too_large", f"It is larger than {limit // 2**20} MiB.")
    return data


def _link(path: str, root: str) -> Refused:
    """Why a link is not read: it leads outside, nowhere, or to a file that is read anyway."""
    try:
        real = os.path.realpath(path, strict=True)
    except OSError:
        # A link to nowhere outside is told apart from one to nowhere inside only by looking; nothing is
        # opened.
        inside = _is_inside(os.path.realpath(path), root)
        return (
            Refused("not_regular", "It is a link that leads nowhere.")
            if inside
            else Refused("outside_root", "It is a link that leads outside the folder.")
        )
    if not _is_inside(real, root):
        return Refused("outside_root", "It is a link that leads outside the folder.")
    return Refused("not_regular", "It is a link; the file it leads to is read under its own name.", skip=True)


def _is_inside(path: str, root: str) -> bool:
    return os.path.commonpath([path, root]) == root


def _refused_name(name: str) -> Refused | None:
    if name.startswith("."):
        return Refused("name", "Hidden files are left alone.", skip=True)
    if not name.lower().endswith(ENDINGS):
        return Refused("name", f"Only {', '.join(ENDINGS)} files are read.", skip=True)
    return None


def articles_in_zip(data: bytes) -> Iterator[Incoming]:
    """Every file of a zip, in its order, each unfolded when asked for and never more of it than the limits
    allow.

    Raises Refused when the zip as a whole is not taken: binary (no zip, or damaged), too_large (bytes or
    number of files).
    """
    if len(data) > MAX_ZIP_BYTES:
        raise Refused("too_large", f"The zip is larger than {MAX_ZIP_BYTES // 2**20} MiB.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise Refused("binary", "It is not a zip, or the zip is damaged.") from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ZIP_FILES:
        raise Refused("too_large", f"The zip holds more than {MAX_ZIP_FILES:,} files.")
    return _unfold(archive, entries)


def _unfold(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[Incoming]:
    budget = MAX_ZIP_UNFOLDED
    seen: set[str] = set()
    with archive:
        for entry in entries:
            name = entry.filename
            if name in seen:
                yield Incoming(
                    name, Refused("name", "The zip holds two files of this name; the first is taken.")
                )
                continue
            seen.add(name)
            answer = _refused_entry(entry) or _unfold_one(archive, entry, budget)
            if isinstance(answer, bytes):
                budget -= len(answer)
            yield Incoming(name, answer)


def _refused_entry(entry: zipfile.ZipInfo) -> Refused | None:
    """Why an entry of a zip is not even opened."""
    place = PurePosixPath(entry.filename.replace("\\", "/"))
    mode = entry.external_attr >> 16
    if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
        return Refused("outside_root", "Its name leads outside the zip.")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Refused("not_regular", "It is a link or device, not a file.")
    if "__MACOSX" in place.parts or any(part.startswith(".") for part in place.parts):
        return Refused("name", "Hidden files are left alone.", skip=True)
    if place.suffix.lower() in _ARCHIVES:
        return Refused("binary", "A zip inside a zip is not opened.")
    if refused := _refused_name(place.name):
        return refused
    if entry.flag_bits & 0x1:
        return Refused("binary", "It is locked with a password.")
    # Others unfold without a limit on how much at once.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Refused("binary", "It is packed in an unusual way; pack it as an ordinary zip.")
    return None


def _unfold_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes | Refused:
    limit = MAX_LINES_BYTES if entry.filename.lower().endswith(".jsonl") else MAX_BYTES
    try:
        with archive.open(entry) as file:
            data = file.read(min(limit, budget) + 1)
    except Exception:  # noqa: BLE001 - zipfile raises zlib.error, struct.error, EOFError, RuntimeError … on damaged entries
        return Refused("binary", "This part of the zip is damaged.")
    if len(data) > limit:
        return Refused("too_large", f"It is larger than {limit // 2**20} MiB.")
    if len(data) > budget:
        return Refused("too_large", f"The zip unfolds to more than {MAX_ZIP_UNFOLDED // 2**20} MiB.")
    return data
