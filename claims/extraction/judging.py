"""Which act of speech a finding is, judged from the verb, what it takes and what is said."""

from __future__ import annotations

from claims.extraction.attributions import Draft
from claims.extraction.lexicon import Lexicon
from claims.extraction.words import Words


def judge(w: Words, lex: Lexicon, drafts: list[Draft]) -> list[Draft]:
    """The drafts that are statements, each with its act; look-alikes are left out."""
    return [draft for draft in drafts if _judge(w, lex, draft)]


def _judge(w: Words, lex: Lexicon, draft: Draft) -> bool:
    return True
