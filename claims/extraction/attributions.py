"""Who says what: sources and contents of the cues of a sentence, by the shape of the clauses around them (surface frames)."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.according import according_to
from claims.extraction.bounds import content_before, second_part
from claims.extraction.closing import close_at_the_verb
from claims.extraction.contents import any_content, content_after
from claims.extraction.cues import find_according, find_cues
from claims.extraction.headlines import headline
from claims.extraction.lexicon import TURNS, word_set
from claims.extraction.passives import passive, to_infinitive
from claims.extraction.sentences import INFINITIVE, OF_SOMETHING, Draft, Range, Sentence
from claims.extraction.verb_groups import Cue
from claims.extraction.words import DASHES
from claims.vocabulary import Act

_TO_SOMEBODY = {"tell", "inform", "brief", "notify", "remind", "assure", "reassure"}
# "fanno sapere da Baku", "From the ministry they admit"
_FROM_PLACES = {
    "it": word_set("da dal dallo dalla dai dagli dalle dall' dall’"),
    "en": frozenset({"from"}),
}
_QUOTES = word_set("quoted quotes quoting cited cites citing")
_EVERYBODY = frozenset({"tutti", "tutte", "entrambi", "entrambe", "both"})


def read(s: Sentence) -> list[Draft]:
    w = s.w
    cues = find_cues(w, s.lex, s.voiced, s.first, s.last)
    close_at_the_verb(s, cues)
    for cue in cues:
        (s.quoted_cues if w.quoted[cue.head] else s.cues).append(cue)
    s.according = [each for each in find_according(w, s.lex, s.first, s.last) if not w.quoted[each.first]]
    for cue in s.cues:
        draft = _attribute(s, cue)
        if draft is not None:
            s.found.append(draft)
    for phrase in s.according:
        draft = according_to(s, phrase)
        if draft is not None:
            s.found.append(draft)
    if not s.found:
        draft = headline(s)
        if draft is not None:
            s.found.append(draft)
    return s.found


def _attribute(s: Sentence, cue: Cue) -> Draft | None:
    """The statement of one cue, by its kind; None where it introduces nothing."""
    if cue.kind == "passive":
        return passive(s, cue)
    if cue.kind == "infinitive":
        return to_infinitive(s, cue)
    if cue.verb.lemma == "ask" and (cue.first == s.first or s.w.low[cue.first - 1] == "when"):
        return None  # "Asked whether …": shapes.py
    if cue.kind == "finite":
        return _inverted(s, cue) or _finite(s, cue)
    return _gerund(s, cue)


def _gerund(s: Sentence, cue: Cue) -> Draft | None:
    """ "…, saying that", «…» dicendo, "after having denied"."""
    before = cue.first - 1
    if before >= s.first and s.w.is_mark(before) and "q" in cue.verb.frames:
        left = content_before(s, before + 1)
        if left:
            return _backwards(s, cue, None, left, "quote-gerund")
    if s.lex.language == "en" and before > s.first and s.w.low[before] in s.lex.as_:
        # "quoted the ministry as saying that"
        speaker = nouns.before(s.w, s.lex, before, s.first)
        if speaker is not None and s.may_speak(speaker) and s.w.low[speaker[0] - 1] in _QUOTES:
            return _forwards(s, cue, speaker, cue.kind)
    return _forwards(s, cue, None, cue.kind)


def _inverted(s: Sentence, cue: Cue) -> Draft | None:
    """ "…, said X", «…» ha detto X", "…, fanno sapere da Baku": the content before the verb, who says it after it."""
    w, lex = s.w, s.lex
    ending = cue.first - 1
    if ending < s.first or "q" not in cue.verb.frames or cue.modal or cue.that:
        return None
    if not (w.is_mark(ending) or w.text[ending] in {",", "–", "—", "-"}):
        return None
    closed = s.closed_before(ending)
    appositive = None if closed else nouns.before(w, lex, cue.first, s.first)
    right = _speaker_after(s, cue)
    speaker, inverted = None, False
    if (
        right is not None
        and not s.content_follows(right[1])
        and not _addresses(s, cue, closed)
        and (closed or (s.ends(right[1]) and not (appositive and cue.verb.act in OF_SOMETHING)))
    ):
        inverted, speaker = True, nouns.with_name(w, lex, right, s.last)
    elif closed:
        inverted = s.ends(cue.last) or lex.language == "it" or s.is_adverbial(cue.last)
    elif lex.language == "it":
        inverted = appositive is None and s.ends(cue.last)
    if right is None and not closed and cue.last < s.last and w.low[cue.last] in _FROM_PLACES[lex.language]:
        # "Nessun ultimatum, fanno sapere da Baku"
        speaker = nouns.after(w, lex, cue.last + 1, s.last, bare=True)
        inverted = speaker is not None
    if not inverted or _subject_and_comma(s, cue) is not None:
        return None
    left = content_before(s, ending if w.text[ending] == "," else ending + 1)
    return _backwards(s, cue, speaker, left, "inverted") if left else None


