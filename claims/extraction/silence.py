"""Sentences in which nobody can be credited with anything: no rule is tried on them. Most of a text is such sentences.

What a rule cannot do without is taken from the rule's own words, or named here beside the rule; a sentence with none of all these is passed over. Nothing is lost by it:
tests/extraction/test_silence.py tries every rule on every sentence of our tables that is passed over.
"""

from __future__ import annotations

import functools

from claims.extraction import looking_back, shapes, unspoken
from claims.extraction.cues import find_according
from claims.extraction.lexicon import Lexicon, lexicon
from claims.extraction.sentences import Sentence
from claims.extraction.words import DASHES

_DASHES = DASHES | {"-"}
# Only where a sentence begins with them: shapes._for_somebody, turns._for_whom, shapes._as_said, shapes._question.
_AT_THE_BEGINNING = {"it": frozenset({"per"}), "en": frozenset()}
# In either language: shapes._it_is_said. One word of each is enough.
_IT_IS_SAID = {phrase.split()[-1] for phrase in shapes.IT_IS_SAID}
# Anywhere: shapes._question, looking_back, unspoken._in_the_view_of and unspoken._doubting.
_ANYWHERE = {
    "it": {shapes.QUESTION, looking_back.WHAT} | looking_back.SO | looking_back.TO_SAY,
    "en": {shapes.ASKED_EN} | unspoken.VIEW,
}


def is_silent(s: Sentence, *, heading: bool) -> bool:
    """Whether no rule can find anything in the sentence: no verb of speech, no quotation, no colon, none of the words that rules go by."""
    w, lex = s.w, s.lex
    if s.voiced or any(w.quoted[s.first : s.last]) or not _signs(lex.language).isdisjoint(s.words):
        return False
    first = w.low[s.first]
    if first in _AT_THE_BEGINNING[lex.language] or first in lex.as_ or first[:-1] in shapes.ASKED_IT:
        return False
    if heading and not _DASHES.isdisjoint(w.text[max(s.first, s.last - 6) : s.last]):
        return False
    return not (find_according(w, lex, s.first, s.last) or shapes.said_by_nobody(s))


@functools.cache
def _signs(language: str) -> frozenset[str]:
    """With the colons of headlines and before quotations, the nouns of turns._noun and the words of turns._silence."""
    lex: Lexicon = lexicon(language)
    doubt = unspoken.DOUBTS | unspoken.DOUBTING[language] | unspoken.SURE[language]
    return doubt | _ANYWHERE[language] | _IT_IS_SAID | {":"} | lex.nouns.keys() | lex.silent_triggers
