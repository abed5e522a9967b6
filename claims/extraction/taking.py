"""What makes a verb of denying, admitting or taking back just that: "rejected the claim" denies, "rejected the sanctions" refuses."""

from __future__ import annotations

import itertools

from claims.extraction.lexicon import Lexicon, Verb, word_set
from claims.extraction.meanings import has_false
from claims.extraction.sentences import Draft
from claims.extraction.words import Words
from claims.vocabulary import Act

_REFUSALS = frozenset({"reject", "respingere", "rigettare", "decline", "declinare"})
_ONLY_OF_CLAIMS = word_set(
    "dismiss downplay deride ridicule rubbish contradict dispute protest"
    " liquidare minimizzare ridimensionare contestare rifiutare smontare"
)
_PLAIN_DENIALS = frozenset({"deny", "negare", "smentire", "refute", "confutare", "escludere"})
_RECOGNITIONS = frozenset({"riconoscere", "acknowledge", "recognise", "recognize"})
_POINTING = (["it"], ["this"], ["that"], ["them"])
_LET_IN = word_set(
    "uomo uomini donna donne bambini pazienti feriti ferito studenti pubblico visitatori giornalista giornalisti"
    " man men woman women children patients students visitors journalist journalists reporters"
)
_INTO = word_set("in into to nel nella al alla")
_TO = word_set("to into a ad al allo alla ai agli alle all' all’")


def takes(w: Words, lex: Lexicon, draft: Draft, verb: Verb, opening: list[str]) -> bool:
    """Whether the verb takes what makes it a denial, an admission or a retraction; sets the act where it is another.

    `opening`: the first words of the content, lower case.
    """
    noun = "object" in draft.rule or draft.rule in ("as", "gerund-as", "passive", "passive-as")
    if draft.speaker is not None and any(
        token in lex.access_nouns for token in w.low[draft.speaker[0] : draft.speaker[1]]
    ):
        return False  # "Entry denied"
    if verb.act == Act.DENIES and noun:
        if verb.lemma in _PLAIN_DENIALS:
            return _denies_plainly(w, lex, draft, verb, opening)
        return _rejects_a_claim(w, lex, draft, verb, opening)
    if verb.act == Act.RETRACTS:
        return not noun or _is_new_of(opening) or any(token in lex.told_nouns for token in opening)
    if verb.act == Act.ADMITS and noun:
        return _owns_up(w, lex, draft, verb, opening)
    return True


def _denies_plainly(w: Words, lex: Lexicon, draft: Draft, verb: Verb, opening: list[str]) -> bool:
    """ "denied the report"; "denied him a visa" refuses; "escluso dalla gara" is neither."""
    content = draft.contents[0]
    if verb.lemma in ("escludere", "exclude"):
        left_out = any(token in ("dal", "dalla", "dai", "dalle", "from") for token in w.low[slice(*content)])
        if left_out:
            return False
    if any(token in ("richiesta", "richieste") for token in opening[:3]):
        # "La Cina ha negato la richiesta": denied that there was one, or refused it?
        draft.extra["also"] = (Act.REFUSES,)
        return True
    if any(token in lex.access_nouns for token in opening[:5]):
        if verb.lemma not in ("deny", "negare"):
            return False
        draft.act = Act.REFUSES
        return lex.language == "it" or opening[0] not in ("him", "her", "them", "me", "us")
    if any(token in ("request", "requests") for token in opening[:4]):
        draft.extra["also"] = (Act.REFUSES,)
    return True


def _rejects_a_claim(w: Words, lex: Lexicon, draft: Draft, verb: Verb, opening: list[str]) -> bool:
    """ "rejected the claim", "dismissed it as false" deny; "rejected the sanctions" refuses; "dismissed the guard" is neither."""
    of_claims = any(token in lex.claim_nouns or token in lex.false_words for token in opening)
    if of_claims or has_false(w, lex, draft.contents[0]) or _is_new_of(opening) or opening[:1] in _POINTING:
        return True
    if verb.lemma in _REFUSALS:
        draft.act = Act.REFUSES
        return True
    return verb.lemma not in _ONLY_OF_CLAIMS or any(w.quoted[k] for k in range(*draft.contents[0]))


def _owns_up(w: Words, lex: Lexicon, draft: Draft, verb: Verb, opening: list[str]) -> bool:
    """ "admitted mistakes", "conceded responsibility"; not "admitted a journalist to the hall", "recognised the new state"."""
    owned = any(token in lex.owned_nouns for token in opening)
    if verb.lemma == "concede":
        return owned or any(token in lex.claim_nouns for token in opening)
    if verb.lemma in ("ammettere", "admit"):
        return not _lets_in(w, lex, draft)
    if verb.lemma not in _RECOGNITIONS:
        return True
    if any(token in lex.recognised_nouns for token in opening):
        draft.act = Act.ASSERTS
        return lex.language == "en"
    first, last = draft.contents[0]
    pointing = opening[:1] in _POINTING and last - first == 1
    return owned or pointing or verb.lemma in ("acknowledge", "riconoscere")


def _is_new_of(opening: list[str]) -> bool:
    """ "retracts the new of the arrest": the machine's word for a piece of news."""
    return any(left == "new" and right == "of" for left, right in itertools.pairwise(opening))


def _lets_in(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """ "ammette solo uomini a questo monastero", "admitted a journalist to the hall": let in."""
    first, last = draft.contents[0]
    if w.low[first] in _INTO:
        return True
    little = lex.adverbs | lex.determiners
    head = next((k for k in range(first, min(last, first + 3)) if w.low[k] not in little), first)
    return w.low[head] in _LET_IN and any(w.low[k] in _TO for k in range(head, last))
