"""How far a content reaches: to the clause's end, or to where somebody speaks anew; to the left, and past who says it."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction import nouns
from claims.extraction.lexicon import word_set
from claims.extraction.sentences import OF_SOMETHING, WITHOUT_THAT, Range, Sentence
from claims.extraction.verb_groups import Cue
from claims.extraction.words import DASHES, FINAL
from claims.vocabulary import Act

# A quotation goes on after who says it with one of these.
_GOES_ON = word_set("but ma and e perché because che although while mentre nonostante")
# After a comma and before a cue: somebody speaks anew.
_BREAKS = word_set("but while ma mentre whereas although though")
# Between a comma and a participle that is a cue ("salvo poi riconoscere", "while denying").
_INTO_A_CUE = word_set("salvo per pur dopo after while by")
_AND_BUT = word_set("and e ed but ma")
# A noun phrase ends before these; it goes on in a clause with those.
_ENDS_A_PHRASE = word_set("while mentre perché because after dopo")
_GOES_ON_IN_A_PHRASE = word_set("that che which quale di")
# A quotation is the whole content where the sentence goes on with one of these.
_AFTER_A_QUOTATION = word_set(
    "and e ed said ha in according secondo adding as after during when while but ma mentre"
)
_TOLD = word_set("him her me us them you it reporters lawmakers journalists")


@dataclass(frozen=True, slots=True)
class _Reach:
    """A content that is being read to its end. `own`: where its cue begins; `later`: where later cues of the sentence begin."""

    s: Sentence
    start: int
    end: int
    own: int
    cue: Cue | None
    phrase: bool
    dashed: bool
    later: list[int]


def until(s: Sentence, start: int, cue: Cue | None, *, phrase: bool = False) -> Range:
    """From `start` to where the content ends: the clause's end, or where somebody speaks anew.

    `phrase`: the content is a noun phrase, which ends where a clause would go on ("denied the report, which …").
    """
    w, end = s.w, s.end()
    if start + 2 < end and w.text[start] == ",":
        # "ha riferito che, secondo i servizi, il carico era a bordo"
        comma = next((m for m in range(start + 1, min(end, start + 14)) if w.text[m] == ","), None)
        start = comma + 1 if comma is not None and comma + 1 < end else start + 1
    own = cue.first if cue is not None else start
    dashed = cue is not None and any(w.text[m] in DASHES and not w.quoted[m] for m in range(s.first, own))
    starts = [c.first for c in s.cues] + [phrase.first for phrase in s.according]
    later = sorted(first for first in starts if first > own)
    reach = _Reach(s, start, end, own, cue, phrase, dashed, later)
    j = start
    while j < end:
        if w.quoted[j]:
            quotation = w.quotations[w.quoted[j] - 1]
            after = quotation.closed + 1 if quotation.closed is not None else quotation.last
            j = max(j + 1, min(end, after))
        elif _stops(reach, j):
            break
        else:
            j += 1
    return s.clean(start, max(j, start + 1))


def _stops(reach: _Reach, j: int) -> bool:
    """Whether the content ends right before token `j`."""
    w = reach.s.w
    text = w.text[j]
    if text == ",":
        return _stops_at_comma(reach, j)
    if text == ";" or (text in DASHES and reach.dashed) or (text == ":" and reach.phrase):
        return True
    if j == reach.start:
        return False
    return (text in FINAL and _is_end(reach.s, j)) or _stops_at_word(reach, j)


def _stops_at_comma(reach: _Reach, j: int) -> bool:
    s, w, lex, cue = reach.s, reach.s.w, reach.s.lex, reach.cue
    after = w.low[j + 1] if j + 1 < reach.end else ""
    if reach.phrase and _relative_according(reach, j + 1):
        return False
    near = next((n for n in reach.later if j < n <= j + 12), None)
    if near is not None and (
        near == j + 1
        or (near == j + 2 and after in lex.adverbs | lex.conjunctions | lex.negations | _INTO_A_CUE)
        or after in _BREAKS
        or (after in ("dopo", "after", "and", "e", "ed") and near <= j + 9)
        or _parenthesis_at(s, j, near)
    ):
        return True
    if cue is not None:
        hangs_on = cue.kind in ("gerund", "perfect")
        if hangs_on and (cue.first - s.first <= 2 or (reach.phrase and cue.verb.act in OF_SOMETHING)):
            return True
        if (
            reach.own - 2 >= s.first
            and w.low[reach.own - 1] in lex.relatives
            and w.text[reach.own - 2] == ","
        ):
            return True  # "the firm, which denies the sale, …"
    return reach.phrase and after in lex.conjunctions | lex.relatives | lex.complementizers


def _relative_according(reach: _Reach, j: int) -> bool:
    """ "la notizia, secondo cui …": part of the noun phrase."""
    low = reach.s.w.low
    return (
        j + 1 < reach.end and j in reach.later and low[j] == "secondo" and low[j + 1] in ("cui", "la", "il")
    )


def _stops_at_word(reach: _Reach, j: int) -> bool:
    s, w, lex = reach.s, reach.s.w, reach.s.lex
    token = w.low[j]
    if token in ("but", "ma") and _speaks_anew(s, j):
        return True
    if token in _AND_BUT:
        return _goes_on_with_a_cue(reach, j)
    if token in ("after", "while", "as", "dopo", "mentre") and _speaks_anew(s, j):
        return True
    if token == "according" or (token == "secondo" and j in reach.later):
        return not (reach.phrase and w.text[j - 1] == "," and _relative_according(reach, j))
    if not reach.phrase:
        return False
    if lex.language == "it" and token.endswith(("ndolo", "ndola", "ndoli", "ndole")):
        return True  # "ha respinto le accuse definendole assurde"
    if token == "by":
        return w.low[min(j + 1, reach.end - 1)].endswith("ing")
    return token in _ENDS_A_PHRASE or (token in lex.complementizers and token not in _GOES_ON_IN_A_PHRASE)


def _goes_on_with_a_cue(reach: _Reach, j: int) -> bool:
    """ "… and has called for", "e ha aggiunto che": after the conjunction nothing but a cue and its adverbs."""
    s, w, lex = reach.s, reach.s.w, reach.s.lex
    near = next((n for n in reach.later if j < n <= j + 4 and _introduces(s, n)), None)
    if near is None and w.low[reach.start] in ("di", "d'", "d’"):
        # "nega di aver chiesto armi e parla di …": a finite verb goes on from the verb of speech
        near = next((c.first for c in s.cues if j < c.first <= j + 4 and c.kind == "finite"), None)
    passed = lex.adverbs | lex.negations | lex.auxiliaries | lex.times
    return near is not None and all(w.low[m] in passed for m in range(j + 1, near))


def _speaks_anew(s: Sentence, j: int) -> bool:
    """ "… after two officials told reporters that …": somebody else's statement begins after token `j`."""
    cue = next((c for c in s.cues if j < c.first <= j + 9 and c.kind == "finite"), None)
    if cue is None or not _introduces(s, cue.first):
        return False
    subject = nouns.before(s.w, s.lex, cue.first, j + 1)
    return subject is not None and subject[0] == j + 1