def _addresses(s: Sentence, cue: Cue, closed: bool) -> bool:
    """Whether the English noun phrase after the verb is whom somebody tells, or what somebody announces."""
    if s.lex.language != "en":
        return False
    right = nouns.after(s.w, s.lex, cue.last, s.last)
    if right is not None and right[1] >= s.end() and s.may_speak(right):
        # “The contract is clean”, assures the exporter.  Sanctions on nine banks, announces Ottawa
        if closed and cue.verb.lemma != "tell":
            return False
        if cue.verb.act == Act.ANNOUNCES and all(s.w.is_capital(k) for k in range(*right)):
            return False
    return cue.verb.lemma in _TO_SOMEBODY or (not closed and cue.verb.act == Act.ANNOUNCES)


def _speaker_after(s: Sentence, cue: Cue) -> Range | None:
    """Who says it, right after the verb, or past what stands between commas ("said, visibly annoyed, the commissioner")."""
    w, lex = s.w, s.lex
    right = nouns.after(w, lex, cue.last, s.last)
    if right is None and lex.language == "it":
        right = nouns.after(w, lex, s.skip_adverbials(cue.last), s.last)
        if right is None and _splits_article(s, cue.last):
            right = nouns.after(w, lex, cue.last + 1, s.last)
    if right is None and cue.last < s.end() and w.text[cue.last] == ",":
        comma = next((m for m in range(cue.last + 2, min(s.end(), cue.last + 7)) if w.text[m] == ","), None)
        if comma is not None and not any(w.quoted[m] or w.is_capital(m) for m in range(cue.last, comma)):
            right = nouns.after(w, lex, comma + 1, s.last)
            if right is not None and not (s.may_speak(right) and s.ends(right[1])):
                right = None
    return right


def _splits_article(s: Sentence, k: int) -> bool:
    """ "in il ministero": a preposition and an article that Italian writes as one word, left over by a machine."""
    low = s.w.low
    return k + 2 < s.end() and low[k] in ("in", "di", "a", "da", "su") and low[k + 1] in s.lex.articles


def _subject_and_comma(s: Sentence, cue: Cue) -> Range | None:
    """ "Kazakhstan, denies the transit": nothing but a name before the comma, and a verb that takes an object."""
    w, end = s.w, cue.first - 1
    if cue.verb.act not in OF_SOMETHING or end <= s.first or w.text[end] != "," or w.quoted[end - 1]:
        return None
    if not all(w.is_capital(k) or w.low[k] in s.lex.determiners for k in range(s.first, end)):
        return None
    return (s.first, end) if s.may_speak((s.first, end)) and not s.ends(cue.last) else None


def _finite(s: Sentence, cue: Cue) -> Draft | None:
    """ "X said …", "…, X said": who says it before the verb."""
    speaker = _said_twice(s, cue, _one(s, cue, nouns.before(s.w, s.lex, cue.first, s.first)))
    if speaker is None:
        speaker = _subject_and_comma(s, cue)
    if speaker is not None and cue.ambiguous and not s.may_speak(speaker):
        return None
    if speaker is None and cue.first == s.first + 1 and s.w.low[s.first] in s.lex.as_:
        return None  # "Come riferisce l'agenzia, …": shapes.py
    if "R" in cue.verb.frames:
        return _reads(s, cue)
    if speaker is not None and _is_what_is_denied(s, cue, speaker):
        return s.draft(cue, [speaker], None, "object", False)
    if speaker is not None and "q" in cue.verb.frames:
        left = _parenthesis(s, cue, speaker)
        if left:
            return _backwards(s, cue, speaker, left, "parenthesis")
    return _forwards(s, cue, speaker, "")


def _reads(s: Sentence, cue: Cue) -> Draft | None:
    """ "Si legge in una nota del ministero: «…»": whose paper it is stands before the colon."""
    colon = next((k for k in range(cue.last, min(s.end(), cue.last + 14)) if s.w.text[k] == ":"), None)
    content = s.quotation(colon + 1) if colon is not None else None
    if colon is None or content is None:
        return None
    paper = nouns.after(s.w, s.lex, cue.last + 1, colon)
    return s.draft(cue, [content], paper, "colon", True) if paper is not None else None


def _is_what_is_denied(s: Sentence, cue: Cue, subject: Range) -> bool:
    """ "L'accusa di spionaggio negato completamente": a participle without its auxiliary that does not agree with what stands before."""
    w, lex = s.w, s.lex
    bare = (
        any(form.tense == "participle" for form in lex.forms.get(w.low[cue.head], ()))
        and cue.first == cue.head
    )
    if lex.language != "it" or cue.verb.act != Act.DENIES or not bare:
        return False
    head = next((k for k in range(*subject) if w.low[k] not in lex.determiners), subject[0])
    return w.low[head] in lex.claim_nouns and not any(w.low[k] in lex.people_nouns for k in range(*subject))


