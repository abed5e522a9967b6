"""Set-up: what each trouble says, and that looking starts nothing. Each command line is a process of its own, as a user runs it."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from claimtracker import bootstrap
from tests.databases import ROOT, Clone


def run(
    *arguments: str, folder: Path = ROOT, python: str = sys.executable, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`manage.py …` on the product's own settings, not the tests'."""
    ours = {"DJANGO_SETTINGS_MODULE", "CLAIMTRACKER_TESTING", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(
        [python, "manage.py", *arguments],
        cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """What a refused command said: no traceback, exit code 1."""
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what set-up needs, with no environment yet."""
    folder = tmp_path / "fresh clone"
    (folder / "claimtracker").mkdir(parents=True)
    for name in (
        "manage.py",
        "requirements.txt",
        "requirements-dev.txt",
        "claimtracker/__init__.py",
        "claimtracker/bootstrap.py",
    ):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def system_python() -> str:
    """The Python that the environment was made from; it has no Django."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14), (4, 0)])
def test_another_python_gets_one_sentence(version: tuple[int, int]) -> None:
    with pytest.raises(bootstrap.SetupError, match=f"and this is {version[0]}.{version[1]};"):
        bootstrap.check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_the_right_pythons_pass(version: tuple[int, int]) -> None:
    bootstrap.check_python(version)


@pytest.mark.parametrize("name", ["manage.py", "claimtracker/bootstrap.py"])
def test_an_old_python_can_read_the_door_to_say_so(name: str) -> None:
    ast.parse((ROOT / name).read_text(), feature_version=(3, 8))


def test_set_up_needs_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "claimtracker" / "bootstrap.py").read_text())
    at_the_top = {node.names[0].name for node in tree.body if isinstance(node, ast.Import)}
    at_the_top |= {node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in at_the_top} <= sys.stdlib_module_names


def test_before_set_up_every_command_names_start(checkout: Path, system_python: str) -> None:
    said = refused(run("check", folder=checkout, python=system_python))
    assert said == "ClaimTracker is not set up yet; run: python3 manage.py start"


def test_a_first_start_without_network_says_so(checkout: Path, system_python: str) -> None:
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    }
    said = refused(run("start", "--no-serve", folder=checkout, python=system_python, **nowhere))
    assert said.startswith("The packages could not be downloaded; the first start needs the network")
    assert (checkout / ".venv" / "unfinished").exists()  # so the next start makes the environment anew


def test_a_taken_port_is_named_before_anything_is_installed(checkout: Path, system_python: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(run("start", "--port", str(port), folder=checkout, python=system_python))
    assert said == f"Port {port} is taken by another program; choose another with --port."
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--port", "70000", "a port is a number from 1 to 65535"),
        ("--articles", "/nowhere", "there is no such folder"),
    ],
)
def test_a_wrong_option_is_named_before_anything_is_installed(
    checkout: Path, system_python: str, option: str, value: str, sentence: str
) -> None:
    assert sentence in refused(
        run("start", "--no-serve", option, value, folder=checkout, python=system_python)
    )
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "no space left on the disk"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was pinned"),
        ("ERROR: No matching distribution found for django", "needs the network"),
        ("something unheard of", "see the log"),
    ],
)
def test_what_pip_says_becomes_a_sentence(output: str, sentence: str) -> None:
    assert sentence in bootstrap.reason(output, "It failed; see the log.")


def test_every_wrong_setting_is_named_at_once_and_no_password_repeated() -> None:
    said = refused(
        run(
            "check",
            CLAIMTRACKER_EMAIL_URL="pigeon://root:hunter2@mail",
            CLAIMTRACKER_NOTICES="assigned,everything",
            CLAIMTRACKER_REPLICA_LAG="0",
            CLAIMTRACKER_REQUEST_DUE_DAYS="0",
            DATABASE_REPLICA_URLS="postgresql://a@h/x,mysql://root:hunter2@db/x",
            DATABASE_URL="mysql://root:hunter2@db/x",
            DEBUG="perhaps",
            LOG_LEVEL="loud",
            SECRET_KEY="short",
        )
    )
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "CLAIMTRACKER_EMAIL_URL",
        "CLAIMTRACKER_NOTICES",
        "CLAIMTRACKER_REPLICA_LAG",
        "CLAIMTRACKER_REQUEST_DUE_DAYS",
        "DATABASE_REPLICA_URLS",
        "DATABASE_URL",
        "DEBUG",
        "LOG_LEVEL",
        "SECRET_KEY",
    ]
    assert "hunter2" not in said


def test_a_database_that_cannot_be_reached_is_one_sentence() -> None:
    addresses = {
        "DATABASE_URL": "postgresql://app:hunter2@127.0.0.1:9/claims",
        "DATABASE_OWNER_URL": "postgresql://owner:hunter2@127.0.0.1:9/claims",
    }
    said = refused(run("migrate", **addresses))
    assert said.startswith("The database cannot be used: ")
    assert len(said.splitlines()) == 1
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "command", [["check"], ["--help"], ["makemigrations", "--check", "--dry-run"], ["localdb", "status"]]
)
def test_looking_starts_no_server(tmp_path: Path, command: list[str]) -> None:
    result = run(*command, CLAIMTRACKER_DATA=str(tmp_path / "data"))
    assert result.returncode == (3 if command[0] == "localdb" else 0), result.stderr
    assert not list(tmp_path.glob("data/pg*"))


def test_commands_find_the_environment_by_themselves(system_python: str) -> None:
    if Path(sys.prefix) != bootstrap.VENV:
        pytest.skip("these tests run outside .venv")
    result = run("version", python=system_python)
    assert (result.returncode, result.stdout.startswith("5.2")) == (0, True)


def test_start_sets_up_an_empty_database_once(clone_db: Clone, tmp_path: Path) -> None:
    environment = clone_db.environment | {"CLAIMTRACKER_DATA": str(tmp_path)}
    first, second = (run("start", "--no-serve", **environment) for _ in range(2))
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert first.stdout.count("one-time password: ") == 1
    assert "password" not in second.stdout
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_production_settings_leave_nothing_to_warn_of(tmp_path: Path) -> None:
    lines = (ROOT / ".ci" / "production.env").read_text().splitlines()
    production = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    result = run(
        "check", "--deploy", "--fail-level", "WARNING", CLAIMTRACKER_DATA=str(tmp_path), **production
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("name", "identity"), [("CLAIMTRACKER_SECOND_READER", "W001"), ("CLAIMTRACKER_REQUIRE_TOTP", "W002")]
)
def test_each_editorial_switch_that_is_off_is_warned_of(tmp_path: Path, name: str, identity: str) -> None:
    on = {
        "CLAIMTRACKER_SECOND_READER": "true",
        "CLAIMTRACKER_REQUIRE_TOTP": "true",
        "CLAIMTRACKER_DATA": str(tmp_path),
    }
    assert f"claimtracker.{identity}" not in run("check", "--deploy", **on).stderr
    assert f"claimtracker.{identity}" in run("check", "--deploy", **on | {name: "false"}).stderr


def test_an_application_that_owns_its_tables_is_warned_of() -> None:
    assert "claimtracker.W003" in run("check", DATABASE_URL="postgresql://me:x@127.0.0.1:9/claims").stderr
