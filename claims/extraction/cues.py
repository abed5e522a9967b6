"""Cues: the verbs and phrases that introduce what somebody says, each with its group of auxiliaries and adverbs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from claims.extraction.lexicon import Form, Lexicon, Verb
from claims.extraction.words import FINAL, Words
from claims.vocabulary import Act

_ENCLITIC = re.compile(r"(.+(?:ndo|r))(?:lo|la|li|le|gli|ne|ci|si|mi|ti|vi|glielo|gliela)$")
_AVERLO = re.compile(r"(?:aver|avendo)(lo|la|li|le|ne|gli|ci)?$")
_ADVERB = {"it": "mente", "en": "ly"}


@dataclass(slots=True)
class Cue:
    """`first` to `last`: the words of the cue. `head`: the verb's own. `kind`: finite, gerund, passive, infinitive or perfect
    ("dopo averlo negato"). `clitic`: an object inside the group ("lo nega"), a token, or -1."""

    first: int
    last: int
    head: int
    verb: Verb
    kind: str
    negated: bool = False
    conditional: bool = False
    clitic: int = -1
    ambiguous: bool = False
    modal: bool = False


def find_cues(w: Words, lex: Lexicon, first: int, last: int) -> list[Cue]:
    """The cues of one sentence, in order."""
    found: list[Cue] = []
    low, forms, phrases = w.low, lex.forms, lex.phrases
    for i in range(first, last):
        token = low[i]
        known = forms.get(token)
        if known is None and len(token) > 4:
            known = (_glued(lex, token) if len(token) > 7 else None) or find_misspelt(lex, token)
        if known is None and token not in phrases:
            if lex.language != "it" or len(token) < 6:
                continue
            match = _ENCLITIC.match(token)
            known = forms.get(match[1]) if match else None
            if known is None and match and match[1].endswith("r"):
                known = forms.get(match[1])
            if known is None:
                continue
        cue = _cue_at(w, lex, i, known or [], first, last)
        if cue is not None and cue.modal and found and cue.first <= found[-1].head < cue.head:
            found.pop()  # "continua a negare"
        if cue is not None and not (found and found[-1].last > cue.first):
            found.append(cue)
        elif cue is not None and found[-1].head < cue.head and found[-1].last <= cue.head:
            # "has said and repeated": the second has no room of its own to the left.
            cue.first = found[-1].last
            found.append(cue)
    return found


def find_misspelt(lex: Lexicon, token: str) -> list[Form] | None:
    """ "ritrattatto", "denys": one letter off from a verb of denying, admitting or taking back. Other verbs are not guessed."""
    if len(token) < 6 or token in lex.determiners or token in lex.prepositions:
        return None
    for form in lex.turning.get(token[:3], ()):
        if abs(len(form) - len(token)) <= 1 and _one_edit(form, token):
            return [
                each for each in lex.forms[form] if each.verb.act in (Act.DENIES, Act.ADMITS, Act.RETRACTS)
            ]
    return None


def _one_edit(left: str, right: str) -> bool:
    """Whether one letter added, left out or changed makes one word the other; the last letter does not count (it inflects)."""
    if len(left) > len(right):
        left, right = right, left
    k = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if k >= len(left) - (len(left) == len(right)):
        return False
    return left[k + (len(left) == len(right)) :] == right[k + 1 :]


def _glued(lex: Lexicon, token: str) -> list[Form] | None:
    """ "negatoche", "smentitol’": machine translation glues the next word to the verb."""
    for tail in (
        "che",
        "that",
        "tali",
        "di",
        "la",
        "le",
        "il",
        "lo",
        "i",
        "l’",
        "l'",
        "l",
        "the",
        "to",
        "it",
    ):
        if token.endswith(tail):
            known = lex.forms.get(token[: -len(tail)])
            if known is not None and known[0].tense in ("participle", "past", "finite"):
                return known
    return None


def _cue_at(w: Words, lex: Lexicon, i: int, known: list[Form], first: int, last: int) -> Cue | None:
    known = list(known)
    end, certain = i + 1, False
    for rest, verb, tense in lex.phrases.get(w.low[i], ()):
        place = _phrase_end(w, lex, i, rest, last)
        if place:
            known = [*(known if certain else ()), Form(verb, tense)]  # "cast doubt": now or then
            end, certain = place, True
    maker = _italian_cue if lex.language == "it" else _english_cue
    for form in known:
        cue = maker(w, lex, i, form, first, last, certain=certain)
        if cue is not None:
            cue.last = max(cue.last, end)
            return cue
    return None


def _phrase_end(w: Words, lex: Lexicon, i: int, rest: tuple[str, ...], last: int) -> int | None:
    j = i + 1
    if w.low[j : j + len(rest)] == list(rest):
        return j + len(rest)
    return None


def _group(w: Words, lex: Lexicon, i: int, first: int) -> tuple[int, list[int]]:
    """The words of the verb's group to its left: where it begins, and its auxiliaries from right to left."""
    j, auxiliaries = i - 1, []
    begin = i
    ending = _ADVERB[lex.language]
    while j >= first and i - j <= 7:
        token = w.low[j]
        if token in lex.auxiliaries or token in lex.modals:
            auxiliaries.append(j)
            begin = j
        elif token in lex.negations or (
            lex.language == "it" and token in lex.clitics and _is_clitic(w, lex, j)
        ):
            begin = j
        elif token in lex.adverbs or (token.endswith(ending) and len(token) > 5 and not w.is_capital(j)):
            if not auxiliaries:
                begin = j if lex.language == "en" else begin
        elif not (token == "di" and w.low[j + 1] == "recente"):
            break
        j -= 1
    return begin, auxiliaries


