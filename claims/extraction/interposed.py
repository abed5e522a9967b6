"""Who says it stands inside the quotation marks: “A — ha detto X — B”, "A', said X"; and marks that nobody closed before the verb."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.verb_groups import Cue
from claims.extraction.words import DASHES, FINAL, Quotation

# What machines leave of a closing mark.
_STRAY = frozenset({"‘", "’", "'", "`"})


def interposed(s: Sentence, cue: Cue) -> Draft | None:
    """The statement of a verb that stands inside a quotation, with who says it, between dashes, commas or a dash and the end.

    None where the verb is part of what is quoted.
    """
    if "q" not in cue.verb.frames or cue.kind != "finite" or cue.modal:
        return None
    quotation = s.w.quotations[s.w.quoted[cue.head] - 1]
    placed = _after_the_verb(s, cue, quotation) or _before_the_verb(s, cue, quotation)
    if placed is None:
        return None
    speaker, (begin, end) = placed
    contents = [part for part in (_part(s, quotation.first, begin), _part(s, end, quotation.last)) if part]
    if not contents or contents[0][0] >= cue.first:
        return None
    # A quotation that goes on through its paragraph is whole; one that holds who says it was left open by mistake.
    quotation.balanced = quotation.closed is not None
    return s.draft(cue, contents, speaker, "interposed", True)


def _after_the_verb(s: Sentence, cue: Cue, quotation: Quotation) -> tuple[Range, Range] | None:
    """ "— ha detto il ministro —": the speaker, and what is no part of the words quoted."""
    w = s.w
    lead = cue.first - 1
    if lead <= quotation.first or not _parts_off(s, lead):
        return None
    begin = s.skip_adverbials(cue.last)
    speaker = nouns.after(w, s.lex, cue.last, quotation.last) or nouns.after(w, s.lex, begin, quotation.last)
    if speaker is None or not nouns.may_speak(w, s.lex, speaker):
        return None
    end = s.skip_adverbials(speaker[1])
    if end < quotation.last and not (_parts_off(s, end) or w.text[end] in FINAL or w.is_mark(end)):
        return None
    dashed = w.text[lead] in DASHES
    if not dashed and quotation.closed is not None and not (end < quotation.last and w.text[end] == ","):
        return None
    return speaker, (lead, min(end + 1, quotation.last))


def _before_the_verb(s: Sentence, cue: Cue, quotation: Quotation) -> tuple[Range, Range] | None:
    """ "— the minister said —"."""
    w = s.w
    speaker = nouns.before(w, s.lex, cue.first, quotation.first)
    if speaker is None or speaker[0] - 1 <= quotation.first or not nouns.may_speak(w, s.lex, speaker):
        return None
    lead, end = speaker[0] - 1, s.skip_adverbials(cue.last)
    if w.text[lead] not in DASHES or (end < quotation.last and w.text[end] not in DASHES | FINAL):
        return None
    return speaker, (lead, min(end + 1, quotation.last))


def _parts_off(s: Sentence, i: int) -> bool:
    return s.w.text[i] in DASHES or s.w.text[i] == "," or s.w.text[i] in _STRAY


def _part(s: Sentence, first: int, last: int) -> Range | None:
    """The words between, without what is left of marks; None where fewer than one is left."""
    w = s.w
    while last > first and not w.is_word(last - 1):
        last -= 1
    while first < last and not w.is_word(first):
        first += 1
    return (first, last) if first < last else None
