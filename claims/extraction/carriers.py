"""Through whose hands the words came, and when they were said: what stands around a cue and is no part of what is said."""

from __future__ import annotations

from claims.extraction import dates
from claims.extraction.findings import Span, Via
from claims.extraction.lexicon import Lexicon
from claims.extraction.sentences import Draft, Range
from claims.extraction.words import FINAL, Words
from claims.vocabulary import CarrierKind

# A carrier stands near its cue.
REACH = 16


def carriers(w: Words, lex: Lexicon, draft: Draft) -> tuple[Via, ...]:
    """ "told CBS News", "in una conferenza stampa", "on Telegram": in the order of the text."""
    if draft.cue is None:
        return ()
    found = []
    for first, last in _around(draft):
        k = first
        while k < last:
            reach = _phrase(w, lex, k, last) if not w.quoted[k] else None
            if reach is None:
                k += 1
                continue
            begin, end, kind = reach
            found.append(Via(kind, w.span(begin, end), w.words(begin, end)))
            k = end
    return tuple(found)


def when(w: Words, lex: Lexicon, draft: Draft) -> Span | None:
    """The date words of the sentence nearest to the cue, those of the content left out."""
    if draft.cue is None:
        return None
    inside = [w.span(*content) for content in draft.contents]
    first, last = draft.sentence
    here = w.span(*draft.cue)
    best: Span | None = None
    for words in dates.find(w.source, lex.language, (w.start[first], w.end[last - 1]), skip=inside):
        start, end = words.span
        if any(a < end and start < b for a, b in inside):
            continue
        if best is None or _apart(words.span, here) < _apart(best, here):
            best = words.span
    return best


def _apart(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1], 0)


def _around(draft: Draft) -> list[Range]:
    """The words next to the cue that are neither content nor speaker: between the cue and the content, or after an inverted speaker."""
    assert draft.cue is not None  # noqa: S101
    start = draft.cue[1]
    if draft.speaker is not None and draft.speaker[0] >= start:
        start = draft.speaker[1]
    later = [content[0] for content in draft.contents if content[0] >= start]
    stop = min([draft.sentence[1], start + REACH, *later])
    return [(start, stop)]


def _phrase(w: Words, lex: Lexicon, k: int, last: int) -> tuple[int, int, CarrierKind] | None:
    """A carrier that begins at token `k`: where its name begins and ends, and its kind."""
    told = w.low[k] in lex.to_whom
    if not told and w.low[k] not in lex.where:
        if k == 0 or w.low[k - 1] not in ("told", "tells", "tell") or not w.is_capital(k):
            return None
        begin = k
    else:
        begin = k + 1
    end = begin
    while end < last and end - begin < 7 and w.is_word(end) and w.text[end] not in FINAL:
        token = w.low[end]
        if (
            token in lex.complementizers
            or token in lex.times
            or token in lex.auxiliaries
            or token in lex.subjects
        ):
            break
        if end > begin and (token in lex.where or token in lex.to_whom or token in lex.conjunctions):
            break
        end += 1
    if end <= begin:
        return None
    words = w.low[begin:end]
    if any(token in lex.outlet_words for token in words) and any(w.is_capital(i) for i in range(begin, end)):
        return begin, end, CarrierKind.OUTLET
    if any(token in lex.event_words for token in words):
        return begin, end, CarrierKind.EVENT
    if not told and any(token in lex.paper_words for token in words):
        return begin, end, CarrierKind.DOCUMENT
    return None
