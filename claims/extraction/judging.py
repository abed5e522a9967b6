"""Which act of speech a finding is, judged from the verb, what it takes and what is said. Look-alikes are left out here."""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict

from claims.extraction import countries
from claims.extraction.lexicon import Lexicon, word_set
from claims.extraction.sentences import Draft, Range
from claims.extraction.turns import meaning
from claims.extraction.words import Words
from claims.vocabulary import Act

_REFUSALS = {"reject", "respingere", "rigettare", "decline", "declinare"}
_ONLY_OF_CLAIMS = {"dismiss", "downplay", "deride", "ridicule", "rubbish", "liquidare", "minimizzare", "ridimensionare",
                   "contestare", "dispute", "rifiutare", "smontare", "contradict", "protest"}  # fmt: skip
_PLAIN_DENIALS = {"deny", "negare", "smentire", "refute", "confutare", "escludere"}
_PERFECT = {"en": word_set("has have had did does do is are was were been"),
            "it": word_set("ha hanno abbiamo ho aveva avevano è sono siamo era erano sta stanno stiamo c'è")}  # fmt: skip
_OWN = {
    "en": word_set("it they he she we i there our its their"),
    "it": word_set("noi io nostro nostri nostra nostre"),
}
_NOT = {
    "en": word_set("not n't never no none neither nor"),
    "it": word_set("non mai nessun nessuno nessuna né"),
}


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
    for draft in kept:
        if draft.inside is not None and not any(draft.inside is each for each in kept):
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


_SCEPTICAL = word_set(
    "scettico scettica scettici scettiche dubbioso dubbiosa dubbiosi perplesso perplessa perplessi"
)


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
    verb = draft.verb
    content = draft.contents[0]
    opening = w.low[content[0] : min(content[1], content[0] + 7)]
    if verb is not None and verb.lemma == "dirsi" and opening and opening[0] in _SCEPTICAL:
        draft.act = Act.DOUBTS
        return not draft.negated
    if verb is not None and "N" in verb.frames:
        # "non ha nascosto che": hidden no more
        if not draft.negated:
            return False
        draft.negated = False
    if verb is not None and verb.act in (Act.DENIES, Act.RETRACTS, Act.ADMITS) and not draft.clitic:
        if not _takes(w, lex, draft, opening):
            return False
    elif verb is not None and "false" in draft.rule:
        draft.act = Act.DENIES
        return not draft.negated
    elif (verb is not None and verb.act == Act.REFUSES) or (verb is not None and verb.act == Act.DECLINES):
        if any(token in lex.claim_nouns for token in opening[:3]) and "object" in draft.rule:
            draft.act = Act.DENIES
            return not draft.negated
        silent = (
            any(token in lex.details for token in opening)
            or any(token in lex.silent_verbs or token.startswith("comment") for token in opening[:4])
            or any(token in lex.addressees for token in opening)
        )
        draft.act = Act.DECLINES if silent else Act.REFUSES
        if silent and lex.language == "it":
            _leave_out_the_verb(w, lex, draft)
        return True
    elif verb is not None and verb.lemma in ("ask", "chiedere", "domandare"):
        asks = draft.rule.endswith("question") or (
            w.text[content[1] - 1] == "?" or (content[1] < len(w) and w.text[content[1]] == "?")
        )
        draft.act = Act.ASKS if asks or verb.lemma == "domandare" else Act.DEMANDS
        if (
            verb.lemma == "chiedere"
            and draft.rule == "object"
            and any(token in _DATIVES for token in w.low[content[0] + 1 : content[1]])
        ):
            return False  # "ha chiesto aiuto alla Cina" is told, not said
        if verb.lemma == "ask" and opening and opening[0] == "about":
            draft.act = Act.ASKS
    if (
        verb is not None
        and verb.lemma in ("promettere", "promise")
        and (
            opening[0][0].isdigit()
            or (opening[0] in lex.articles and opening[1:2] and opening[1][0].isdigit())
        )
    ):
        # "il Cremlino promette 100% di …": a mistranslation of "has committed"
        return False
    if draft.rule.endswith("called"):
        draft.act = Act.ASSERTS
    if verb is not None:
        if verb.lemma in ("ask", "chiedere", "request") and any(token in _NAMELESS for token in opening):
            return False  # "who asked not to be named"
        if verb.lemma == "tell" and opening[0] == "a" and draft.rule == "clause":
            return False
        if (
            verb.lemma == "contestare"
            and draft.cue
            and w.low[draft.cue[1] : draft.cue[1] + 1]
            and w.low[draft.cue[1]] in ("a", "ad", "al", "allo", "alla", "ai", "agli", "alle", "all'", "all’")
        ):
            draft.act = Act.ACCUSES
            return True
        if verb.lemma in ("condannare", "condemn") and any(
            token in ("anni", "mesi", "ergastolo", "years", "months", "prison") for token in opening
        ):
            return False
        if verb.lemma in ("declare", "svelare", "comunicare") and draft.rule == "object":
            draft.act = Act.ANNOUNCES
        if verb.lemma == "insist" and "be" in opening:
            draft.act = Act.DEMANDS
        if verb.lemma == "rule_out" and draft.rule == "gerund":
            draft.act = Act.REFUSES
            return True
        if draft.rule == "to-question" and verb.lemma == "know":
            draft.act = Act.ASKS
            return True
    if draft.rule == "declares":
        guilty = any(token in lex.guilty_words for token in opening) and not any(
            token in _NOT[lex.language] for token in opening
        )
        draft.act = Act.ADMITS if guilty else Act.DENIES
        return not draft.negated
    if (
        verb is not None
        and "O" in verb.frames
        and not any(
            token in lex.told_nouns or token in lex.claim_nouns or token.startswith("responsab")
            for token in opening
        )
    ):
        return False
    if draft.negated:
        return _negated(w, lex, draft, opening)
    if draft.act in _TURNS and not _stands(w, lex, draft):
        return False
    if draft.act == Act.ASSERTS and not before_here(draft, before):
        named = _named_at_the_beginning(w, lex, draft)
        if named is not None:
            draft.act = named
            return True
    if draft.act in (Act.ASSERTS, Act.ANNOUNCES, Act.CONFIRMS, Act.WARNS, Act.ACCUSES):
        _from_content(w, lex, draft, before)
    return True


