"""What stands after a cue and is said: a clause, a quotation, a noun phrase, an infinitive, as the verb takes them (frames)."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.bounds import quoted_content, skip_object, until
from claims.extraction.cues import Cue
from claims.extraction.lexicon import TURNS, word_set
from claims.extraction.sentences import INFINITIVE, OF_SOMETHING, WITHOUT_THAT, Range, Sentence
from claims.extraction.words import FINAL
from claims.vocabulary import Act

_CLAUSE_OPENERS = ("if", "when", "while", "although", "because", "since", "after", "as", "before")
# Prepositions before what the verb is about, for the frame P.
_OBJECT_AFTER = {
    "en": frozenset({"to", "on", "of", "from", "for", "against", "about", "over", "with", "at"}),
    "it": word_set(
        "di del dello della dei degli delle dell' dell’ su sul sullo sulla sui sugli sulle sull' sull’"
        " contro per da dal dalla dalle dai dall' dall’ a al alla ai alle"
    ),
}
_POINTING = frozenset({"it", "this", "that", "them"})


def content_after(s: Sentence, cue: Cue) -> tuple[Range, str] | None:
    """Where the content begins after the cue, and how it is carried; None where nothing carries any."""
    w, lex, frames = s.w, s.lex, cue.verb.frames
    if "D" in frames and not _document_before(s, cue):
        return None
    j = cue.last
    if j >= s.end() and j >= s.last:
        return None
    if "F" in frames:
        return _call(s, cue)
    if "X" in frames and (false := _called_false(s, cue)) is not None:
        return false, "false"
    if "G" in frames:
        return _declares_itself(s, cue)
    if "R" in frames:
        return None
    limit = min(s.end(), j + 40)
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
            return until(s, m, cue), "infinitive"
    k = j
    # An object that is addressed: "told CBS that", "ha avvertito l'Iran che".
    if "o" in frames:
        k = skip_object(s, k)
    k = s.skip_adverbials(k)
    if "P" in frames and cue.last < limit and w.low[cue.last] in _OBJECT_AFTER[lex.language]:
        return (until(s, cue.last + 1, cue, phrase=True), "object") if cue.last + 1 < limit else None
    if k < limit and w.text[k] == ",":
        m = _resumes(s, k + 1, limit, cue.verb.act)
        if m is None:
            return None
        k = m
    if k >= limit and not (k < s.last and s.opens_quotation(k)):
        k = cue.last
        if k >= limit:
            return None
    token = w.low[k]
    if s.opens_quotation(k) or (token == ":" and k + 1 < s.last):
        start = k + 1 if token == ":" else k
        if s.opens_quotation(start):
            return quoted_content(s, start, cue, frames), "colon" if token == ":" else "quote"
        if token == ":":
            return until(s, start, cue), "colon"
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
        return until(s, k, cue), "question"
    that = k if token in ("that", "che") else None
    if that is None and ("c" in frames or "w" in frames) and lex.language == "it":
        that = _che(s, k, limit, of_something=cue.verb.act in OF_SOMETHING)
    if that is not None and ("c" in frames or "h" in frames or "o" in frames or "i" in frames):
        if that + 1 >= s.end():
            return None
        return until(s, that + 1, cue), "that"
    if lex.language == "it":
        if token in ("di", "che") and k + 1 < s.last and w.low[k + 1] in ("sì", "no"):
            return (k, k + 2), "infinitive"
        if "N" in frames and cue.negated and INFINITIVE.match(token):
            return until(s, k, cue), "infinitive"
        if (
            ("i" in frames or "c" in frames)
            and token in ("di", "d'", "a", "ad", "d’")
            and k + 1 < limit
            and INFINITIVE.match(w.low[k + 1])
        ):
            return until(s, k, cue), "infinitive"
        if (
            ("i" in frames or "c" in frames)
            and token in ("di", "a", "ad", "d'")
            and k + 2 < limit
            and w.low[k + 1] in ("non", "voler", "aver", "essere")
        ):
            return until(s, k, cue), "infinitive"
    elif "i" in frames and token == "to" and k + 1 < limit:
        return until(s, k, cue), "infinitive"
    if (
        "g" in frames
        and lex.language == "en"
        and ((token.endswith("ing") and not w.is_capital(k)) or token == "ever")
    ):
        return until(s, k, cue), "gerund"
    if "f" in frames or ("o" in frames and ("i" in frames or "f" in frames)):
        k = cue.last
        if k < limit and _begins_object(s, k):
            content = until(s, k, cue)
            has = any(
                w.low[m] in lex.of or INFINITIVE.match(w.low[m]) or w.low[m] in ("to", "against", "over")
                for m in range(*content)
            )
            if has or "n" in frames:
                return content, "object"
        if "n" not in frames and "c" not in frames:
            return None
    if "a" in frames:
        k = cue.last
        content = until(s, k, cue) if k < limit and (w.low[k] in lex.as_ or _begins_object(s, k)) else None
        if content and (
            any(w.low[m] in lex.as_ or s.opens_quotation(m) for m in range(*content))
            or (w.low[content[1] - 1] in lex.false_words and content[1] - content[0] > 1)
        ):
            return content, "as"
        if "n" not in frames:
            return None
    if cue.verb.act in OF_SOMETHING and token in _POINTING and _stands_alone(s, k):
        return (k, k + 1), "object"
    if "c" in frames and lex.language == "en" and _begins_clause(s, k, cue):
        return until(s, k, cue), "clause"
    if "n" in frames:
        k = _past_manner(s, cue.last)
        while k < limit and (
            (w.low[k] in lex.adverbs and w.low[k] not in lex.determiners)
            or (w.low[k] in lex.times and k + 1 < limit)
        ):
            k += 1
        if k < limit and not _begins_object(s, k):
            k = s.skip_adverbials(cue.last)
        if k < limit and _begins_object(s, k):
            return until(s, k, cue, phrase=True), "object"
    if "c" in frames and lex.language == "it":
        return None
    return None


def _stands_alone(s: Sentence, k: int) -> bool:
    """ "denied it in March", "denied that, but …": a pronoun that is the whole object."""
    w, lex, j = s.w, s.lex, k + 1
    return (
        j >= s.end()
        or not w.is_word(j)
        or w.low[j] in lex.prepositions
        or w.low[j] in lex.conjunctions
        or w.low[j] in lex.times
    )


def _past_manner(s: Sentence, k: int) -> int:
    """Past "con fermezza", "di persona", "a lungo", "in no uncertain terms": how it was said, before what was said."""
    w, lex = s.w, s.lex
    while k + 2 < s.end() and w.low[k] in ("con", "senza", "di", "a", "in", "with", "without", "per"):
        size = next(
            (
                n
                for n in (2, 3, 4)
                if k + n < s.end()
                and (
                    s.opens_quotation(k + n)
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
            or (w.low[k] in ("di", "a") and INFINITIVE.match(w.low[k + 1]))
        ):
            return k
        k += size
    return k


def _called_false(s: Sentence, cue: Cue) -> Range | None:
    """ "retains false the figures", "refuses as false the report", "define the article “a false“"."""
    w, lex = s.w, s.lex
    for k in range(cue.last, min(s.end(), cue.last + 6)):
        if w.low[k] in lex.false_words:
            before = w.low[k - 1]
            called = k == cue.last or before in lex.as_ or before in lex.articles or w.is_mark(k - 1)
            return until(s, cue.last, cue) if called else None
    return None


def _declares_itself(s: Sentence, cue: Cue) -> tuple[Range, str] | None:
    """ "si è dichiarato innocente", "pleaded not guilty": the word after decides, see judging.py."""
    w, lex = s.w, s.lex
    if lex.language == "it" and cue.verb.lemma == "dirsi" and cue.last + 1 < s.end():
        # "si è detta scettica sulla proposta", "si dice pronto a trattare"
        adjective = w.low[cue.last]
        if (
            adjective.endswith(("o", "a", "i", "e"))
            and adjective not in lex.complementizers | lex.determiners
        ):
            following = w.low[cue.last + 1]
            if following in lex.prepositions or following in ("che", ",", "ad"):
                return until(s, cue.last, cue), "infinitive"
    for k in range(cue.last, min(s.end(), cue.last + 3)):
        if w.low[k] in lex.guilty_words or w.low[k] in lex.innocent_words:
            return until(s, cue.last, cue), "declares"
    return None


def _document_before(s: Sentence, cue: Cue) -> bool:
    phrase = nouns.before(s.w, s.lex, cue.first, s.first)
    return phrase is not None and any(s.w.low[k] in s.lex.documents for k in range(*phrase))


def _resumes(s: Sentence, k: int, limit: int, act: Act) -> int | None:
    """After a comma: "ha detto, in una nota, che …": where the conjunction or quotation is, if it is near."""
    for m in range(k, min(limit, k + 14)):
        if (s.w.low[m] in ("that", "che") and s.w.text[m - 1] == ",") or s.opens_quotation(m):
            return m
        if s.w.text[m] == "," and m + 2 < limit and s.w.low[k] in s.lex.prepositions:
            # "ha negato, tramite il console, di aver accolto", "of to have": the preposition is passed over
            start = m + 1 + (s.w.low[m + 1] == "of" and s.w.low[m + 2] == "to")
            if act == Act.DENIES and s.w.low[start].endswith("ing"):
                return start
            if s.w.low[start] in ("to", "di") and s.w.low[start + 1] not in s.lex.determiners:
                return start
        if s.w.text[m] in FINAL or any(cue.first == m for cue in s.cues):
            return None
    return None


def _che(s: Sentence, k: int, limit: int, *, of_something: bool) -> int | None:
    """ "ha detto lunedì a CBS News che": the conjunction further on, with no verb before it."""
    w, lex = s.w, s.lex
    for m in range(k, min(limit, k + 16)):
        token = w.low[m]
        if token == "che":
            relative = of_something and w.text[m - 1] == "," and w.low[k] in lex.determiners
            return None if relative else m  # "ha ammesso la vendita, che a marzo aveva negato"
        if s.opens_quotation(m) or w.text[m] in FINAL or w.text[m] in {":", ";"}:
            return None
        if any(cue.first == m for cue in s.cues):
            return None
        if token in lex.auxiliaries or (
            token in lex.forms and token not in lex.ambiguous and lex.forms[token][0].tense == "finite"
        ):
            return None
    return None


def _begins_object(s: Sentence, k: int) -> bool:
    w, lex = s.w, s.lex
    if k >= s.end():
        return False
    token = w.low[k]
    if (
        not (w.is_word(k) or s.opens_quotation(k))
        or token in lex.conjunctions
        or (token in lex.complementizers and token != "what")
        or w.text[k] in {",", ";", ")"}
        or w.text[k] in FINAL
        or token in lex.auxiliaries
        or token in ("né", "nè", "nor")
    ):
        return lex.language == "it" and token == "quanto"  # "ha smentito quanto riportato dal giornale"
    return token not in lex.prepositions or (lex.language == "it" and token == "ogni")


def _begins_clause(s: Sentence, k: int, cue: Cue) -> bool:
    """Whether an English clause without "that" begins here: its subject, and a verb further on."""
    w, lex = s.w, s.lex
    if k >= s.end() or w.text[k] in {",", ";", ")", "-"} or w.low[k] == "'s":
        return False
    token = w.low[k]
    if token in lex.conjunctions and token not in _CLAUSE_OPENERS:
        return False
    if cue.verb.lemma in WITHOUT_THAT:
        return True
    if token in lex.prepositions and token not in ("with", "despite", "after", "before"):
        return False
    return any(
        w.low[m] in lex.auxiliaries
        or w.low[m] in lex.modals - {"to"}
        or (w.low[m] in lex.forms and w.low[m] not in lex.ambiguous)
        for m in range(k + 1, min(s.end(), k + 14))
    )


def _call(s: Sentence, cue: Cue) -> tuple[Range, str] | None:
    w = s.w
    k = cue.last
    if k >= s.end():
        return None
    if w.low[k] in ("for", "on", "upon", "to") and w.low[cue.head].startswith(("call", "appeal")):
        return until(s, k + 1, cue), "call"
    if w.low[cue.head].startswith("call") and (_begins_object(s, k) or w.low[k] in ("that", "this")):
        content = until(s, k, cue)
        if content[1] - content[0] >= 2:
            return content, "called"
    return None


def any_content(s: Sentence, cue: Cue, speaker: Range | None) -> tuple[Range, str] | None:
    """What a denial or an admission is of in a sentence whose grammar a machine lost ("ha negato sono colloqui").

    A clause without its conjunction, an infinitive without its preposition, or the accusation named further on.
    """
    w, lex, k = s.w, s.lex, cue.last
    if speaker is None or cue.verb.act not in TURNS or cue.clitic >= 0 or k + 1 >= s.end():
        return None
    if w.low[k] in lex.auxiliaries and not w.is_capital(k):
        return until(s, k, cue), "clause"
    if lex.language == "it" and INFINITIVE.match(w.low[k]):
        return until(s, k, cue), "infinitive"
    if lex.language == "en" and w.low[k] in ("to", "of") and w.low[k + 1] not in lex.determiners:
        verbal = k + (w.low[k] == "of" and w.low[k + 1] == "to")
        plain = w.low[verbal + 1] not in lex.addressees and not w.is_capital(verbal + 1)
        if w.low[verbal] == "to" and plain:
            return until(s, verbal, cue), "infinitive"
    if w.low[k] in lex.conjunctions:
        # "first denied and then confirmed the deaths": both verbs take what stands after the second
        later = next((c for c in s.cues if k < c.first <= k + 2), None)
        same = later is not None and later.verb.act == cue.verb.act
        return None if later is None or same else content_after(s, later)
    if w.text[k] == "," and w.low[k + 1] in lex.conjunctions:
        claim = next((m for m in range(k + 2, s.end()) if w.low[m] in lex.claim_nouns), None)
        if claim is not None and w.low[claim - 1] in lex.determiners:
            return (claim - 1, claim + 1), "object"
    return None
