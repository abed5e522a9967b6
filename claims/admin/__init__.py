"""The desk's sections in the stock Django admin, one file each. Buttons call the steps; nothing is decided here."""

from claims.admin import (
    accounts,
    claims,
    decisions,
    imports,
    outlets,
    positions,
    requests,
    sources,
    speakers,
    statements,
    topics,
)

__all__ = [
    "accounts",
    "claims",
    "decisions",
    "imports",
    "outlets",
    "positions",
    "requests",
    "sources",
    "speakers",
    "statements",
    "topics",
]
