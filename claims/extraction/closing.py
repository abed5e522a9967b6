"""Quotations that nobody closed end where somebody says who speaks: “We have not sold one, the envoy said."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.cues import find_according
from claims.extraction.sentences import Sentence
from claims.extraction.verb_groups import Cue
from claims.extraction.words import DASHES, Quotation


def close_at_the_verb(s: Sentence, cues: list[Cue]) -> None:
    """Shortens quotations of the sentence that were left open; from there on its words are no longer quoted."""
    open_ones = {s.w.quoted[cue.head] for cue in cues} - {0}
    if not open_ones and not (
        s.w.quoted[s.last - 1] and s.w.quotations[s.w.quoted[s.last - 1] - 1].closed is None
    ):
        return
    for cue in cues:
        number = s.w.quoted[cue.head]
        quotation = s.w.quotations[number - 1] if number else None
        if quotation is not None and quotation.closed is None and quotation.first >= s.first:
            end = _before_who_says_it(s, cue, quotation)
            if end is not None:
                _close(s, quotation, end)
    for phrase in find_according(s.w, s.lex, s.first, s.last):
        number = s.w.quoted[phrase.first]
        quotation = s.w.quotations[number - 1] if number else None
        if quotation is not None and quotation.closed is None and quotation.first < phrase.first - 1:
            source = nouns.after(s.w, s.lex, phrase.last, quotation.last, bare=True)
            if s.w.text[phrase.first - 1] == "," and source is not None and s.ends(source[1]):
                _close(s, quotation, phrase.first - 1)


def _before_who_says_it(s: Sentence, cue: Cue, quotation: Quotation) -> int | None:
    """The comma or dash before the verb and who says it, on either side of it; None where the verb is part of what is quoted."""
    if "q" not in cue.verb.frames or cue.kind != "finite" or cue.modal:
        return None
    w = s.w
    lead = cue.first - 1
    if w.text[lead] == "," or w.text[lead] in DASHES:
        speaker = nouns.after(w, s.lex, cue.last, quotation.last) or nouns.after(
            w, s.lex, s.skip_adverbials(cue.last), quotation.last
        )
        return lead if lead > quotation.first and speaker is not None and s.may_speak(speaker) else None
    speaker = nouns.before(w, s.lex, cue.first, quotation.first)
    if speaker is None or not s.may_speak(speaker):
        return None
    lead = speaker[0] - 1
    parted = w.text[lead] == "," or w.text[lead] in DASHES
    told = "o" in cue.verb.frames or s.ends(cue.last)
    return lead if lead > quotation.first and parted and told else None


def _close(s: Sentence, quotation: Quotation, end: int) -> None:
    while end > quotation.first + 1 and (s.w.text[end - 1] == "," or s.w.text[end - 1] in DASHES):
        end -= 1
    s.w.quoted[end : quotation.last] = [0] * (quotation.last - end)
    quotation.last, quotation.balanced = end, False
