"""What a reader asks a list for in its address, and the page of the list that answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from claims.public.filters import readable
from claims.public.paging import Page, page
from claims.public.searching import LONGEST_ASKED


def asked_for(request: HttpRequest, *names: str) -> dict[str, str]:
    """The address's values of these names, each "" where it has none; the form shows a field for each."""
    given = readable(request.GET)
    return {name: given.get(name, "").strip()[:LONGEST_ASKED] for name in names}


def listed(request: HttpRequest, asked: dict[str, str], found: Any, *fields: str, size: int) -> Page:
    """A page of a list, the newest first unless the oldest are asked for. `fields`: as `paging.page` takes them."""
    return page(request, found, *fields, size=size, descending=asked["order"] != "oldest")
