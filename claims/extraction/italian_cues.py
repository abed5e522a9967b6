"""Which Italian forms of a verb of speech are cues: with their auxiliaries, and where a machine has lost or glued them."""

from __future__ import annotations

import re

from claims.extraction.lexicon import TURNS, Form, Lexicon, Verb, word_set
from claims.extraction.verb_groups import Cue, Group, group_at
from claims.extraction.words import DASHES, Words
from claims.vocabulary import Act

_AVERLO = re.compile(r"(?:aver|avendo)(lo|la|li|le|ne|gli|ci)?$")
_OBJECTS = word_set("lo la l' l’ li le ne")
_WOULD = word_set("avrebbe avrebbero sarebbe sarebbero")
_ITSELF = word_set("si s' s’ mi")
_NOT = word_set("né nè")
_IS_DOING = word_set("sta stà stanno stava stavano")
# "a", "anno": what is left of "ha", "hanno".
_MISSPELT_HAVE = ("a", "à", "anno", "o", "stà")
# Between a subject and a participle whose auxiliary is lost.
_NOW = word_set("non adesso ora poi")
# Between "averlo" and its participle ("averlo più volte smentito").
_IN_BETWEEN = word_set("a lungo più volte in precedenza")
_AND_THEN = word_set("poi quindi anche infine inoltre")
_AND = word_set("e ed o ma poi")
# Before these verbs' infinitives ("è tornato a negare").
_RETURNS = word_set("tornato torna arrivato limitato limita")


def italian_cue(g: Group, form: Form) -> Cue | None:
    """The cue that the form is in its group; None where it is a noun, an adjective or no verb of speech."""
    words = g.words
    reflexive = not _ITSELF.isdisjoint(words)
    verb = form.verb
    if reflexive and verb.lemma in g.lex.reflexive:
        verb = g.lex.verbs.get(g.lex.reflexive[verb.lemma], verb)
    elif reflexive and verb.lemma == "leggere":
        return Cue(g.begin, g.i + 1, g.i, verb, "finite")  # "si legge in una nota"
    elif verb.lemma == "leggere" or "Z" in verb.frames:
        return None
    cue = Cue(g.begin, g.i + 1, g.i, verb, "finite")
    cue.negated = (
        ("non" in words and "solo" not in words) or g.before == "senza" or not _NOT.isdisjoint(words)
    )
    cue.clitic = next((j for j in range(g.begin, g.i) if g.w.low[j] in _OBJECTS), -1)
    if form.tense == "participle":
        return _participle(g, cue, reflexive=reflexive) if g.auxiliaries else _without_auxiliary(g, cue)
    if form.tense == "gerund":
        return _gerund(g, cue)
    if form.tense == "infinitive":
        return _infinitive(g, cue)
    return _finite(g, cue)


def _participle(g: Group, cue: Cue, *, reflexive: bool) -> Cue | None:
    """ "ha negato", "è stato smentito", "si è rifiutato", "aver negato"."""
    low = g.w.low
    cue.conditional = any(low[j] in _WOULD for j in g.auxiliaries)
    have = next((low[j] for j in g.auxiliaries if low[j] in g.lex.have), "")
    if have in ("aver", "avere", "avendo"):
        if have != "avendo" and g.before == "di" and cue.clitic < 0:
            return None  # "nega di aver chiesto armi"
        cue.kind, cue.conditional = "perfect", False
        return cue
    if have:
        return None if have in ("ho", "abbiamo") else cue
    cue.clitic = -1
    if reflexive:
        cue.kind = "finite" if cue.verb.lemma in g.lex.reflexive.values() else "passive"
        return cue
    cue.kind = "passive"
    return cue if any(low[j] in g.lex.be for j in g.auxiliaries) else None