def before_here(draft: Draft, before: list[Draft]) -> bool:
    """Whether somebody has said something in the same sentence before."""
    return any(other.sentence == draft.sentence for other in before)


def _named_at_the_beginning(w: Words, lex: Lexicon, draft: Draft) -> Act | None:
    """ "In a rare admission, the regulator said that …": the noun before the comma says which act it is."""
    first, _last = draft.sentence
    if w.low[first] not in ("in", "with", "con") or draft.cue is None:
        return None
    comma = next((k for k in range(first, min(draft.cue[0], first + 7)) if w.text[k] == ","), first)
    acts = [lex.nouns[w.low[k]].act for k in range(first, comma) if w.low[k] in lex.nouns]
    return acts[0] if acts and acts[0] in _TURNS else None


_TURNS = (Act.DENIES, Act.ADMITS, Act.RETRACTS)


def _stands(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """Whether somebody really denies or admits: not "could deny", not "facts disproved", not "whoever denies"."""
    if draft.cue is not None and draft.kind == "finite":
        group = w.low[draft.cue[0] : draft.cue[1]]
        if any(token in lex.hypothetical for token in group):
            return False
        if (
            group[-1].endswith(
                (
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
            )
            and lex.language == "it"
        ):
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


def _is_new_of(opening: list[str]) -> bool:
    """ "retracts the new of the arrest": the machine's word for a piece of news."""
    return any(left == "new" and right == "of" for left, right in itertools.pairwise(opening))


def _lets_in(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """ "ammette solo uomini a questo monastero", "admitted a journalist to the hall": let in."""
    first, last = draft.contents[0]
    if w.low[first] in ("in", "into", "to", "nel", "nella", "al", "alla"):
        return True
    head = next(
        (k for k in range(first, min(last, first + 3)) if w.low[k] not in lex.adverbs | lex.determiners),
        first,
    )
    return w.low[head] in _LET_IN and any(w.low[k] in ("to", "into", *_DATIVES) for k in range(head, last))


_LET_IN = word_set(
    "uomo uomini donna donne bambini pazienti feriti ferito studenti pubblico visitatori giornalista giornalisti"
    " man men woman women children patients students visitors journalist journalists reporters"
)
_NAMELESS = frozenset({"anonimato", "anonymity", "anonymous", "named", "identified"})
_DATIVES = word_set("a ad al allo alla ai agli alle all' all’")


def _is_supposed(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """ "If Tehran denies …", "Will Moscow deny it?", "asked whether he admitted"."""
    if draft.quoted or draft.kind == "noun":
        return False
    first, last = draft.sentence
    begin = min([draft.cue[0] if draft.cue else last, draft.speaker[0] if draft.speaker else last])
    if begin > first and w.low[begin - 1] in ("if", "whether", "se", "unless", "should"):
        return True
    return w.text[last - 1] == "?" and (
        w.low[begin] in lex.modals or (begin > first and w.low[begin - 1] in lex.modals)
    )


def _takes(w: Words, lex: Lexicon, draft: Draft, opening: list[str]) -> bool:
    """Whether the verb takes what makes it a denial, an admission or a retraction; sets the act where it is another."""
    verb = draft.verb
    assert verb is not None  # noqa: S101
    noun = "object" in draft.rule or draft.rule in ("as", "gerund-as", "passive", "passive-as")
    if (
        verb.lemma in ("escludere", "exclude")
        and noun
        and any(
            token in ("dal", "dalla", "dai", "dalle", "from")
            for token in w.low[draft.contents[0][0] : draft.contents[0][1]]
        )
    ):
        return False
    if draft.speaker is not None and any(
        token in lex.access_nouns for token in w.low[draft.speaker[0] : draft.speaker[1]]
    ):
        return False
    if verb.lemma in _PLAIN_DENIALS:
        if noun and any(token in ("richiesta", "richieste") for token in opening[:3]):
            # "La Cina ha negato la richiesta": denied that there was one, or refused it?
            draft.extra["also"] = (Act.REFUSES,)
            return True
        if noun and any(token in lex.access_nouns for token in opening[:5]):
            if verb.lemma in ("deny", "negare"):
                draft.act = Act.REFUSES
                return lex.language == "it" or opening[0] not in ("him", "her", "them", "me", "us")
            return False
        if noun and any(token in ("request", "requests") for token in opening[:4]):
            draft.extra["also"] = (Act.REFUSES,)
        return True
    if verb.act == Act.DENIES:
        of_claims = any(
            token in lex.claim_nouns or token in lex.false_words for token in opening
        ) or _has_false(w, lex, draft.contents[0])
        if not noun:
            return True
        if of_claims or _is_new_of(opening) or opening[:1] in (["it"], ["this"], ["that"], ["them"]):
            return True
        if verb.lemma in _REFUSALS:
            draft.act = Act.REFUSES
            return True
        return verb.lemma not in _ONLY_OF_CLAIMS or any(w.quoted[k] for k in range(*draft.contents[0]))
    if verb.act == Act.RETRACTS:
        return not noun or _is_new_of(opening) or any(token in lex.told_nouns for token in opening)
    if verb.lemma == "concede" and noun:
        return any(token in lex.owned_nouns or token in lex.claim_nouns for token in opening)
    if verb.lemma in ("ammettere", "admit") and noun and _lets_in(w, lex, draft):
        return False
    if (
        verb.act == Act.ADMITS
        and noun
        and verb.lemma in ("riconoscere", "acknowledge", "recognise", "recognize")
    ):
        if any(token in lex.recognised_nouns for token in opening):
            draft.act = Act.ASSERTS
            return lex.language == "en"
        pointing = (
            opening[:1] in (["it"], ["this"], ["that"]) and draft.contents[0][1] - draft.contents[0][0] == 1
        )
        return (
            pointing
            or verb.lemma in ("acknowledge", "riconoscere")
            or any(token in lex.owned_nouns for token in opening)
        )
    return True


def _is_a_paper(w: Words, lex: Lexicon, phrase: Range) -> bool:
    """ "Il documento non chiarisce": a paper is not silent, nobody was asked."""
    head = next((k for k in range(*phrase) if w.low[k] not in lex.determiners), phrase[0])
    return w.low[head] in lex.documents and w.low[head] not in lex.people_nouns


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


_ON_IT = word_set("on about su sul sullo sulla sui sugli sulle sull' sull’ to a al alla alle ai")


def _negated(w: Words, lex: Lexicon, draft: Draft, opening: list[str]) -> bool:
    """ "did not say": silence. "did not deny": nothing anybody said. "non riconosce la sua colpa": denied."""
    verb = draft.verb
    if verb is None:
        return True
    if draft.belief:
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


def _from_content(w: Words, lex: Lexicon, draft: Draft, before: list[Draft]) -> None:
    """What is said may deny, warn or confirm although the verb only says "said"."""
    first, last = draft.contents[0]
    tokens = [token for token in w.low[first:last] if token[0].isalnum()]
    if not tokens:
        return
    if draft.act == Act.CONFIRMS:
        return
    turn = meaning(w, lex, (first, draft.contents[-1][1]))
    if draft.act == Act.ACCUSES:
        turn = None  # "ha accusato Kiev di diffondere menzogne"
    of_itself = tokens[0] in ("it", "he", "she", "they", "we")
    if turn is not None and not (turn == Act.ADMITS and not draft.quoted and not of_itself):
        draft.act = turn
        return
    if (
        draft.verb is not None
        and ("a" in draft.verb.frames or draft.rule.endswith("called"))
        and any(token in lex.false_words for token in tokens)
    ):
        draft.act = Act.DENIES
        return
    if tokens[:2] == ["no", "comment"]:
        draft.act = Act.DECLINES
    elif (
        tokens[0] == "no"
        and len(tokens) > 1
        and tokens[1] in ("al", "alla", "allo", "ai", "alle", "all'", "to", "agli")
    ) or (
        draft.quoted
        and (
            (tokens[0] == "non" and len(tokens) > 1 and tokens[1].endswith("remo"))
            or (tokens[:2] == ["noi", "non"] and len(tokens) > 2 and tokens[2].endswith(("remo", "rà")))
            or tokens[:3] == ["we", "will", "not"]
            or tokens[:3] in (["we", "wo", "n't"], ["we", "wo", "n’t"])
        )
    ):
        draft.act = Act.REFUSES
    elif lex.patterns["doubting"].search(" ".join(tokens[:14])):
        draft.act = Act.DOUBTS
    elif (
        _denies_with_force(lex, draft, tokens)
        or _denies_in_a_headline(lex, draft, tokens)
        or (
            (
                tokens[0] in lex.no_words
                and (len(tokens) <= 8 and tokens[0] in ("nothing", "not", "niente", "nulla"))
            )
            or tokens[:2]
            in (["absolutely", "not"], ["certainly", "not"], ["of", "course", "not"], ["assolutamente", "no"])
        )
        or (
            tokens[0] in lex.no_words
            and (
                (len(tokens) <= 3 and len(draft.contents) == 1)
                or (draft.quoted and first + 1 < last and w.text[first + 1] in {",", "."})
            )
        )
    ):
        draft.act = Act.DENIES
    elif tokens in (["di", "sì"], ["di", "si"], ["che", "sì"]):
        asked = any(token in ("domanda", "chi") for token in w.low[draft.sentence[0] : draft.sentence[1]])
        draft.act = Act.ADMITS if asked else Act.CONFIRMS
    elif tokens in (["di", "no"], ["che", "no"]):
        draft.act = Act.DENIES
    elif len(tokens) == 1 and tokens[0] in lex.yes_words:
        draft.act = Act.CONFIRMS
    elif (
        _has_false(w, lex, (first, last))
        or _denies_for_itself(w, lex, draft, first, last)
        or tokens[0] in ("nessuna", "nessun", "nessuno", "mai", "never")
        or (tokens[0] == "no" and lex.language == "it" and len(tokens) <= 8)
        or (
            draft.kind == "gerund"
            and any(token in _NOT[lex.language] for token in tokens)
            and any(each.act == Act.DENIES and each.sentence == draft.sentence for each in before)
        )
    ):
        draft.act = Act.DENIES
    elif (
        draft.act == Act.ASSERTS
        and any(token in lex.consequence_words for token in tokens)
        and not draft.belief
    ):
        draft.act = Act.WARNS


def _denies_with_force(lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "swore that no centrifuge had been hidden", "insiste: «Non era nostro»": sworn or insisted that something is not so."""
    if draft.verb is None or draft.verb.lemma not in _FORCEFUL:
        return False
    begin = int(tokens[0] in ("that", "che", "di", "there"))
    opening = tokens[begin : begin + 4]
    return any(token in _NOT[lex.language] for token in opening[:2]) and not any(
        token in lex.modals or token.endswith(("rà", "ranno", "rebbe", "remo")) for token in opening
    )


_FORCEFUL = frozenset({"swear", "insist", "giurare", "insistere"})


def _denies_in_a_headline(lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "Beijing: no lethal aid sent to Russia": that something was done is denied; "no deal without Kyiv" refuses."""
    if not draft.rule.startswith("colon") or tokens[0] not in ("no", "nessun", "nessuna"):
        return False
    done = _DONE[lex.language]
    return any(done.search(token) for token in tokens[2:6])


_DONE = {
    "en": re.compile(r"ed$|^(?:sent|sold|given|made|found|held|met|paid|lost|shot|taken|seen|hit|won)$"),
    "it": re.compile(r"[aiu]t[oaie]$|ess[oaie]$|^(?:presi|preso|presa|fatt[oaie]|dett[oaie])$"),
}


def _has_false(w: Words, lex: Lexicon, content: Range) -> bool:
    """ "è falso", "these are lies", "fake news": the words call something untrue; "the false invoices" do not."""
    first, last = content
    for k in range(first, min(last, first + 16)):
        if w.low[k] not in lex.false_words:
            continue
        if k - first <= 1 and k + 1 < last and w.low[k + 1] in lex.claim_nouns:
            return True
        alone = (
            k + 1 >= last
            or not w.is_word(k + 1)
            or w.low[k + 1]
            in ("che", "that", "news", "notizia", "e", "and", "la", "le", "il", "lo", "i", "the")
        )
        if k - first <= 2 and last - first <= 14 and alone:
            return True
        linked = any(
            w.low[j] in lex.be
            or w.low[j] in ("as", "come", "si", "di", "them", "it", "this")
            or (w.low[j] in lex.determiners and j == first)
            for j in range(max(first, k - 3), k)
        )
        if w.low[k - 1] in lex.be and k > first:
            return True
        if linked and (alone or w.low[k + 1] in lex.prepositions or w.low[k + 1] in lex.conjunctions):
            return True
    return False


def _may_speak_for(w: Words, lex: Lexicon, draft: Draft, subject: list[str]) -> bool:
    """Whether the speaker holds an office and no other country is named with it."""
    if draft.speaker is None:
        return False
    words = w.low[draft.speaker[0] : draft.speaker[1]]
    if not any(token in lex.offices for token in words):
        return False
    forms = countries.load().forms(lex.language)
    about = {forms[token] for token in subject[:2] if token in forms}
    named = {forms[token] for token in words if token in forms}
    return not named or bool(named & about)


@functools.cache
def forms_of_countries(language: str) -> frozenset[str]:
    return frozenset(form for form in countries.load().forms(language) if " " not in form)


def _denies_for_itself(w: Words, lex: Lexicon, draft: Draft, first: int, last: int) -> bool:
    """ "said it had never sent arms", "ha detto di non aver chiesto aiuto": a negation about the speaker's own doing."""
    if any(token in lex.undeniable for token in w.low[first : min(last, first + 6)]):
        return False
    tokens = w.low[first : min(last, first + 9)]
    language = lex.language
    if language == "it":
        if (
            tokens[0] == "non"
            and len(tokens) > 2
            and tokens[2] in ("sarà", "saranno", "sarebbe", "sarebbero")
        ):
            return False
        if (
            tokens[0] == "di"
            and tokens[1:2] == ["non"]
            and any(token.startswith(("aver", "esser", "voler")) for token in tokens[2:4])
        ):
            return not any(token.startswith("voler") for token in tokens[2:4])
        if (
            tokens[0] == "non"
            and len(tokens) > 1
            and (
                tokens[1]
                in (
                    "abbiamo",
                    "siamo",
                    "stiamo",
                    "ho",
                    "c'è",
                    "esiste",
                    "esistono",
                    "ci",
                    "vi",
                    "è",
                    "risulta",
                )
                or "mai" in tokens[:4]
            )
        ):
            return True
        if tokens[0] in _OWN[language] and "non" in tokens[:3]:
            return True
        if len(tokens) > 2 and tokens[1].startswith("nostr") and "non" in tokens[2:5]:
            return True
        return (
            "mai" in tokens[:6]
            and any(token in _PERFECT[language] for token in tokens[:5])
            and tokens[0] in ("mai", "non", "noi")
        )
    if tokens[0] in forms_of_countries(language) or (
        tokens[0] in lex.determiners
        and len(tokens) > 2
        and tokens[1] in forms_of_countries(language)
        and (tokens[2] in lex.auxiliaries or tokens[2] in _NOT[language])
    ):
        # "China had never provided weapons", said by somebody who may speak for China
        negation = next((k for k, token in enumerate(tokens[:6]) if token in _NOT[language]), None)
        plain = negation is not None and any(token in _PERFECT[language] for token in tokens[: negation + 2])
        if not plain:
            return False
        return "mai" in tokens or "never" in tokens or _may_speak_for(w, lex, draft, tokens)
    if (
        tokens[0] in _OWN[language]
        or (len(tokens) > 1 and tokens[1].startswith("nostr"))
        or tokens[0] == "our"
    ):
        negation = next((k for k, token in enumerate(tokens[:5]) if token in _NOT[language]), None)
        if negation is None:
            return False
        return any(token in _PERFECT[language] for token in tokens[: negation + 1]) and not any(
            token
            in (
                "would",
                "will",
                "could",
                "can",
                "should",
                "sure",
                "want",
                "know",
                "think",
                "believe",
                "going",
            )
            for token in tokens[: negation + 3]
        )
    return False
