"""Noun phrases by their surface: who stands before a verb, and who after it."""

from __future__ import annotations

import re

from claims.extraction.lexicon import Lexicon, word_set
from claims.extraction.words import FINAL, Words

MAX_PHRASE = 28
_STOPS = {";", ":", "(", ")", "–", "—", "-", "/", "•", "…"} | FINAL
_POSSESSIVE = ("'s", "’s")
_AND = ("and", "e", "ed")
_OF = frozenset(
    ["of", "di", "del", "della", "dei", "degli", "delle", "dell'", "dell’", "dello", "d'", "d’", "for", "per"]
)
_SENT_TO = frozenset(["ambasciatore", "ambasciatrice", "ambassador", "inviato", "inviata", "envoy"])
Range = tuple[int, int]


def before(w: Words, lex: Lexicon, end: int, first: int) -> Range | None:
    """The noun phrase that ends right before token `end`; appositions and relative clauses lead to whom they are about."""
    if end - 1 >= first and w.text[end - 1] in {",", "–", "—"}:
        return _with_apposition(w, lex, end, first)
    j = end - 1
    while j >= first and end - j <= MAX_PHRASE:
        token = w.low[j]
        if w.text[j] == ")" or (w.is_mark(j) and w.quoted[j]):
            opening = _bracket(w, j, first) if w.text[j] == ")" else _name_in_marks(w, j, first)
            if opening is None:
                break
            j = opening
        elif token in lex.relatives or (
            token in lex.forms and token not in lex.ambiguous and token != "alleged"
        ):
            head = (
                _relative(w, lex, j, first, end)
                if token in lex.relatives
                else _in_a_relative(w, lex, j, first)
            )
            if head is not None:
                return head
            if token in lex.relatives or not _hangs_on_people(w, lex, j, first, end):
                break
        elif token in lex.subjects:
            j -= 1
            break
        elif _begins_before(w, lex, j, first, end):
            break
        j -= 1
    return trim(w, lex, _article(w, lex, j + 1, end), end)


def _begins_before(w: Words, lex: Lexicon, j: int, first: int, end: int) -> bool:
    """Whether a phrase read from right to left is over at token `j`: punctuation, a conjunction, an auxiliary."""
    token = w.low[j]
    if w.text[j] in _STOPS or w.text[j] == ",":
        glued = w.text[j] == "-" and j > first and w.end[j - 1] == w.start[j] and j + 1 < end
        return not glued and not (w.text[j] == "." and w.low[j - 1] + "." in lex.abbreviations)
    if token in lex.complementizers or _is_auxiliary(w, lex, j):
        return True
    return token in lex.conjunctions and not _joins(w, lex, j, first, end)


def _bracket(w: Words, closed: int, first: int) -> int | None:
    """Where the bracket opens that closes at token `closed`."""
    opening = next((k for k in range(closed - 1, max(first, closed - 12) - 1, -1) if w.text[k] == "("), None)
    return None if opening == first else opening


def _relative(w: Words, lex: Lexicon, j: int, first: int, end: int) -> Range | None:
    """Whom the relative at token `j` is about ("the minister who lives there said"); None where it is a conjunction, or has a
    subject of its own ("which Damascus denies")."""
    token = w.low[j]
    if token == "that" and j + 1 < end and w.low[j + 1] in lex.determiners | lex.subjects:
        return None
    if token == "che" and (j == first or _takes_a_clause(w, lex, j - 1, first)):
        return None
    if token not in ("who", "che", "which", "that"):
        return None
    if j + 1 < end and not any(_verbal(w, lex, k) for k in range(j + 1, end)):
        return None
    return before(w, lex, j - 1 if j > first and w.text[j - 1] in {",", "–", "—"} else j, first)


def _in_a_relative(w: Words, lex: Lexicon, j: int, first: int) -> Range | None:
    """ "un diplomatico che chiede l'anonimato confida": the verb at token `j` stands in a relative clause about him."""
    relative = next((k for k in (j - 1, j - 2) if k > first and w.low[k] in ("che", "who")), None)
    if relative is None or _takes_a_clause(w, lex, relative - 1, first):
        return None
    return before(w, lex, relative, first)


