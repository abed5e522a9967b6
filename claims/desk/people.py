"""Who is at the desk."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest


def editor_of(request: HttpRequest) -> User:
    """The signed-in account behind a request; the desk's pages have turned strangers away before anybody asks."""
    return cast(User, request.user)
