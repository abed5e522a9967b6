"""The embedded database under kills, crowds, odd paths and other users. Each client is a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from claimtracker import backup, cluster, places
from claimtracker.localdb import APP, OWNER, SUPERUSER, LocaldbError, Server
from tests.databases import ROOT

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has the account of another user at hand")

CLIENT = """
import json, os, sys
from claimtracker.localdb import Server, SUPERUSER
server = Server(sys.argv[1], throwaway=True).start()
def ask(sql):
    with server.connect() as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None
answer = None
exec(sys.argv[2])
print(json.dumps({"pid": server.pid(), "answer": answer}), flush=True)
sys.stdin.read()
"""


class Client:
    """A process that holds the server up until `leave`."""

    def __init__(self, path: Path, code: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(path), code],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def leave(self, how: int | None = None) -> None:
        if how is not None:
            self.process.send_signal(how)
        self.process.communicate(timeout=60)


def once(path: Path, code: str = "") -> dict[str, Any]:
    client = Client(path, code)
    said = client.said()
    client.leave()
    return said


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def down_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not runs(pid)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every account can reach (pytest's own is private); one copy of the binaries serves all tests."""
    folder = Path(tempfile.mkdtemp(prefix="claimtracker-test-"))
    folder.chmod(0o755)
    yield folder
    for process in psutil.process_iter(["name"]):
        try:
            if (process.info["name"] or "").startswith("postgres") and str(folder) in process.cwd():
                process.kill()
        except psutil.Error:
            continue
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made(place: Path) -> Path:
    """A database that was made, used and stopped."""
    once(place / "made", "ask('CREATE TABLE kept AS SELECT generate_series(1, 100) AS n')")
    return place / "made"


COUNT = "answer = ask('SELECT count(*) FROM kept')"


def test_the_last_one_out_stops_the_server(made: Path) -> None:
    first, second = Client(made), Client(made)
    pid = first.said()["pid"]
    assert second.said()["pid"] == pid
    first.leave()
    assert runs(pid)
    second.leave()
    assert down_within(pid, 1)


