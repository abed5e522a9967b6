"""Who says what: sources and contents of the cues of a sentence, by the shape of the clauses around them (surface frames)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from claims.extraction import nouns
from claims.extraction.cues import Cue, Phrase, find_according, find_cues
from claims.extraction.lexicon import Lexicon, Verb, word_set
from claims.extraction.words import FINAL, Words
from claims.vocabulary import Act

Range = tuple[int, int]

_INFINITIVE = re.compile(
    r".+(?:are|ere|ire|rre|[aei]r(?:lo|la|li|le|gli|ne|ci|vi|si|mi|ti|sene))$|^(?:aver|esser|avere|essere|dover|poter|voler)(?:lo|la|li|le|ne)?$|^(?:far|dar|star)\w*$"
)
DASHES = frozenset({"–", "—"})
_CLAUSE_OPENERS = ("if", "when", "while", "although", "because", "since", "after", "as", "before")
_TO_SOMEBODY = {"tell", "inform", "brief", "notify", "remind", "assure", "reassure"}
# After these a noun phrase is what is denied, not who denies it.
_OF_SOMETHING = {Act.DENIES, Act.ADMITS, Act.RETRACTS, Act.CONFIRMS, Act.ACCUSES}
# What these take is a clause even where no verb can be seen in it.
_BARE = {"say", "think", "believe", "hope", "know", "feel", "insist", "tell"}
_TURNS = (Act.DENIES, Act.ADMITS, Act.RETRACTS)
# "fanno sapere da Baku", "From the ministry they admit"
_FROM_PLACES = {
    "it": word_set("da dal dallo dalla dai dagli dalle dall' dall’"),
    "en": frozenset({"from"}),
}
# What these take is what stands before the passive too; by whom may stand further on.
_OF_SOMETHING_TOO = (Act.REFUSES, Act.ANNOUNCES)
_WITH_AGENT_LATER = (Act.REFUSES, Act.ANNOUNCES, Act.WARNS)
# Prepositions before what the verb is about, for the frame P.
_OBJECT_AFTER = {
    "en": frozenset({"to", "on", "of", "from", "for", "against", "about", "over", "with", "at"}),
    "it": word_set(
        "di del dello della dei degli delle dell' dell’ su sul sullo sulla sui sugli sulle sull' sull’"
        " contro per da dal dalla dalle dai dall' dall’ a al alla ai alle"
    ),
}
_QUOTES = word_set("quoted quotes quoting cited cites citing")
_POINTING = frozenset({"it", "this", "that", "them"})
_EVERYBODY = frozenset({"tutti", "tutte", "entrambi", "entrambe", "both"})
_GOES_ON = {"but", "ma", "and", "e", "perché", "because", "che", "although", "while", "mentre", "nonostante"}
_BREAKS = {"but", "while", "ma", "mentre", "whereas", "although", "though"}


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


class Sentence:
    """The attributions of one sentence. Made for one sentence and thrown away."""

    def __init__(self, w: Words, lex: Lexicon, first: int, last: int) -> None:
        self.w, self.lex, self.first, self.last = w, lex, first, last
        self.found: list[Draft] = []
        self.cues: list[Cue] = []
        self.quoted_cues: list[Cue] = []
        self.according: list[Phrase] = []

    # --- reading

    def read(self) -> list[Draft]:
        w = self.w
        for cue in find_cues(w, self.lex, self.first, self.last):
            (self.quoted_cues if w.quoted[cue.head] else self.cues).append(cue)
        self.according = [
            each for each in find_according(w, self.lex, self.first, self.last) if not w.quoted[each.first]
        ]
        for cue in self.cues:
            draft = self._attribute(cue)
            if draft is not None:
                self.found.append(draft)
        for phrase in self.according:
            draft = self._according(phrase)
            if draft is not None:
                self.found.append(draft)
        if not self.found:
            draft = self._colon()
            if draft is not None:
                self.found.append(draft)
        return self.found

    def quotation(self, i: int) -> Range | None:
        """What stands in the quotation that opens at token `i`."""
        if i >= self.last or not self._opens_quotation(i):
            return None
        quotation = self.w.quotations[self.w.quoted[i] - 1]
        return quotation.first, quotation.last

    def end(self) -> int:
        """Without the full stop."""
        e = self.last
        while e > self.first and self.w.text[e - 1] in FINAL and not self.w.quoted[e - 1]:
            e -= 1
        return e

    # --- one cue

    def _attribute(self, cue: Cue) -> Draft | None:
        """The statement of one cue, by its kind; None where it introduces nothing."""
        if cue.kind == "passive":
            return self._passive(cue)
        if cue.kind == "infinitive":
            return self._infinitive(cue)
        if cue.verb.lemma == "ask" and (cue.first == self.first or self.w.low[cue.first - 1] == "when"):
            return None  # "Asked whether …": shapes.py
        if cue.kind == "finite":
            return self._inverted(cue) or self._finite(cue)
        return self._gerund(cue)

    def _gerund(self, cue: Cue) -> Draft | None:
        """ "…, saying that", «…» dicendo, "after having denied"."""
        before = cue.first - 1
        if before >= self.first and self.w.is_mark(before) and "q" in cue.verb.frames:
            left = self._left(before + 1)
            if left:
                return self._backwards(cue, None, left, "quote-gerund")
        if self.lex.language == "en" and before > self.first and self.w.low[before] in self.lex.as_:
            # "quoted the ministry as saying that"
            speaker = nouns.before(self.w, self.lex, before, self.first)
            if speaker is not None and self._may(speaker) and self.w.low[speaker[0] - 1] in _QUOTES:
                return self._forwards(cue, speaker, cue.kind)
        return self._forwards(cue, None, cue.kind)

    def _inverted(self, cue: Cue) -> Draft | None:
        """ "…, said X", «…» ha detto X", "…, fanno sapere da Baku": the content before the verb, who says it after it."""
        w, lex = self.w, self.lex
        ending = cue.first - 1
        if ending < self.first or "q" not in cue.verb.frames or cue.modal:
            return None
        if not (w.is_mark(ending) or w.text[ending] in {",", "–", "—", "-"}):
            return None
        closed = self._closes_quotation(ending) or (
            w.text[ending] == "," and self._closes_quotation(ending - 1)
        )
        appositive = None if closed else nouns.before(w, lex, cue.first, self.first)
        right = self._speaker_after(cue)
        speaker, inverted = None, False
        if (
            right is not None
            and not self._content_follows(right[1])
            and not self._addresses(cue, closed)
            and (closed or (self.ends(right[1]) and not (appositive and cue.verb.act in _OF_SOMETHING)))
        ):
            inverted, speaker = True, nouns.with_name(w, lex, right, self.last)
        elif closed:
            inverted = self.ends(cue.last) or lex.language == "it" or self._adverbial(cue.last)
        elif lex.language == "it":
            inverted = appositive is None and self.ends(cue.last)
        if (
            right is None
            and not closed
            and cue.last < self.last
            and w.low[cue.last] in _FROM_PLACES[lex.language]
        ):
            # "Nessun ultimatum, fanno sapere da Baku"
            speaker = nouns.after(w, lex, cue.last + 1, self.last, bare=True)
            inverted = speaker is not None
        if not inverted or self._subject_and_comma(cue) is not None:
            return None
        left = self._left(ending if w.text[ending] == "," else ending + 1)
        return self._backwards(cue, speaker, left, "inverted") if left else None

    def _addresses(self, cue: Cue, closed: bool) -> bool:
        """Whether the English noun phrase after the verb is whom somebody tells, or what somebody announces."""
        if self.lex.language != "en":
            return False
        right = nouns.after(self.w, self.lex, cue.last, self.last)
        if right is not None and right[1] >= self.end() and self._may(right):
            # “The contract is clean”, assures the exporter.  Sanctions on nine banks, announces Ottawa
            if closed and cue.verb.lemma != "tell":
                return False
            if cue.verb.act == Act.ANNOUNCES and all(self.w.is_capital(k) for k in range(*right)):
                return False
        return cue.verb.lemma in _TO_SOMEBODY or (not closed and cue.verb.act == Act.ANNOUNCES)

    def _speaker_after(self, cue: Cue) -> Range | None:
        """Who says it, right after the verb, or past what stands between commas ("said, visibly annoyed, the commissioner")."""
        w, lex = self.w, self.lex
        right = nouns.after(w, lex, cue.last, self.last)
        if right is None and lex.language == "it":
            right = nouns.after(w, lex, self.skip_adverbials(cue.last), self.last)
            if right is None and self._splits_article(cue.last):
                right = nouns.after(w, lex, cue.last + 1, self.last)
        if right is None and cue.last < self.end() and w.text[cue.last] == ",":
            comma = next(
                (m for m in range(cue.last + 2, min(self.end(), cue.last + 7)) if w.text[m] == ","), None
            )
            if comma is not None and not any(w.quoted[m] or w.is_capital(m) for m in range(cue.last, comma)):
                right = nouns.after(w, lex, comma + 1, self.last)
                if right is not None and not (self._may(right) and self.ends(right[1])):
                    right = None
        return right

    def _splits_article(self, k: int) -> bool:
        """ "in il ministero": a preposition and an article that Italian writes as one word, left over by a machine."""
        low = self.w.low
        return (
            k + 2 < self.end() and low[k] in ("in", "di", "a", "da", "su") and low[k + 1] in self.lex.articles
        )

    def _subject_and_comma(self, cue: Cue) -> Range | None:
        """ "Kazakhstan, denies the transit": nothing but a name before the comma, and a verb that takes an object."""
        w, end = self.w, cue.first - 1
        if cue.verb.act not in _OF_SOMETHING or end <= self.first or w.text[end] != "," or w.quoted[end - 1]:
            return None
        if not all(w.is_capital(k) or w.low[k] in self.lex.determiners for k in range(self.first, end)):
            return None
        return (self.first, end) if self._may((self.first, end)) and not self.ends(cue.last) else None

    def _finite(self, cue: Cue) -> Draft | None:
        """ "X said …", "…, X said": who says it before the verb."""
        speaker = self._said_twice(cue, self._one(cue, nouns.before(self.w, self.lex, cue.first, self.first)))
        if speaker is None:
            speaker = self._subject_and_comma(cue)
        if speaker is not None and cue.ambiguous and not self._may(speaker):
            return None
        if speaker is not None and self._is_what_is_denied(cue, speaker):
            return self.draft(cue, [speaker], None, "object", False)
        if speaker is not None and "q" in cue.verb.frames:
            left = self._parenthesis(cue, speaker)
            if left:
                return self._backwards(cue, speaker, left, "parenthesis")
        return self._forwards(cue, speaker, "")

    def _is_what_is_denied(self, cue: Cue, subject: Range) -> bool:
        """ "L'accusa di spionaggio negato completamente": a participle without its auxiliary that does not agree with what stands before."""
        w, lex = self.w, self.lex
        bare = (
            any(form.tense == "participle" for form in lex.forms.get(w.low[cue.head], ()))
            and cue.first == cue.head
        )
        if lex.language != "it" or cue.verb.act != Act.DENIES or not bare:
            return False
        head = next((k for k in range(*subject) if w.low[k] not in lex.determiners), subject[0])
        return w.low[head] in lex.claim_nouns and not any(
            w.low[k] in lex.people_nouns for k in range(*subject)
        )

    def _parenthesis(self, cue: Cue, speaker: Range) -> list[Range]:
        """ "…, X said": the content before the comma, the dash or the mark that the speaker follows; empty where none stands there."""
        w, lead = self.w, speaker[0] - 1
        if lead < self.first or not (w.text[lead] == "," or w.is_mark(lead) or w.text[lead] in DASHES):
            return []
        closed = self._closes_quotation(lead) or (w.text[lead] == "," and self._closes_quotation(lead - 1))
        if not self.ends(cue.last) and not (closed and not self._content_follows(cue.last)):
            return []
        return self._left(lead if w.text[lead] == "," or w.text[lead] in DASHES else speaker[0])

    def _said_twice(self, cue: Cue, speaker: Range | None) -> Range | None:
        """ "The company, it has admitted", "From the ministry they admit": a pronoun that repeats who was named at the beginning."""
        w, lex = self.w, self.lex
        plural = w.low[cue.last - 1].endswith("no") or w.low[cue.first] in ("hanno", "fanno")
        if w.low[self.first] in _FROM_PLACES[lex.language] and (plural or speaker is not None):
            # "Dal ministero fanno sapere che", "From the ministry they admit"
            begin = speaker[0] if speaker is not None and w.low[speaker[0]] == "they" else cue.first
            place = nouns.after(w, lex, self.first + 1, begin, bare=True)
            if place is not None and place[1] == begin and self._may(place) and (plural or begin < cue.first):
                return place
        if speaker is None or speaker[0] == self.first or w.low[speaker[0]] not in ("it", "he", "she"):
            return speaker
        named = nouns.before(w, lex, speaker[0], self.first)
        if named is not None and w.low[self.first] in lex.articles and w.is_capital(named[0]):
            named = (self.first, named[1])  # "The newspaper The Mirror it writes"
        if named is None or named[0] != self.first or w.low[self.first] in ("a", "an"):
            return speaker
        glued = w.low[speaker[0]] == "it" and w.is_word(speaker[0] - 1)  # "The Mirror it writes"
        if not glued and (cue.verb.act not in _OF_SOMETHING or named[1] - named[0] < 2):
            return speaker
        return named if self._may(named) else speaker

    def _backwards(self, cue: Cue, speaker: Range | None, left: list[Range], rule: str) -> Draft:
        """The statement whose content, or its first part, stands before the cue."""
        contents = left + self._second_part(cue, speaker if rule == "inverted" else None, left[-1])
        return self.draft(cue, contents, speaker, rule, self._is_quoted(left[-1]))

    def _forwards(self, cue: Cue, speaker: Range | None, rule: str) -> Draft | None:
        """The statement whose content stands after the cue; None where there is none, or where the verb is not one of speech here."""
        if speaker is None and cue.kind == "finite":
            dislocated = self._dislocated(cue)
            if dislocated is not None:
                return dislocated
        found = self._right(cue) or self._anything(cue, speaker)
        if found is None:
            return self._without_content(cue, speaker)
        content, how = found
        if not self._fits(cue, speaker, content, how):
            return None
        if speaker is None and cue.kind == "finite" and self.lex.language == "it":
            speaker, content = self._verb_first(cue, content, how)
        quoted = how in ("quote", "colon") and self._is_quoted(content)
        draft = self.draft(cue, [content], speaker, rule or how, quoted)
        if cue.kind == "gerund":
            draft.rule = f"gerund-{how}"
        return draft

    def _fits(self, cue: Cue, speaker: Range | None, content: Range, how: str) -> bool:
        """Whether the verb, with this content and this subject or none, says something."""
        w = self.w
        calls = cue.verb.lemma in ("definire", "chiamare", "bollare")  # "l'ha definita una provocazione"
        if how == "object" and cue.clitic >= 0 and cue.verb.act not in _OF_SOMETHING and not calls:
            return False  # "Lo ha detto il ministro": he says it, he is not what is said
        if "I" in cue.verb.frames and not any(_INFINITIVE.match(w.low[m]) for m in range(*content)):
            return False
        if (
            how == "infinitive"
            and cue.verb.act == Act.ANNOUNCES
            and speaker is not None
            and not self._may(speaker)
        ):
            return False
        if self.lex.language != "en" or speaker is not None or cue.kind != "finite":
            return True
        if cue.first > self.first:
            return w.low[cue.first - 1] in self.lex.conjunctions or w.is_mark(cue.first - 1)
        return cue.verb.act not in _OF_SOMETHING  # "Denied a hearing, the editor left"

    def _without_content(self, cue: Cue, speaker: Range | None) -> Draft | None:
        """ "lo nega", "…, which Damascus denies": what is denied or admitted stands before the verb."""
        w = self.w
        if cue.clitic >= 0 and cue.verb.act in (Act.DENIES, Act.ADMITS, Act.CONFIRMS):
            content = (cue.first, cue.last) if cue.kind == "perfect" else (cue.clitic, cue.clitic + 1)
            draft = self.draft(cue, [content], speaker, "clitic", False)
            draft.clitic = True
            return draft
        if speaker is None and cue.verb.act in _TURNS and self.found and self.ends(cue.last):
            # "ha ammesso la vendita, che a marzo aveva negato": the relative stands for what the verb before is about
            said = self.found[-1].contents[-1]
            which = next(
                (k for k in range(said[1] + 1, min(cue.first, said[1] + 3)) if w.low[k] in ("che", "which")),
                None,
            )
            if which is not None and w.text[which - 1] == "," and cue.first - which <= 4:
                return self.draft(cue, [said], self.found[-1].speaker, "which", False)
        if speaker is not None and cue.verb.act in _OF_SOMETHING:
            relative = speaker[0] - 1
            if relative - 1 > self.first and w.low[relative] in ("which", "che", "cosa"):
                left = self._left(relative)
                if left:
                    return self.draft(cue, left, speaker, "which", False)
        return None

    def _verb_first(self, cue: Cue, content: Range, how: str) -> tuple[Range | None, Range]:
        """ "Afferma il ministero che …", "Ha negato le accuse anche il capo della Cecenia": who, and what is left as content."""
        w, lex = self.w, self.lex
        right = nouns.after(w, lex, cue.last, content[0])
        carried = how in ("that", "quote", "colon")
        if right is not None and carried and ("o" not in cue.verb.frames or cue.verb.lemma == "dire"):
            return right, content
        if how != "object":
            return None, content
        also = next((k for k in range(content[0] + 1, content[1] - 1) if w.low[k] in ("anche", "pure")), None)
        if also is not None:
            return nouns.after(w, lex, also + 1, self.end()), (content[0], also)
        if cue.verb.act not in (*_OF_SOMETHING, Act.ANNOUNCES) or cue.first > self.first:
            return None, content
        for k in range(content[0] + 2, content[1] - 1):
            # "Ha riconosciuto la presenza di mercenari la leadership del Paese"
            if (
                w.low[k] in lex.articles
                and w.low[k - 1] not in lex.prepositions | lex.determiners | lex.conjunctions
            ):
                subject = nouns.after(w, lex, k, self.end())
                if subject is not None and subject[1] == content[1] and self._may(subject):
                    return subject, (content[0], k)
        return None, content

    def _dislocated(self, cue: Cue) -> Draft | None:
        """ "Denies everything, the retired major.", "Smentiscono tutti: …": a verb first, who it is after the object or the verb."""
        w, lex = self.w, self.lex
        if cue.first > self.first or cue.verb.act not in _OF_SOMETHING or w.low[cue.head].endswith("ed"):
            return None
        if cue.last + 2 < self.end() and w.low[cue.last] in _EVERYBODY and w.text[cue.last + 1] == ":":
            return self.draft(
                cue, [self.clean(cue.last + 2, self.end())], (cue.last, cue.last + 1), "colon", False
            )
        commas = [k for k in range(cue.last + 1, self.end() - 1) if w.text[k] == "," and not w.quoted[k]]
        if len(commas) != 1:
            return None
        subject = nouns.after(w, lex, commas[0] + 1, self.end())
        if subject is None or subject != (commas[0] + 1, self.end()) or not self._may(subject):
            return None
        found = self._right(cue)
        if found is None or found[0][0] >= commas[0]:
            return None
        return self.draft(cue, [self.clean(found[0][0], commas[0])], subject, found[1], False)

    def _anything(self, cue: Cue, speaker: Range | None) -> tuple[Range, str] | None:
        """What a denial or an admission is of in a sentence whose grammar a machine lost ("ha negato sono colloqui").

        A clause without its conjunction, an infinitive without its preposition, or the accusation named further on.
        """
        w, lex, k = self.w, self.lex, cue.last
        if speaker is None or cue.verb.act not in _TURNS or cue.clitic >= 0 or k + 1 >= self.end():
            return None
        if w.low[k] in lex.auxiliaries and not w.is_capital(k):
            return self._until(k, cue), "clause"
        if lex.language == "it" and _INFINITIVE.match(w.low[k]):
            return self._until(k, cue), "infinitive"
        if lex.language == "en" and w.low[k] in ("to", "of") and w.low[k + 1] not in lex.determiners:
            verbal = k + (w.low[k] == "of" and w.low[k + 1] == "to")
            plain = w.low[verbal + 1] not in lex.addressees and not w.is_capital(verbal + 1)
            if w.low[verbal] == "to" and plain:
                return self._until(verbal, cue), "infinitive"
        if w.low[k] in lex.conjunctions:
            # "first denied and then confirmed the deaths": both verbs take what stands after the second
            later = next((c for c in self.cues if k < c.first <= k + 2), None)
            same = later is not None and later.verb.act == cue.verb.act
            return None if later is None or same else self._right(later)
        if w.text[k] == "," and w.low[k + 1] in lex.conjunctions:
            claim = next((m for m in range(k + 2, self.end()) if w.low[m] in lex.claim_nouns), None)
            if claim is not None and w.low[claim - 1] in lex.determiners:
                return (claim - 1, claim + 1), "object"
        return None

    def draft(self, cue: Cue, contents: list[Range], speaker: Range | None, rule: str, quoted: bool) -> Draft:
        return Draft(
            (cue.first, cue.last), contents, speaker, cue.verb.act, rule, cue.verb, cue.kind, cue.negated, cue.conditional,
            dropped=speaker is None, quoted=quoted, sentence=(self.first, self.last), belief="b" in cue.verb.frames,
        )  # fmt: skip

    def _one(self, cue: Cue, phrase: Range | None) -> Range | None:
        """ "tra Mosca e Teheran, che ha ammesso": a verb in the singular has one subject, the nearer."""
        if phrase is None or not any(
            self.w.low[k] in ("ha", "è", "aveva", "has") for k in range(cue.first, cue.last)
        ):
            return phrase
        w = self.w
        for k in range(phrase[1] - 2, phrase[0], -1):
            if w.low[k] in ("e", "ed", "and") and w.is_capital(k - 1) and w.is_capital(k + 1):
                return k + 1, phrase[1]
        return phrase

    def _may(self, phrase: Range) -> bool:
        return nouns.may_speak(self.w, self.lex, phrase)

    # --- what stands around

    def _closes_quotation(self, i: int) -> bool:
        w = self.w
        if i < self.first or not w.quoted[i]:
            return False
        quotation = w.quotations[w.quoted[i] - 1]
        return quotation.closed == i or (quotation.closed is None and quotation.last == i + 1)

    def _opens_quotation(self, i: int) -> bool:
        w = self.w
        return i < self.last and bool(w.quoted[i]) and w.quotations[w.quoted[i] - 1].opened == i

    def _is_quoted(self, content: Range) -> bool:
        return bool(self.w.quoted[content[0]]) and bool(self.w.quoted[content[1] - 1])

    def ends(self, i: int) -> bool:
        """Whether the clause is over at token `i`, short adverbials apart."""
        j = self.skip_adverbials(i)
        return j >= self.end() or self.w.text[j] in FINAL or self.w.text[j] in {",", ";", "–", "—", ")"}

    def _adverbial(self, i: int) -> bool:
        return i < self.last and (self.w.low[i] in self.lex.prepositions or self.w.low[i] in self.lex.times)

    def _content_follows(self, i: int) -> bool:
        """Whether a conjunction or a quotation that carries content comes right after token `i`."""
        j = self.skip_adverbials(i)
        if j >= self.last:
            return False
        token = self.w.low[j]
        return (
            token in ("that", "che", ":", "whether")
            or (token == "di" and j + 1 < self.last and bool(_INFINITIVE.match(self.w.low[j + 1])))
            or (self._opens_quotation(j) and False)
        )

    def skip_adverbials(self, i: int) -> int:
        """Past days, adverbs and "to reporters", "in a statement": up to where content may begin."""
        w, lex = self.w, self.lex
        j = i
        while j < self.last:
            token = w.low[j]
            if token in ("that", "che", ":") or self._opens_quotation(j):
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
                self._opens_quotation(k)
                or w.text[k] in {",", ":", ";"}
                or w.text[k] in FINAL
                or token in ("that", "che", "whether", "if")
            ):
                break
            if token in ("di", "d'", "d’") and k + 1 < self.last and _INFINITIVE.match(w.low[k + 1]):
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

    # --- content to the right

    def _right(self, cue: Cue) -> tuple[Range, str] | None:
        """Where the content begins after the cue, and how it is carried; None where nothing carries any."""
        w, lex, frames = self.w, self.lex, cue.verb.frames
        if "D" in frames and not self._document_before(cue):
            return None
        j = cue.last
        if j >= self.end() and j >= self.last:
            return None
        if "F" in frames:
            return self._call(cue)
        if "X" in frames and (false := self._called_false(cue)) is not None:
            return false, "false"
        if "G" in frames:
            return self._declares_itself(cue)
        if "R" in frames:
            return None
        limit = min(self.end(), j + 40)
        if "i" in frames and lex.language == "en":
            m = j
            while m < limit and w.low[m] in lex.adverbs and w.low[m] != "to":
                m += 1
            if (
                m + 1 < limit
                and w.low[m] == "to"
                and w.low[m + 1] not in lex.determiners
                and w.low[m + 1] not in lex.addressees
                and not w.is_capital(m + 1)
            ):
                return self._until(m, cue), "infinitive"
        k = j
        # An object that is addressed: "told CBS that", "ha avvertito l'Iran che".
        if "o" in frames:
            k = self._skip_object(k)
        k = self.skip_adverbials(k)
        if "P" in frames and cue.last < limit and w.low[cue.last] in _OBJECT_AFTER[lex.language]:
            return (self._until(cue.last + 1, cue, phrase=True), "object") if cue.last + 1 < limit else None
        if k < limit and w.text[k] == ",":
            m = self._resumes(k + 1, limit, cue.verb.act)
            if m is None:
                return None
            k = m
        if k >= limit and not (k < self.last and self._opens_quotation(k)):
            k = cue.last
            if k >= limit:
                return None
        token = w.low[k]
        if self._opens_quotation(k) or (token == ":" and k + 1 < self.last):
            start = k + 1 if token == ":" else k
            if self._opens_quotation(start):
                return self._quotation_from(start, cue, frames), "colon" if token == ":" else "quote"
            if token == ":":
                return self._until(start, cue), "colon"
        if ("w" in frames or (cue.negated and cue.verb.act == Act.ASSERTS and "c" in frames)) and token in (
            "se",
            "whether",
            "if",
            "why",
            "how",
            "what",
            "who",
            "when",
            "perché",
            "come",
            "cosa",
            "quale",
            "quali",
            "quando",
            "quanto",
            "dove",
            "where",
            "which",
            "chi",
        ):
            return self._until(k, cue), "question"
        that = k if token in ("that", "che") else None
        if that is None and ("c" in frames or "w" in frames) and lex.language == "it":
            that = self._che(k, limit, of_something=cue.verb.act in _OF_SOMETHING)
        if that is not None and ("c" in frames or "h" in frames or "o" in frames or "i" in frames):
            if that + 1 >= self.end():
                return None
            return self._until(that + 1, cue), "that"
        if lex.language == "it":
            if token in ("di", "che") and k + 1 < self.last and w.low[k + 1] in ("sì", "no"):
                return (k, k + 2), "infinitive"
            if "N" in frames and cue.negated and _INFINITIVE.match(token):
                return self._until(k, cue), "infinitive"
            if (
                ("i" in frames or "c" in frames)
                and token in ("di", "d'", "a", "ad", "d’")
                and k + 1 < limit
                and _INFINITIVE.match(w.low[k + 1])
            ):
                return self._until(k, cue), "infinitive"
            if (
                ("i" in frames or "c" in frames)
                and token in ("di", "a", "ad", "d'")
                and k + 2 < limit
                and w.low[k + 1] in ("non", "voler", "aver", "essere")
            ):
                return self._until(k, cue), "infinitive"
        elif "i" in frames and token == "to" and k + 1 < limit:
            return self._until(k, cue), "infinitive"
        if (
            "g" in frames
            and lex.language == "en"
            and ((token.endswith("ing") and not w.is_capital(k)) or token == "ever")
        ):
            return self._until(k, cue), "gerund"
        if "f" in frames or ("o" in frames and ("i" in frames or "f" in frames)):
            k = cue.last
            if k < limit and self._begins_object(k):
                content = self._until(k, cue)
                has = any(
                    w.low[m] in lex.of or _INFINITIVE.match(w.low[m]) or w.low[m] in ("to", "against", "over")
                    for m in range(*content)
                )
                if has or "n" in frames:
                    return content, "object"
            if "n" not in frames and "c" not in frames:
                return None
        if "a" in frames:
            k = cue.last
            content = (
                self._until(k, cue) if k < limit and (w.low[k] in lex.as_ or self._begins_object(k)) else None
            )
            if content and (
                any(w.low[m] in lex.as_ or self._opens_quotation(m) for m in range(*content))
                or (w.low[content[1] - 1] in lex.false_words and content[1] - content[0] > 1)
            ):
                return content, "as"
            if "n" not in frames:
                return None
        if cue.verb.act in _OF_SOMETHING and token in _POINTING and self._stands_alone(k):
            return (k, k + 1), "object"
        if "c" in frames and lex.language == "en" and self._begins_clause(k, cue):
            return self._until(k, cue), "clause"
        if "n" in frames:
            k = self._past_manner(cue.last)
            while k < limit and (
                (w.low[k] in lex.adverbs and w.low[k] not in lex.determiners)
                or (w.low[k] in lex.times and k + 1 < limit)
            ):
                k += 1
            if k < limit and not self._begins_object(k):
                k = self.skip_adverbials(cue.last)
            if k < limit and self._begins_object(k):
                return self._until(k, cue, phrase=True), "object"
        if "c" in frames and lex.language == "it":
            return None
        return None

    def _stands_alone(self, k: int) -> bool:
        """ "denied it in March", "denied that, but …": a pronoun that is the whole object."""
        w, lex, j = self.w, self.lex, k + 1
        return (
            j >= self.end()
            or not w.is_word(j)
            or w.low[j] in lex.prepositions
            or w.low[j] in lex.conjunctions
            or w.low[j] in lex.times
        )

    def _past_manner(self, k: int) -> int:
        """Past "con fermezza", "di persona", "a lungo", "in no uncertain terms": how it was said, before what was said."""
        w, lex = self.w, self.lex
        while k + 2 < self.end() and w.low[k] in ("con", "senza", "di", "a", "in", "with", "without", "per"):
            size = next(
                (
                    n
                    for n in (2, 3, 4)
                    if k + n < self.end()
                    and (
                        self._opens_quotation(k + n)
                        or w.low[k + n] in lex.determiners
                        or w.low[k + n] in ("che", "that", "ogni", "qualsiasi")
                        or w.low[k + n].endswith(("'", "’"))
                    )
                ),
                None,
            )
            if (
                size is None
                or w.low[k + 1] in lex.determiners
                or (w.low[k] in ("di", "a") and _INFINITIVE.match(w.low[k + 1]))
            ):
                return k
            k += size
        return k

    def _called_false(self, cue: Cue) -> Range | None:
        """ "retains false the figures", "refuses as false the report", "define the article “a false“"."""
        w, lex = self.w, self.lex
        for k in range(cue.last, min(self.end(), cue.last + 6)):
            if w.low[k] in lex.false_words:
                before = w.low[k - 1]
                called = k == cue.last or before in lex.as_ or before in lex.articles or w.is_mark(k - 1)
                return self._until(cue.last, cue) if called else None
        return None

    def _declares_itself(self, cue: Cue) -> tuple[Range, str] | None:
        """ "si è dichiarato innocente", "pleaded not guilty": the word after decides, see judging.py."""
        w, lex = self.w, self.lex
        if lex.language == "it" and cue.verb.lemma == "dirsi" and cue.last + 1 < self.end():
            # "si è detta scettica sulla proposta", "si dice pronto a trattare"
            adjective = w.low[cue.last]
            if (
                adjective.endswith(("o", "a", "i", "e"))
                and adjective not in lex.complementizers | lex.determiners
            ):
                following = w.low[cue.last + 1]
                if following in lex.prepositions or following in ("che", ",", "ad"):
                    return self._until(cue.last, cue), "infinitive"
        for k in range(cue.last, min(self.end(), cue.last + 3)):
            if w.low[k] in lex.guilty_words or w.low[k] in lex.innocent_words:
                return self._until(cue.last, cue), "declares"
        return None

    def _document_before(self, cue: Cue) -> bool:
        phrase = nouns.before(self.w, self.lex, cue.first, self.first)
        return phrase is not None and any(self.w.low[k] in self.lex.documents for k in range(*phrase))

    def _resumes(self, k: int, limit: int, act: Act) -> int | None:
        """After a comma: "ha detto, in una nota, che …": where the conjunction or quotation is, if it is near."""
        for m in range(k, min(limit, k + 14)):
            if (self.w.low[m] in ("that", "che") and self.w.text[m - 1] == ",") or self._opens_quotation(m):
                return m
            if self.w.text[m] == "," and m + 2 < limit and self.w.low[k] in self.lex.prepositions:
                # "ha negato, tramite il console, di aver accolto", "of to have": the preposition is passed over
                start = m + 1 + (self.w.low[m + 1] == "of" and self.w.low[m + 2] == "to")
                if act == Act.DENIES and self.w.low[start].endswith("ing"):
                    return start
                if self.w.low[start] in ("to", "di") and self.w.low[start + 1] not in self.lex.determiners:
                    return start
            if self.w.text[m] in FINAL or any(cue.first == m for cue in self.cues):
                return None
        return None

    def _che(self, k: int, limit: int, *, of_something: bool) -> int | None:
        """ "ha detto lunedì a CBS News che": the conjunction further on, with no verb before it."""
        w, lex = self.w, self.lex
        for m in range(k, min(limit, k + 16)):
            token = w.low[m]
            if token == "che":
                relative = of_something and w.text[m - 1] == "," and w.low[k] in lex.determiners
                return None if relative else m  # "ha ammesso la vendita, che a marzo aveva negato"
            if self._opens_quotation(m) or w.text[m] in FINAL or w.text[m] in {":", ";"}:
                return None
            if any(cue.first == m for cue in self.cues):
                return None
            if token in lex.auxiliaries or (
                token in lex.forms and token not in lex.ambiguous and lex.forms[token][0].tense == "finite"
            ):
                return None
        return None

    def _skip_object(self, k: int) -> int:
        """Past who is told: a pronoun or a noun phrase right after the verb."""
        w, lex = self.w, self.lex
        if k < self.last and w.low[k] in (
            "him",
            "her",
            "me",
            "us",
            "them",
            "you",
            "it",
            "reporters",
            "lawmakers",
            "journalists",
        ):
            return k + 1
        if self._opens_quotation(k) or k >= self.last or w.low[k] in ("that", "che", "di", "to", "a", "ad"):
            return k
        phrase = nouns.after(w, lex, k, self.end())
        return phrase[1] if phrase is not None and phrase[0] - k <= 2 and phrase[1] - phrase[0] <= 9 else k

    def _begins_object(self, k: int) -> bool:
        w, lex = self.w, self.lex
        if k >= self.end():
            return False
        token = w.low[k]
        if (
            not (w.is_word(k) or self._opens_quotation(k))
            or token in lex.conjunctions
            or (token in lex.complementizers and token != "what")
            or w.text[k] in {",", ";", ")"}
            or w.text[k] in FINAL
            or token in lex.auxiliaries
            or token in ("né", "nè", "nor")
        ):
            return lex.language == "it" and token == "quanto"  # "ha smentito quanto riportato dal giornale"
        return token not in lex.prepositions or (lex.language == "it" and token == "ogni")

    def _begins_clause(self, k: int, cue: Cue) -> bool:
        """Whether an English clause without "that" begins here: its subject, and a verb further on."""
        w, lex = self.w, self.lex
        if k >= self.end() or w.text[k] in {",", ";", ")", "-"} or w.low[k] == "'s":
            return False
        token = w.low[k]
        if token in lex.conjunctions and token not in _CLAUSE_OPENERS:
            return False
        if cue.verb.lemma in _BARE:
            return True
        if token in lex.prepositions and token not in ("with", "despite", "after", "before"):
            return False
        return any(
            w.low[m] in lex.auxiliaries
            or w.low[m] in lex.modals - {"to"}
            or (w.low[m] in lex.forms and w.low[m] not in lex.ambiguous)
            for m in range(k + 1, min(self.end(), k + 14))
        )

    def _call(self, cue: Cue) -> tuple[Range, str] | None:
        w = self.w
        k = cue.last
        if k >= self.end():
            return None
        if w.low[k] in ("for", "on", "upon", "to") and w.low[cue.head].startswith(("call", "appeal")):
            return self._until(k + 1, cue), "call"
        if w.low[cue.head].startswith("call") and (self._begins_object(k) or w.low[k] in ("that", "this")):
            content = self._until(k, cue)
            if content[1] - content[0] >= 2:
                return content, "called"
        return None

    def _quotation_from(self, start: int, cue: Cue, frames: str) -> Range:
        """The content of a quotation that begins the content: the quotation alone where the clause ends with it, else the clause."""
        w = self.w
        quotation = w.quotations[w.quoted[start] - 1]
        after = quotation.closed + 1 if quotation.closed is not None else quotation.last
        whole = (
            after >= self.end()
            or w.text[after] in {",", ";", ")", "–", "—"}
            or w.text[after] in FINAL
            or w.text[after - 2] in FINAL
            or w.low[after]
            in (
                "and",
                "e",
                "ed",
                "said",
                "ha",
                "in",
                "according",
                "secondo",
                "adding",
                "as",
                "after",
                "during",
                "when",
                "while",
                "but",
                "ma",
                "mentre",
            )
        )
        if whole:
            return quotation.first, quotation.last
        return self._until(start, cue)

    def _until(self, start: int, cue: Cue | None, *, phrase: bool = False) -> Range:
        """From `start` to where the content ends: the clause's end, or where somebody speaks anew."""
        w, lex = self.w, self.lex
        end = self.end()
        if start + 2 < end and w.text[start] == ",":
            # "ha riferito che, secondo i servizi, il carico era a bordo"
            comma = next((m for m in range(start + 1, min(end, start + 14)) if w.text[m] == ","), None)
            start = comma + 1 if comma is not None and comma + 1 < end else start + 1
        dashed = cue is not None and any(
            w.text[m] in DASHES and not w.quoted[m] for m in range(self.first, cue.first)
        )
        own = cue.first if cue is not None else start
        later = sorted(
            [c.first for c in self.cues if c.first > own] + [p.first for p in self.according if p.first > own]
        )
        stop = end
        j = start
        while j < end:
            if w.quoted[j]:
                quotation = w.quotations[w.quoted[j] - 1]
                j = max(
                    j + 1,
                    min(end, (quotation.closed + 1) if quotation.closed is not None else quotation.last),
                )
                continue
            text, token = w.text[j], w.low[j]
            if (
                text == ";"
                or (text in DASHES and dashed)
                or (text in FINAL and j > start and self._is_end(j))
            ):
                stop = j
                break
            if text == ":" and phrase:
                stop = j
                break
            if text == ",":
                after = w.low[j + 1] if j + 1 < end else ""
                near = next((n for n in later if j < n <= j + 12), None)
                if near is not None:
                    if (
                        phrase
                        and w.low[j + 1] == "secondo"
                        and w.low[near + 1 : near + 2] in (["cui"], ["la"], ["il"])
                    ):
                        j += 2
                        continue
                    if near == j + 1 or (
                        near == j + 2
                        and (
                            after in lex.adverbs
                            or after in lex.conjunctions
                            or after in lex.negations
                            or after in ("salvo", "per", "pur", "dopo", "after", "while", "by")
                        )
                    ):
                        stop = j
                        break
                    if after in _BREAKS or (after in ("dopo", "after", "and", "e", "ed") and near <= j + 9):
                        stop = j
                        break
                    if self._parenthesis_at(j, near):
                        stop = j
                        break
                if (
                    cue is not None
                    and cue.kind in ("gerund", "perfect")
                    and (cue.first - self.first <= 2 or (phrase and cue.verb.act in _OF_SOMETHING))
                ):
                    stop = j
                    break
                if (
                    cue is not None
                    and own - 2 >= self.first
                    and w.low[own - 1] in lex.relatives
                    and w.text[own - 2] == ","
                ):
                    stop = j
                    break
                if phrase and (
                    after in lex.conjunctions or after in lex.relatives or after in lex.complementizers
                ):
                    stop = j
                    break
            elif token in ("but", "ma") and j > start and self._speaks_anew(j):
                stop = j
                break
            elif token in ("and", "e", "ed", "but", "ma") and j > start:
                near = next((n for n in later if j < n <= j + 4 and self._introduces(n)), None)
                if near is None and w.low[start] in ("di", "d'", "d’"):
                    # "nega di aver chiesto armi e parla di …": a finite verb goes on from the verb of speech
                    near = next(
                        (c.first for c in self.cues if j < c.first <= j + 4 and c.kind == "finite"), None
                    )
                if near is not None and all(
                    w.low[m] in lex.adverbs
                    or w.low[m] in lex.negations
                    or w.low[m] in lex.auxiliaries
                    or w.low[m] in lex.times
                    for m in range(j + 1, near)
                ):
                    stop = j
                    break
            elif (
                token in ("after", "while", "as", "dopo", "mentre") and j > start and self._speaks_anew(j)
            ) or (
                (
                    phrase
                    and j > start
                    and (
                        (
                            token in lex.complementizers
                            and token not in ("that", "che", "which", "quale", "di")
                        )
                        or (token == "by" and w.low[min(j + 1, end - 1)].endswith("ing"))
                        or token in ("while", "mentre", "perché", "because", "after", "dopo")
                    )
                )
                or (token == "according" and j > start)
                or (token == "secondo" and j in later)
            ):
                stop = j
                break
            j += 1
        return self.clean(start, max(stop, start + 1))

    def _speaks_anew(self, j: int) -> bool:
        """ "… after two officials told reporters that …": somebody else's statement begins after token `j`."""
        cue = next((c for c in self.cues if j < c.first <= j + 9 and c.kind == "finite"), None)
        if cue is None or not self._introduces(cue.first):
            return False
        subject = nouns.before(self.w, self.lex, cue.first, j + 1)
        return subject is not None and subject[0] == j + 1

    def _introduces(self, first: int) -> bool:
        """Whether the cue that begins there carries content of its own ("e ha aggiunto che"), and is no verb of what is said."""
        cue = next((c for c in self.cues if c.first == first), None)
        if cue is None:
            return True
        if cue.verb.act in (Act.DENIES, Act.ADMITS, Act.RETRACTS, Act.ACCUSES, Act.DECLINES):
            return True
        near = range(cue.last, min(self.end(), cue.last + 9))
        return any(self.w.low[k] in ("that", "che", ":") or self._opens_quotation(k) for k in near) or (
            self.lex.language == "en" and cue.verb.lemma in _BARE
        )

    def _is_end(self, j: int) -> bool:
        return self.w.low[j - 1] + "." not in self.lex.abbreviations

    def _parenthesis_at(self, comma: int, cue_first: int) -> bool:
        """ "…, officials said." after a comma: the cue's subject begins there and nothing carries content after it."""
        cue = next((c for c in self.cues if c.first == cue_first), None)
        if cue is None or cue.kind != "finite":
            return False
        subject = nouns.before(self.w, self.lex, cue.first, comma + 1)
        return subject is not None and subject[0] == comma + 1 and self.ends(cue.last)

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

    # --- content to the left

    def _left(self, end: int) -> list[Range]:
        """The content that ends right before token `end`: the quotation there, or the clause from where it begins."""
        w = self.w
        while end > self.first and (w.text[end - 1] == "," or w.text[end - 1] in DASHES):
            end -= 1
        if end <= self.first:
            return []
        begin = self._left_begin(end)
        if w.quoted[end - 1] and self._closes_quotation(end - 1):
            quotation = w.quotations[w.quoted[end - 1] - 1]
            lead = [k for k in range(begin, quotation.opened) if w.is_word(k)]
            if not lead or w.text[quotation.opened - 1] == ":" or len(lead) == 1:
                return [(quotation.first, quotation.last)]
            if quotation.last - quotation.first >= 4 * len(lead) and w.is_capital(quotation.first):
                return [(quotation.first, quotation.last)]
        if begin >= end:
            return []
        return [self.clean(begin, end)]

    def _left_begin(self, end: int) -> int:
        """Where the clause before begins: the sentence's start, or after an earlier attribution, a semicolon or a bullet."""
        w = self.w
        begin = self.first
        for draft in self.found:
            reach = max([draft.cue[1] if draft.cue else 0] + ([draft.speaker[1]] if draft.speaker else []))
            if begin < reach < end and all(c[1] <= reach for c in draft.contents):
                begin = reach
            elif (
                draft.cue and draft.cue[1] <= end and draft.contents and draft.contents[0][0] >= draft.cue[1]
            ):
                begin = max(begin, self.first)
        for k in range(end - 1, begin - 1, -1):
            if w.text[k] == ";" and not w.quoted[k]:
                begin = k + 1
                break
        while begin < end and (
            w.text[begin] in {",", "•", "–", "—", "-", "*"} or w.low[begin] in ("and", "but", "e", "ma")
        ):
            begin += 1
        return begin

    def _second_part(self, cue: Cue, speaker: Range | None, left: Range) -> list[Range]:
        """ "A", said X, "B": what goes on after the speaker. "The rate, officials said, will rise" goes on too."""
        w, lex = self.w, self.lex
        j = self.skip_adverbials(
            self._skip_object(cue.last)
            if "o" in cue.verb.frames and speaker is None
            else max(cue.last, speaker[1] if speaker else 0)
        )
        end = self.end()
        if j >= end or w.text[j] not in {",", "–", "—", ":"}:
            return []
        for _ in range(2):
            if j + 1 < end and self._opens_quotation(j + 1):
                q = w.quotations[w.quoted[j + 1] - 1]
                return [(q.first, q.last)]
            near = any(j < c.first <= j + 8 for c in self.cues)
            token = w.low[j + 1] if j + 1 < end else ""
            if token in _GOES_ON:
                return [] if near else [self._until(j + 1, cue)]
            if (
                speaker is None
                and not w.quoted[left[0]]
                and not near
                and j + 3 < end
                and token not in lex.relatives
                and not token.endswith(("ing", "ndo"))
            ):
                return [self._until(j + 1, cue)]
            m = next((m for m in range(j + 1, min(end, j + 14)) if w.text[m] == ","), None)
            if m is None or any(j < c.first <= m for c in self.cues):
                return []
            j = m
        return []

    # --- other shapes

    def _passive(self, cue: Cue) -> Draft | None:
        """ "was described by X as …", "è stato definito dal ministero «…»", "the report was denied by X"."""
        w, frames, act = self.w, cue.verb.frames, cue.verb.act
        agent = self._agent(cue)
        if agent is None:
            return self._quoted_as(cue) or self._without_agent(cue)
        if not self._may(agent):
            return None
        m = agent[1]
        if m < self.end() and (w.low[m] in self.lex.as_ or self._opens_quotation(m)) and "a" in frames:
            start = m + 1 if w.low[m] in self.lex.as_ else m
            denied = (
                self._passive_subject(cue) if act in _TURNS else None
            )  # "The claims were dismissed by X as …"
            contents = [self._until(start, cue)] if denied is None else [denied, self._until(start, cue)]
            return self.draft(cue, contents, agent, "passive-as", False)
        if act == Act.ACCUSES and m < self.end() and w.low[m] in self.lex.of:
            return self.draft(cue, [self._until(m, cue)], agent, "passive-of", False)
        subject = self._passive_subject(cue)
        if subject is None or "n" not in frames or not (act in _OF_SOMETHING or act in _OF_SOMETHING_TOO):
            return None
        return self.draft(cue, [subject], agent, "passive", False)

    def _agent(self, cue: Cue) -> Range | None:
        """By whom: right after the verb, or a few words on where the verb takes an object; "from X" and "di X" are a machine's "by"."""
        w, lex, end = self.w, self.lex, self.end()
        reach = (
            cue.last + 5
            if cue.verb.act in _OF_SOMETHING or cue.verb.act in _WITH_AGENT_LATER
            else cue.last + 1
        )
        turn = cue.verb.act in _TURNS and cue.verb.lemma not in ("admit", "ammettere")
        for k in range(cue.last, min(end, reach)):
            if w.low[k] in lex.passive_by:
                return nouns.after(w, lex, k + 1, self.last, bare=True)
            if (
                turn
                and w.low[k] == ("from" if lex.language == "en" else "di")
                and k == cue.last
                and k + 1 < end
            ):
                agent = nouns.after(w, lex, k + 1, self.last, bare=True)
                if agent is not None and any(w.low[m] in lex.people_nouns for m in range(*agent)):
                    return agent
        return None

    def _quoted_as(self, cue: Cue) -> Draft | None:
        """ "was quoted as saying that"."""
        w, k = self.w, cue.last
        if self.lex.language != "en" or w.low[cue.head] not in ("quoted", "cited"):
            return None
        if k + 1 >= self.last or w.low[k] != "as" or w.low[k + 1] not in ("saying", "telling"):
            return None
        subject = nouns.before(w, self.lex, cue.first, self.first)
        start = self.skip_adverbials(k + 2)
        start += start < self.end() and w.low[start] == "that"
        if subject is None or start >= self.end():
            return None
        return self.draft(cue, [self._until(start, cue)], subject, "quoted-as", False)

    def _without_agent(self, cue: Cue) -> Draft | None:
        """ "È stata smentita, intanto, la voce di un rimpasto": a report is denied, nobody says by whom."""
        w, lex = self.w, self.lex
        if lex.language != "it" or cue.verb.lemma not in ("negare", "smentire") or cue.first > self.first + 1:
            return None
        start = cue.last
        if w.text[start] == ",":
            start = next(
                (k + 1 for k in range(start + 1, min(self.end(), start + 5)) if w.text[k] == ","), self.last
            )
        if (
            start + 1 >= self.end()
            or w.low[start] not in lex.articles
            or w.low[start + 1] not in lex.claim_nouns
        ):
            return None
        draft = self.draft(cue, [self._until(start, cue, phrase=True)], None, "passive", False)
        draft.kind = "impersonal"
        return draft

    def _passive_subject(self, cue: Cue) -> Range | None:
        """What is denied: all that stands before, where no comma parts it ("The rumours that …")."""
        w = self.w
        first = next(
            (k + 1 for k in range(cue.first - 1, self.first - 1, -1) if w.text[k] in {",", ";", ":"}),
            self.first,
        )
        if cue.first - first <= 24 and first < cue.first:
            return self.clean(first, cue.first)
        return nouns.before(w, self.lex, cue.first, self.first)

    def _infinitive(self, cue: Cue) -> Draft | None:
        """ "declined to say …", "went on to accuse …": the verb before "to" decides."""
        w, lex = self.w, self.lex
        j = cue.head - 2
        while j >= self.first and w.low[j] in lex.adverbs:
            j -= 1
        if j < self.first:
            return None
        governor = w.low[j]
        if governor not in (
            "on",
            "continued",
            "continues",
            "began",
            "wanted",
            "sought",
            "seemed",
            "appeared",
            "forced",
            "came",
            "had",
            "rushed",
            "hastened",
            "moved",
            "took",
            "quick",
            "obliged",
            "compelled",
            "keen",
            "ready",
            "limited",
            "limits",
            "confined",
            "keep",
            "keeps",
            "chose",
            "dared",
            "refused_",
        ):
            return None
        start = j - 1 if governor == "on" else j
        while start - 1 > self.first and w.low[start - 1] in lex.auxiliaries:
            start -= 1
        speaker = nouns.before(w, lex, start, self.first)
        found = self._right(cue)
        if speaker is None or found is None:
            return None
        content, how = found
        return self.draft(cue, [content], speaker, f"to-{how}", how == "quote")

    def _according(self, phrase: Phrase) -> Draft | None:
        """ "According to X, …", "…, according to X", "…, secondo X, …", "secondo cui …"."""
        w, lex = self.w, self.lex
        end = self.end()
        k = phrase.last - (w.low[phrase.last - 1] == "quanto")
        if k >= end:
            return None
        cue = Cue(phrase.first, phrase.last, phrase.first, Verb("according", Act.ASSERTS, "c"), "according")
        lead = [m for m in range(self.first, phrase.first) if w.is_word(m)]
        if lead and lex.language == "it" and w.low[phrase.first - 1] in lex.articles:
            return None  # "un secondo funzionario"
        if lex.language == "it" and (
            w.low[k] in ("cui", "quanto")
            or (w.low[k] in ("la", "il", "le", "i") and k + 1 < end and w.low[k + 1] in ("quale", "quali"))
        ):
            return self._according_relative(phrase, cue, k)
        if lex.language == "en" and w.low[k] in ("which", "whom"):
            return self._according_relative(phrase, cue, k)
        source = nouns.after(w, lex, k, end, bare=w.low[phrase.last - 1] in lex.prepositions)
        if source is None or source[0] > k + 1:
            return None
        m = self._source_end(source, end)
        if m > source[1] and all(w.is_capital(x) or w.text[x] == "," for x in range(source[1], m)):
            source = (source[0], m)
        initial = len(lead) == 0 or (len(lead) <= 2 and w.low[self.first] in lex.conjunctions | lex.adverbs)
        if not initial and not (self._may(source)):
            return None
        if initial and source[0] == k and lex.language == "it" and not self._heads_a_source(source):
            return None  # "Secondo turno il 14 aprile"
        m = self._source_end(source, end)
        if initial:
            start = m + 1 if m < end and w.text[m] == "," else m
            if start >= end or end - start < 2:
                return None
            if w.low[start] in ("that", "che"):
                start += 1
            return self._draft_according(cue, [self._until(start, cue)], source, "according-first")
        left = self._left(phrase.first)
        if not left:
            return None
        contents = left
        if (
            m < end
            and w.text[m] == ","
            and m + 2 < end
            and w.text[phrase.first - 1] == ","
            and not any(m < c.first <= m + 2 for c in self.cues)
        ):
            later = any(m < c.first for c in self.cues)
            if not later and w.low[m + 1] not in lex.relatives:
                contents = [*left, self._until(m + 1, cue)]
        return self._draft_according(cue, contents, source, "according")

    def _heads_a_source(self, source: Range) -> bool:
        """Whether it begins like somebody: an article, a name, people, papers, a number."""
        w, lex, k = self.w, self.lex, source[0]
        token = w.low[k]
        return (
            token in lex.determiners
            or w.is_capital(k)
            or token in lex.people_nouns
            or token in lex.documents
            or token in lex.unnamed_heads
            or token in lex.pronouns
            or token[0].isdigit()
            or any(w.is_capital(m) for m in range(*source))
        )

    def _source_end(self, source: Range, end: int) -> int:
        """Past what hangs on the source: a relative clause or an apposition between commas."""
        w, lex = self.w, self.lex
        m = source[1]
        if m + 2 < end and w.text[m] == ",":
            # "the Secretary of State, Antony Blinken, …"
            comma = next((x for x in range(m + 1, min(end, m + 7)) if w.text[x] == ","), None)
            if comma is not None and comma > m + 1 and all(w.is_capital(x) for x in range(m + 1, comma)):
                return comma
        if (
            m < end
            and w.text[m] != ","
            and w.low[m]
            in lex.relatives
            | {
                "seen",
                "obtained",
                "familiar",
                "published",
                "released",
                "citato",
                "citata",
                "citati",
                "citate",
            }
            | lex.prepositions
        ):
            comma = next((x for x in range(m, end) if w.text[x] == "," and not w.quoted[x]), None)
            if comma is not None:
                return comma
        return m

    def _according_relative(self, phrase: Phrase, cue: Cue, k: int) -> Draft | None:
        """ "le indiscrezioni secondo cui …", "a report, according to which …": the noun before is the source."""
        w, lex = self.w, self.lex
        start = k + 1 if w.low[k] in ("cui", "quanto", "which", "whom") else k + 2
        if w.low[k] == "quanto":
            verb = next((c for c in self.cues if start <= c.first <= start + 2), None)
            if (
                verb is None
                and start + 2 < self.end()
                and w.low[start] in lex.forms
                and w.low[start + 1] in lex.passive_by
            ):
                # "secondo quanto riferito dalle autorità"
                source = nouns.after(w, lex, start + 2, self.end(), bare=True)
                left = self._left(phrase.first) if phrase.first - self.first > 2 else []
                if source is None:
                    return None
                if not left and self._source_end(source, self.end()) + 2 < self.end():
                    left = [self._until(self._source_end(source, self.end()) + 1, cue)]
                return self._draft_according(cue, left, source, "according-quanto") if left else None
            if verb is None:
                return None
            source = nouns.after(w, lex, verb.last, self.end())
            if source is None:
                return None
            self.cues.remove(verb)
            m = self._source_end(source, self.end())
            self.found = [d for d in self.found if d.cue != (verb.first, verb.last)]
            if phrase.first - self.first <= 2:
                return (
                    self._draft_according(cue, [self._until(m + 1, cue)], source, "according-quanto")
                    if m + 2 < self.end()
                    else None
                )
            left = self._left(phrase.first)
            return self._draft_according(cue, left, source, "according-quanto") if left else None
        source = nouns.before(w, lex, phrase.first - (w.text[phrase.first - 1] == ","), self.first)
        if source is None or start >= self.end() or self._is_a_claim(source):
            return None
        for head in range(source[0], min(source[0] + 3, source[1] - 1)):
            # "la posizione dell'intelligence secondo la quale": whose position it is
            if w.low[head] in lex.nouns and w.low[head + 1] in lex.of:
                source = (head + 2, source[1])
                break
        return self._draft_according(cue, [self._until(start, cue)], source, "according-relative")

    def _is_a_claim(self, phrase: Range) -> bool:
        """ "la notizia secondo cui …": what is said, nobody who says it; "le indiscrezioni" speak."""
        w, lex = self.w, self.lex
        head = next((k for k in range(*phrase) if w.low[k] not in lex.determiners), phrase[0])
        owned = any(
            w.low[k] in lex.nouns and w.low[k + 1] in lex.of
            for k in range(head, min(head + 2, phrase[1] - 1))
        )
        return (
            w.low[head] in lex.claim_nouns
            and w.low[head] not in lex.unnamed_heads | lex.documents
            and not owned
        )

    def _draft_according(self, cue: Cue, contents: list[Range], source: Range, rule: str) -> Draft:
        draft = self.draft(cue, contents, source, rule, False)
        draft.quoted = all(self._is_quoted(content) for content in contents)
        cue_acts = [
            noun.act for k in range(cue.first, cue.last) if (noun := self.lex.nouns.get(self.w.low[k]))
        ]
        head = next(
            (k for k in range(source[0], source[1] - 2) if self.w.low[k] not in self.lex.determiners),
            source[0],
        )
        noun = self.lex.nouns.get(self.w.low[head])
        if noun is not None and self.w.low[head + 1] in self.lex.of and self._may((head + 2, source[1])):
            # "Secondo l'accusa di Vilnius": whose it is, and what it does
            draft.speaker, cue_acts = (head + 2, source[1]), [*cue_acts, noun.act]
        draft.act = next(iter(cue_acts), draft.act)
        return draft

    def _names_somebody(self, phrase: Range) -> bool:
        """More than a capital at the sentence's start: "Trattative con i ribelli: …" names nobody."""
        w, lex = self.w, self.lex
        return any(
            (w.is_capital(k) and k > self.first and w.low[k - 1] not in lex.prepositions)
            or w.low[k] in lex.people_nouns
            or w.low[k] in lex.documents
            for k in range(*phrase)
        )

    def _with_country(self, speaker: Range) -> Range:
        """ "Moldavia, il governo: …": whose government it is, where a headline names it before the comma."""
        w, first = self.w, self.first
        comma = speaker[0] - 1
        if comma <= first or w.text[comma] != "," or any(w.is_capital(k) for k in range(*speaker)):
            return speaker
        named = all(w.is_capital(k) for k in range(first, comma)) and comma - first <= 3
        return (
            (first, speaker[1])
            if named and any(w.low[k] in self.lex.people_nouns for k in range(*speaker))
            else speaker
        )

    def _colon(self) -> Draft | None:
        """A headline: "Peskov: «…»", "Cina, il ministero: …"."""
        w = self.w
        for k in range(self.first + 1, min(self.first + 14, self.end())):
            if w.text[k] == ":" and not w.quoted[k]:
                speaker = nouns.before(w, self.lex, k, self.first)
                speaker = self._with_country(speaker) if speaker is not None else None
                if (
                    speaker is None
                    or not any(w.is_capital(m) for m in range(*speaker))
                    or speaker[1] - speaker[0] > 8
                ):
                    return None
                if speaker[0] != self.first and w.text[speaker[0] - 1] != ",":
                    return None
                if speaker[1] - speaker[0] > 1 and not self._names_somebody(speaker):
                    return None
                if k + 1 >= self.last:
                    return None
                if self._opens_quotation(k + 1):
                    q = w.quotations[w.quoted[k + 1] - 1]
                    content = (q.first, q.last)
                    return Draft(
                        None,
                        [content],
                        speaker,
                        Act.ASSERTS,
                        "colon-quote",
                        quoted=True,
                        sentence=(self.first, self.last),
                    )
                if self.last - self.first <= 30 and k + 2 < self.end():
                    return Draft(
                        None,
                        [self.clean(k + 1, self.end())],
                        speaker,
                        Act.ASSERTS,
                        "colon",
                        sentence=(self.first, self.last),
                    )
                return None
        return None
