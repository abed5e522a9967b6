"""Attributions that are no verb with its subject: headlines, questions put to somebody, and cues that look back."""

from __future__ import annotations

import itertools
import re

from claims.extraction import nouns
from claims.extraction.interposed import interposed
from claims.extraction.lexicon import word_set
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.unspoken import without_a_verb
from claims.extraction.words import FINAL
from claims.vocabulary import Act

_BE = {"it": ("è", "e'", "e’", "era", "sono"), "en": ("that", "this", "those", "it", "such")}
_BY = {"it": word_set("da dal dallo dalla dai dagli dalle dall' dall’ di del dello della dei degli delle dell' dell’"),
       "en": frozenset(("by", "of", "from"))}  # fmt: skip
_TO_SAY = (
    "dirlo",
    "affermarlo",
    "riferirlo",
    "sostenerlo",
    "scriverlo",
    "dichiararlo",
    "confermarlo",
    "rivelarlo",
    "annunciarlo",
    "spiegarlo",
    "precisarlo",
    "negarlo",
    "smentirlo",
    "ribadirlo",
    "denunciarlo",
    "riportarlo",
    "ricordarlo",
    "sottolinearlo",
)


def other_shapes(s: Sentence, previous: Range | None, *, heading: bool) -> list[Draft]:
    """What the verbs of the sentence did not give. `previous`: the sentence before, in its paragraph; `heading`: a line by itself."""
    s.found += [draft for cue in s.quoted_cues if (draft := interposed(s, cue)) is not None]
    found = [draft for draft in (_question(s), _as_said(s), _impersonal(s)) if draft is not None]
    if not found and not s.found:
        found = [draft for draft in (_so(s), _for_somebody(s), _it_is_said(s)) if draft is not None]
    if not found and previous is not None:
        back = _of_the_sentence_before(s, previous)
        if back is not None and back.cue is not None:
            # "È quanto afferma la missione": the verb is part of this cue.
            own = [d for d in s.found if d.cue and d.cue[0] < back.cue[1] and back.cue[0] < d.cue[1]]
            if own or not any(d.kind == "finite" and d.cue and d.cue[0] - s.first < 8 for d in s.found):
                for draft in own:
                    s.found.remove(draft)
                found = [back]
    if not found and not s.found:
        found = without_a_verb(s)
    if not found and not s.found:
        found = [draft for draft in (_bare_denial(s, previous),) if draft is not None]
    if not found and not s.found and heading:
        found = [draft for draft in (_after_a_dash(s),) if draft is not None]
    return found


