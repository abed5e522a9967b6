"""What stands after a cue and is said: a clause, a quotation, a noun phrase, an infinitive, as the verb takes them (frames)."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.bounds import quoted_content, skip_object, until
from claims.extraction.lexicon import TURNS, word_set
from claims.extraction.sentences import INFINITIVE, OF_SOMETHING, WITHOUT_THAT, Range, Sentence
from claims.extraction.verb_groups import Cue
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
    frames = cue.verb.frames
    if "R" in frames or cue.last >= s.last or ("D" in frames and not _document_before(s, cue)):
        return None
    if "F" in frames:
        return _call(s, cue)
    if "G" in frames:
        return _declares_itself(s, cue)
    if "X" in frames and (false := _called_false(s, cue)) is not None:
        return false, "false"
    limit = min(s.end(), cue.last + FAR)
    if cue.that and cue.last < limit and any(frame in frames for frame in "choi"):
        return until(s, cue.last, cue), "that"
    infinitive = _infinitive_right_away(s, cue, limit)
    if infinitive is not None:
        return infinitive, "infinitive"
    if "P" in frames and cue.last < limit and s.w.low[cue.last] in _OBJECT_AFTER[s.lex.language]:
        return (until(s, cue.last + 1, cue, phrase=True), "object") if cue.last + 1 < limit else None
    k = _where_it_begins(s, cue, limit)
    if k is None:
        return None
    return _clause_or_quotation(s, cue, k, limit) or _named(s, cue, k, limit)


# So many words after the cue its content is looked for.
FAR = 40


def _infinitive_right_away(s: Sentence, cue: Cue, limit: int) -> Range | None:
    """ "promised to send": but not "said to reporters"."""
    w, lex, m = s.w, s.lex, cue.last
    if "i" not in cue.verb.frames or lex.language != "en":
        return None
    while m < limit and w.low[m] in lex.adverbs and w.low[m] != "to":
        m += 1
    if m + 1 >= limit or w.low[m] != "to" or w.is_capital(m + 1):
        return None
    return None if w.low[m + 1] in lex.determiners | lex.addressees else until(s, m, cue)


def _where_it_begins(s: Sentence, cue: Cue, limit: int) -> int | None:
    """Past who is told ("told CBS that"), when and where, and what stands between commas."""
    k = s.skip_adverbials(skip_object(s, cue.last) if "o" in cue.verb.frames else cue.last)
    if k < limit and s.w.text[k] == ",":
        return _resumes(s, k + 1, limit, cue.verb.act)
    if k < limit or (k < s.last and s.opens_quotation(k)):
        return k
    return cue.last if cue.last < limit else None


def _clause_or_quotation(s: Sentence, cue: Cue, k: int, limit: int) -> tuple[Range, str] | None:
    """What a mark, a colon, a conjunction, a question word, an infinitive or a gerund at token `k` introduces."""
    frames, token = cue.verb.frames, s.w.low[k]
    start = k + 1 if token == ":" and k + 1 < s.last else k
    if s.opens_quotation(start):
        return quoted_content(s, start, cue), "colon" if token == ":" else "quote"
    if start > k:
        return until(s, start, cue), "colon"
    asks = "w" in frames or (cue.negated and cue.verb.act == Act.ASSERTS and "c" in frames)
    if asks and token in _QUESTION_WORDS:
        return until(s, k, cue), "question"
    that = k if token in ("that", "che") else None
    if that is None and s.lex.language == "it" and ("c" in frames or "w" in frames):
        that = _che(s, k, limit, of_something=cue.verb.act in OF_SOMETHING)
    if that is not None and that + 1 < s.end() and any(frame in frames for frame in "choi"):
        return until(s, that + 1, cue), "that"
    if s.lex.language == "it":
        return _italian_infinitive(s, cue, k, limit)
    if "i" in frames and token == "to" and k + 1 < limit:
        return until(s, k, cue), "infinitive"
    if "g" in frames and ((token.endswith("ing") and not s.w.is_capital(k)) or token == "ever"):
        return until(s, k, cue), "gerund"
    return None


_QUESTION_WORDS = word_set(
    "se whether if why how what who when where which perché come cosa quale quali quando quanto dove chi"
)


def _italian_infinitive(s: Sentence, cue: Cue, k: int, limit: int) -> tuple[Range, str] | None:
    """ "di aver venduto", "a chiudere", "di no"; "non intende fornire"."""
    low, frames = s.w.low, cue.verb.frames
    following = low[k + 1] if k + 1 < min(limit, s.last) else ""
    if low[k] in ("di", "che") and following in ("sì", "no"):
        return (k, k + 2), "infinitive"
    if "N" in frames and cue.negated and INFINITIVE.match(low[k]):
        return until(s, k, cue), "infinitive"
    if ("i" in frames or "c" in frames) and low[k] in ("di", "d'", "d’", "a", "ad") and following:
        broken = following in ("non", "voler", "aver", "essere") and k + 2 < limit
        if broken or INFINITIVE.match(following):
            return until(s, k, cue), "infinitive"
    return None


def _named(s: Sentence, cue: Cue, k: int, limit: int) -> tuple[Range, str] | None:
    """A noun phrase: whom one accuses of what, what one calls what, what one denies; or an English clause without "that"."""
    frames = cue.verb.frames
    if "f" in frames or ("o" in frames and "i" in frames):
        charge = _charge(s, cue, limit)
        if charge is not None:
            return charge, "object"
    if "a" in frames:
        called = _called(s, cue, limit)
        if called is not None:
            return called, "as"
    if "n" not in frames and "c" not in frames:
        return None
    if cue.verb.act in OF_SOMETHING and s.w.low[k] in _POINTING and _stands_alone(s, k):
        return (k, k + 1), "object"
    if "c" in frames and s.lex.language == "en" and _begins_clause(s, k, cue):
        return until(s, k, cue), "clause"
    return _object(s, cue, limit) if "n" in frames else None


def _charge(s: Sentence, cue: Cue, limit: int) -> Range | None:
    """ "accused X of lying", "ha esortato X a trattare": whom and what."""
    w, lex = s.w, s.lex
    if cue.last >= limit or not _begins_object(s, cue.last):
        return None
    content = until(s, cue.last, cue)
    whole = any(
        w.low[m] in lex.of or INFINITIVE.match(w.low[m]) or w.low[m] in ("to", "against", "over")
        for m in range(*content)
    )
    return content if whole or "n" in cue.verb.frames else None


def _called(s: Sentence, cue: Cue, limit: int) -> Range | None:
    """ "described the raid as …", "ha definito il rapporto «…»", "hanno chiamato le accuse assurde"."""
    w, lex, k = s.w, s.lex, cue.last
    if k >= limit or not (w.low[k] in lex.as_ or _begins_object(s, k)):
        return None
    content = until(s, k, cue)
    named = any(w.low[m] in lex.as_ or s.opens_quotation(m) for m in range(*content))
    false = w.low[content[1] - 1] in lex.false_words and content[1] - content[0] > 1
    return content if named or false else None


def _object(s: Sentence, cue: Cue, limit: int) -> tuple[Range, str] | None:
    """ "denied the report", past how and when it was denied."""
    w, lex = s.w, s.lex
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
    if lex.language == "en" and w.low[k] == "of" and w.low[k + 1] in ("have", "having", "be", "being"):
        return until(s, k + 1, cue), "infinitive"
    if lex.language == "en" and w.low[k] in ("to", "of") and w.low[k + 1] not in lex.determiners:
        verbal = k + (w.low[k] == "of" and w.low[k + 1] == "to")
        plain = w.low[verbal + 1] not in lex.addressees and not w.is_capital(verbal + 1)
        if w.low[verbal] == "to" and plain:
            return until(s, verbal, cue), "infinitive"
    if w.low[k] in lex.conjunctions:
        # "first denied and then confirmed the deaths": both verbs take what stands after the second
        later = next((c for c in s.cues if k < c.first <= k + 2), None)
        same = (later is not None and later.verb.act == cue.verb.act) or "P" in cue.verb.frames
        found = content_after(s, later) if later is not None and not same else None
        return found if found is not None and found[1] == "object" else None
    if w.text[k] == "," and w.low[k + 1] in lex.conjunctions:
        claim = next((m for m in range(k + 2, s.end()) if w.low[m] in lex.claim_nouns), None)
        if claim is not None and w.low[claim - 1] in lex.determiners:
            return (claim - 1, claim + 1), "object"
    return None