def _without_auxiliary(g: Group, cue: Cue) -> Cue | None:
    """ "averlo più volte negato", "ha condannato e accusato", and participles whose auxiliary a machine lost."""
    w, lex, low, i, first = g.w, g.lex, g.w.low, g.i, g.first
    averlo = _AVERLO.match(low[g.begin - 1]) if g.begin > first else None
    j = g.begin - 1
    while averlo is None and j > first and i - j < 5 and (
        low[j].endswith("mente") or low[j] in lex.adverbs or low[j] in _IN_BETWEEN
    ):  # fmt: skip
        j -= 1
        averlo = _AVERLO.match(low[j])
    if averlo is not None:
        if j > first and low[j - 1] in ("di", "d'", "d’") and not averlo[1]:
            return None  # "nega di aver chiesto armi"
        return Cue(j, i + 1, i, cue.verb, "perfect", cue.negated, clitic=j if averlo[1] else -1)
    if _shares_auxiliary(w, lex, i, first):
        return Cue(i, i + 1, i, cue.verb, "finite")
    if _lost_its_auxiliary(w, lex, i, first, g.last):
        return Cue(i - (low[i - 1] in _MISSPELT_HAVE), i + 1, i, cue.verb, "finite")
    return None


def _gerund(g: Group, cue: Cue) -> Cue | None:
    """ "negando", "sta negando", "dicendogli"."""
    w, i = g.w, g.i
    if cue.verb.lemma == "parlare_di":
        return None
    if any(w.low[j] in _IS_DOING for j in range(max(g.first, i - 3), i)):
        return cue
    cue.first, cue.kind = i, "gerund"
    if not w.low[i].endswith("ndo"):
        cue.clitic = i
    return cue


def _infinitive(g: Group, cue: Cue) -> Cue | None:
    """ "continua a negare", "ha voluto smentire", "salvo poi ammettere"; «…», dire un residente."""
    w, lex, low, i = g.w, g.lex, g.w.low, g.i
    cue.clitic = -1
    if i - 1 > g.first and low[i - 1] in ("a", "ad", "di") and low[i - 2] in lex.modals | _RETURNS:
        cue.first, cue.modal = group_at(w, lex, i - 2, g.first, g.last).begin, True
        return cue
    if i - 2 >= g.first and low[i - 1] == "poi" and low[i - 2] in ("salvo", "per"):
        cue.first, cue.kind = i - 1, "perfect"
        return cue
    if g.auxiliaries:
        cue.conditional = any(low[j] in _WOULD for j in g.auxiliaries)
        cue.modal = True
        return cue if low[g.auxiliaries[0]] in lex.modals else None
    if i + 1 < g.last and _after_a_quotation(w, i, g.first) and _begins_somebody(w, lex, i + 1):
        return Cue(i, i + 1, i, cue.verb, "finite")
    return None


def _finite(g: Group, cue: Cue) -> Cue | None:
    """A finite form; a noun where an article or a preposition stands before it ("l'accusa")."""
    w, lex, i = g.w, g.lex, g.i
    cue.conditional = any(w.low[j] in _WOULD for j in g.auxiliaries)
    cue.ambiguous = g.ambiguous
    left = w.low[i - 1]
    if g.before in lex.prepositions and (cue.ambiguous or left == g.before):
        return None
    if cue.ambiguous and i > g.first:
        if left in lex.determiners or left in lex.prepositions:
            return None
        if g.begin == i and not (w.is_word(i - 1) or w.is_mark(i - 1) or left in {",", "-", "–"}):
            return None
    return None if g.auxiliaries and g.begin < i and left in lex.auxiliaries else cue


def _shares_auxiliary(w: Words, lex: Lexicon, i: int, first: int) -> bool:
    """ "ha condannato e accusato i ribelli", "ha negato il bombardamento e accusato Baku": the "ha" before holds for both."""
    low = w.low
    lead = i - 1
    while lead > first and (low[lead] in _AND_THEN or low[lead].endswith("mente")):
        lead -= 1
    if low[lead] not in _AND or not low[i].endswith(("o", "i", "a", "e")):
        return False
    for k in range(lead - 1, max(first, lead - 25) - 1, -1):
        if low[k] in lex.have:
            return k + 1 < lead and low[k + 1].endswith(("to", "so"))
        if low[k] in lex.auxiliaries or w.text[k] in {";", ":"} or w.quoted[k] != w.quoted[i]:
            return False
    return False