def _is_clitic(w: Words, lex: Lexicon, j: int) -> bool:
    """ "la" and "lo" are articles too: pronouns only right before a verb of the group."""
    following = w.low[j + 1] if j + 1 < len(w) else ""
    return following in lex.auxiliaries or following in lex.forms or following in lex.clitics


def _italian_cue(
    w: Words, lex: Lexicon, i: int, form: Form, first: int, last: int, *, certain: bool = False
) -> Cue | None:
    low = w.low
    begin, auxiliaries = _group(w, lex, i, first)
    group = low[begin:i]
    before = low[begin - 1] if begin > first else ""
    negated = ("non" in group and "solo" not in group) or before == "senza" or "né" in group or "nè" in group
    clitic = next((j for j in range(begin, i) if low[j] in ("lo", "la", "l'", "l’", "li", "le", "ne")), -1)
    conditional = any(low[j] in ("avrebbe", "avrebbero", "sarebbe", "sarebbero") for j in auxiliaries)
    reflexive = "si" in group or "s'" in group or "s’" in group or "mi" in group
    verb = form.verb
    if reflexive and verb.lemma in lex.reflexive:
        verb = lex.verbs.get(lex.reflexive[verb.lemma], verb)
    elif reflexive and verb.lemma == "leggere":
        return Cue(begin, i + 1, i, verb, "finite")
    elif verb.lemma == "leggere" or "Z" in verb.frames:
        return None
    ambiguous = low[i] in lex.ambiguous and not certain
    if form.tense == "participle":
        if not auxiliaries:
            averlo = _AVERLO.match(low[begin - 1]) if begin > first else None
            j = begin - 1
            while (
                averlo is None
                and j > first
                and i - j < 5
                and (
                    low[j].endswith("mente")
                    or low[j] in lex.adverbs
                    or low[j] in ("a", "lungo", "più", "volte", "in", "precedenza")
                )
            ):
                j -= 1
                averlo = _AVERLO.match(low[j])
            if averlo is None and _shares_auxiliary(w, lex, i, first):
                return Cue(i, i + 1, i, verb, "finite")
            if averlo is None and _bare_participle(w, lex, i, first, last):
                return Cue(i - (low[i - 1] in _MISSPELT_HAVE), i + 1, i, verb, "finite")
            if averlo and j > first and low[j - 1] in ("di", "d'", "d’") and not averlo[1]:
                return None  # "nega di aver chiesto armi"
            if averlo:
                found = Cue(j, i + 1, i, verb, "perfect", negated)
                if averlo[1]:
                    found.clitic = j
                return found
            return None
        have = [j for j in auxiliaries if low[j] in lex.have]
        if (
            have
            and low[have[0]] in ("aver", "avere")
            and begin > first
            and low[begin - 1] == "di"
            and clitic < 0
        ):
            return None  # "nega di aver chiesto armi"
        if have and low[have[0]] in ("aver", "avere", "avendo"):
            return Cue(begin, i + 1, i, verb, "perfect", negated, clitic=clitic)
        if have:
            if low[have[0]] in ("ho", "abbiamo"):
                return None
            return Cue(begin, i + 1, i, verb, "finite", negated, conditional, clitic)
        if reflexive:
            if verb.lemma in lex.reflexive.values():
                return Cue(begin, i + 1, i, verb, "finite", negated, conditional)
            return Cue(begin, i + 1, i, verb, "passive", negated, conditional)
        if any(low[j] in lex.be for j in auxiliaries):
            return Cue(begin, i + 1, i, verb, "passive", negated, conditional)
        return None
    if form.tense == "gerund":
        if verb.lemma == "parlare_di":
            return None
        if any(low[j] in ("sta", "stà", "stanno", "stava", "stavano") for j in range(max(first, i - 3), i)):
            return Cue(begin, i + 1, i, verb, "finite", negated, clitic=clitic)
        if not w.source[w.start[i] : w.end[i]].lower().endswith("ndo"):
            clitic = i
        return Cue(i, i + 1, i, verb, "gerund", negated, clitic=clitic)
    if form.tense == "infinitive":
        j = i - 1
        if (
            j > first
            and low[j] in ("a", "ad", "di")
            and low[j - 1] in lex.modals | {"tornato", "torna", "arrivato", "limitato", "limita"}
        ):
            begin, _ = _group(w, lex, j - 1, first)
            return Cue(begin, i + 1, i, verb, "finite", negated, modal=True)
        if low[i - 1] == "poi" and i - 2 >= first and low[i - 2] in ("salvo", "per"):
            return Cue(i - 1, i + 1, i, verb, "perfect", negated)
        if auxiliaries and low[auxiliaries[0]] in lex.modals:
            return Cue(begin, i + 1, i, verb, "finite", negated, conditional, modal=True)
        if (
            i + 1 < last
            and not auxiliaries
            and _after_a_quotation(w, i, first)
            and nouns_begin(w, lex, i + 1)
        ):
            return Cue(i, i + 1, i, verb, "finite")  # «…», dire un residente
        return None
    # A finite form: a noun where an article or a preposition stands before it.
    if before in lex.prepositions and (ambiguous or low[i - 1] == before):
        return None
    if ambiguous and (low[i - 1] in lex.determiners or low[i - 1] in lex.prepositions) and i > first:
        return None
    if (
        ambiguous
        and begin == i
        and i > first
        and not (w.is_word(i - 1) or w.is_mark(i - 1) or low[i - 1] in {",", "-", "–"})
    ):
        return None
    if auxiliaries and begin < i and low[i - 1] in lex.auxiliaries:
        return None
    return Cue(begin, i + 1, i, verb, "finite", negated, conditional, clitic, ambiguous)


