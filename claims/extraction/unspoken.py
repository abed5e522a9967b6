"""Words that no verb of speech carries: signed with a dash, a name and a quotation in a headline, a colon after any verb."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.lexicon import word_set
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.words import DASHES
from claims.vocabulary import Act


def without_a_verb(s: Sentence) -> list[Draft]:
    """What stands in a sentence in which no verb of speech was found, by the first shape that fits."""
    for shape in (_signed, _name_and_quotation, _colon_and_quotation, _in_the_view_of, _doubting):
        draft = shape(s)
        if draft is not None:
            return [draft]
    return []


def _draft(s: Sentence, cue: Range | None, content: Range, speaker: Range, act: Act, rule: str) -> Draft:
    draft = s.shape(cue, [content], speaker, act, rule)
    draft.quoted = s.is_quoted(content)
    return draft


def _signed(s: Sentence) -> Draft | None:
    """“It was a poor night for both.” — Karen Lindqvist"""
    w = s.w
    quotation = w.quotations[w.quoted[s.first] - 1] if w.quoted[s.first] else None
    if quotation is None or quotation.opened != s.first or quotation.closed is None:
        return None
    dash = quotation.closed + 1
    if dash + 1 >= s.last or w.text[dash] not in DASHES or s.end() - dash > 8:
        return None
    name = nouns.after(w, s.lex, dash + 1, s.end())
    if name is None or not w.is_capital(name[0]) or not s.ends(name[1]):
        return None
    return _draft(s, None, (quotation.first, quotation.last), name, Act.ASSERTS, "signed")


def _name_and_quotation(s: Sentence) -> Draft | None:
    """ "Nato, «truppe ammassate a Pskov»": a headline, a name, a comma, and nothing but a quotation."""
    w = s.w
    comma = next((k for k in range(s.first + 1, min(s.end(), s.first + 5)) if w.text[k] == ","), None)
    if comma is None or not all(w.is_capital(k) for k in range(s.first, comma)):
        return None
    content = s.quotation(comma + 1)
    if content is None or content[1] + 1 < s.end() or content[1] - content[0] < 3:
        return None
    return _draft(s, None, content, (s.first, comma), Act.ASSERTS, "name-quotation")


def _colon_and_quotation(s: Sentence) -> Draft | None:
    """ "One diplomat summed up the mood: “…”", "Il deputato allarga le braccia: «…»": a person does something, a colon, a quotation."""
    w, lex = s.w, s.lex
    for k in range(s.first + 2, s.end() - 1):
        if w.quoted[k]:
            return None
        if w.text[k] != ":":
            continue
        content = s.quotation(k + 1)
        begin = next((m + 1 for m in range(k - 1, s.first, -1) if w.text[m] == ";"), s.first)
        person = nouns.after(w, lex, begin, k)
        if content is None or content[1] + 1 < s.end() or person is None or person[1] >= k:
            return None
        return (
            _draft(s, None, content, person, Act.ASSERTS, "colon-quotation")
            if _is_a_person(s, person)
            else None
        )
    return None


def _is_a_person(s: Sentence, phrase: Range) -> bool:
    """Somebody with an office or with two names; nothing that hangs in a paper or on a wall."""
    w, lex = s.w, s.lex
    words = w.low[phrase[0] : phrase[1]]
    if any(token in lex.documents or token in _WRITTEN for token in words):
        return False
    return any(token in lex.people_nouns or token in lex.subjects or token in lex.offices for token in words)


_WRITTEN = word_set("sign slogan banner headline poster cartello slogan striscione titolo scritta manifesto")

# This and the words of doubt below: by them silence.py knows that there may be something to find.
VIEW = word_set("view opinion telling account reading eyes words")


def _in_the_view_of(s: Sentence) -> Draft | None:
    """ "In Ankara’s view, the deal is not dead"."""
    w, low = s.w, s.w.low
    if s.lex.language != "en" or low[s.first] not in ("in", "by"):
        return None
    for k in range(s.first + 2, min(s.end() - 2, s.first + 9)):
        if low[k] in ("'s", "’s", "’", "'") and low[k + 1] in VIEW and w.text[k + 2] == ",":
            content = s.clean(k + 3, s.end())
            return _draft(s, (s.first, k + 2), content, (s.first + 1, k), Act.ASSERTS, "in-view")
    return None


DOUBTS = word_set("doubts dubbi")
DOUBTING = {
    "en": word_set("sceptical skeptical doubtful unconvinced dubious unsure"),
    "it": word_set(
        "scettico scettica scettici scettiche dubbioso dubbiosa dubbiosi perplesso perplessa perplessi"
    ),
}
SURE = {
    "en": word_set("convinced sure persuaded certain confident adamant"),
    "it": word_set("convinto convinta convinti convinte sicuro sicura sicuri certo certa certi"),
}
_ON_WHAT = {
    "en": word_set("that about of whether over"),
    "it": word_set("che su sul sullo sulla sui sugli sulle sull' sull’ del della"),
}


def _doubting(s: Sentence) -> Draft | None:
    """ "Planners are sceptical that …", "is not convinced that …", "ha dubbi su …"; "is convinced that …"."""
    w, lex, low = s.w, s.lex, s.w.low
    language = lex.language
    for k in range(s.first + 2, s.end() - 1):
        if w.quoted[k] or low[k + 1] not in _ON_WHAT[language]:
            continue
        group = next((j for j in range(k - 1, max(s.first, k - 4), -1) if low[j] in lex.auxiliaries), None)
        if group is None:
            continue
        negated = any(token in lex.negations for token in low[group - 1 : k])
        doubts = low[k] in DOUBTS and low[group] in lex.have and not negated
        sure = low[k] in SURE[language] and not negated and low[k + 1] in ("that", "che")
        if not (
            doubts
            or sure
            or (low[k] in DOUBTING[language] and not negated)
            or (low[k] in SURE[language] and negated)
        ):
            continue
        start = group - (low[group - 1] in lex.negations)
        speaker = nouns.before(w, lex, start, s.first)
        if speaker is not None and nouns.may_speak(w, lex, speaker):
            content = s.clean(k + 1 + (low[k + 1] in ("that", "che")), s.end())
            act = Act.ASSERTS if sure else Act.DOUBTS
            return _draft(s, (start, k + 1), content, speaker, act, "sure" if sure else "doubting")
    return None
