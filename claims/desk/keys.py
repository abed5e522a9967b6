"""Keys of rows, as addresses and forms carry them."""

from __future__ import annotations

__all__ = ["is_key", "key_in"]

# More digits than any key has, fewer than PostgreSQL's largest.
DIGITS = 15


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def key_in(text: str | None) -> int | None:
    """The key; None for anything else."""
    return int(text) if text and is_key(text) else None
