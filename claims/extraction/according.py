"""Who says what by a preposition: "according to X", "secondo X", "le indiscrezioni secondo cui …"."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.bounds import content_before, until
from claims.extraction.cues import Phrase
from claims.extraction.lexicon import Verb, word_set
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.verb_groups import Cue
from claims.vocabulary import Act

# What hangs on a source without a comma ("people familiar with the talks", "fonti citate dal giornale").
_HANGS_ON = word_set("seen obtained familiar published released citato citata citati citate")


def according_to(s: Sentence, phrase: Phrase) -> Draft | None:
    """ "According to X, …", "…, according to X", "…, secondo X, …", "secondo cui …"."""
    w, lex, end = s.w, s.lex, s.end()
    if w.low[phrase.first] == "per" and lex.language == "en" and phrase.first > s.first:
        return None
    if phrase.first > s.first and lex.language == "it" and w.low[phrase.first - 1] in lex.articles:
        return None  # "un secondo funzionario"
    k = phrase.last - (w.low[phrase.last - 1] == "quanto")
    if k >= end:
        return None
    cue = Cue(phrase.first, phrase.last, phrase.first, Verb("according", Act.ASSERTS, "c"), "according")
    if _is_relative(s, k):
        return _according_relative(s, phrase, cue, k)
    source = nouns.after(w, lex, k, end, bare=w.low[phrase.last - 1] in lex.prepositions)
    if source is None or source[0] > k + 1:
        return None
    apposition = _source_end(s, source, end)
    if all(w.is_capital(m) or w.text[m] == "," for m in range(source[1], apposition)):
        source = (source[0], max(source[1], apposition))
    lead = [m for m in range(s.first, phrase.first) if w.is_word(m)]
    if not lead or (len(lead) <= 2 and w.low[s.first] in lex.conjunctions | lex.adverbs):
        return _according_first(s, cue, source, k)
    return _according_later(s, cue, source) if s.may_speak(source) else None


def _is_relative(s: Sentence, k: int) -> bool:
    """ "secondo cui", "secondo quanto", "secondo la quale", "according to which"."""
    low = s.w.low
    if s.lex.language == "en":
        return low[k] in ("which", "whom")
    of_which = low[k] in ("la", "il", "le", "i") and k + 1 < s.end() and low[k + 1] in ("quale", "quali")
    return low[k] in ("cui", "quanto") or of_which


def _according_first(s: Sentence, cue: Cue, source: Range, k: int) -> Draft | None:
    """ "According to X, …": the content after the source."""
    w, end = s.w, s.end()
    if source[0] == k and s.lex.language == "it" and not _heads_a_source(s, source):
        return None  # "Secondo turno il 14 aprile"
    m = _source_end(s, source, end)
    start = m + 1 if m < end and w.text[m] == "," else m
    if start >= end or end - start < 2:
        return None
    start += w.low[start] in ("that", "che")
    return _draft_according(s, cue, [until(s, start, cue)], source, "according-first")


def _according_later(s: Sentence, cue: Cue, source: Range) -> Draft | None:
    """ "…, according to X": the content before it, and what goes on after a comma."""
    w, end = s.w, s.end()
    contents = content_before(s, cue.first)
    m = _source_end(s, source, end)
    between_commas = m + 2 < end and w.text[m] == "," and w.text[cue.first - 1] == ","
    if (
        contents
        and between_commas
        and not any(m < c.first for c in s.cues)
        and w.low[m + 1] not in s.lex.relatives
    ):
        contents = [*contents, until(s, m + 1, cue)]
    return _draft_according(s, cue, contents, source, "according") if contents else None


def _heads_a_source(s: Sentence, source: Range) -> bool:
    """Whether it begins like somebody: an article, a name, people, papers, a number."""
    w, lex, k = s.w, s.lex, source[0]
    token = w.low[k]
    return (
        token in lex.determiners
        or w.is_capital(k)
        or token in lex.people_nouns
        or token in lex.documents
        or token in lex.unnamed_heads
        or token in lex.pronouns
        or token[0].isdigit()
        or any(w.is_capital(m) for m in range(*source))
    )


def _source_end(s: Sentence, source: Range, end: int) -> int:
    """Past what hangs on the source: a relative clause or an apposition between commas."""
    w, lex = s.w, s.lex
    m = source[1]
    if m + 2 < end and w.text[m] == ",":
        # "the Secretary of State, Antony Blinken, …"
        comma = next((x for x in range(m + 1, min(end, m + 7)) if w.text[x] == ","), None)
        if comma is not None and comma > m + 1 and all(w.is_capital(x) for x in range(m + 1, comma)):
            return comma
    if (
        m < end
        and w.text[m] != ","
        and (w.low[m] in _HANGS_ON or w.low[m] in lex.relatives or w.low[m] in lex.prepositions)
    ):
        comma = next((x for x in range(m, end) if w.text[x] == "," and not w.quoted[x]), None)
        if comma is not None:
            return comma
    return m


def _according_relative(s: Sentence, phrase: Phrase, cue: Cue, k: int) -> Draft | None:
    """ "le indiscrezioni secondo cui …", "a report, according to which …": the noun before is the source."""
    w, lex = s.w, s.lex
    start = k + 1 if w.low[k] in ("cui", "quanto", "which", "whom") else k + 2
    if w.low[k] == "quanto":
        verb = next((c for c in s.cues if start <= c.first <= start + 2), None)
        if (
            verb is None
            and start + 2 < s.end()
            and w.low[start] in lex.forms
            and w.low[start + 1] in lex.passive_by
        ):
            # "secondo quanto riferito dalle autorità"
            source = nouns.after(w, lex, start + 2, s.end(), bare=True)
            left = content_before(s, phrase.first) if phrase.first - s.first > 2 else []
            if source is None:
                return None
            if not left and _source_end(s, source, s.end()) + 2 < s.end():
                left = [until(s, _source_end(s, source, s.end()) + 1, cue)]
            return _draft_according(s, cue, left, source, "according-quanto") if left else None
        if verb is None:
            return None
        source = nouns.after(w, lex, verb.last, s.end())
        if source is None:
            return None
        s.cues.remove(verb)
        m = _source_end(s, source, s.end())
        s.found = [d for d in s.found if d.cue != (verb.first, verb.last)]
        if phrase.first - s.first <= 2:
            return (
                _draft_according(s, cue, [until(s, m + 1, cue)], source, "according-quanto")
                if m + 2 < s.end()
                else None
            )
        left = content_before(s, phrase.first)
        return _draft_according(s, cue, left, source, "according-quanto") if left else None
    source = nouns.before(w, lex, phrase.first - (w.text[phrase.first - 1] == ","), s.first)
    if source is None or start >= s.end() or _is_a_claim(s, source):
        return None
    for head in range(source[0], min(source[0] + 3, source[1] - 1)):
        # "la posizione dell'intelligence secondo la quale": whose position it is
        if w.low[head] in lex.nouns and w.low[head + 1] in lex.of:
            source = (head + 2, source[1])
            break
    content = until(s, start, cue)
    if phrase.first > s.first and w.text[phrase.first - 1] == ",":
        # "a report, according to which the depot was empty, reached the premier"
        closing = next(
            (m for m in range(content[0] + 1, content[1]) if w.text[m] == "," and not w.quoted[m]), None
        )
        content = (content[0], closing) if closing is not None else content
    return _draft_according(s, cue, [content], source, "according-relative")


def _is_a_claim(s: Sentence, phrase: Range) -> bool:
    """ "la notizia secondo cui …": what is said, nobody who says it; "le indiscrezioni" speak."""
    w, lex = s.w, s.lex
    head = next((k for k in range(*phrase) if w.low[k] not in lex.determiners), phrase[0])
    owned = any(
        w.low[k] in lex.nouns and w.low[k + 1] in lex.of for k in range(head, min(head + 2, phrase[1] - 1))
    )
    return (
        w.low[head] in lex.claim_nouns and w.low[head] not in lex.unnamed_heads | lex.documents and not owned
    )


def _draft_according(s: Sentence, cue: Cue, contents: list[Range], source: Range, rule: str) -> Draft:
    draft = s.draft(cue, contents, source, rule, False)
    draft.quoted = all(s.is_quoted(content) for content in contents)
    cue_acts = [noun.act for k in range(cue.first, cue.last) if (noun := s.lex.nouns.get(s.w.low[k]))]
    head = next(
        (k for k in range(source[0], source[1] - 2) if s.w.low[k] not in s.lex.determiners),
        source[0],
    )
    noun = s.lex.nouns.get(s.w.low[head])
    if noun is not None and s.w.low[head + 1] in s.lex.of and s.may_speak((head + 2, source[1])):
        # "Secondo l'accusa di Vilnius": whose it is, and what it does
        draft.speaker, cue_acts = (head + 2, source[1]), [*cue_acts, noun.act]
    draft.act = next(iter(cue_acts), draft.act)
    return draft
