"""Which verb of speech a word may be: as it is written, a letter wrong, glued to the next word, or with a pronoun at its end."""

from __future__ import annotations

import re

from claims.extraction.lexicon import TURNS, Form, Lexicon

# A pronoun that Italian writes at the verb's end ("negarlo", "dicendogli").
_ENCLITIC = re.compile(r"(.+(?:ndo|r))(?:lo|la|li|le|gli|ne|ci|si|mi|ti|vi|glielo|gliela)$")
# Words that machine translation glues to the verb before them ("negatoche", "smentitol’").
_TAILS = ("che", "that", "tali", "di", "la", "le", "il", "lo", "i", "l’", "l'", "l", "the", "to", "it")
# So many words are remembered; then all are forgotten, so that memory stays flat.
_MOST = 50_000


def forms_of(lex: Lexicon, token: str) -> list[Form]:
    """What a lower-case word may be; empty for a word that is no verb of speech. Words met before are remembered."""
    found = lex.met.get(token)
    if found is None:
        if len(lex.met) >= _MOST:
            lex.met.clear()
        found = lex.met[token] = lex.forms.get(token) or _guessed(lex, token) or []
    return found


def _guessed(lex: Lexicon, token: str) -> list[Form] | None:
    if len(token) <= 4:
        return None
    found = (_glued(lex, token) if len(token) > 6 else None) or _misspelt(lex, token)
    if found is None and token not in lex.phrases and lex.language == "it" and len(token) >= 6:
        match = _ENCLITIC.match(token)
        found = lex.forms.get(match[1]) if match else None
    return found


def _glued(lex: Lexicon, token: str) -> list[Form] | None:
    if not token.endswith(_TAILS):
        return None
    for tail in _TAILS:
        if token.endswith(tail):
            known = lex.forms.get(token[: -len(tail)])
            if known is not None and (known[0].tense in ("participle", "past", "finite") or tail == "che"):
                return known
    return None


def _misspelt(lex: Lexicon, token: str) -> list[Form] | None:
    """ "ritrattatto": one letter off from a verb of denying, admitting or taking back. Other verbs are not guessed."""
    if len(token) < 6 or token in lex.determiners or token in lex.prepositions:
        return None
    for form in lex.turning.get(token[:3], ()):
        if abs(len(form) - len(token)) <= 1 and _one_edit(form, token):
            return [each for each in lex.forms[form] if each.verb.act in TURNS]
    return None


def _one_edit(left: str, right: str) -> bool:
    """Whether one letter added, left out or changed makes one word the other; the last letter does not count (it inflects)."""
    if len(left) > len(right):
        left, right = right, left
    k = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if k >= len(left) - (len(left) == len(right)):
        return False
    return left[k + (len(left) == len(right)) :] == right[k + 1 :]
