"""304 without making a page again, for whoever has it already, while nobody has written to the database since it was last made.

The database's own snapshot is the clock: its text stays the same exactly as long as no writing transaction begins or ends. On a replica
it is not (two transactions in progress, and the second ends: the text is the same); there it is how far the log has been replayed. It is
read before the page is made, so that what is written meanwhile makes the page count as old, never as new. Each process remembers by itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any

from django.db import connections, router
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from claims.models import Claim

View = Callable[..., HttpResponse]

MOMENT = """
    SELECT CASE WHEN pg_is_in_recovery() THEN 'replayed ' || pg_last_wal_replay_lsn() ELSE pg_current_snapshot()::text END
"""
# Seconds that a cache shared by readers may keep an answer without asking.
SHARED_FOR = 15
# About 300 bytes each.
MOST_REMEMBERED = 5000
# What a 304 repeats of the answer that it stands for (RFC 9110, 15.4.5).
REPEATED = ("ETag", "Cache-Control", "Content-Location", "Vary", "Content-Language")


@dataclass(frozen=True, slots=True)
class Made:
    """A page that was made: at which moment of the database, and the headers it had."""

    moment: str
    headers: tuple[tuple[str, str], ...]


class _Memory:
    def __init__(self) -> None:
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Made | None:
        with self._lock:
            return self._made.get(key)

    def keep(self, key: str, made: Made) -> None:
        with self._lock:
            self._made[key] = made
            self._made.move_to_end(key)
            if len(self._made) > MOST_REMEMBERED:
                self._made.popitem(last=False)


_memory = _Memory()


def not_made_again(view: View) -> View:
    """Asks the database one short question where somebody has the page; nothing where nobody has."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.headers.get("If-None-Match")
        moment = _moment() if asked else ""
        if not asked or not moment:
            return view(request, *args, **kwargs)
        key = _key(request)
        made = _memory.get(key)
        if made and made.moment == moment and _has(asked, made):
            unchanged = HttpResponseNotModified()
            for name, value in made.headers:
                unchanged[name] = value
            return unchanged
        response = view(request, *args, **kwargs)
        if response.status_code in (200, 304) and response.has_header("ETag"):
            headers = tuple((name, response[name]) for name in REPEATED if response.has_header(name))
            _memory.keep(key, Made(moment, headers))
        return response

    return shown


def _moment() -> str:
    """Which state the database that answers shows; "" inside a transaction, where one's own writing would not show in it."""
    connection = connections[router.db_for_read(Claim)]
    if connection.in_atomic_block:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(MOMENT)
        return str(cursor.fetchone()[0])


def _key(request: HttpRequest) -> str:
    """Everything that a page depends on besides the state of the database that it is read from."""
    parts = (router.db_for_read(Claim), request.scheme, request.get_host(), request.get_full_path())
    return "\n".join(str(part) for part in (*parts, *(request.headers.get(name) for name in _VARYING)))


_VARYING = ("HX-Request", "HX-History-Restore-Request")


def _has(asked: str, made: Made) -> bool:
    def strong(tag: str) -> str:
        return tag.removeprefix("W/")

    tags = {strong(tag) for tag in parse_etags(asked)}
    return strong(dict(made.headers)["ETag"]) in tags
