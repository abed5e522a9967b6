"""Sentences in which nobody can be credited with anything: no rule is tried on them. Most of a text is such sentences.

What a rule cannot do without is named here beside the rule; a sentence with none of all these is passed over. Nothing is lost by it:
tests/extraction/test_silence.py tries every rule on every sentence of our tables that is passed over.
"""

from __future__ import annotations

import functools

from claims.extraction.cues import find_according
from claims.extraction.lexicon import Lexicon, lexicon, word_set
from claims.extraction.sentences import Sentence
from claims.extraction.words import DASHES

_DASHES = DASHES | {"-"}
# Only where a sentence begins with them: shapes._for_somebody, turns._for_whom, shapes._as_said, shapes._question.
_AT_THE_BEGINNING = {"it": frozenset({"per"}), "en": frozenset()}
_ASKED = ("interrogat", "interpellat", "sollecitat")
# In either language: shapes._it_is_said.
_IT_IS_SAID = word_set("pare sembra sembrerebbe mormora dice racconta said seems")
# Anywhere: shapes._question, looking_back, unspoken._in_the_view_of and unspoken._doubting.
_ANYWHERE = {
    "it": word_set(
        "domanda quanto così cosi dubbi"
        " dirlo affermarlo riferirlo sostenerlo scriverlo dichiararlo confermarlo rivelarlo annunciarlo spiegarlo"
        " precisarlo negarlo smentirlo ribadirlo denunciarlo riportarlo ricordarlo sottolinearlo"
        " scettico scettica scettici scettiche dubbioso dubbiosa dubbiosi perplesso perplessa perplessi"
        " convinto convinta convinti convinte sicuro sicura sicuri certo certa certi"
    ),
    "en": word_set(
        "asked view opinion telling account reading eyes words doubts"
        " sceptical skeptical doubtful unconvinced dubious unsure convinced sure persuaded certain confident adamant"
    ),
}


def is_silent(s: Sentence, *, heading: bool) -> bool:
    """Whether no rule can find anything in the sentence: no verb of speech, no quotation, no colon, none of the words that rules go by."""
    w, lex = s.w, s.lex
    if s.voiced or any(w.quoted[s.first : s.last]) or not _signs(lex.language).isdisjoint(s.words):
        return False
    first = w.low[s.first]
    if first in _AT_THE_BEGINNING[lex.language] or first in lex.as_ or first[:-1] in _ASKED:
        return False
    if heading and not _DASHES.isdisjoint(w.text[max(s.first, s.last - 6) : s.last]):
        return False
    return not (find_according(w, lex, s.first, s.last) or _said_by_nobody(s))


def _said_by_nobody(s: Sentence) -> bool:
    """What shapes._impersonal looks for."""
    lex, w = s.lex, s.w
    if lex.nobody_triggers.isdisjoint(s.words):
        return False
    words = w.words(s.first, s.last).lower().replace("’", "'").replace("\xa0", " ")
    return lex.patterns["nobody"].search(words) is not None


@functools.cache
def _signs(language: str) -> frozenset[str]:
    """With the colons of headlines and before quotations, the nouns of turns._noun and the words of turns._silence."""
    lex: Lexicon = lexicon(language)
    return _ANYWHERE[language] | _IT_IS_SAID | {":"} | lex.nouns.keys() | lex.silent_triggers
