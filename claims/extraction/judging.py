"""Which act of speech a finding is, judged from the verb, what it takes and what is said. Look-alikes are left out here."""

from __future__ import annotations

from collections import defaultdict

from claims.extraction.lexicon import TURNS, Lexicon, Verb, word_set
from claims.extraction.meanings import NOT, act_of_words
from claims.extraction.sentences import Draft, Range
from claims.extraction.taking import takes
from claims.extraction.words import Words
from claims.vocabulary import Act

_SCEPTICAL = word_set(
    "scettico scettica scettici scettiche dubbioso dubbiosa dubbiosi perplesso perplessa perplessi"
)
# Who asks for this is told of, and says nothing ("who asked not to be named").
_NAMELESS = frozenset({"anonimato", "anonymity", "anonymous", "named", "identified"})
_DATIVES = word_set("a ad al allo alla ai agli alle all' all’")
_PRISON = word_set("anni mesi ergastolo years months prison")
_ON_IT = word_set("on about su sul sullo sulla sui sugli sulle sull' sull’ to a al alla alle ai")
# Italian endings of what somebody would, might or will do.
_NOT_YET = (
    "rebbe",
    "rebbero",
    "asse",
    "esse",
    "isse",
    "assero",
    "essero",
    "issero",
    "erà",
    "eranno",
    "irà",
    "iranno",
)
# Acts of verbs that only introduce; the words themselves may do more.
_PLAIN = (Act.ASSERTS, Act.ANNOUNCES, Act.CONFIRMS, Act.WARNS, Act.ACCUSES)


def judge(w: Words, lex: Lexicon, drafts: list[Draft]) -> list[Draft]:
    """The drafts that are statements, each with its act, what else it may be, and inside which other it stands."""
    drafts = _without_repeated(drafts)
    together: dict[Range, list[Draft]] = defaultdict(list)
    for draft in drafts:
        together[draft.sentence].append(draft)
    for draft in drafts:
        draft.inside = _around(draft, together[draft.sentence])
    kept: list[Draft] = []
    for draft in drafts:
        if draft.belief and draft.inside is not None:
            continue
        if _judge(w, lex, draft, kept):
            kept.append(draft)
    stand = {id(draft) for draft in kept}
    for draft in kept:
        if id(draft.inside) not in stand:
            draft.inside = None
    return kept


def _without_repeated(drafts: list[Draft]) -> list[Draft]:
    """Without headlines that a noun reads better ("Dry denial of X: …")."""
    nouns = [draft for draft in drafts if draft.extra.get("noun")]
    return [
        draft
        for draft in drafts
        if not draft.rule.startswith("colon") or not any(draft.contents == noun.contents for noun in nouns)
    ]


def _around(draft: Draft, together: list[Draft]) -> Draft | None:
    """The smallest finding of the same sentence whose content holds the whole of this one."""
    if draft.cue is None or draft.extra.get("on"):
        return None
    first = min([draft.cue[0], *(c[0] for c in draft.contents)])
    last = max([draft.cue[1], *(c[1] for c in draft.contents)])
    found: Draft | None = None
    size = 1 << 30
    for other in together:
        if other is draft:
            continue
        for a, b in other.contents:
            if a <= first and last <= b and b - a < size:
                found, size = other, b - a
    return found


def _judge(w: Words, lex: Lexicon, draft: Draft, before: list[Draft]) -> bool:
    """Whether the draft is a statement; its act is set. `before`: those of the text so far."""
    verb = draft.verb
    content = draft.contents[0]
    opening = w.low[content[0] : min(content[1], content[0] + 7)]
    if verb is not None:
        if "N" in verb.frames:
            # "non ha nascosto che": hidden no more
            if not draft.negated:
                return False
            draft.negated = False
        settled = _by_its_verb(w, lex, draft, verb, opening)
        if settled is not None:
            return settled
    if draft.negated:
        return _negated(w, lex, draft, opening)
    if draft.act in TURNS and not _stands(w, lex, draft):
        return False
    if draft.act == Act.ASSERTS and not (before and before[-1].sentence == draft.sentence):
        named = _named_at_the_beginning(w, lex, draft)
        if named is not None:
            draft.act = named
            return True
    if draft.act in _PLAIN:
        draft.act = act_of_words(w, lex, draft, before) or draft.act
    return True


