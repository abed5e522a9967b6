"""One sentence while it is read: its words, the marks around them, and what has been found in it so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from claims.extraction import nouns
from claims.extraction.cues import Cue, Phrase
from claims.extraction.lexicon import Lexicon, Verb
from claims.extraction.words import FINAL, Words
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


class Sentence:
    """The attributions of one sentence. Made for one sentence and thrown away."""

    def __init__(self, w: Words, lex: Lexicon, first: int, last: int) -> None:
        self.w, self.lex, self.first, self.last = w, lex, first, last
        self.found: list[Draft] = []
        self.cues: list[Cue] = []
        self.quoted_cues: list[Cue] = []
        self.according: list[Phrase] = []

    def quotation(self, i: int) -> Range | None:
        """What stands in the quotation that opens at token `i`."""
        if i >= self.last or not self.opens_quotation(i):
            return None
        quotation = self.w.quotations[self.w.quoted[i] - 1]
        return quotation.first, quotation.last

    def end(self) -> int:
        """Without the full stop."""
        e = self.last
        while e > self.first and self.w.text[e - 1] in FINAL and not self.w.quoted[e - 1]:
            e -= 1
        return e

    def draft(self, cue: Cue, contents: list[Range], speaker: Range | None, rule: str, quoted: bool) -> Draft:
        return Draft(
            (cue.first, cue.last), contents, speaker, cue.verb.act, rule, cue.verb, cue.kind, cue.negated, cue.conditional,
            dropped=speaker is None, quoted=quoted, sentence=(self.first, self.last), belief="b" in cue.verb.frames,
        )  # fmt: skip

    def may_speak(self, phrase: Range) -> bool:
        return nouns.may_speak(self.w, self.lex, phrase)

    def closes_quotation(self, i: int) -> bool:
        w = self.w
        if i < self.first or not w.quoted[i]:
            return False
        quotation = w.quotations[w.quoted[i] - 1]
        return quotation.closed == i or (quotation.closed is None and quotation.last == i + 1)

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
        """Whether a conjunction or a quotation that carries content comes right after token `i`."""
        j = self.skip_adverbials(i)
        if j >= self.last:
            return False
        token = self.w.low[j]
        return (
            token in ("that", "che", ":", "whether")
            or (token == "di" and j + 1 < self.last and bool(INFINITIVE.match(self.w.low[j + 1])))
            or (self.opens_quotation(j) and False)
        )

    def skip_adverbials(self, i: int) -> int:
        """Past days, adverbs and "to reporters", "in a statement": up to where content may begin."""
        w, lex = self.w, self.lex
        j = i
        while j < self.last:
            token = w.low[j]
            if token in ("that", "che", ":") or self.opens_quotation(j):
                return j
            if (
                token in lex.times
                or (token in lex.adverbs and token not in lex.determiners)
                or (token.isdigit() and j > i and w.low[j - 1] in lex.times)
                or (
                    token
                    in (
                        "last",
                        "this",
                        "late",
                        "earlier",
                        "early",
                        "on",
                        "il",
                        "lo",
                        "la",
                        "l'",
                        "l’",
                        "nella",
                        "nel",
                        "di",
                        "della",
                    )
                    and j + 1 < self.last
                    and (w.low[j + 1] in lex.times or (w.low[j + 1] in ("last", "scorsa", "scorso")))
                )
            ):
                j += 1
            elif (
                token in lex.prepositions
                and token not in lex.conjunctions
                and token not in ("secondo", "di", "with", "of", "without", "senza", "by", "about", "d'")
            ) or token == "tramite":
                k = self._prepositional_end(j)
                if k is None:
                    return j
                j = k
            else:
                return j
        return j

    def _prepositional_end(self, j: int) -> int | None:
        """The end of a short prepositional phrase: "to reporters", "in a statement", "ai giornalisti", "in una nota"."""
        w, lex = self.w, self.lex
        k = j + 1
        if k < self.last and w.low[k] in lex.determiners:
            k += 1
        words = 0
        while k < self.last and words < 8:
            token = w.low[k]
            if (
                self.opens_quotation(k)
                or w.text[k] in {",", ":", ";"}
                or w.text[k] in FINAL
                or token in ("that", "che", "whether", "if")
            ):
                break
            if token in ("di", "d'", "d’") and k + 1 < self.last and INFINITIVE.match(w.low[k + 1]):
                break
            if (
                token in lex.subjects
                or token in lex.auxiliaries
                or (token in lex.forms and token not in lex.ambiguous)
            ):
                break
            if token in lex.determiners and words and w.low[k - 1] not in lex.prepositions:
                break
            if token in lex.times and words and not w.is_capital(k - 1):
                pass
            k += 1
            words += 1
        return k if words else None

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