def _question(s: Sentence) -> Draft | None:
    """ "Alla domanda dei giornalisti se …", "Asked whether …": put by whoever is named, or by nobody in particular."""
    w, lex = s.w, s.lex
    if lex.language == "it":
        if w.low[s.first][:-1] in ("interrogat", "interpellat", "sollecitat") and s.first + 2 < s.end():
            return _draft(s, (s.first, s.first + 1), [_to_comma(s, s.first + 1)], None, Act.ASKS, "asked")
        for i in range(s.first, min(s.last, s.first + 24) - 3):
            if (w.low[i] in ("alla", "a", "una") and w.low[i + 1] == "domanda") or (
                w.low[i] == "domanda" and i == s.first
            ):
                k = i + 2 if w.low[i + 1] == "domanda" else i + 1
                speaker = None
                if w.low[k] in _BY["it"]:
                    speaker = nouns.after(w, lex, k + 1, s.last)
                    k = speaker[1] if speaker else k
                k += k + 1 < s.end() and w.text[k] == ","
                if k < s.end() and w.low[k] in ("se", "su", "sul", "sulla", "sulle", "sui", "circa"):
                    return _draft(s, (i, i + 2), [_to_comma(s, k)], speaker, Act.ASKS, "question-noun")
                return None
        return None
    for i in range(s.first, min(s.last, s.first + 24) - 2 if "asked" in s.words else s.first):
        if w.low[i] == "asked" and not w.quoted[i]:
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
                    return _draft(s, (i, i + 1), [_to_comma(s, asker[1])], asker, Act.ASKS, "asked")
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
                return _draft(s, (i, i + 1), [_to_comma(s, i + 1)], None, Act.ASKS, "asked")
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
                return _draft(
                    s, (s.first, i + 2), [s.clean(comma + 1, s.end())], speaker, Act.ASSERTS, "as-said"
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
            return _draft(
                s, (s.first, i + 1), [s.clean(comma + 1, s.end())], speaker, form.verb.act, "as-said"
            )
    return None


def _impersonal(s: Sentence) -> Draft | None:
    """ "È noto che …", "It has emerged that …", "Dai documenti emerge che …": nobody is named, or only a document."""
    w = s.w
    if s.lex.nobody_triggers.isdisjoint(s.words) or any(d.cue and d.cue[0] - s.first < 8 for d in s.found):
        return None
    begin = w.start[s.first]
    match = s.lex.patterns["nobody"].search(w.source[begin : w.end[s.last - 1]].lower().replace("’", "'"))
    if match is None:
        return None
    first = next((k for k in range(s.first, s.last) if w.start[k] >= begin + match.start()), s.first)
    last = next((k for k in range(s.first, s.last) if w.start[k] >= begin + match.end()), s.last)
    if w.quoted[first] or last >= s.end() or any(a <= first < b for d in s.found for a, b in d.contents):
        return None
    speaker = None
    if s.lex.language == "it" and w.low[first] in _BY["it"] and "che" in match[0].split():
        speaker = nouns.after(w, s.lex, first + 1, last, bare=True)
    return _draft(s, (first, last), [s.clean(last, s.end())], speaker, Act.ASSERTS, "impersonal")


_IT_IS_SAID = re.compile(
    r"^(?:si dice|si mormora|si racconta|pare|sembra|sembrerebbe|a quanto pare|it is said|it seems)$"
)


def _it_is_said(s: Sentence) -> Draft | None:
    """ "Il vertice, si dice, ha approvato il prestito": between commas, nobody in particular."""
    w = s.w
    commas = [k for k in range(s.first + 1, s.end()) if w.text[k] == "," and not w.quoted[k]]
    for left, right in itertools.pairwise(commas):
        if (
            1 < right - left <= 5
            and _IT_IS_SAID.match(w.words(left + 1, right).lower())
            and right + 1 < s.end()
        ):
            contents = [s.clean(s.first, left), s.clean(right + 1, s.end())]
            return _draft(s, (left + 1, right), contents, None, Act.ASSERTS, "impersonal")
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
    return _draft(s, (s.first, s.first + 1), [s.clean(comma + 1, s.end())], speaker, Act.ASSERTS, "for")


def _so(s: Sentence) -> Draft | None:
    """«Bufale»: così il portavoce."""
    w, lex = s.w, s.lex
    if lex.language != "it":
        return None
    for k in range(s.first, min(s.first + 30, s.end() - 2)):
        if w.text[k] == ":" and not w.quoted[k] and w.low[k + 1] in ("così", "cosi"):
            speaker = nouns.after(w, lex, k + 2, s.end())
            if speaker and speaker[0] == k + 2 and nouns.may_speak(w, lex, speaker):
                return _draft(s, (k + 1, k + 2), [s.clean(s.first, k)], speaker, Act.ASSERTS, "so")
    return None


def _of_the_sentence_before(s: Sentence, previous: Range) -> Draft | None:
    """ "È l'allarme lanciato da X", "Lo riferisce X", "A dirlo è X", "That was the warning from X"."""
    w, lex = s.w, s.lex
    content = [s.clean(*_without_end(s, previous))]
    low = w.low
    i = s.first
    if lex.language == "it" and not w.quoted[i]:
        if low[i] in ("lo", "l'", "l’") or (low[i] in ("così", "cosi") and i + 1 < s.last):
            cue = next((c for c in s.cues if c.first <= i + 2), None)
            if cue is None and low[i].startswith("così"):
                speaker = nouns.after(w, lex, i + 1, s.end())
                if (
                    speaker
                    and speaker[0] == i + 1
                    and nouns.may_speak(w, lex, speaker)
                    and s.end() - speaker[1] < 8
                    and not s.cues
                ):
                    return _draft(s, (i, i + 1), content, speaker, Act.ASSERTS, "looks-back-so")
            if cue is not None and "c" in cue.verb.frames and cue.kind == "finite":
                speaker = nouns.after(w, lex, cue.last, s.end())
                speaker = nouns.with_name(w, lex, speaker, s.last) if speaker else None
                if speaker and nouns.may_speak(w, lex, speaker):
                    return _draft(s, (i, cue.last), content, speaker, cue.verb.act, "looks-back")
            return None
        if low[i] in ("a", "ad") and low[i + 1 : i + 2] and low[i + 1] in _TO_SAY:
            k = next(
                (
                    j
                    for j in range(i + 2, min(s.end(), i + 5))
                    if low[j] in lex.be or low[j] == "stato" or low[j] == "stata"
                ),
                None,
            )
            if k is not None:
                k += k + 1 < s.end() and low[k + 1] in ("stato", "stata", "stati")
                speaker = nouns.after(w, lex, k + 1, s.end())
                act = next((f.verb.act for f in lex.forms.get(low[i + 1][:-2], ())), Act.ASSERTS)
                if speaker:
                    return _draft(s, (i, k + 1), content, speaker, act, "looks-back-infinitive")
            return None
    if (
        lex.language == "en"
        and low[i] == "so"
        and low[i + 1 : i + 2]
        and low[i + 1] in ("says", "said", "say")
    ):
        speaker = nouns.after(w, lex, i + 2, s.end())
        if speaker:
            return _draft(
                s, (i, i + 2), content, nouns.with_name(w, lex, speaker, s.last), Act.ASSERTS, "looks-back-so"
            )
    if lex.language == "en":
        said = _said_so(s, content) or _noun_came_from(s, content)
        if said is not None:
            return said
    if low[i] not in _BE[lex.language] and not (
        lex.language == "it" and low[i] in ("questo", "questa", "queste", "questi")
    ):
        return None
    for k in range(i + 1, min(s.end(), i + 6)):
        if low[k] == "quanto":
            cue = next((c for c in s.cues if k < c.first <= k + 2), None)
            speaker = nouns.after(w, lex, cue.last, s.end()) if cue else None
            if cue is None:
                return None
            if speaker is None and cue.last < s.end() and low[cue.last] in lex.passive_by:
                speaker = nouns.after(w, lex, cue.last + 1, s.end())
            return (
                _draft(s, (i, cue.last), content, speaker, cue.verb.act, "looks-back-quanto")
                if speaker
                else None
            )
        verb = lex.nouns.get(low[k])
        if verb is not None:
            by = next((j for j in range(k + 1, min(s.end(), k + 5)) if low[j] in _BY[lex.language]), None)
            if by is None:
                return None
            speaker = nouns.after(w, lex, by + 1, s.end())
            if speaker is not None and nouns.may_speak(w, lex, speaker):
                if speaker[1] + 1 < s.end() and w.text[speaker[1]] == ",":
                    name = nouns.after(w, lex, speaker[1] + 1, s.end())
                    if name is not None and name[0] == speaker[1] + 1 and w.is_capital(name[0]):
                        speaker = (speaker[0], name[1])
                return _draft(s, (k, by), content, speaker, verb.act, "looks-back-noun")
    return None


def _bare_denial(s: Sentence, previous: Range | None) -> Draft | None:
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
            draft = _draft(s, (cue.first, cue.last), [s.clean(s.first, left)], speaker, cue.verb.act, "bare")
        elif previous is None:
            draft = _draft(s, (cue.first, cue.last), [(cue.first, cue.last)], speaker, cue.verb.act, "bare")
            draft.clitic = True
        else:
            first, last = _without_end(s, previous)
            colon = next((k for k in range(first + 1, min(last, first + 6)) if w.text[k] == ":"), None)
            content = s.clean(first if colon is None else colon + 1, last)
            draft = _draft(s, (cue.first, cue.last), [content], speaker, cue.verb.act, "looks-back-bare")
        draft.verb = cue.verb
        return draft
    return None


def _said_so(s: Sentence, content: list[Range]) -> Draft | None:
    """ "The ministry said so in a statement"."""
    w, low = s.w, s.w.low
    for k in range(s.first + 1, min(s.end() - 1, s.first + 9)):
        if low[k] in ("said", "says") and (low[k + 1] == "so" or low[k + 1 : k + 3] == ["as", "much"]):
            speaker = nouns.before(w, s.lex, k, s.first)
            if speaker is not None and nouns.may_speak(w, s.lex, speaker):
                return _draft(s, (k, k + 2), content, speaker, Act.ASSERTS, "looks-back-so")
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
                return _draft(s, (k, start), content, speaker, verb.act, "looks-back-noun")
    return None


def _without_end(s: Sentence, sentence: Range) -> Range:
    first, last = sentence
    while last - 1 > first and s.w.text[last - 1] in FINAL and not s.w.quoted[last - 1]:
        last -= 1
    return first, last


def _after_a_dash(s: Sentence) -> Draft | None:
    """A headline that ends with who says so: "… con Iran e Cina – ISW"."""
    w = s.w
    for k in range(s.last - 1, max(s.first, s.last - 6), -1):
        if w.text[k] in ("–", "—", "-") and k + 1 < s.last and w.end[k - 1] < w.start[k]:
            if all(w.is_capital(j) for j in range(k + 1, s.last)) and k - s.first >= 4:
                return _draft(s, None, [s.clean(s.first, k)], (k + 1, s.last), Act.ASSERTS, "dash")
            return None
    return None


def _draft(
    s: Sentence, cue: Range | None, contents: list[Range], speaker: Range | None, act: Act, rule: str
) -> Draft:
    draft = Draft(cue, contents, speaker, act, rule, sentence=(s.first, s.last), kind="impersonal")
    draft.extra["shape"] = True
    return draft
