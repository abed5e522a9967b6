"""From a bare Python to a running command: the virtual environment, the pinned packages, then Django.

Standard library only, and readable by Pythons that are too old to run the rest, so that each of them gets one sentence. Every
foreseeable trouble is a SetupError: one sentence, exit code 1, no traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
OLDEST, NEWEST = (3, 11), (3, 13)
# Present while packages are being installed: found at a start, the last set-up was cut off and the environment is made anew.
UNFINISHED = VENV / "unfinished"
LOG = VENV / "set-up.log"
STAMPS = {
    "requirements.txt": VENV / "installed-packages",
    "requirements-dev.txt": VENV / "installed-test-packages",
}
# What pip says, and what a person can do about it.
REASONS = (
    ("No space left on device", "There is no space left on the disk for the packages."),
    (
        "DO NOT MATCH THE HASHES",
        "A downloaded package is not the one that was pinned, so nothing was installed; see {log}.",
    ),
    ("Permission denied", "The packages cannot be written to {venv}; check who owns it."),
    (
        "No matching distribution",
        "The packages could not be downloaded; the first start needs the network (details in {log}).",
    ),
    (
        "Max retries exceeded",
        "The packages could not be downloaded; the first start needs the network (details in {log}).",
    ),
    (
        "Connection",
        "The packages could not be downloaded; the first start needs the network (details in {log}).",
    ),
)


class SetupError(Exception):
    """Set-up cannot go on. The text is one sentence for a person."""


def main(argv: list[str]) -> int:
    """Runs a manage.py command line and returns the exit code. Does not return where it becomes another process."""
    command = argv[1] if len(argv) > 1 else ""
    try:
        check_python(sys.version_info[:2])
        if command == "start":
            options = start_options(argv[2:])
            check_start(options)
            make_environment("requirements.txt")
        elif command == "test":
            make_environment("requirements.txt", "requirements-dev.txt")
            return run_tests(argv[2:])
        continue_in_environment(argv)
        return run_django(argv)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130


def check_python(version: tuple[int, ...]) -> None:
    """Raises SetupError unless the packages exist for this Python."""
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        raise SetupError(
            "ClaimTracker needs Python 3.11, 3.12 or 3.13, and this is %d.%d; start it with one of those, such as: "
            "python3.12 manage.py start" % tuple(version[:2])
        )
    if importlib.util.find_spec("fcntl") is None:
        raise SetupError(
            "ClaimTracker runs on Linux and macOS; on Windows, use the Windows Subsystem for Linux."
        )


# -- start's own options -----------------------------------------------------------------------------------------------------


def add_start_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `start`, for the parser here and for the Django command."""
    parser.add_argument("--port", type=int, default=8000, help="port of 127.0.0.1 to serve on (8000)")
    parser.add_argument("--no-serve", action="store_true", help="set everything up, then end")
    parser.add_argument(
        "--articles",
        metavar="DIR",
        type=Path,
        help="folder of the five original articles, to replace the digests",
    )


def start_options(arguments: list[str]) -> argparse.Namespace:
    """What was asked of `start`; a wrong option ends with argparse's own sentence, before anything is installed."""
    parser = argparse.ArgumentParser(prog="manage.py start", add_help=True)
    add_start_arguments(parser)
    return parser.parse_known_args(arguments)[0]


def check_start(options: argparse.Namespace) -> None:
    """Raises SetupError for what would fail only after minutes of installing."""
    if not 1 <= options.port <= 65535:
        raise SetupError(f"--port {options.port}: a port is a number from 1 to 65535.")
    if options.articles is not None and not options.articles.is_dir():
        raise SetupError(f"--articles {options.articles}: there is no such folder.")
    if options.no_serve:
        return
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", options.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SetupError(
                    f"Port {options.port} is taken by another program; choose another with --port."
                ) from None
            raise SetupError(
                f"Port {options.port} cannot be used ({error.strerror}); choose another with --port."
            ) from None


# -- the environment ---------------------------------------------------------------------------------------------------------


def venv_python() -> Path:
    """The environment's Python, whether or not it exists."""
    return VENV / "bin" / "python"


def inside_environment() -> bool:
    """Whether this very process runs on the environment's Python."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def fingerprint(names: Sequence[str]) -> str:
    """sha256 over the requirement files: what the environment must hold."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((CHECKOUT / name).read_bytes())
    return digest.hexdigest()


def installed(names: Sequence[str]) -> bool:
    """Whether the environment holds exactly these requirement files; asks no network and starts nothing."""
    stamp = STAMPS[names[-1]]
    try:
        return stamp.read_text() == fingerprint(names) and venv_python().exists() and not UNFINISHED.exists()
    except OSError:
        return False


def make_environment(*names: str) -> None:
    """Makes .venv hold the packages of the requirement files; a moment when it already does. Raises SetupError."""
    if installed(names):
        return
    import fcntl

    try:
        (CHECKOUT / "var").mkdir(exist_ok=True)
        with open(CHECKOUT / "var" / "set-up.lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up is at work; waiting for it …")
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not installed(names):
                create_environment()
                install(names)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SetupError("There is no space left on the disk for the packages.") from error
        raise SetupError(
            f"Cannot write to {CHECKOUT} ({error.strerror}); ClaimTracker keeps its packages there."
        ) from error


