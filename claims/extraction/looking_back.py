"""Cues that look back at the sentence before: "È l'allarme lanciato da X", "Lo riferisce X", "The ministry said so", "Pyongyang denies"."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.lexicon import word_set
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.words import FINAL
from claims.vocabulary import Act

# What points at the sentence before, with the noun that says what it was.
_POINTS_BACK = {
    "it": word_set("è e' e’ era sono questo questa queste questi"),
    "en": word_set("that this those it such"),
}
_BY = {
    "it": word_set(
        "da dal dallo dalla dai dagli dalle dall' dall’ di del dello della dei degli delle dell' dell’"
    ),
    "en": word_set("by of from"),
}
# Words of this module by which silence.py knows that there may be something to find.
SO = word_set("così cosi")
WHAT = "quanto"
TO_SAY = word_set(
    "dirlo affermarlo riferirlo sostenerlo scriverlo dichiararlo confermarlo rivelarlo annunciarlo spiegarlo"
    " precisarlo negarlo smentirlo ribadirlo denunciarlo riportarlo ricordarlo sottolinearlo"
)


def looks_back(s: Sentence, previous: Range) -> Draft | None:
    """What the sentence says of the one before, `previous`, in its paragraph."""
    content = [s.clean(*_without_end(s, previous))]
    if s.lex.language == "en":
        found = _so_says(s, content) or _said_so(s, content) or _noun_came_from(s, content)
        return found or _it_is_the_noun(s, content)
    token = s.w.low[s.first]
    if s.w.quoted[s.first]:
        return None
    if token in ("lo", "l'", "l’") or (token in SO and s.first + 1 < s.last):
        return _says_it(s, content)
    if token in ("a", "ad") and s.first + 1 < s.last and s.w.low[s.first + 1] in TO_SAY:
        return _who_says_it_is(s, content)
    return _it_is_the_noun(s, content)


def _says_it(s: Sentence, content: list[Range]) -> Draft | None:
    """ "Lo riferisce X", "Così X"."""
    w, lex, i = s.w, s.lex, s.first
    cue = next((c for c in s.cues if c.first <= i + 2), None)
    if cue is None:
        speaker = nouns.after(w, lex, i + 1, s.end())
        near = speaker is not None and speaker[0] == i + 1 and s.end() - speaker[1] < 8
        if (
            speaker is None
            or not near
            or s.cues
            or not w.low[i].startswith("così")
            or not s.may_speak(speaker)
        ):
            return None
        return s.shape((i, i + 1), content, speaker, Act.ASSERTS, "looks-back-so")
    if "c" not in cue.verb.frames or cue.kind != "finite":
        return None
    speaker = nouns.after(w, lex, cue.last, s.end())
    if speaker is None or not s.may_speak(speaker):
        return None
    speaker = nouns.with_name(w, lex, speaker, s.last)
    return s.shape((i, cue.last), content, speaker, cue.verb.act, "looks-back")


def _who_says_it_is(s: Sentence, content: list[Range]) -> Draft | None:
    """ "A dirlo è X", "A riferirlo è stato X"."""
    low, lex, i = s.w.low, s.lex, s.first
    k = next((j for j in range(i + 2, min(s.end(), i + 5)) if low[j] in lex.be), None)
    if k is None:
        return None
    k += k + 1 < s.end() and low[k + 1] in ("stato", "stata", "stati")
    speaker = nouns.after(s.w, lex, k + 1, s.end())
    act = next((form.verb.act for form in lex.forms.get(low[i + 1][:-2], ())), Act.ASSERTS)
    return s.shape((i, k + 1), content, speaker, act, "looks-back-infinitive") if speaker else None


def _so_says(s: Sentence, content: list[Range]) -> Draft | None:
    """ "So says the ministry"."""
    low, i = s.w.low, s.first
    if low[i] != "so" or low[i + 1 : i + 2] not in (["says"], ["said"], ["say"]):
        return None
    speaker = nouns.after(s.w, s.lex, i + 2, s.end())
    if speaker is None:
        return None
    speaker = nouns.with_name(s.w, s.lex, speaker, s.last)
    return s.shape((i, i + 2), content, speaker, Act.ASSERTS, "looks-back-so")


def _said_so(s: Sentence, content: list[Range]) -> Draft | None:
    """ "The ministry said so in a statement"."""
    w, low = s.w, s.w.low
    for k in range(s.first + 1, min(s.end() - 1, s.first + 9)):
        if low[k] in ("said", "says") and (low[k + 1] == "so" or low[k + 1 : k + 3] == ["as", "much"]):
            speaker = nouns.before(w, s.lex, k, s.first)
            if speaker is not None and nouns.may_speak(w, s.lex, speaker):
                return s.shape((k, k + 2), content, speaker, Act.ASSERTS, "looks-back-so")
    return None


def _noun_came_from(s: Sentence, content: list[Range]) -> Draft | None:
    """ "The warning came from the head of the agency"."""
    w, lex, low = s.w, s.lex, s.w.low
    for k in range(s.first + 1, min(s.end() - 3, s.first + 5)):
        verb = lex.nouns.get(low[k])
        if (
            verb is not None
            and low[k + 1] in ("came", "comes", "was")
            and low[k + 2] in ("from", "by", "issued")
        ):
            start = k + 3 + (low[k + 2] == "issued")
            speaker = nouns.after(w, lex, start, s.end())
            if speaker is not None and nouns.may_speak(w, lex, speaker):
                speaker = nouns.with_name(w, lex, speaker, s.last)
                return s.shape((k, start), content, speaker, verb.act, "looks-back-noun")
    return None


def _it_is_the_noun(s: Sentence, content: list[Range]) -> Draft | None:
    """ "È l'allarme lanciato da X", "That was the warning from X", "È quanto afferma X"."""
    low, lex, i = s.w.low, s.lex, s.first
    if low[i] not in _POINTS_BACK[lex.language]:
        return None
    for k in range(i + 1, min(s.end(), i + 6)):
        if low[k] == WHAT:
            return _what_somebody_says(s, k, content)
        verb = lex.nouns.get(low[k])
        if verb is None:
            continue
        by = next((j for j in range(k + 1, min(s.end(), k + 5)) if low[j] in _BY[lex.language]), None)
        speaker = nouns.after(s.w, lex, by + 1, s.end()) if by is not None else None
        if by is None or speaker is None:
            return None
        if s.may_speak(speaker):
            return s.shape((k, by), content, _with_apposition(s, speaker), verb.act, "looks-back-noun")
    return None


def _what_somebody_says(s: Sentence, k: int, content: list[Range]) -> Draft | None:
    """ "È quanto afferma X", "È quanto riferito da X"."""
    cue = next((c for c in s.cues if k < c.first <= k + 2), None)
    if cue is None:
        return None
    speaker = nouns.after(s.w, s.lex, cue.last, s.end())
    if speaker is None and cue.last < s.end() and s.w.low[cue.last] in s.lex.passive_by:
        speaker = nouns.after(s.w, s.lex, cue.last + 1, s.end())
    if speaker is None:
        return None
    return s.shape((s.first, cue.last), content, speaker, cue.verb.act, "looks-back-quanto")


def _with_apposition(s: Sentence, speaker: Range) -> Range:
    """ "the spokesman, Idris Belli": the name after the comma too."""
    comma = speaker[1]
    if comma + 1 >= s.end() or s.w.text[comma] != ",":
        return speaker
    name = nouns.after(s.w, s.lex, comma + 1, s.end())
    named = name is not None and name[0] == comma + 1 and s.w.is_capital(comma + 1)
    return (speaker[0], name[1]) if name is not None and named else speaker


def bare_denial(s: Sentence, previous: Range | None) -> Draft | None:
    """ "Seoul: grenades in Kursk. Pyongyang denies", "La Russia, però, nega": of the sentence before, else of what was said before."""
    w = s.w
    for cue in s.cues:
        if (
            cue.kind != "finite"
            or cue.negated
            or cue.verb.act not in (Act.DENIES, Act.ADMITS)
            or not s.ends(cue.last)
        ):
            continue
        if any(first <= cue.first < last for draft in s.found for first, last in draft.contents):
            continue
        if cue.last < s.end() and w.low[cue.last] in ("from", *s.lex.passive_by):
            return None
        if cue.verb.lemma not in ("deny", "negare", "smentire", "ammettere") or cue.clitic >= 0 or cue.modal:
            continue
        speaker = nouns.before(w, s.lex, cue.first, s.first)
        if speaker is None or not any(
            w.is_capital(k) or w.low[k] in s.lex.people_nouns for k in range(*speaker)
        ):
            return None
        left = speaker[0] - 1
        if left > s.first and w.text[left] == ":" and w.quoted[left - 1]:
            # «Nessun drone a Mosca»: l'Iran smentisce
            draft = s.shape((cue.first, cue.last), [s.clean(s.first, left)], speaker, cue.verb.act, "bare")
        elif previous is None:
            draft = s.shape((cue.first, cue.last), [(cue.first, cue.last)], speaker, cue.verb.act, "bare")
            draft.clitic = True
        else:
            first, last = _without_end(s, previous)
            colon = next((k for k in range(first + 1, min(last, first + 6)) if w.text[k] == ":"), None)
            content = s.clean(first if colon is None else colon + 1, last)
            draft = s.shape((cue.first, cue.last), [content], speaker, cue.verb.act, "looks-back-bare")
        draft.verb = cue.verb
        return draft
    return None


def _without_end(s: Sentence, sentence: Range) -> Range:
    first, last = sentence
    while last - 1 > first and s.w.text[last - 1] in FINAL and not s.w.quoted[last - 1]:
        last -= 1
    return first, last
