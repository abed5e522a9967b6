"""Headlines in which nothing but a colon says who speaks: "Peskov: «…»", "Cina, il ministero: …"."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.sentences import Draft, Range, Sentence
from claims.vocabulary import Act


def headline(s: Sentence) -> Draft | None:
    """A headline: "Peskov: «…»", "Cina, il ministero: …"."""
    w = s.w
    for k in range(s.first + 1, min(s.first + 14, s.end())):
        if w.text[k] == ":" and not w.quoted[k]:
            speaker = nouns.before(w, s.lex, k, s.first)
            speaker = _with_country(s, speaker) if speaker is not None else None
            if (
                speaker is None
                or not any(w.is_capital(m) for m in range(*speaker))
                or speaker[1] - speaker[0] > 8
            ):
                return None
            if speaker[0] != s.first and w.text[speaker[0] - 1] != ",":
                return None
            if speaker[1] - speaker[0] > 1 and not _names_somebody(s, speaker):
                return None
            if k + 1 >= s.last:
                return None
            if s.opens_quotation(k + 1):
                q = w.quotations[w.quoted[k + 1] - 1]
                content = (q.first, q.last)
                return Draft(
                    None,
                    [content],
                    speaker,
                    Act.ASSERTS,
                    "colon-quote",
                    quoted=True,
                    sentence=(s.first, s.last),
                )
            if s.last - s.first <= 30 and k + 2 < s.end():
                return Draft(
                    None,
                    [s.clean(k + 1, s.end())],
                    speaker,
                    Act.ASSERTS,
                    "colon",
                    sentence=(s.first, s.last),
                )
            return None
    return None


def _with_country(s: Sentence, speaker: Range) -> Range:
    """ "Moldavia, il governo: …": whose government it is, where a headline names it before the comma."""
    w, first = s.w, s.first
    comma = speaker[0] - 1
    if comma <= first or w.text[comma] != "," or any(w.is_capital(k) for k in range(*speaker)):
        return speaker
    named = all(w.is_capital(k) for k in range(first, comma)) and comma - first <= 3
    return (
        (first, speaker[1])
        if named and any(w.low[k] in s.lex.people_nouns for k in range(*speaker))
        else speaker
    )


def _names_somebody(s: Sentence, phrase: Range) -> bool:
    """More than a capital at the sentence's start: "Trattative con i ribelli: …" names nobody."""
    w, lex = s.w, s.lex
    return any(
        (w.is_capital(k) and k > s.first and w.low[k - 1] not in lex.prepositions)
        or w.low[k] in lex.people_nouns
        or w.low[k] in lex.documents
        for k in range(*phrase)
    )