def create_environment() -> None:
    """A fresh .venv, unless a working one is there."""
    if UNFINISHED.exists():
        if inside_environment():
            raise SetupError(
                "The last set-up was cut off; run it with the system's Python: python3 manage.py start"
            )
        shutil.rmtree(VENV)
    elif works():
        return
    if inside_environment():
        raise SetupError(
            f"{VENV} does not work; run the set-up with the system's Python: python3 manage.py start"
        )
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise SetupError(
            "This Python comes without ensurepip; install it first (Debian and Ubuntu: apt install python3-venv)."
        )
    say("Making the virtual environment …")
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if made.returncode:
        LOG.write_text(made.stdout + made.stderr)
        raise SetupError(
            reason(made.stdout + made.stderr, f"The virtual environment could not be made; see {LOG}.")
        )


def works() -> bool:
    """Whether .venv has a Python of a right version with pip."""
    if not venv_python().exists():
        return False
    question = f"import pip, sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return subprocess.run([str(venv_python()), "-c", question], capture_output=True).returncode == 0


def install(names: Sequence[str]) -> None:
    """pip, with every hash checked. The files hold the whole closure, so nothing is resolved."""
    count = sum(line[:1].isalnum() for name in names for line in (CHECKOUT / name).read_text().splitlines())
    say(f"Installing {count} packages (once; about a minute) …")
    began = time.monotonic()
    UNFINISHED.touch()
    command = [
        str(venv_python()),
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--no-deps",
        "--no-input",
        "--retries=2",
    ]
    command += ["--disable-pip-version-check", "--quiet"]
    for name in names:
        command += ["-r", str(CHECKOUT / name)]
    with open(LOG, "w") as log:
        code = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        ).returncode
    if code:
        raise SetupError(
            reason(LOG.read_text(errors="replace"), f"The packages could not be installed; see {LOG}.")
        )
    STAMPS["requirements.txt"].write_text(fingerprint(["requirements.txt"]))
    STAMPS[names[-1]].write_text(fingerprint(names))
    UNFINISHED.unlink()
    say(f"Packages installed in {time.monotonic() - began:.0f} s.")


def reason(output: str, otherwise: str) -> str:
    """The sentence for what a failed program said."""
    for sign, sentence in REASONS:
        if sign in output:
            return sentence.format(log=LOG, venv=VENV)
    return otherwise


# -- onwards -----------------------------------------------------------------------------------------------------------------


def continue_in_environment(argv: list[str]) -> None:
    """Becomes the same command on the environment's Python. Returns only where this process can go on by itself."""
    if inside_environment():
        return
    if venv_python().exists():
        sys.stdout.flush()
        become(str(CHECKOUT / "manage.py"), *argv[1:])
    if importlib.util.find_spec("django") is None:
        raise SetupError("ClaimTracker is not set up yet; run: python3 manage.py start")


def become(*arguments: str) -> NoReturn:
    """Replaces this process by the environment's Python: signals and the exit code need no passing on."""
    os.execv(str(venv_python()), [str(venv_python()), *arguments])  # noqa: S606


def run_tests(arguments: list[str]) -> int:
    """Becomes pytest, with the arguments as they are. `--prepare` only installs what the tests need.

    The whole suite runs on all cores; a file or a test that is named runs here, where a debugger can reach it.
    """
    if arguments == ["--prepare"]:
        return 0
    os.chdir(CHECKOUT)
    if all(argument.startswith("-") for argument in arguments):
        arguments = [f"--numprocesses={os.cpu_count() or 1}", "--dist=worksteal", *arguments]
    become("-m", "pytest", *arguments)


def run_django(argv: list[str]) -> int:
    """Django's own command line; what it cannot reach or read in the environment becomes one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db.utils import OperationalError

        from claimtracker.service import LocaldbError
    except ImportError as error:
        raise SetupError(f"A package is missing ({error.name}); run: python3 manage.py start") from error
    try:
        execute_from_command_line(argv)
    except (ImproperlyConfigured, LocaldbError, OperationalError) as error:
        if "--traceback" in argv:
            raise
        raise SetupError(sentence_of(error)) from error
    except OSError as error:
        if error.errno != errno.ENOSPC or "--traceback" in argv:
            raise
        raise SetupError("There is no space left on the disk.") from error
    return 0


def sentence_of(error: Exception) -> str:
    """What a person needs of an error: a settings error whole, of a database error its first line."""
    text = str(error).strip() or type(error).__name__
    if type(error).__name__ != "OperationalError":
        return text
    line = text.splitlines()[0]
    return line if line.endswith(".") else f"The database cannot be used: {line}"


def say(line: str) -> None:
    """One calm line of progress."""
    print(line, flush=True)
