"""Attributions that are no verb with its subject: headlines, questions put to somebody, and cues that look back."""

from __future__ import annotations

import itertools
import re

from claims.extraction import nouns
from claims.extraction.interposed import interposed
from claims.extraction.lexicon import TURNS, word_set
from claims.extraction.looking_back import SO, bare_denial, looks_back
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.unspoken import without_a_verb
from claims.vocabulary import Act

_BY = {"it": word_set("da dal dallo dalla dai dagli dalle dall' dall’ di del dello della dei degli delle dell' dell’"),
       "en": frozenset(("by", "of", "from"))}  # fmt: skip


# By these silence.py knows that there may be something to find: where a sentence begins with them (without their last letter),
ASKED_IT = ("interrogat", "interpellat", "sollecitat")
# and anywhere in it.
ASKED_EN, QUESTION = "asked", "domanda"
IT_IS_SAID = frozenset(
    (
        "si dice", "si mormora", "si racconta", "pare", "sembra", "sembrerebbe", "a quanto pare", "it is said", "it seems",
    )
)  # fmt: skip


def other_shapes(s: Sentence, previous: Range | None, *, heading: bool) -> list[Draft]:
    """What the verbs of the sentence did not give. `previous`: the sentence before, in its paragraph; `heading`: a line by itself."""
    s.found += [draft for cue in s.quoted_cues if (draft := interposed(s, cue)) is not None]
    found = [draft for draft in (_question(s), _as_said(s), _impersonal(s)) if draft is not None]
    if not found and not s.found:
        found = [draft for draft in (_so(s), _for_somebody(s), _it_is_said(s)) if draft is not None]
    if not found and previous is not None:
        back = looks_back(s, previous)
        if back is not None and back.cue is not None:
            # "È quanto afferma la missione": the verb is part of this cue.
            own = [d for d in s.found if d.cue and d.cue[0] < back.cue[1] and back.cue[0] < d.cue[1]]
            if own or not any(d.kind == "finite" and d.cue and d.cue[0] - s.first < 8 for d in s.found):
                for draft in own:
                    s.found.remove(draft)
                found = [back]
    if not found and not s.found:
        found = without_a_verb(s)
    if not found and not any(draft.act in TURNS for draft in s.found):
        found = [draft for draft in (bare_denial(s, previous),) if draft is not None]
    if not found and not s.found and heading:
        found = [draft for draft in (_after_a_dash(s),) if draft is not None]
    return found


def _question(s: Sentence) -> Draft | None:
    """ "Alla domanda dei giornalisti se …", "Asked whether …": put by whoever is named, or by nobody in particular."""
    w, lex = s.w, s.lex
    if lex.language == "it":
        if w.low[s.first][:-1] in ASKED_IT and s.first + 2 < s.end():
            return s.shape((s.first, s.first + 1), [_to_comma(s, s.first + 1)], None, Act.ASKS, "asked")
        for i in range(s.first, min(s.last, s.first + 24) - 3):
            if (w.low[i] in ("alla", "a", "una") and w.low[i + 1] == QUESTION) or (
                w.low[i] == QUESTION and i == s.first
            ):
                k = i + 2 if w.low[i + 1] == QUESTION else i + 1
                speaker = None
                if w.low[k] in _BY["it"]:
                    speaker = nouns.after(w, lex, k + 1, s.last)
                    k = speaker[1] if speaker else k
                k += k + 1 < s.end() and w.text[k] == ","
                if k < s.end() and w.low[k] in ("se", "su", "sul", "sulla", "sulle", "sui", "circa"):
                    return s.shape((i, i + 2), [_to_comma(s, k)], speaker, Act.ASKS, "question-noun")
                return None
        return None
    for i in range(s.first, min(s.last, s.first + 24) - 2 if ASKED_EN in s.words else s.first):
        if w.low[i] == ASKED_EN and not w.quoted[i]:
            start = (
                i == s.first
                or (i == s.first + 1 and w.low[i - 1] == "when")
                or w.text[i - 1] == ","
                or w.low[i - 1] in lex.be
                or w.low[i - 1] == "when"
            )
            if start and w.low[i + 1] == "by":
                asker = nouns.after(w, lex, i + 2, s.end())
                if asker and w.low[asker[1]] in ("if", "whether", "about", "why", "how", "what"):
                    return s.shape((i, i + 1), [_to_comma(s, asker[1])], asker, Act.ASKS, "asked")
            if start and w.low[i + 1] in (
                "if",
                "whether",
                "about",
                "why",
                "how",
                "what",
                "who",
                "when",
                "where",
            ):
                return s.shape((i, i + 1), [_to_comma(s, i + 1)], None, Act.ASKS, "asked")
    return None


def _to_comma(s: Sentence, start: int) -> Range:
    stop = next((j for j in range(start, s.end()) if s.w.text[j] == "," and not s.w.quoted[j]), s.end())
    return s.clean(start, max(stop, start + 1))