def _hangs_on_people(w: Words, lex: Lexicon, j: int, first: int, end: int) -> bool:
    """ "a person briefed on the matter": the participle belongs to the phrase."""
    return j > first and w.low[j - 1] in lex.people_nouns and j + 1 < end and w.low[j + 1] in lex.prepositions


def _name_in_marks(w: Words, closed: int, first: int) -> int | None:
    """Where a name in quotation marks opens ("il gruppo «Sever-Oil» ha detto"); None where the marks hold what somebody says."""
    quotation = w.quotations[w.quoted[closed] - 1]
    short = quotation.closed == closed and quotation.last - quotation.first <= 3
    named = w.is_capital(quotation.first) and w.text[quotation.last - 1] not in FINAL | {","}
    return (
        quotation.opened
        if short and named and quotation.opened > first and w.is_word(quotation.opened - 1)
        else None
    )


def _article(w: Words, lex: Lexicon, first: int, last: int) -> int:
    """Where an article stands in the middle, the phrase begins there: what precedes it belongs to another ("simile la posizione")."""
    for k in range(last - 1, first, -1):
        if (
            w.low[k] in lex.articles
            and w.low[k - 1] not in lex.prepositions
            and w.low[k - 1] not in lex.determiners
            and w.low[k - 1] not in lex.conjunctions
        ):
            return k
    return first


def _verbal(w: Words, lex: Lexicon, k: int) -> bool:
    token = w.low[k]
    return (
        _is_auxiliary(w, lex, k)
        or (token in lex.forms and token not in lex.ambiguous)
        or (lex.language == "en" and token.endswith("ed"))
        or token in _PASTS
    )


_TOOK = word_set(
    "took gave made went came got held sent spoke met left led began stood ran drew won lost kept fell rose sat saw was were is are has had"
)
_PASTS = word_set(
    "spoke had took went came knew saw met left held were was wants works lives lavora vive parla segue conosce"
)


def _is_auxiliary(w: Words, lex: Lexicon, j: int) -> bool:
    """ "Stati" in "Stati Uniti" is none, nor the "'s" of a possessive."""
    if w.low[j] == "stato" and j > 0 and w.low[j - 1] in ("lo", "dello", "allo", "dallo", "sullo"):
        return False
    return (
        w.low[j] in lex.auxiliaries
        and not (w.is_capital(j) and w.low[j] in ("stati", "stato", "will", "may"))
        and w.low[j] not in _POSSESSIVE
    )


def _takes_a_clause(w: Words, lex: Lexicon, j: int, first: int) -> bool:
    """Whether "che" after token `j` is a conjunction: after a verb, and after "è noto"."""
    token = w.low[j]
    return token in lex.forms or token in lex.auxiliaries or (j > first and w.low[j - 1] in lex.be)


def _with_apposition(w: Words, lex: Lexicon, end: int, first: int) -> Range | None:
    """ "Dmitry Peskov, the Kremlin spokesman," and "il portavoce, Dmitry Peskov,"."""
    mark = w.text[end - 1]
    opening = next((j for j in range(end - 2, max(first, end - 30) - 1, -1) if w.text[j] == mark), None)
    if opening is None or opening <= first:
        return None
    head = before(w, lex, opening, first)
    if head is None or not may_speak(w, lex, head):
        return None
    if any(w.text[j] in FINAL or (w.is_mark(j) and not w.quoted[j]) for j in range(opening + 1, end - 1)):
        return None
    following = w.low[opening + 1]
    describes = (
        (w.is_capital(opening + 1) and following not in lex.prepositions)
        or following in lex.determiners
        or following in lex.people_nouns
        or following[0].isdigit()
        or w.low[opening + 2] in lex.people_nouns
    )
    if not describes or following.endswith(("ing", "ndo")):
        return head
    return head[0], end - 1


def _joins(w: Words, lex: Lexicon, j: int, first: int, end: int) -> bool:
    """Whether "and" joins two speakers ("Rudenko e Liu"), or two words of one ("defense and intelligence officials")."""
    if w.low[j] not in _AND or j <= first or j + 1 >= end:
        return False
    left, right = j - 1, j + 1
    if w.is_capital(left) and (w.is_capital(right) or w.low[right] in lex.determiners):
        return True
    if w.low[right] in lex.people_nouns | lex.determiners and w.low[left] in lex.people_nouns:
        return True
    return not w.is_capital(right) and not w.is_capital(left) and w.low[left] not in lex.forms