_MISSPELT_HAVE = ("a", "à", "anno", "o", "stà")


def _shares_auxiliary(w: Words, lex: Lexicon, i: int, first: int) -> bool:
    """ "ha condannato e accusato i ribelli", "ha negato il bombardamento e accusato Baku": the "ha" before holds for both."""
    low = w.low
    lead = i - 1
    while lead > first and (
        low[lead] in ("poi", "quindi", "anche", "infine", "inoltre") or low[lead].endswith("mente")
    ):
        lead -= 1
    if low[lead] not in ("e", "ed", "o", "ma", "poi") or not low[i].endswith(("o", "i", "a", "e")):
        return False
    for k in range(lead - 1, max(first, lead - 25) - 1, -1):
        if low[k] in lex.have:
            return k + 1 < lead and low[k + 1].endswith(("to", "so", "tto", "sto", "rso"))
        if low[k] in lex.auxiliaries or w.text[k] in {";", ":"} or w.quoted[k] != w.quoted[i]:
            return False
    return False


def _bare_participle(w: Words, lex: Lexicon, i: int, first: int, last: int) -> bool:
    """ "La portavoce a negato", "La sua controparte negato che": an auxiliary that a machine lost or misspelt."""
    low = w.low
    if i + 1 >= last or low[i] in lex.ambiguous:
        return False
    forms = lex.forms.get(low[i], ())
    turn = not forms or any(form.verb.act in _TURNS for form in forms)
    if i == first:
        refused = (
            any(form.verb.act == Act.REFUSES for form in forms)
            and low[i + 2 : i + 3]
            and low[i + 2] in lex.claim_nouns
        )
        plain = any("n" in form.verb.frames for form in forms)
        return bool(turn or refused or plain) and _disagrees(w, lex, i, last)
    if low[i - 1] in lex.determiners or low[i - 1] in ("va", "vanno", "andrebbe", "e", "ed"):
        return False
    if _after_a_quotation(w, i, first) and (nouns_begin(w, lex, i + 1) or low[i + 1] in lex.people_nouns):
        return any("q" in form.verb.frames for form in forms)
    glued = not forms
    content = (
        glued
        or low[i + 1] in lex.determiners
        or low[i + 1] in lex.complementizers
        or low[i + 1] in ("di", ",", ":", "ci", "tutto")
        or w.is_mark(i + 1)
    )
    if not content:
        return False
    if low[i - 1] in _MISSPELT_HAVE[:4] and i - 1 > first and (w.is_word(i - 2) or w.text[i - 2] == ","):
        return glued or low[i].endswith("o")
    if any(low[k] in lex.auxiliaries for k in range(first, i)) and low[i - 1] not in _NOW:
        return False
    if low[i + 1] in ("che", "ci") and i - first <= 6:
        return True
    if low[i + 1 : i + 3] == [",", "che"] and i - first <= 6:
        return True
    named = any(w.is_capital(k) or low[k] in lex.people_nouns for k in range(max(first, i - 7), i))
    if low[i - 1] in lex.claim_nouns or low[i - 1] in lex.prepositions or not named:
        return False
    rest = range(i + 1, min(last, i + 12))
    called = any("a" in form.verb.frames for form in forms) and any(low[k] in lex.false_words for k in rest)
    refused = any(form.verb.act == Act.REFUSES for form in forms) and any(
        low[k] in lex.claim_nouns for k in rest[:3]
    )
    return turn or called or refused or low[i - 1] in lex.people_nouns