def _as_said(s: Sentence) -> Draft | None:
    """ "Come notato dall'Istituto, …", "As Kirby said, …"."""
    w, lex = s.w, s.lex
    if w.low[s.first] not in lex.as_ or s.found:
        return None
    comma = next((j for j in range(s.first + 2, min(s.end(), s.first + 24)) if w.text[j] == ","), None)
    if comma is None or comma + 2 >= s.end():
        return None
    for i in range(s.first + 1, comma):
        if lex.language == "en" and w.low[i] in ("put", "puts", "sees") and w.low[i + 1] == "it":
            speaker = nouns.before(w, lex, i, s.first + 1)  # "As the premier put it, …"
            if speaker is not None and nouns.may_speak(w, lex, speaker):
                return s.shape(
                    (s.first, i + 2), [s.clean(comma + 1, s.end())], speaker, Act.ASSERTS, "as-said"
                )
        forms = lex.forms.get(w.low[i], ())
        form = next(
            (
                f
                for f in forms
                if f.tense in ("participle", "past", "finite", "base") and "c" in f.verb.frames
            ),
            None,
        )
        if form is None:
            continue
        speaker = None
        if i + 1 < comma and (w.low[i + 1] in lex.passive_by):
            speaker = nouns.after(w, lex, i + 2, comma)
        elif i + 1 < comma:
            speaker = nouns.after(w, lex, i + 1, comma)
        if speaker is None:
            speaker = nouns.before(w, lex, i, s.first + 1)
        if speaker is not None and nouns.may_speak(w, lex, speaker):
            return s.shape((s.first, i + 1), [s.clean(comma + 1, s.end())], speaker, form.verb.act, "as-said")
    return None


def said_by_nobody(s: Sentence) -> re.Match[str] | None:
    """Where the sentence has words by which something is said, and nobody says it."""
    if s.lex.nobody_triggers.isdisjoint(s.words):
        return None
    words = s.w.words(s.first, s.last).lower().replace("’", "'").replace("\xa0", " ")
    return s.lex.patterns["nobody"].search(words)


def _impersonal(s: Sentence) -> Draft | None:
    """ "È noto che …", "It has emerged that …", "Dai documenti emerge che …": nobody is named, or only a document."""
    w = s.w
    if any(d.cue and d.cue[0] - s.first < 8 for d in s.found):
        return None
    match = said_by_nobody(s)
    if match is None:
        return None
    begin = w.start[s.first]
    first = next((k for k in range(s.first, s.last) if w.start[k] >= begin + match.start()), s.first)
    last = next((k for k in range(s.first, s.last) if w.start[k] >= begin + match.end()), s.last)
    if w.quoted[first] or last >= s.end() or any(a <= first < b for d in s.found for a, b in d.contents):
        return None
    speaker = None
    if s.lex.language == "it" and w.low[first] in _BY["it"] and "che" in match[0].split():
        speaker = nouns.after(w, s.lex, first + 1, last, bare=True)
    return s.shape((first, last), [s.clean(last, s.end())], speaker, Act.ASSERTS, "impersonal")


def _it_is_said(s: Sentence) -> Draft | None:
    """ "Il vertice, si dice, ha approvato il prestito": between commas, nobody in particular."""
    w = s.w
    commas = [k for k in range(s.first + 1, s.end()) if w.text[k] == "," and not w.quoted[k]]
    for left, right in itertools.pairwise(commas):
        if 1 < right - left <= 5 and w.words(left + 1, right).lower() in IT_IS_SAID and right + 1 < s.end():
            contents = [s.clean(s.first, left), s.clean(right + 1, s.end())]
            return s.shape((left + 1, right), contents, None, Act.ASSERTS, "impersonal")
    return None


def _for_somebody(s: Sentence) -> Draft | None:
    """ "Per gli osservatori dell'Osce, lo scrutinio si è svolto senza incidenti." """
    w, lex = s.w, s.lex
    if lex.language != "it" or w.low[s.first] != "per":
        return None
    speaker = nouns.after(w, lex, s.first + 1, s.end())
    if speaker is None or speaker[0] != s.first + 1:
        return None
    named = any(w.low[k] in lex.people_nouns for k in range(*speaker)) or all(
        w.is_capital(k) for k in range(*speaker)
    )
    comma = speaker[1]
    if named and comma + 1 < s.end() and w.text[comma] == "," and w.low[comma + 1] not in lex.articles:
        comma = next((k for k in range(comma + 1, min(s.end(), comma + 12)) if w.text[k] == ","), comma)
    if not named or comma + 3 >= s.end() or w.text[comma] != ",":
        return None
    return s.shape((s.first, s.first + 1), [s.clean(comma + 1, s.end())], speaker, Act.ASSERTS, "for")


def _so(s: Sentence) -> Draft | None:
    """«Bufale»: così il portavoce."""
    w, lex = s.w, s.lex
    if lex.language != "it":
        return None
    for k in range(s.first, min(s.first + 30, s.end() - 2)):
        if w.text[k] == ":" and not w.quoted[k] and w.low[k + 1] in SO:
            speaker = nouns.after(w, lex, k + 2, s.end())
            if speaker and speaker[0] == k + 2 and nouns.may_speak(w, lex, speaker):
                return s.shape((k + 1, k + 2), [s.clean(s.first, k)], speaker, Act.ASSERTS, "so")
    return None


def _after_a_dash(s: Sentence) -> Draft | None:
    """A headline that ends with who says so: "… con Iran e Cina – ISW"."""
    w = s.w
    for k in range(s.last - 1, max(s.first, s.last - 6), -1):
        if w.text[k] in ("–", "—", "-") and k + 1 < s.last and w.end[k - 1] < w.start[k]:
            if all(w.is_capital(j) for j in range(k + 1, s.last)) and k - s.first >= 4:
                return s.shape(None, [s.clean(s.first, k)], (k + 1, s.last), Act.ASSERTS, "dash")
            return None
    return None
