"""A database for a run by hand: the tests' own settings, throwaway server and migrated template, a clone of it, dropped at the end."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.databases import Clone


@contextmanager
def throwaway_clone(*, one_connection: bool) -> Iterator[Clone]:
    """Django, set up as in the tests and pointed at a clone; `one_connection`: see tests.databases.point_at."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.db import connections
    from django.test.utils import setup_test_environment, teardown_test_environment

    from tests import databases

    django.setup()
    logging.disable(logging.WARNING)  # a line for each request would hide the figures
    setup_test_environment(debug=False)
    server = databases.throwaway_server()
    try:
        with databases.clone(server, databases.template(server)) as found:
            databases.point_at(found.name, one_connection=one_connection)
            try:
                yield found
            finally:
                connections.close_all()
    finally:
        server.leave()
        teardown_test_environment()
