"""Fixtures for every test. `db` (pytest-django's, one transaction, rolled back) is the usual one; `clone_db` gives a database of
its own with real, separate connections, for races, other processes and live sites. Never `transactional_db`: it would flush,
and tracked tables refuse to be truncated.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation

from claimtracker.localdb import Server
from tests import databases
from tests.databases import ALIASES, Clone, point_at

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
]
# Playwright's event loop lives in the tests' thread; Django would refuse to ask the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Every database test may use every alias: in `db` tests they are one connection.
TransactionTestCase.databases = frozenset(ALIASES)


@pytest.fixture(scope="session")
def test_server() -> Iterator[Server]:
    """The throwaway embedded server."""
    server = databases.throwaway_server()
    yield server
    server.leave()


@pytest.fixture(scope="session")
def test_template(test_server: Server) -> str:
    """Name of the migrated template database."""
    return databases.template(test_server)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    test_server: Server,
    test_template: str,
    django_test_environment: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """Instead of pytest-django's: a clone for the run, with the application's rights."""
    with databases.clone(test_server, test_template) as found, django_db_blocker.unblock():
        request.config.stash[RUN_DATABASE] = found.name
        point_at(found.name, one_connection=True)
        yield
        connections["default"].close()


RUN_DATABASE = pytest.StashKey[str]()


@pytest.fixture(autouse=True)
def language_of_the_settings() -> None:
    """A request of the test before may have left its language behind in this thread."""
    translation.deactivate()


@pytest.fixture
def clone_db(
    request: pytest.FixtureRequest,
    test_server: Server,
    test_template: str,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[Clone]:
    """A database of this test's own; Django's aliases are real, separate connections to it. Not together with `db`."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("a test takes `db` or `clone_db`, not both")
    with databases.clone(test_server, test_template) as found, django_db_blocker.unblock():
        point_at(found.name, one_connection=False)
        try:
            yield found
        finally:
            point_at(request.config.stash[RUN_DATABASE], one_connection=True)


@pytest.fixture
def fresh_database(test_server: Server, test_template: str) -> Iterator[Callable[[], str]]:
    """For other processes: each call gives the address of one more clone; Django's own connections stay where they are."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(databases.clone(test_server, test_template)).url


@pytest.fixture
def live_site(clone_db: Clone) -> Iterator[str]:
    """The site itself on a free port of 127.0.0.1, over `clone_db`; yields http://127.0.0.1:PORT."""
    with databases.served() as address:
        yield address


# -- browser tests -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's chromium, which asks nobody anything by itself."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_ARGUMENTS + sandbox}


def _needs_browser(item: pytest.Item) -> bool:
    return bool({"page", "browser", "context", "new_context"} & set(getattr(item, "fixturenames", ())))


NO_BROWSER = "no chromium"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not shutil.which(CHROMIUM):
        for item in items:
            if _needs_browser(item):
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    # Told by the reports: with several processes this one has collected nothing itself.
    without_browser = sum(
        NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])
    )
    if without_browser:
        terminalreporter.write_line(
            f"{without_browser} browser tests were not run: {CHROMIUM} is missing (apt install chromium)."
        )
    if not originals():
        terminalreporter.write_line(
            "Tests on the five original articles were not run: ../shared/seeds is not here."
        )


def originals() -> Path | None:
    """The folder of the five original articles, which are other people's writing and not in the repository."""
    folder = databases.ROOT.parent / "shared" / "seeds"
    return folder if folder.is_dir() else None