def _by_its_verb(w: Words, lex: Lexicon, draft: Draft, verb: Verb, opening: list[str]) -> bool | None:
    """Whether it is a statement where the verb and the first words of the content settle that; None where they do not."""
    if verb.lemma == "dirsi" and opening[0] in _SCEPTICAL:
        draft.act = Act.DOUBTS
        return not draft.negated
    if verb.act in TURNS and not draft.clitic:
        if not takes(w, lex, draft, verb, opening):
            return False
    elif "false" in draft.rule:
        draft.act = Act.DENIES
        return not draft.negated
    elif verb.act in (Act.REFUSES, Act.DECLINES):
        return _refusing(w, lex, draft, opening)
    elif verb.lemma in ("ask", "chiedere", "domandare") and not _asking(w, draft, verb, opening):
        return False
    if draft.rule.endswith("called"):
        draft.act = Act.ASSERTS
    if _tells_of_something_else(lex, draft, verb, opening):
        return False
    act = _act_with_its_object(w, draft, verb, opening)
    if act is not None:
        draft.act = act
        return True
    if draft.rule == "declares":
        guilty = any(token in lex.guilty_words for token in opening)
        draft.act = (
            Act.ADMITS if guilty and not any(token in NOT[lex.language] for token in opening) else Act.DENIES
        )
        return not draft.negated
    if verb.lemma in ("declare", "svelare", "comunicare") and draft.rule == "object":
        draft.act = Act.ANNOUNCES
    if verb.lemma == "insist" and "be" in opening:
        draft.act = Act.DEMANDS
    told = any(
        token in lex.told_nouns or token in lex.claim_nouns or token.startswith("responsab")
        for token in opening
    )
    return False if "O" in verb.frames and not told else None


def _refusing(w: Words, lex: Lexicon, draft: Draft, opening: list[str]) -> bool:
    """ "refused the claim" denies, "refused to comment" is silence, the rest refuses."""
    if any(token in lex.claim_nouns for token in opening[:3]) and "object" in draft.rule:
        draft.act = Act.DENIES
        return not draft.negated
    silent = (
        any(token in lex.details or token in lex.addressees for token in opening)
        or any(token in lex.silent_verbs or token.startswith("comment") for token in opening[:4])
    )  # fmt: skip
    draft.act = Act.DECLINES if silent else Act.REFUSES
    if silent and lex.language == "it":
        _leave_out_the_verb(w, lex, draft)
    return True


def _leave_out_the_verb(w: Words, lex: Lexicon, draft: Draft) -> None:
    """ "si è rifiutato di commentare il percorso": the verb is part of the cue, what it is about is the content."""
    first, last = draft.contents[0]
    for k in range(first, min(first + 3, last - 1)):
        if w.low[k] in lex.silent_verbs or w.low[k].startswith("comment"):
            start = k + 1
            while start < last and (w.low[start] in _ON_IT or not w.is_word(start)):
                start += 1
            if start < last and draft.cue is not None and draft.cue[1] <= first:
                draft.contents[0] = (start, last)
                draft.cue = (draft.cue[0], k + 1)
            return


def _asking(w: Words, draft: Draft, verb: Verb, opening: list[str]) -> bool:
    """A question or a demand; "ha chiesto aiuto alla Cina" is told, not said."""
    content = draft.contents[0]
    marked = w.text[content[1] - 1] == "?" or (content[1] < len(w) and w.text[content[1]] == "?")
    asks = marked or draft.rule.endswith("question") or verb.lemma == "domandare"
    draft.act = Act.ASKS if asks or (verb.lemma == "ask" and opening[0] == "about") else Act.DEMANDS
    to_somebody = any(token in _DATIVES for token in w.low[content[0] + 1 : content[1]])
    return not (verb.lemma == "chiedere" and draft.rule == "object" and to_somebody)