def _parenthesis(s: Sentence, cue: Cue, speaker: Range) -> list[Range]:
    """ "…, X said": the content before the comma, the dash or the mark that the speaker follows; empty where none stands there."""
    w, lead = s.w, speaker[0] - 1
    if lead < s.first or not (w.text[lead] == "," or w.is_mark(lead) or w.text[lead] in DASHES):
        return []
    closed = s.closed_before(lead)
    if not s.ends(cue.last) and not (closed and not s.content_follows(cue.last)):
        return []
    return content_before(s, lead if w.text[lead] == "," or w.text[lead] in DASHES else speaker[0])


def _said_twice(s: Sentence, cue: Cue, speaker: Range | None) -> Range | None:
    """ "The company, it has admitted", "From the ministry they admit": a pronoun that repeats who was named at the beginning."""
    w, lex = s.w, s.lex
    plural = w.low[cue.last - 1].endswith("no") or w.low[cue.first] in ("hanno", "fanno")
    if w.low[s.first] in _FROM_PLACES[lex.language] and (plural or speaker is not None):
        # "Dal ministero fanno sapere che", "From the ministry they admit"
        begin = speaker[0] if speaker is not None and w.low[speaker[0]] == "they" else cue.first
        place = nouns.after(w, lex, s.first + 1, begin, bare=True)
        if place is not None and place[1] == begin and s.may_speak(place) and (plural or begin < cue.first):
            return place
    if w.low[s.first] == "in" and speaker is not None and w.low[speaker[0]] == "they":
        # "In Minsk they deny"
        place = nouns.after(w, lex, s.first + 1, speaker[0], bare=True)
        return place if place is not None and place[1] == speaker[0] and s.may_speak(place) else speaker
    if speaker is None or speaker[0] == s.first or w.low[speaker[0]] not in ("it", "he", "she"):
        return speaker
    named = nouns.before(w, lex, speaker[0], s.first)
    if named is not None and w.low[s.first] in lex.articles and w.is_capital(named[0]):
        named = (s.first, named[1])  # "The newspaper The Mirror it writes"
    if named is None or named[0] != s.first or w.low[s.first] in ("a", "an"):
        return speaker
    glued = w.low[speaker[0]] == "it" and w.is_word(speaker[0] - 1)  # "The Mirror it writes"
    if not glued and (cue.verb.act not in OF_SOMETHING or named[1] - named[0] < 2):
        return speaker
    return named if s.may_speak(named) else speaker


def _backwards(s: Sentence, cue: Cue, speaker: Range | None, left: list[Range], rule: str) -> Draft:
    """The statement whose content, or its first part, stands before the cue."""
    contents = left + second_part(s, cue, speaker if rule == "inverted" else None, left[-1])
    return s.draft(cue, contents, speaker, rule, s.is_quoted(left[-1]))


def _forwards(s: Sentence, cue: Cue, speaker: Range | None, rule: str) -> Draft | None:
    """The statement whose content stands after the cue; None where there is none, or where the verb is not one of speech here."""
    if speaker is None and cue.kind == "finite":
        dislocated = _dislocated(s, cue)
        if dislocated is not None:
            return dislocated
    found = content_after(s, cue) or any_content(s, cue, speaker)
    if found is None:
        return _without_content(s, cue, speaker)
    content, how = found
    if not _fits(s, cue, speaker, content, how):
        return None
    if speaker is None and cue.kind == "finite" and s.lex.language == "it":
        speaker, content = _verb_first(s, cue, content, how)
    quoted = how in ("quote", "colon") and s.is_quoted(content)
    draft = s.draft(cue, [content], speaker, rule or how, quoted)
    if cue.kind == "gerund":
        draft.rule = f"gerund-{how}"
    return draft


def _fits(s: Sentence, cue: Cue, speaker: Range | None, content: Range, how: str) -> bool:
    """Whether the verb, with this content and this subject or none, says something."""
    w = s.w
    calls = cue.verb.lemma in ("definire", "chiamare", "bollare")  # "l'ha definita una provocazione"
    if how == "object" and cue.clitic >= 0 and cue.verb.act not in OF_SOMETHING and not calls:
        return False  # "Lo ha detto il ministro": he says it, he is not what is said
    if "I" in cue.verb.frames and not any(INFINITIVE.match(w.low[m]) for m in range(*content)):
        return False
    if (
        how == "infinitive"
        and cue.verb.act == Act.ANNOUNCES
        and speaker is not None
        and not s.may_speak(speaker)
    ):
        return False
    if s.lex.language != "en" or speaker is not None or cue.kind != "finite":
        return True
    if cue.first > s.first:
        return w.low[cue.first - 1] in s.lex.conjunctions or w.is_mark(cue.first - 1)
    return cue.verb.act not in OF_SOMETHING  # "Denied a hearing, the editor left"