def _lost_its_auxiliary(w: Words, lex: Lexicon, i: int, first: int, last: int) -> bool:
    """ "La portavoce a negato", "La sua controparte negato che": an auxiliary that a machine lost or misspelt."""
    low = w.low
    if i + 1 >= last or low[i] in lex.ambiguous:
        return False
    verbs = [form.verb for form in lex.forms.get(low[i], ())]
    if i == first:
        return _opens_the_sentence(low, lex, i, last, verbs)
    if low[i - 1] in lex.determiners or low[i - 1] in ("va", "vanno", "andrebbe", "e", "ed"):
        return False
    if _after_a_quotation(w, i, first) and (
        _begins_somebody(w, lex, i + 1) or low[i + 1] in lex.people_nouns
    ):
        return any("q" in verb.frames for verb in verbs)
    glued = not verbs
    opens = low[i + 1] in lex.determiners | lex.complementizers or low[i + 1] in (
        "di",
        ",",
        ":",
        "ci",
        "tutto",
    )
    if not (glued or opens or w.is_mark(i + 1)):
        return False
    if low[i - 1] in _MISSPELT_HAVE[:4] and i - 1 > first and (w.is_word(i - 2) or w.text[i - 2] == ","):
        return glued or low[i].endswith("o")
    if any(low[k] in lex.auxiliaries for k in range(first, i)) and low[i - 1] not in _NOW:
        return False
    if i - first <= 6 and (low[i + 1] in ("che", "ci") or low[i + 1 : i + 3] == [",", "che"]):
        return True
    named = any(w.is_capital(k) or low[k] in lex.people_nouns for k in range(max(first, i - 7), i))
    if low[i - 1] in lex.claim_nouns or low[i - 1] in lex.prepositions or not named:
        return False
    return low[i - 1] in lex.people_nouns or _surely_said(low, lex, i, last, verbs)


def _opens_the_sentence(low: list[str], lex: Lexicon, i: int, last: int, verbs: list[Verb]) -> bool:
    """ "Rifiutato le accuse anche X": no absolute participle, which would agree ("Rifiutate le accuse, X"); "ha" was lost."""
    disagrees = low[i].endswith("o") and low[i + 1] in ("la", "le", "i", "gli", "ogni") and i + 2 < last
    refused = (
        any(verb.act == Act.REFUSES for verb in verbs) and i + 2 < last and low[i + 2] in lex.claim_nouns
    )
    turn = not verbs or any(verb.act in TURNS or "n" in verb.frames for verb in verbs)
    return disagrees and (turn or refused)


def _surely_said(low: list[str], lex: Lexicon, i: int, last: int, verbs: list[Verb]) -> bool:
    """Whether the verb can only be one of speech here: it turns a claim over, calls something false, refuses an accusation."""
    rest = low[i + 1 : min(last, i + 12)]
    if not verbs or any(verb.act in TURNS for verb in verbs):
        return True
    if any("a" in verb.frames for verb in verbs) and any(token in lex.false_words for token in rest):
        return True
    return any(verb.act == Act.REFUSES for verb in verbs) and any(
        token in lex.claim_nouns for token in rest[:3]
    )


def _after_a_quotation(w: Words, i: int, first: int) -> bool:
    """Whether a quotation closes right before token `i`, a comma and a dash apart."""
    k = i - 1
    while k > first and (w.text[k] in DASHES or w.text[k] in {",", "-"}):
        k -= 1
    return k >= first and bool(w.quoted[k]) and w.is_mark(k) and not w.quoted[i]


def _begins_somebody(w: Words, lex: Lexicon, k: int) -> bool:
    """Whether an article before somebody, or a name, stands at token `k`."""
    low = w.low
    return w.is_capital(k) or (
        low[k] in lex.articles and k + 1 < len(w) and (w.is_capital(k + 1) or low[k + 1] in lex.people_nouns)
    )