def test_several_first_clients_at_once_make_one_database(place: Path) -> None:
    clients = [Client(place / "crowd", "answer = ask('SELECT count(*) FROM pg_database')") for _ in range(4)]
    said = [client.said() for client in clients]
    assert len({answer["pid"] for answer in said}) == 1
    assert {answer["answer"] for answer in said} == {4}
    for client in clients:
        client.leave()
    assert down_within(said[0]["pid"], 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_client_that_is_asked_to_end_leaves_properly(made: Path, number: int) -> None:
    client = Client(made)
    pid = client.said()["pid"]
    client.leave(number)
    assert down_within(pid, 2)


def test_a_killed_client_leaves_the_server_to_the_next_which_stops_it(made: Path) -> None:
    client = Client(made)
    pid = client.said()["pid"]
    client.leave(signal.SIGKILL)
    assert runs(pid)
    assert once(made, COUNT) == {"pid": pid, "answer": 100}
    assert down_within(pid, 1)


def test_a_killed_server_comes_back_with_everything_committed(made: Path) -> None:
    client = Client(made)
    pid = client.said()["pid"]
    os.kill(pid, signal.SIGKILL)
    client.leave(signal.SIGKILL)
    assert once(made, COUNT)["answer"] == 100


def test_a_client_in_work_brings_a_killed_server_back(made: Path) -> None:
    said = once(made, "os.kill(server.pid(), 9); server.start(); " + COUNT)
    assert said["answer"] == 100


@pytest.mark.parametrize(
    "content", ["{pid}\n{path}\n1700000000\n5432\n{path}\n\n 1 0\nready\n", "99999\n", ""]
)
def test_a_stale_or_torn_pid_file_stops_nobody(made: Path, content: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        file = made / "postmaster.pid"
        file.write_text(content.format(pid=other.pid, path=made))
        os.chown(file, made.stat().st_uid, made.stat().st_gid)
        try:
            assert once(made, COUNT)["answer"] == 100
        finally:
            other.kill()


def test_an_interrupted_first_start_leaves_nothing_half_made(place: Path) -> None:
    path = place / "cut off"
    client = Client(path)
    end = time.monotonic() + 10
    while not list(place.glob("cut off.init-*")) and time.monotonic() < end:
        time.sleep(0.01)
    for process in [*psutil.Process(client.process.pid).children(recursive=True), client.process]:
        with suppress(psutil.NoSuchProcess):  # one that had just come to its end
            process.kill()
    client.leave()
    assert not path.exists()
    assert once(path, "answer = 1")["answer"] == 1
    assert not list(place.glob("cut off.init-*"))


@pytest.mark.parametrize("name", ["con spazi", "così è", 'it\'s "quoted", really', "l" * 120])
def test_any_path_will_do_and_the_socket_is_private(place: Path, name: str) -> None:
    path = place / name
    code = "answer = ask('SHOW unix_socket_directories'), oct(os.stat(server.socket).st_mode)"
    where, mode = once(path, code)["answer"]
    assert mode == "0o40700"
    assert len(where) < 108
    shutil.rmtree(Server(path).socket)
    if path.exists():
        shutil.rmtree(path)


def test_it_keeps_what_it_was_told_and_listens_on_no_network(made: Path) -> None:
    settings = "fsync, full_page_writes, data_checksums, listen_addresses, unix_socket_permissions, TimeZone"
    server = Server(made).start()
    try:
        with server.connect() as connection:
            found = [connection.execute(f"SHOW {name}").fetchone()[0] for name in settings.split(", ")]
            assert found == ["on", "on", "on", "", "0700", "UTC"]
            ways = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
            assert ways == [("local", "peer")]
    finally:
        server.leave()


def test_a_forked_child_neither_stops_the_server_nor_keeps_it_up(made: Path) -> None:
    code = """
if os.fork() == 0:
    os._exit(0) if server.joined else None
    server.start(); server.leave(); os._exit(7)
answer = os.waitstatus_to_exitcode(os.wait()[1]), ask("SELECT 1")
"""
    said = once(made, code)
    assert said["answer"] == [7, 1]
    assert down_within(said["pid"], 1)


def test_a_keeper_holds_it_up_until_it_is_stopped(made: Path) -> None:
    server = Server(made, throwaway=True)
    server.start_keeper()
    server.leave()
    try:
        pid = server.pid()
        assert pid
        assert runs(pid)
        assert once(made, COUNT) == {"pid": pid, "answer": 100}
        assert runs(pid)
    finally:
        assert server.stop()
    assert down_within(pid, 1)
    assert server.keeper() is None


def test_stop_leaves_the_server_to_those_who_use_it(made: Path) -> None:
    client = Client(made)
    pid = client.said()["pid"]
    assert not Server(made).stop()
    assert runs(pid)
    client.leave()
    assert down_within(pid, 1)


def test_a_folder_that_is_no_database_is_left_alone(place: Path) -> None:
    folder = place / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear …")
    with pytest.raises(LocaldbError, match="is not a database"):
        Server(folder).start()
    assert (folder / "letter.txt").read_text() == "Dear …"


def test_a_database_of_another_version_is_named_and_left_alone(made: Path) -> None:
    version = (made / "PG_VERSION").read_text()
    (made / "PG_VERSION").write_text("17\n")
    try:
        with pytest.raises(LocaldbError, match="made by PostgreSQL 17, this installation has 18"):
            Server(made).start()
    finally:
        (made / "PG_VERSION").write_text(version)


@as_root
def test_no_other_user_gets_in_and_no_foreign_folder_changes_its_mode(made: Path, place: Path) -> None:
    private = place / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(LocaldbError, match="cannot reach"):
        Server(private / "pg").start()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    client = Client(made)
    client.said()
    (made).chmod(0o755)  # even if somebody opened the folder
    try:
        psql = Server(made).program("psql")
        for role in (SUPERUSER, OWNER, APP):
            asked = subprocess.run(
                [psql, f"--dbname={Server(made).url(role)}", "-c", "SELECT 1"],
                user="nobody", group="nogroup", extra_groups=[], capture_output=True, cwd="/", check=False,
            )  # fmt: skip
            assert asked.returncode != 0
    finally:
        made.chmod(0o700)
        client.leave()


def test_a_backup_restores_everything_and_half_a_one_is_refused_whole(place: Path, tmp_path: Path) -> None:
    server = Server(place / "saved", throwaway=True).start()
    try:
        with server.connect(OWNER, cluster.DATABASE) as connection:
            connection.execute("CREATE TABLE django_migrations (id int)")
            connection.execute(
                "CREATE TABLE claims_claim AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 5000) n"
            )
        whole, half = tmp_path / "whole.dump", tmp_path / "half.dump"
        size = backup.backup(server.url(OWNER), whole)
        assert stat.S_IMODE(whole.stat().st_mode) == 0o600
        with server.connect(APP, cluster.DATABASE) as connection:
            connection.execute("DELETE FROM claims_claim WHERE n > 10")
            for length in (0, 40, size // 2, size - 1):
                half.write_bytes(whole.read_bytes()[:length])
                with pytest.raises(LocaldbError, match="not a whole backup"):
                    backup.restore(server, half)
            assert connection.execute("SELECT count(*) FROM claims_claim").fetchone() == (10,)
        backup.restore(server, whole)
        with server.connect(APP, cluster.DATABASE) as connection:
            assert connection.execute("SELECT count(*) FROM claims_claim").fetchone() == (5000,)
            connection.execute("DELETE FROM claims_claim")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("TRUNCATE claims_claim")
    finally:
        server.leave()


def test_a_backup_has_the_evidence_files_too_and_puts_back_what_is_missing(tmp_path: Path) -> None:
    folder, dump = tmp_path / "files", tmp_path / "claims.dump"
    (folder / "evidence").mkdir(parents=True)
    for name, content in (("one.pdf", b"one"), ("two.pdf", b"2" * 3_000_000)):
        (folder / "evidence" / name).write_bytes(content)
    (folder / "evidence" / "elsewhere").symlink_to("/etc/hostname")
    assert backup.backup_files(folder, dump) == 2
    tar = backup.files_beside(dump)
    assert stat.S_IMODE(tar.stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.part")) == []
    (folder / "evidence" / "two.pdf").unlink()
    (folder / "evidence" / "one.pdf").write_bytes(b"as it is here")
    backup.check_files(dump)
    assert backup.restore_files(folder, dump) == 1
    assert (folder / "evidence" / "two.pdf").read_bytes() == b"2" * 3_000_000
    assert (folder / "evidence" / "one.pdf").read_bytes() == b"as it is here"
    assert backup.restore_files(folder, tmp_path / "older.dump") is None
    assert backup.backup_files(tmp_path / "nothing there", tmp_path / "empty.dump") == 0
    backup.check_files(tmp_path / "empty.dump")
    whole = tar.read_bytes()
    for length in (0, 300, 2_000_000):
        tar.write_bytes(whole[:length])
        with pytest.raises(LocaldbError, match="not whole"):
            backup.check_files(dump)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "evidence/../../outside"])
def test_a_tar_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    dump = tmp_path / "claims.dump"
    with tarfile.open(backup.files_beside(dump), "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(LocaldbError, match="no evidence file"):
        backup.check_files(dump)


def test_a_backup_of_something_else_is_refused(place: Path, tmp_path: Path) -> None:
    server = Server(place / "saved", throwaway=True).start()
    try:
        server.create_database("cookbook")
        backup.backup(server.url(OWNER, "cookbook"), tmp_path / "cookbook.dump")
        with pytest.raises(LocaldbError, match="backup of something else"):
            backup.restore(server, tmp_path / "cookbook.dump")
    finally:
        server.leave()


def test_two_checkouts_and_two_users_have_separate_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAIMTRACKER_DATA")
    found = set()
    for checkout in ("/srv/one", "/srv/two"):
        monkeypatch.setattr(places, "CHECKOUT", Path(checkout))
        for user in (0, 1000):
            monkeypatch.setattr(os, "geteuid", lambda user=user: user)
            found.add(places.data_dir())
    assert len(found) == 4
    assert Path("/srv/one/var") in found


def test_processes_that_ask_for_the_secret_key_at_once_get_one(tmp_path: Path) -> None:
    code = "from claimtracker.places import secret_key; print(secret_key(), end='')"
    environment = os.environ | {"CLAIMTRACKER_DATA": str(tmp_path / "new")}
    asking = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        for _ in range(6)
    ]
    keys = {process.communicate()[0] for process in asking}
    assert len(keys) == 1
    assert len(keys.pop()) > 80
    assert stat.S_IMODE((tmp_path / "new" / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret-key"]
