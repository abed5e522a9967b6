"""One sentence while it is read: its words, the marks around them, and what has been found in it so far."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from claims.extraction import nouns
from claims.extraction.cues import Phrase
from claims.extraction.lexicon import Lexicon, Verb, word_set
from claims.extraction.verb_groups import Cue
from claims.extraction.words import DASHES, FINAL, Words
from claims.vocabulary import Act

Range = tuple[int, int]
INFINITIVE = re.compile(
    r".+(?:are|ere|ire|rre|[aei]r(?:lo|la|li|le|gli|ne|ci|vi|si|mi|ti|sene))$|^(?:aver|esser|avere|essere|dover|poter|voler)(?:lo|la|li|le|ne)?$|^(?:far|dar|star)\w*$"
)


@dataclass(slots=True)
class Draft:
    """A finding in tokens, before it is known who "he" is."""

    cue: Range | None
    contents: list[Range]
    speaker: Range | None
    act: Act
    rule: str
    verb: Verb | None = None
    kind: str = ""
    negated: bool = False
    conditional: bool = False
    clitic: bool = False
    dropped: bool = False
    quoted: bool = False
    sentence: Range = (0, 0)
    belief: bool = False
    inside: Draft | None = None
    extra: dict[str, object] = field(default_factory=dict)


# After these a noun phrase is what is denied, not who denies it.
OF_SOMETHING = {Act.DENIES, Act.ADMITS, Act.RETRACTS, Act.CONFIRMS, Act.ACCUSES}
# What these take is a clause even where no verb can be seen in it.
WITHOUT_THAT = {"say", "think", "believe", "hope", "know", "feel", "insist", "tell"}

# Prepositions that lead to what is said or to who says it, not to where or when.
_LEADS_TO_CONTENT = word_set("secondo di with of without senza by about d'")
_BEFORE_A_TIME = word_set("last this late earlier early on il lo la l' l’ nella nel di della")


class Sentence:
    """The attributions of one sentence. Made for one sentence and thrown away."""

    def __init__(self, w: Words, lex: Lexicon, first: int, last: int) -> None:
        self.w, self.lex, self.first, self.last = w, lex, first, last
        voiced = w.voiced
        # The tokens that may be verbs of speech.
        self.voiced = voiced[bisect_left(voiced, first) : bisect_left(voiced, last)]
        self.found: list[Draft] = []
        self.cues: list[Cue] = []
        self.quoted_cues: list[Cue] = []
        self.according: list[Phrase] = []
        # Its words once each: most rules ask first whether one of theirs is there at all.
        self.words = frozenset(w.low[first:last])
        self._end = last
        while self._end > first and w.text[self._end - 1] in FINAL and not w.quoted[self._end - 1]:
            self._end -= 1

    def quotation(self, i: int) -> Range | None:
        """What stands in the quotation that opens at token `i`."""
        if i >= self.last or not self.opens_quotation(i):
            return None
        quotation = self.w.quotations[self.w.quoted[i] - 1]
        return quotation.first, quotation.last

    def end(self) -> int:
        """Without the full stop."""
        return self._end

    def draft(self, cue: Cue, contents: list[Range], speaker: Range | None, rule: str, quoted: bool) -> Draft:
        return Draft(
            (cue.first, cue.last), contents, speaker, cue.verb.act, rule, cue.verb, cue.kind, cue.negated, cue.conditional,
            dropped=speaker is None, quoted=quoted, sentence=(self.first, self.last), belief="b" in cue.verb.frames,
        )  # fmt: skip

    def shape(
        self, cue: Range | None, contents: list[Range], speaker: Range | None, act: Act, rule: str
    ) -> Draft:
        """What no verb with its subject gives: a headline, a question put to somebody, a cue that looks back."""
        sentence = (self.first, self.last)
        draft = Draft(cue, contents, speaker, act, rule, sentence=sentence, kind="impersonal")
        draft.extra["shape"] = True
        return draft

    def may_speak(self, phrase: Range) -> bool:
        return nouns.may_speak(self.w, self.lex, phrase)

    def closes_quotation(self, i: int) -> bool:
        w = self.w
        if i < self.first or not w.quoted[i]:
            return False
        quotation = w.quotations[w.quoted[i] - 1]
        return quotation.closed == i or (quotation.closed is None and quotation.last == i + 1)

    def closed_before(self, i: int) -> bool:
        """Whether a quotation ends at token `i` or right before it, commas and dashes apart."""
        while i > self.first and not self.w.quoted[i] and (self.w.text[i] == "," or self.w.text[i] in DASHES):
            i -= 1
        return self.closes_quotation(i)

    def opens_quotation(self, i: int) -> bool:
        w = self.w
        return i < self.last and bool(w.quoted[i]) and w.quotations[w.quoted[i] - 1].opened == i

    def is_quoted(self, content: Range) -> bool:
        return bool(self.w.quoted[content[0]]) and bool(self.w.quoted[content[1] - 1])

    def ends(self, i: int) -> bool:
        """Whether the clause is over at token `i`, short adverbials apart."""
        j = self.skip_adverbials(i)
        return j >= self.end() or self.w.text[j] in FINAL or self.w.text[j] in {",", ";", "–", "—", ")"}

    def is_adverbial(self, i: int) -> bool:
        return i < self.last and (self.w.low[i] in self.lex.prepositions or self.w.low[i] in self.lex.times)

    def content_follows(self, i: int) -> bool:
        """Whether a conjunction that carries content comes right after token `i`."""
        j = self.skip_adverbials(i)
        if j >= self.last:
            return False
        token = self.w.low[j]
        if token == "di":
            return j + 1 < self.last and bool(INFINITIVE.match(self.w.low[j + 1]))
        return token in ("that", "che", ":", "whether")

    def skip_adverbials(self, i: int) -> int:
        """Past days, adverbs and "to reporters", "in a statement": up to where content may begin."""
        w, lex = self.w, self.lex
        j = i
        while j < self.last:
            token = w.low[j]
            if token in ("that", "che", ":") or self.opens_quotation(j):
                return j
            if self._is_a_time(j, i) or (token in lex.adverbs and token not in lex.determiners):
                j += 1
                continue
            where = (
                token in lex.prepositions and token not in lex.conjunctions and token not in _LEADS_TO_CONTENT
            )
            end = self._prepositional_end(j) if where or token == "tramite" else None
            if end is None:
                return j
            j = end
        return j

    def _is_a_time(self, j: int, first: int) -> bool:
        """ "on Monday", "24" after "marzo", "la scorsa" before "settimana"."""
        low, times = self.w.low, self.lex.times
        if low[j] in times:
            return True
        if low[j].isdigit():
            return j > first and low[j - 1] in times
        following = low[j + 1] if j + 1 < self.last else ""
        return low[j] in _BEFORE_A_TIME and (following in times or following in ("last", "scorsa", "scorso"))

    def _prepositional_end(self, j: int) -> int | None:
        """The end of a short prepositional phrase: "to reporters", "in a statement", "ai giornalisti", "in una nota"."""
        w, lex = self.w, self.lex
        k = j + 1
        if k < self.last and w.low[k] in lex.determiners:
            k += 1
        words = 0
        while k < self.last and words < 8 and not self._ends_a_place(k, words):
            k += 1
            words += 1
        return k if words else None

    def _ends_a_place(self, k: int, words: int) -> bool:
        """Whether a prepositional phrase of so many `words` ends before token `k`: punctuation, a conjunction, a verb, a second article."""
        w, lex, token = self.w, self.lex, self.w.low[k]
        if self.opens_quotation(k) or w.text[k] in {",", ":", ";"} or w.text[k] in FINAL:
            return True
        if token in ("that", "che", "whether", "if") or token in lex.subjects or token in lex.auxiliaries:
            return True
        if token in ("di", "d'", "d’") and k + 1 < self.last and INFINITIVE.match(w.low[k + 1]):
            return True
        if token in lex.forms and token not in lex.ambiguous:
            return True
        return token in lex.determiners and words > 0 and w.low[k - 1] not in lex.prepositions

    def clean(self, first: int, last: int) -> Range:
        """Without punctuation at the ends, and without quotation marks that enclose the whole."""
        w = self.w
        while last > first + 1 and (
            w.text[last - 1] in {",", ";", ":", "–", "—", "(", "-"}
            or (
                w.is_mark(last - 1)
                and (not w.quoted[last - 1] or (w.quoted[first] == w.quoted[last - 1] and w.is_mark(first)))
            )
        ):
            if w.is_mark(last - 1) and w.is_mark(first) and w.quoted[first] == w.quoted[last - 1]:
                return first + 1, last - 1
            last -= 1
        while first < last - 1 and (
            w.text[first] in {",", ";", ":", "–", "—", "-", "•"} or (w.is_mark(first) and not w.quoted[first])
        ):
            first += 1
        return first, last