def _introduces(s: Sentence, first: int) -> bool:
    """Whether the cue that begins there carries content of its own ("e ha aggiunto che"), and is no verb of what is said."""
    cue = next((c for c in s.cues if c.first == first), None)
    if cue is None:
        return True
    if cue.verb.act in (Act.DENIES, Act.ADMITS, Act.RETRACTS, Act.ACCUSES, Act.DECLINES):
        return True
    near = range(cue.last, min(s.end(), cue.last + 9))
    return any(s.w.low[k] in ("that", "che", ":") or s.opens_quotation(k) for k in near) or (
        s.lex.language == "en" and cue.verb.lemma in WITHOUT_THAT
    )


def _is_end(s: Sentence, j: int) -> bool:
    return s.w.low[j - 1] + "." not in s.lex.abbreviations


def _parenthesis_at(s: Sentence, comma: int, cue_first: int) -> bool:
    """ "…, officials said." after a comma: the cue's subject begins there and nothing carries content after it."""
    cue = next((c for c in s.cues if c.first == cue_first), None)
    if cue is None or cue.kind != "finite":
        return False
    subject = nouns.before(s.w, s.lex, cue.first, comma + 1)
    return subject is not None and subject[0] == comma + 1 and s.ends(cue.last)


def quoted_content(s: Sentence, start: int, cue: Cue) -> Range:
    """The content of a quotation that begins the content: the quotation alone where the clause ends with it, else the clause."""
    w = s.w
    quotation = w.quotations[w.quoted[start] - 1]
    after = quotation.closed + 1 if quotation.closed is not None else quotation.last
    whole = (
        after >= s.end()
        or w.text[after] in {",", ";", ")", "–", "—"}
        or w.text[after] in FINAL
        or w.text[after - 2] in FINAL
        or w.low[after] in _AFTER_A_QUOTATION
    )
    if whole:
        return quotation.first, quotation.last
    return until(s, start, cue)