def trim(w: Words, lex: Lexicon, first: int, last: int) -> Range | None:
    """Without what only leads into the phrase ("On Monday", "but", "also") or hangs after it (a date)."""
    while first < last:
        token = w.low[first]
        if (
            token in lex.conjunctions
            or (token in lex.adverbs and token not in lex.determiners)
            or token in ("anche", "pure", "even", "just", "•")
            or (token.endswith("mente") and first + 1 < last)
        ) or (token in lex.times and first + 1 < last and token not in ("last", "this")):
            first += 1
        elif token in lex.prepositions and token not in ("circa", "oltre"):
            cut = _after_prepositional(w, lex, first, last)
            if cut is None:
                return None
            first = cut
        else:
            break
    while (
        last - first > 1
        and (not w.is_capital(last - 1) or lex.language == "en")
        and (w.low[last - 1] in lex.times or w.low[last - 1] in lex.adverbs)
    ):
        last -= 1
        while last - first > 1 and w.low[last - 1] in lex.prepositions:
            last -= 1
    if first >= last or not any(w.is_word(k) for k in range(first, last)):
        return None
    return first, last


def _after_prepositional(w: Words, lex: Lexicon, first: int, last: int) -> int | None:
    """ "In Moscow the minister": the phrase begins at its article, or at the last run of names."""
    for k in range(last - 1, first + 1, -1):
        if w.low[k] in lex.determiners and w.low[k - 1] not in lex.prepositions:
            return k
    k = last
    while k - 1 > first and w.is_capital(k - 1) and w.low[k - 1] not in lex.times:
        k -= 1
    return k if first < k < last else None


def after(w: Words, lex: Lexicon, begin: int, last: int, *, bare: bool = False) -> Range | None:
    """The noun phrase that begins at token `begin`, days and adverbs passed over. `bare`: an article came before it ("dal ministero")."""
    j = begin
    while j < last and (
        w.low[j] in lex.times
        or (w.low[j] in lex.adverbs and w.low[j] not in lex.determiners and w.low[j] not in lex.pronouns)
    ):
        j += 1
    if j >= last or w.is_mark(j) or w.text[j] in _STOPS or w.text[j] == ",":
        return None
    if w.low[j] in lex.subjects:
        return j, j + 1
    if bare and w.low[j] == "parte" and j + 2 < last and w.low[j + 1] in lex.of:
        j += 2  # "da parte di Belgrado"
    if not bare and not _begins(w, lex, j, last):
        return None
    begin = j
    while j < last and j - begin < MAX_PHRASE and _goes_on(w, lex, j, begin, last):
        j += 1
    return trim(w, lex, begin, j)


def _begins(w: Words, lex: Lexicon, j: int, last: int) -> bool:
    token = w.low[j]
    if (
        token in lex.determiners
        or (w.is_capital(j) and token not in lex.prepositions)
        or token in lex.people_nouns
        or token in lex.documents
        or token[0].isdigit()
        or (j + 1 < last and w.low[j + 1] in lex.people_nouns)
    ):
        return True
    return (
        lex.language == "en"
        and token.isalpha()
        and token not in lex.prepositions
        and token not in lex.complementizers
        and token not in lex.conjunctions
        and token not in lex.auxiliaries
    )


def _goes_on(w: Words, lex: Lexicon, j: int, begin: int, last: int) -> bool:
    """Whether the phrase that began at token `begin` holds token `j` too."""
    token = w.low[j]
    if j > begin and (_begins_another(w, lex, j) or _is_a_past(w, lex, j, last)):
        return False
    if not w.is_word(j):
        return _mark_goes_on(w, lex, j, begin, last)
    if j > begin and w.text[begin:j].count("(") > w.text[begin:j].count(")"):
        return ")" in w.text[j : min(last, j + 8)]
    if token in lex.complementizers or token in lex.times or _is_auxiliary(w, lex, j):
        return False
    if token in lex.conjunctions:
        following = w.low[j + 1] if j + 1 < last else ""
        joined = following in lex.determiners | lex.people_nouns | lex.prepositions
        return token in _AND and j + 1 < last and (w.is_capital(j + 1) or joined)
    if token in lex.prepositions and (token not in lex.inside_names or _opens_a_clause(w, lex, j + 1, last)):
        return False
    if token in lex.inside_names and j > begin and token not in _OF:
        # "a spokesman at the ministry": yes; "said Kirby in an interview": no
        role = w.low[j - 1] in lex.people_nouns or w.low[j - 1] in lex.documents or w.low[j - 1] in _SENT_TO
        return role and not (j + 1 < last and w.low[j + 1] in ("un", "una", "a", "an"))
    return token not in lex.forms or token in lex.ambiguous


