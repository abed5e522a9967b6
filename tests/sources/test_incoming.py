from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from sources import incoming
from sources.articles import Refused
from sources.incoming import articles_in_zip, files_in

CANARY = b"never to be read"


def answers(*paths: Path) -> dict[str, str]:
    """What each file came to: "read", or the reason it was not, with a + when it was merely passed over."""
    return {
        file.name: "read"
        if isinstance(file.data, bytes)
        else file.data.reason + ("+" if file.data.skip else "")
        for file in files_in(paths)
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "canary.txt").write_bytes(CANARY)
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_files_come_in_the_order_of_their_names_and_folders_after_them(folder: Path) -> None:
    (folder / "a").mkdir()
    for name in ("b.txt", "A.HTML", "a/c.json", "-rf.txt", "a\nb.txt"):
        (folder / name).write_text("x")
    assert list(answers(folder)) == ["-rf.txt", "A.HTML", "a\nb.txt", "b.txt", "a/c.json"]


def test_names_begin_with_the_path_when_there_are_several(folder: Path) -> None:
    (folder / "a.txt").write_text("x")
    assert [file.name for file in files_in([folder / "a.txt", folder])] == [f"{folder}/a.txt"] * 2


def test_links_pipes_and_folders_named_like_files_are_not_read(folder: Path) -> None:
    (folder / "real.txt").write_text("x")
    links = {
        "out": "../outside/canary.txt",
        "etc": "/etc/passwd",
        "gone": "nowhere",
        "loop": "loop.txt",
        "in": "real.txt",
    }
    for name, target in links.items():
        os.symlink(target, folder / f"{name}.txt")
    os.symlink("../outside", folder / "linked_folder")
    os.symlink("/nowhere/at/all", folder / "gone_outside.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / "dir.txt").mkdir()
    (folder / "dir.txt" / "inner.txt").write_text("x")
    assert answers(folder) == {
        "etc.txt": "outside_root",
        "gone.txt": "not_regular",
        "gone_outside.txt": "outside_root",
        "in.txt": "not_regular+",
        "linked_folder": "outside_root",
        "loop.txt": "not_regular",
        "out.txt": "outside_root",
        "pipe.txt": "not_regular",
        "real.txt": "read",
        "dir.txt": "not_regular+",
        "dir.txt/inner.txt": "read",
    }
    assert not [file for file in files_in([folder]) if file.data == CANARY]


def test_a_link_given_by_name_is_refused_too_but_a_linked_folder_is_entered(folder: Path) -> None:
    os.symlink("../outside/canary.txt", folder / "out.txt")
    os.symlink("outside", folder.parent / "way_in")
    assert list(answers(folder / "out.txt").values()) == ["outside_root"]
    assert answers(folder.parent / "way_in") == {"canary.txt": "read"}


def test_a_file_exchanged_for_a_link_after_the_look_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.txt").write_text("x")
    real_open = os.open

    def exchange(path: str, *args: int, **kwargs: int) -> int:
        if path == "a.txt":
            os.unlink(folder / "a.txt")
            os.symlink("../outside/canary.txt", folder / "a.txt")
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr(incoming.os, "open", exchange)
    assert answers(folder) == {"a.txt": "not_regular"}


def test_hidden_and_other_kinds_of_file_are_passed_over(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "secret.txt").write_text("x")
    for name in (".hidden.txt", "noext", "virus.exe", "backup.txt~"):
        (folder / name).write_text("x")
    assert set(answers(folder).values()) == {"name+"}
    assert ".git/secret.txt" not in answers(folder)


def test_a_name_that_is_not_utf8_is_taken(folder: Path) -> None:
    (folder / os.fsdecode(b"latin1_\xe8.txt")).write_text("x")
    assert answers(folder) == {"latin1_\udce8.txt": "read"}


def test_size_is_limited_and_a_folder_too_deep_is_answered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MAX_BYTES", 10)
    monkeypatch.setattr(incoming, "MAX_FOLDERS_DEEP", 1)
    (folder / "big.txt").write_text("x" * 11)
    (folder / "fits.txt").write_text("x" * 10)
    (folder / "a" / "b").mkdir(parents=True)
    assert answers(folder) == {"big.txt": "too_large", "fits.txt": "read", "a/b": "name"}


def test_a_path_that_is_not_there_is_said_before_anything_is_read(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files_in([folder, folder / "nowhere"])


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return file.getvalue()


def in_zip(data: bytes) -> dict[str, str]:
    return {
        file.name: "read"
        if isinstance(file.data, bytes)
        else file.data.reason + ("+" if file.data.skip else "")
        for file in articles_in_zip(data)
    }


def test_a_zip_is_read_without_leaving_it() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = zipped(
        ("a.txt", b"x"), ("sub/b.json", b"{}"), ("../up.txt", b"x"), ("/abs.txt", b"x"), ("C:\\x.txt", b"x"), (link, b"/etc/passwd"),
        ("__MACOSX/._a.txt", b"x"), (".hidden.txt", b"x"), ("inner.zip", b"PK"), ("virus.exe", b"MZ"),
    )  # fmt: skip
    assert in_zip(data) == {
        "a.txt": "read", "sub/b.json": "read", "../up.txt": "outside_root", "/abs.txt": "outside_root", "C:\\x.txt": "outside_root",
        "link.txt": "not_regular", "__MACOSX/._a.txt": "name+", ".hidden.txt": "name+", "inner.zip": "binary", "virus.exe": "name+",
    }  # fmt: skip


def test_a_zip_that_unfolds_too_far_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_zip(zipped(("bomb.txt", b"A" * (8 * 2**20)))) == {"bomb.txt": "too_large"}
    monkeypatch.setattr(incoming, "MAX_ZIP_UNFOLDED", 15)
    assert in_zip(zipped(("a.txt", b"A" * 10), ("b.txt", b"B" * 10))) == {
        "a.txt": "read",
        "b.txt": "too_large",
    }
    monkeypatch.setattr(incoming, "MAX_ZIP_FILES", 1)
    with pytest.raises(Refused, match="more than 1 files"):
        articles_in_zip(zipped(("a.txt", b"A"), ("b.txt", b"B")))
    monkeypatch.setattr(incoming, "MAX_ZIP_BYTES", 10)
    with pytest.raises(Refused, match="larger"):
        articles_in_zip(zipped(("a.txt", b"A")))


def test_a_damaged_or_unusual_zip_is_refused_whole_or_in_part() -> None:
    with pytest.raises(Refused, match="not a zip"):
        articles_in_zip(b"PK\x03\x04 nothing")
    data = bytearray(zipped(("a.txt", b"some words to damage"), method=zipfile.ZIP_STORED))
    data[data.index(b"words")] ^= 1
    assert in_zip(bytes(data)) == {"a.txt": "binary"}
    assert in_zip(zipped(("a.txt", b"x"), method=zipfile.ZIP_LZMA)) == {"a.txt": "binary"}
    locked = zipfile.ZipInfo("a.txt")
    data = bytearray(zipped((locked, b"x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert in_zip(bytes(data)) == {"a.txt": "binary"}


def test_two_files_of_one_name_in_a_zip_are_told_apart() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a.txt", b"x"), ("a.txt", b"y"))
    assert [isinstance(file.data, bytes) for file in articles_in_zip(data)] == [True, False]
