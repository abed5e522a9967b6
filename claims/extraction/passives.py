"""Who says what where the verb is passive ("was denied by X") or an infinitive ("went on to accuse X")."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.bounds import until
from claims.extraction.contents import content_after
from claims.extraction.lexicon import TURNS, word_set
from claims.extraction.sentences import OF_SOMETHING, Draft, Range, Sentence
from claims.extraction.verb_groups import Cue
from claims.vocabulary import Act

# What these take is what stands before the passive too; by whom may stand further on.
_OF_SOMETHING_TOO = (Act.REFUSES, Act.ANNOUNCES)
_WITH_AGENT_LATER = (Act.REFUSES, Act.ANNOUNCES, Act.WARNS)


def passive(s: Sentence, cue: Cue) -> Draft | None:
    """ "was described by X as …", "è stato definito dal ministero «…»", "the report was denied by X"."""
    w, frames, act = s.w, cue.verb.frames, cue.verb.act
    agent = _agent(s, cue)
    if agent is None:
        return _quoted_as(s, cue) or _without_agent(s, cue)
    if not s.may_speak(agent):
        return None
    m = agent[1]
    if m < s.end() and (w.low[m] in s.lex.as_ or s.opens_quotation(m)) and "a" in frames:
        start = m + 1 if w.low[m] in s.lex.as_ else m
        denied = _passive_subject(s, cue) if act in TURNS else None  # "The claims were dismissed by X as …"
        contents = [until(s, start, cue)] if denied is None else [denied, until(s, start, cue)]
        return s.draft(cue, contents, agent, "passive-as", False)
    if act == Act.ACCUSES and m < s.end() and w.low[m] in s.lex.of:
        return s.draft(cue, [until(s, m, cue)], agent, "passive-of", False)
    subject = _passive_subject(s, cue)
    if subject is None or "n" not in frames or not (act in OF_SOMETHING or act in _OF_SOMETHING_TOO):
        return None
    return s.draft(cue, [subject], agent, "passive", False)


def _agent(s: Sentence, cue: Cue) -> Range | None:
    """By whom: right after the verb, or a few words on where the verb takes an object; "from X" and "di X" are a machine's "by"."""
    w, lex, end = s.w, s.lex, s.end()
    reach = (
        cue.last + 5 if cue.verb.act in OF_SOMETHING or cue.verb.act in _WITH_AGENT_LATER else cue.last + 1
    )
    turn = cue.verb.act in TURNS and cue.verb.lemma not in ("admit", "ammettere")
    for k in range(cue.last, min(end, reach)):
        if w.low[k] in lex.passive_by:
            return nouns.after(w, lex, k + 1, s.last, bare=True)
        if turn and w.low[k] == ("from" if lex.language == "en" else "di") and k == cue.last and k + 1 < end:
            agent = nouns.after(w, lex, k + 1, s.last, bare=True)
            if agent is not None and any(w.low[m] in lex.people_nouns for m in range(*agent)):
                return agent
    return None


def _quoted_as(s: Sentence, cue: Cue) -> Draft | None:
    """ "was quoted as saying that"."""
    w, k = s.w, cue.last
    if s.lex.language != "en" or w.low[cue.head] not in ("quoted", "cited"):
        return None
    if k + 1 >= s.last or w.low[k] != "as" or w.low[k + 1] not in ("saying", "telling"):
        return None
    subject = nouns.before(w, s.lex, cue.first, s.first)
    start = s.skip_adverbials(k + 2)
    start += start < s.end() and w.low[start] == "that"
    if subject is None or start >= s.end():
        return None
    return s.draft(cue, [until(s, start, cue)], subject, "quoted-as", False)


def _without_agent(s: Sentence, cue: Cue) -> Draft | None:
    """ "È stata smentita, intanto, la voce di un rimpasto": a report is denied, nobody says by whom."""
    w, lex = s.w, s.lex
    if lex.language != "it" or cue.verb.lemma not in ("negare", "smentire") or cue.first > s.first + 1:
        return None
    start = cue.last
    if w.text[start] == ",":
        start = next((k + 1 for k in range(start + 1, min(s.end(), start + 5)) if w.text[k] == ","), s.last)
    if start + 1 >= s.end() or w.low[start] not in lex.articles or w.low[start + 1] not in lex.claim_nouns:
        return None
    draft = s.draft(cue, [until(s, start, cue, phrase=True)], None, "passive", False)
    draft.kind = "impersonal"
    return draft


def _passive_subject(s: Sentence, cue: Cue) -> Range | None:
    """What is denied: all that stands before, where no comma parts it ("The rumours that …")."""
    w = s.w
    first = next(
        (k + 1 for k in range(cue.first - 1, s.first - 1, -1) if w.text[k] in {",", ";", ":"}),
        s.first,
    )
    if cue.first - first <= 24 and first < cue.first:
        return s.clean(first, cue.first)
    return nouns.before(w, s.lex, cue.first, s.first)


# Before "to": what follows is said ("went on to accuse", "was quick to deny", "limited himself to say").
_GOVERNS = word_set(
    "on continued continues began wanted sought seemed appeared forced came had rushed hastened moved took quick obliged"
    " compelled keen ready limited limits confined keep keeps chose dared"
)


def to_infinitive(s: Sentence, cue: Cue) -> Draft | None:
    """ "went on to accuse …", "was quick to deny …": the verb before "to" decides."""
    w, lex = s.w, s.lex
    j = cue.head - 2
    while j >= s.first and w.low[j] in lex.adverbs:
        j -= 1
    if j < s.first or w.low[j] not in _GOVERNS:
        return None
    start = j - 1 if w.low[j] == "on" else j
    while start - 1 > s.first and w.low[start - 1] in lex.auxiliaries:
        start -= 1
    speaker = nouns.before(w, lex, start, s.first)
    found = content_after(s, cue)
    if speaker is None or found is None:
        return None
    content, how = found
    return s.draft(cue, [content], speaker, f"to-{how}", how == "quote")
