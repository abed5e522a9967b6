"""Which reading machine found something: stored with every suggestion, so that a newer one knows what it has to read again."""

from __future__ import annotations

from claims.extraction.lexicon import lexicon

__all__ = ["RULES", "version"]

# Raised by hand whenever a change of the code makes `extract` find other things; the word lists carry their own version.
RULES = 2


def version(language: str) -> str:
    """The rules' version and the word list's: "2.2026.11.2". Raises FileNotFoundError for a language without a word list."""
    return f"{RULES}.{lexicon(language).version}"