def _without_content(s: Sentence, cue: Cue, speaker: Range | None) -> Draft | None:
    """ "lo nega", "…, which Damascus denies": what is denied or admitted stands before the verb."""
    w = s.w
    if cue.clitic >= 0 and cue.verb.act in (Act.DENIES, Act.ADMITS, Act.CONFIRMS):
        content = (cue.first, cue.last) if cue.kind == "perfect" else (cue.clitic, cue.clitic + 1)
        draft = s.draft(cue, [content], speaker, "clitic", False)
        draft.clitic = True
        return draft
    if speaker is None and cue.verb.act in TURNS and s.found and s.ends(cue.last):
        # "ha ammesso la vendita, che a marzo aveva negato": the relative stands for what the verb before is about
        said = s.found[-1].contents[-1]
        which = next(
            (k for k in range(said[1] + 1, min(cue.first, said[1] + 3)) if w.low[k] in ("che", "which")),
            None,
        )
        if which is not None and w.text[which - 1] == "," and cue.first - which <= 4:
            return s.draft(cue, [said], s.found[-1].speaker, "which", False)
    if speaker is not None and cue.verb.act in OF_SOMETHING:
        relative = speaker[0] - 1
        if relative - 1 > s.first and w.low[relative] in ("which", "che", "cosa"):
            left = content_before(s, relative)
            if left:
                return s.draft(cue, left, speaker, "which", False)
    return None


def _verb_first(s: Sentence, cue: Cue, content: Range, how: str) -> tuple[Range | None, Range]:
    """ "Afferma il ministero che …", "Ha negato le accuse anche il capo della Cecenia": who, and what is left as content."""
    w, lex = s.w, s.lex
    right = nouns.after(w, lex, cue.last, content[0])
    carried = how in ("that", "quote", "colon")
    if right is not None and carried and ("o" not in cue.verb.frames or cue.verb.lemma == "dire"):
        return right, content
    if how != "object":
        return None, content
    also = next((k for k in range(content[0] + 1, content[1] - 1) if w.low[k] in ("anche", "pure")), None)
    if also is not None:
        return nouns.after(w, lex, also + 1, s.end()), (content[0], also)
    if cue.verb.act not in (*OF_SOMETHING, Act.ANNOUNCES) or cue.first > s.first:
        return None, content
    for k in range(content[0] + 2, content[1] - 1):
        # "Ha riconosciuto la presenza di mercenari la leadership del Paese"
        if (
            w.low[k] in lex.articles
            and w.low[k - 1] not in lex.prepositions | lex.determiners | lex.conjunctions
        ):
            subject = nouns.after(w, lex, k, s.end())
            if subject is not None and subject[1] == content[1] and s.may_speak(subject):
                return subject, (content[0], k)
    return None, content


def _dislocated(s: Sentence, cue: Cue) -> Draft | None:
    """ "Denies everything, the retired major.", "Smentiscono tutti: …": a verb first, who it is after the object or the verb."""
    w, lex = s.w, s.lex
    if cue.first > s.first or cue.verb.act not in OF_SOMETHING or w.low[cue.head].endswith("ed"):
        return None
    if cue.last + 2 < s.end() and w.low[cue.last] in _EVERYBODY and w.text[cue.last + 1] == ":":
        return s.draft(cue, [s.clean(cue.last + 2, s.end())], (cue.last, cue.last + 1), "colon", False)
    commas = [k for k in range(cue.last + 1, s.end() - 1) if w.text[k] == "," and not w.quoted[k]]
    if len(commas) != 1:
        return None
    subject = nouns.after(w, lex, commas[0] + 1, s.end())
    if subject is None or subject != (commas[0] + 1, s.end()) or not s.may_speak(subject):
        return None
    found = content_after(s, cue)
    if found is None or found[0][0] >= commas[0]:
        return None
    return s.draft(cue, [s.clean(found[0][0], commas[0])], subject, found[1], False)


def _one(s: Sentence, cue: Cue, phrase: Range | None) -> Range | None:
    """ "tra Mosca e Teheran, che ha ammesso": a verb in the singular has one subject, the nearer."""
    if phrase is None or not any(
        s.w.low[k] in ("ha", "è", "aveva", "has") for k in range(cue.first, cue.last)
    ):
        return phrase
    w = s.w
    for k in range(phrase[1] - 2, phrase[0], -1):
        if w.low[k] in ("e", "ed", "and") and w.is_capital(k - 1) and w.is_capital(k + 1):
            return k + 1, phrase[1]
    return phrase