# Determiners that stand in the middle of a phrase too ("the two other senior officials").
_IN_THE_MIDDLE = word_set(
    "stesso stessa tutti tutte altri altre"
    " more other all no one both senior top various several many some another his her their its"
)


def _begins_another(w: Words, lex: Lexicon, j: int) -> bool:
    """Whether an article at token `j` begins a phrase of its own."""
    if w.low[j] not in lex.determiners or w.low[j] in _IN_THE_MIDDLE:
        return False
    left = w.low[j - 1]
    return w.is_capital(j) or not (
        left in lex.prepositions or left in lex.determiners or left in lex.conjunctions
    )


def _is_a_past(w: Words, lex: Lexicon, j: int, last: int) -> bool:
    """ "the minister visited": an English past, the phrase is over; "retired officers" goes on."""
    token = w.low[j]
    if lex.language != "en" or w.is_capital(j) or (j + 1 < last and w.low[j + 1] in lex.people_nouns):
        return False
    return token in _TOOK or (token.endswith("ed") and w.low[j - 1] not in lex.determiners)


def _mark_goes_on(w: Words, lex: Lexicon, j: int, begin: int, last: int) -> bool:
    """Whether punctuation belongs to the phrase: a hyphen, the point of an abbreviation, brackets that close soon."""
    text = w.text[j]
    if text == "-" and w.end[j - 1] == w.start[j]:
        return True
    if text == "." and j + 1 < last and w.low[j - 1] + "." in lex.abbreviations:
        return True
    if text == ")":
        return "(" in w.text[begin:j]
    inside = w.text[begin:j].count("(") > w.text[begin:j].count(")")
    if j > begin and (text == "(" or inside):
        return ")" in w.text[j : min(last, j + 8)]
    return text not in _STOPS and text != "," and not w.is_mark(j)


def _opens_a_clause(w: Words, lex: Lexicon, k: int, last: int) -> bool:
    """ "accusato da Tirana di aver passato", "accused by the president of buying": the preposition belongs to the verb."""
    if k >= last:
        return True
    if lex.language == "en":
        return w.low[k].endswith("ing") and not w.is_capital(k)
    return (
        w.low[k] in ("aver", "avere", "esser", "essere", "voler", "non")
        or _INFINITIVE.match(w.low[k]) is not None
    )


_INFINITIVE = re.compile(r"[a-zàèéìòù]{3,}(?:are|ere|ire|rsi)$")


def with_name(w: Words, lex: Lexicon, phrase: Range, last: int) -> Range:
    """ "il ministro dell'Interno, Andrei Scutaru": the name after the comma belongs to an office that is not yet named."""
    comma = phrase[1]
    if comma + 1 >= last or w.text[comma] != "," or not w.is_capital(comma + 1) or w.quoted[comma + 1]:
        return phrase
    if not any(w.low[k] in lex.people_nouns for k in range(*phrase)):
        return phrase
    end = comma + 1
    while (
        end < last
        and end - comma <= 5
        and (
            w.is_capital(end)
            or (end > comma + 1 and w.low[end] in ("di", "de", "von", "van", "al", "bin", "-", "."))
        )
    ):
        end += 1
    if (
        end < last
        and w.is_word(end)
        and w.low[end] not in lex.auxiliaries
        and w.low[end] not in lex.conjunctions
        and w.low[end] not in lex.prepositions
    ):
        return phrase
    while w.text[end - 1] in {".", "-"}:
        end -= 1
    return phrase[0], end


def may_speak(w: Words, lex: Lexicon, phrase: Range) -> bool:
    """Whether the words can be somebody: a name, an office, a document, a pronoun."""
    return any(
        w.is_capital(k)
        or w.low[k] in lex.people_nouns
        or w.low[k] in lex.documents
        or w.low[k] in lex.subjects
        for k in range(*phrase)
    )