def _tells_of_something_else(lex: Lexicon, draft: Draft, verb: Verb, opening: list[str]) -> bool:
    """Verbs of speech that are none here: "told a story", "condannato a tre anni", "promette 100% di …"."""
    if verb.lemma in ("ask", "chiedere", "request") and any(token in _NAMELESS for token in opening):
        return True
    if verb.lemma == "tell" and opening[0] == "a" and draft.rule == "clause":
        return True
    if verb.lemma in ("condannare", "condemn") and any(token in _PRISON for token in opening):
        return True
    # "il Cremlino promette 100% di …": a mistranslation of "has committed"
    figure = opening[1] if opening[0] in lex.articles and len(opening) > 1 else opening[0]
    return verb.lemma in ("promettere", "promise") and figure[0].isdigit()


def _act_with_its_object(w: Words, draft: Draft, verb: Verb, opening: list[str]) -> Act | None:
    """Another act than the verb's own, by what it takes: "contesta a Kiev …", "ruled out sending", "seemed to know why"."""
    if verb.lemma == "contestare" and draft.cue is not None and w.low[draft.cue[1] : draft.cue[1] + 1]:
        return Act.ACCUSES if w.low[draft.cue[1]] in _DATIVES else None
    if verb.lemma == "rule_out" and draft.rule == "gerund":
        return Act.REFUSES
    return Act.ASKS if draft.rule == "to-question" and verb.lemma == "know" else None


def _negated(w: Words, lex: Lexicon, draft: Draft, opening: list[str]) -> bool:
    """ "did not say": silence. "did not deny": nothing anybody said. "non riconosce la sua colpa": denied."""
    verb = draft.verb
    if verb is None or draft.belief:
        return True
    if verb.lemma == "escludere":
        draft.act = Act.ASSERTS
        draft.extra["hedge"] = True
        return True
    if verb.act in (Act.ASSERTS, Act.CONFIRMS):
        draft.act = Act.DECLINES
        return draft.speaker is None or not _is_a_paper(w, lex, draft.speaker)
    if (
        verb.act == Act.ADMITS
        and draft.kind == "finite"
        and any(token in lex.guilt_words for token in opening[:4])
    ):
        draft.act = Act.DENIES
        return True
    return False


def _is_a_paper(w: Words, lex: Lexicon, phrase: Range) -> bool:
    """ "Il documento non chiarisce": a paper is not silent, nobody was asked."""
    head = next((k for k in range(*phrase) if w.low[k] not in lex.determiners), phrase[0])
    return w.low[head] in lex.documents and w.low[head] not in lex.people_nouns


def _named_at_the_beginning(w: Words, lex: Lexicon, draft: Draft) -> Act | None:
    """ "In a rare admission, the regulator said that …": the noun before the comma says which act it is."""
    first, _last = draft.sentence
    if w.low[first] not in ("in", "with", "con") or draft.cue is None:
        return None
    comma = next((k for k in range(first, min(draft.cue[0], first + 7)) if w.text[k] == ","), first)
    acts = [lex.nouns[w.low[k]].act for k in range(first, comma) if w.low[k] in lex.nouns]
    return acts[0] if acts and acts[0] in TURNS else None


def _stands(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """Whether somebody really denies or admits: not "could deny", not "facts disproved", not "whoever denies"."""
    if draft.cue is not None and draft.kind == "finite":
        group = w.low[draft.cue[0] : draft.cue[1]]
        if any(token in lex.hypothetical for token in group):
            return False
        if lex.language == "it" and group[-1].endswith(_NOT_YET):
            return False
    if _is_supposed(w, lex, draft):
        return False
    if draft.speaker is None:
        return True
    words = w.low[draft.speaker[0] : draft.speaker[1]]
    if words[0] in lex.nobody or (len(words) > 1 and words[1] in lex.nobody) or words[-1] in lex.nobody:
        return False
    if draft.quoted:
        return True
    head = next((token for token in words if token not in lex.determiners), words[0])
    return head not in lex.not_speakers


def _is_supposed(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """ "If Tehran denies …", "Will Moscow deny it?", "asked whether he admitted"."""
    if draft.quoted or draft.kind == "noun":
        return False
    first, last = draft.sentence
    begin = min([draft.cue[0] if draft.cue else last, draft.speaker[0] if draft.speaker else last])
    if begin > first and w.low[begin - 1] in ("if", "whether", "se", "unless", "should"):
        return True
    modal = w.low[begin] in lex.modals or (begin > first and w.low[begin - 1] in lex.modals)
    return w.text[last - 1] == "?" and modal
