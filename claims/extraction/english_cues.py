"""Which English forms of a verb of speech are cues, and which are nouns or adjectives ("the report", "the alleged theft")."""

from __future__ import annotations

from claims.extraction.lexicon import Form, Lexicon, word_set
from claims.extraction.verb_groups import Cue, Group
from claims.extraction.words import DASHES, FINAL, Words

_WOULD = word_set("would could might")
# Determiners that may stand alone as the subject ("many say", "two said").
_SEVERAL = word_set("all both many some others")
_NUMBERS = word_set("one two three")
_SUBJECTS = _SEVERAL | word_set("people police media")
_SINGULAR = word_set("he she it")
# Before a gerund that is a cue ("by saying"); after other prepositions it is a noun.
_BEFORE_A_GERUND = word_set("by in as while after despite")
# After "reported": an adjective of what is talked about.
_NOT_SAID = word_set("missing dead stolen")
# What they call for, plan on, promise to.
_WITH_PREPOSITION = word_set(
    "call calls called plan plans planned hope hopes promise promises pledge pledges vow vows offer offers continued begin"
)
_ASKS = word_set("that : whether if how why what")
_SHORT_BE = frozenset({"'s", "'d"})


def english_cue(g: Group, form: Form) -> Cue | None:
    """The cue that the form is in its group; None where it is a noun, an adjective or no verb of speech."""
    w, lex, low, i = g.w, g.lex, g.w.low, g.i
    nearest = low[i - 1] if i > g.first else ""
    inside = w.is_capital(i) and i > g.first and w.is_word(i - 1)
    if nearest == "-" or (inside and not w.is_capital(g.first + 1 if g.first + 1 < g.last else i)):
        return None  # "late-night tweets", "The Washington Post"
    if nearest == "so" and low[i] in ("called", "said", "named"):
        return None
    cue = Cue(g.begin, i + 1, i, form.verb, "finite", ambiguous=g.ambiguous)
    cue.negated = any(token in lex.negations for token in g.words)
    if g.before == "no" and low[g.begin] == "longer" and g.begin < i:
        cue.first, cue.negated = g.begin - 1, True
    cue.conditional = any(low[j] in _WOULD for j in g.auxiliaries)
    if form.tense == "gerund":
        return _gerund(g, cue, nearest)
    if form.tense in ("past", "participle"):
        return _past_with_auxiliary(g, cue) if g.auxiliaries else _past(g, cue, form, nearest)
    if form.tense == "base":
        return _base(g, cue, nearest)
    if nearest in lex.determiners - {"this", "that"} or (nearest in lex.prepositions and g.begin == i):
        return None
    if cue.ambiguous and (nearest in ("'s", "’s") or not _opens_content(w, lex, i + 1, g.last)):
        return None
    return cue


def _gerund(g: Group, cue: Cue, nearest: str) -> Cue | None:
    """ "saying", "is saying"; not "the saying"."""
    if any(g.w.low[j] in g.lex.be for j in g.auxiliaries):
        return cue
    if nearest in g.lex.determiners or (nearest in g.lex.prepositions and nearest not in _BEFORE_A_GERUND):
        return None
    cue.kind, cue.first = "gerund", g.i
    return cue


def _past_with_auxiliary(g: Group, cue: Cue) -> Cue | None:
    """ "has denied", "was denied", "having denied"."""
    low, lex = g.w.low, g.lex
    auxiliaries = {low[j] for j in g.auxiliaries}
    nearest, farthest = low[g.auxiliaries[0]], low[g.auxiliaries[-1]]
    if "to" in auxiliaries:
        return None
    if farthest == "having":
        cue.kind = "perfect"
        return cue
    if nearest in lex.have and not auxiliaries & (lex.be - _SHORT_BE):
        return cue
    if auxiliaries & lex.be and nearest not in lex.modals:
        cue.kind = "passive"
        return cue
    return cue if nearest in lex.have else None


def _past(g: Group, cue: Cue, form: Form, nearest: str) -> Cue | None:
    """ "denied"; not "the alleged theft", "reported missing"."""
    w, lex, i = g.w, g.lex, g.i
    if form.tense == "participle" or nearest == "than" or nearest in lex.prepositions:
        return None
    if nearest in lex.determiners and nearest not in _SEVERAL and nearest not in _NUMBERS:
        return None
    doubtful = cue.ambiguous or nearest in _NUMBERS
    if doubtful and not (
        _opens_content(w, lex, i + 1, g.last) or _closes_a_parenthesis(w, i, g.first, g.last)
    ):
        return None
    briefed = cue.verb.lemma == "brief" and nearest in lex.people_nouns and g.following in ("on", "about")
    return None if g.following in _NOT_SAID or briefed else cue


def _base(g: Group, cue: Cue, nearest: str) -> Cue | None:
    """ "officials say", "would say", "to say"; "Paris has contradict it", whose participle a machine lost."""
    w, lex, i = g.w, g.lex, g.i
    auxiliaries = {w.low[j] for j in g.auxiliaries}
    closest = w.low[g.auxiliaries[0]] if g.auxiliaries else ""
    if nearest == "to" or closest == "to":
        cue.kind = "infinitive"
        if len(auxiliaries) > 1 or "q" not in cue.verb.frames:
            cue.first = i - 1
        return cue
    if auxiliaries & lex.modals:
        cue.modal = True
        return cue
    if closest in lex.have and not cue.ambiguous:
        return cue
    if nearest in lex.prepositions or (nearest in lex.determiners and nearest not in _SEVERAL):
        return None
    if i > g.first and not cue.ambiguous and "q" in cue.verb.frames and (nearest == "," or w.is_mark(i - 1)):
        return cue
    if i == g.first or nearest in _SINGULAR or not _is_plural(g, nearest):
        return None
    return None if cue.ambiguous and not _opens_content(w, lex, i + 1, g.last) else cue


def _is_plural(g: Group, nearest: str) -> bool:
    """Whether the word before may be the subject of a plain form."""
    lex = g.lex
    return (
        nearest in lex.pronouns
        or nearest in lex.people_nouns
        or nearest.endswith("s")
        or g.begin < g.i
        or g.w.is_capital(g.i - 1)
        or nearest in _SUBJECTS
        or _people_before(g)
    )


def _people_before(g: Group) -> bool:
    """ "Sources of the intelligence say": people, and what they belong to."""
    low, lex = g.w.low, g.lex
    return any(
        low[k] in lex.people_nouns and low[k].endswith("s") and low[k + 1] in lex.prepositions
        for k in range(max(g.first, g.i - 8), g.i - 1)
    )


def _closes_a_parenthesis(w: Words, i: int, first: int, last: int) -> bool:
    """“Two of them had cameras,” she added.: nothing but the clause's end after the verb, a quotation a few words before it."""
    if i + 1 < last and w.text[i + 1] not in FINAL | DASHES | {",", ";"}:
        return False
    return any(w.is_mark(k) and w.quoted[k] for k in range(max(first, i - 9), i))


def _opens_content(w: Words, lex: Lexicon, j: int, last: int) -> bool:
    """Whether what follows reads like content: a conjunction, a quotation, a pronoun, an article or a name."""
    if j >= last:
        return False
    token = w.low[j]
    if token in _ASKS or w.is_mark(j) or w.is_capital(j):
        return True
    if token in lex.subjects or token in lex.determiners or token in lex.times:
        return True
    if token == ",":
        return j + 1 < last and w.low[j + 1] == "that"
    return token in ("for", "on", "to") and w.low[j - 1] in _WITH_PREPOSITION