def content_before(s: Sentence, end: int) -> list[Range]:
    """The content that ends right before token `end`: the quotation there, or the clause from where it begins."""
    w = s.w
    while end > s.first and (w.text[end - 1] == "," or w.text[end - 1] in DASHES):
        end -= 1
    if end <= s.first:
        return []
    begin = _left_begin(s, end)
    if w.quoted[end - 1] and s.closes_quotation(end - 1):
        quotation = w.quotations[w.quoted[end - 1] - 1]
        lead = [k for k in range(begin, quotation.opened) if w.is_word(k)]
        if not lead or w.text[quotation.opened - 1] == ":" or len(lead) == 1:
            return [(quotation.first, quotation.last)]
        if quotation.last - quotation.first >= 4 * len(lead) and w.is_capital(quotation.first):
            return [(quotation.first, quotation.last)]
    if begin >= end:
        return []
    return [s.clean(begin, end)]


def _left_begin(s: Sentence, end: int) -> int:
    """Where the clause before begins: the sentence's start, or after an earlier attribution, a semicolon or a bullet."""
    w = s.w
    begin = s.first
    for draft in s.found:
        reach = max([draft.cue[1] if draft.cue else 0] + ([draft.speaker[1]] if draft.speaker else []))
        if begin < reach < end and all(c[1] <= reach for c in draft.contents):
            begin = reach
        elif draft.cue and draft.cue[1] <= end and draft.contents and draft.contents[0][0] >= draft.cue[1]:
            begin = max(begin, s.first)
    for k in range(end - 1, begin - 1, -1):
        if w.text[k] == ";" and not w.quoted[k]:
            begin = k + 1
            break
    while begin < end and (
        w.text[begin] in {",", "•", "–", "—", "-", "*"} or w.low[begin] in ("and", "but", "e", "ma")
    ):
        begin += 1
    return begin


def second_part(s: Sentence, cue: Cue, speaker: Range | None, left: Range) -> list[Range]:
    """ "A", said X, "B": what goes on after the speaker. "The rate, officials said, will rise" goes on too."""
    w, lex = s.w, s.lex
    j = s.skip_adverbials(
        skip_object(s, cue.last)
        if "o" in cue.verb.frames and speaker is None
        else max(cue.last, speaker[1] if speaker else 0)
    )
    end = s.end()
    if j >= end or w.text[j] not in {",", "–", "—", ":"}:
        return []
    for _ in range(2):
        if j + 1 < end and s.opens_quotation(j + 1):
            q = w.quotations[w.quoted[j + 1] - 1]
            return [(q.first, q.last)]
        near = any(j < c.first <= j + 8 for c in s.cues)
        token = w.low[j + 1] if j + 1 < end else ""
        if token in _GOES_ON:
            return [] if near else [until(s, j + 1, cue)]
        if (
            speaker is None
            and not w.quoted[left[0]]
            and not near
            and j + 3 < end
            and token not in lex.relatives
            and not token.endswith(("ing", "ndo"))
        ):
            return [until(s, j + 1, cue)]
        m = next((m for m in range(j + 1, min(end, j + 14)) if w.text[m] == ","), None)
        if m is None or any(j < c.first <= m for c in s.cues):
            return []
        j = m
    return []


def skip_object(s: Sentence, k: int) -> int:
    """Past who is told: a pronoun or a noun phrase right after the verb."""
    w, lex = s.w, s.lex
    if k < s.last and w.low[k] in _TOLD:
        return k + 1
    if s.opens_quotation(k) or k >= s.last or w.low[k] in ("that", "che", "di", "to", "a", "ad"):
        return k
    phrase = nouns.after(w, lex, k, s.end())
    return phrase[1] if phrase is not None and phrase[0] - k <= 2 and phrase[1] - phrase[0] <= 9 else k