# Between a subject and a participle whose auxiliary is lost.
_NOW = ("non", "adesso", "ora", "poi")
_TURNS = (Act.DENIES, Act.ADMITS, Act.RETRACTS)


def _disagrees(w: Words, lex: Lexicon, i: int, last: int) -> bool:
    """ "Rifiutato le accuse anche X": no absolute participle, which would agree ("Rifiutate le accuse, X"); "ha" was lost."""
    article = w.low[i + 1]
    return w.low[i].endswith("o") and article in ("la", "le", "i", "gli", "ogni") and i + 2 < last


def _after_a_quotation(w: Words, i: int, first: int) -> bool:
    """Whether a quotation closes right before token `i`, a comma and a dash apart."""
    k = i - 1
    while k > first and w.text[k] in {",", "–", "—", "-"}:
        k -= 1
    return k >= first and bool(w.quoted[k]) and w.is_mark(k) and not w.quoted[i]


def nouns_begin(w: Words, lex: Lexicon, k: int) -> bool:
    """Whether an article before somebody, or a name, stands at token `k`."""
    low = w.low
    return w.is_capital(k) or (
        low[k] in lex.articles and k + 1 < len(w) and (w.is_capital(k + 1) or low[k + 1] in lex.people_nouns)
    )


def _english_cue(
    w: Words, lex: Lexicon, i: int, form: Form, first: int, last: int, *, certain: bool = False
) -> Cue | None:
    low = w.low
    begin, auxiliaries = _group(w, lex, i, first)
    group = low[begin:i]
    before = low[begin - 1] if begin > first else ""
    nearest = low[i - 1] if i > first else ""
    low[i + 1] if i + 1 < last else ""
    negated = any(token in lex.negations for token in group)
    if before == "no" and group and group[0] == "longer":
        begin, negated = begin - 1, True
    conditional = any(low[j] in ("would", "could", "might") for j in auxiliaries)
    ambiguous = low[i] in lex.ambiguous and not certain
    verb = form.verb
    aux = {low[j] for j in auxiliaries}
    made = Cue(begin, i + 1, i, verb, "finite", negated, conditional, ambiguous=ambiguous)
    if nearest == "-" or (
        w.is_capital(i)
        and i > first
        and w.is_word(i - 1)
        and not w.is_capital(first + 1 if first + 1 < last else i)
    ):
        # "late-night tweets", "The Washington Post"
        return None
    if low[i] in ("called", "said", "named") and nearest == "so":
        return None
    if form.tense == "gerund":
        if aux & lex.be:
            return made
        if nearest in lex.determiners or (
            nearest in lex.prepositions and nearest not in ("by", "in", "as", "while", "after", "despite")
        ):
            return None
        made.kind, made.first = "gerund", i
        return made
    if form.tense in ("past", "participle"):
        if "to" in aux:
            return None
        if auxiliaries:
            if low[auxiliaries[-1]] == "having":
                made.kind = "perfect"
                return made
            if low[auxiliaries[0]] in lex.have and not (aux & lex.be - {"'s", "'d"}):
                return made
            if aux & lex.be and low[auxiliaries[0]] not in lex.modals:
                made.kind = "passive"
                return made
            if low[auxiliaries[0]] in lex.have:
                return made
            return None
        if form.tense == "participle":
            return None
        if (
            nearest in lex.determiners - {"all", "both", "many", "some", "others", "one", "two", "three"}
            or nearest in lex.prepositions
            or nearest == "than"
        ):
            return None
        if (ambiguous or nearest in ("two", "three", "one")) and not (
            _opens_content(w, lex, i + 1, last) or _closes_a_parenthesis(w, i, first, last)
        ):
            return None
        if i + 1 < last and (
            low[i + 1] in ("missing", "dead", "stolen")
            or (nearest in lex.people_nouns and low[i + 1] in ("on", "about") and verb.lemma == "brief")
        ):
            return None
        return made
    if form.tense == "base":
        if nearest == "to" or (group and "to" in group and low[auxiliaries[0]] == "to"):
            made.kind = "infinitive"
            if len(aux) > 1 or "q" not in verb.frames:
                made.first = i - 1
            return made
        if aux & lex.modals:
            made.modal = True
            return made
        if auxiliaries and low[auxiliaries[0]] in lex.have and not ambiguous:
            return made  # "Paris has contradict it": a participle that a machine lost
        if (
            nearest in lex.determiners - {"all", "both", "many", "some", "others"}
            or nearest in lex.prepositions
        ):
            return None
        if i > first and (nearest == "," or w.is_mark(i - 1)) and "q" in verb.frames and not ambiguous:
            return made
        if i == first or not (
            nearest in lex.pronouns
            or nearest in lex.people_nouns
            or nearest.endswith("s")
            or group
            or w.is_capital(i - 1)
            or nearest in ("people", "police", "both", "many", "some", "others", "media", "all")
        ):
            return None
        if nearest in ("he", "she", "it"):
            return None
        if ambiguous and not _opens_content(w, lex, i + 1, last):
            return None
        return made
    if nearest in lex.determiners - {"this", "that"} or (nearest in lex.prepositions and not group):
        return None
    if ambiguous and not _opens_content(w, lex, i + 1, last):
        return None
    if ambiguous and nearest in ("'s", "’s"):
        return None
    return made


def _closes_a_parenthesis(w: Words, i: int, first: int, last: int) -> bool:
    """“Two of them had cameras,” she added.: nothing but the clause's end after the verb, a quotation a few words before it."""
    if i + 1 < last and w.text[i + 1] not in FINAL and w.text[i + 1] not in {",", ";", "–", "—"}:
        return False
    return any(w.is_mark(k) and w.quoted[k] for k in range(max(first, i - 9), i))


def _opens_content(w: Words, lex: Lexicon, j: int, last: int) -> bool:
    """Whether what follows reads like content: a conjunction, a quotation, a pronoun, an article or a name."""
    if j >= last:
        return False
    token = w.low[j]
    return (
        token in ("that", ":", "whether", "if", "how", "why", "what")
        or w.is_mark(j)
        or token in lex.subjects
        or token in lex.determiners
        or token in lex.times
        or w.is_capital(j)
        or (
            token in ("for", "on", "to")
            and w.low[j - 1]
            in (
                "call",
                "calls",
                "called",
                "plan",
                "plans",
                "planned",
                "hope",
                "hopes",
                "promise",
                "promises",
                "pledge",
                "pledges",
                "vow",
                "vows",
                "offer",
                "offers",
                "continued",
                "begin",
            )
        )
    )


@dataclass(slots=True)
class Phrase:
    """According-to: the words of the cue."""

    first: int
    last: int


def find_according(w: Words, lex: Lexicon, first: int, last: int) -> list[Phrase]:
    found = []
    starts = {phrase[0] for phrase in lex.according}
    for i in range(first, last):
        if w.low[i] in starts:
            best = 0
            for phrase in lex.according:
                n = len(phrase)
                if n > best and tuple(w.low[i : i + n]) == phrase and i + n < last:
                    best = n
            if best:
                found.append(Phrase(i, i + best))
    return found


def ends_clause(token: str) -> bool:
    return token in FINAL or token in {",", ";", ":", "–", "—", "(", ")"}
