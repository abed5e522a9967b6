"""From drafts in tokens to findings in characters: who is named, how the words are delivered, what an editor should look at."""

from __future__ import annotations

from collections.abc import Sequence

from claims.extraction import carriers, confidence, countries
from claims.extraction.findings import Finding, KnownName, Mention, Span
from claims.extraction.lexicon import Lexicon, word_set
from claims.extraction.sentences import Draft, Range
from claims.extraction.words import Words
from claims.vocabulary import Act, Delivery, Hedge

_AND = ("e", "ed", "and", "&")


class Known:
    """The caller's names, by their folded words."""

    def __init__(self, names: Sequence[KnownName]) -> None:
        self.by_words: dict[tuple[str, ...], KnownName] = {}
        self.longest = 0
        for name in names:
            words = tuple(name.text.casefold().replace("’", "'").split())
            if words:
                self.by_words.setdefault(words, name)
                self.longest = max(self.longest, len(words))

    def find(self, words: Sequence[str]) -> KnownName | None:
        """The longest known name inside the words."""
        for size in range(min(self.longest, len(words)), 0, -1):
            for at in range(len(words) - size + 1):
                known = self.by_words.get(tuple(words[at : at + size]))
                if known is not None:
                    return known
        return None


def findings(w: Words, lex: Lexicon, drafts: list[Draft], known: Known) -> list[Finding]:
    """The findings, in the order of the drafts. Where broken text left no words of a statement there is none."""
    drafts = [draft for draft in drafts if _has_words(w, draft)]
    places = {id(draft): place for place, draft in enumerate(drafts)}
    return [_finding(w, lex, draft, known, places) for draft in drafts]


def _finding(w: Words, lex: Lexicon, draft: Draft, known: Known, places: dict[int, int]) -> Finding:
    about = draft.extra.get("about")
    also = draft.extra.get("also")
    speakers = _speakers(w, lex, draft, known)
    return Finding(
        content=tuple(sorted({w.span(*content) for content in draft.contents})),
        cue=w.span(*draft.cue) if draft.cue else None,
        speakers=speakers,
        act=Act(draft.act),
        rule=draft.rule,
        confidence=confidence.of(
            draft.rule, lex.language, certain=bool(speakers) and not speakers[0].inferred
        ),
        delivery=_delivery(w, draft),
        hedge=_hedge(w, lex, draft),
        also=also if isinstance(also, tuple) else (),
        negated=draft.negated,
        inferred=about is not None,
        parent=places.get(id(draft.inside)) if draft.inside is not None else None,
        about=tuple(w.span(*content) for content in about) if isinstance(about, list) else (),
        carriers=carriers.carriers(w, lex, draft),
        when=carriers.when(w, lex, draft),
        in_title=_in_title(w, draft),
        flags=_flags(w, lex, draft),
    )


def _has_words(w: Words, draft: Draft) -> bool:
    """Keeps the stretches of the content that hold words and follow each other; whether any is left."""
    kept: list[Range] = []
    for first, last in sorted(draft.contents):
        first = max(first, kept[-1][1]) if kept else first
        if first < last and any(w.is_word(k) for k in range(first, last)):
            kept.append((first, last))
    draft.contents = kept
    if draft.speaker is not None and draft.speaker[0] >= draft.speaker[1]:
        draft.speaker = None
    return bool(kept)


def _delivery(w: Words, draft: Draft) -> Delivery:
    words = [k for content in draft.contents for k in range(*content) if w.is_word(k)]
    quoted = [bool(w.quoted[k]) for k in words]
    if quoted and all(quoted):
        return Delivery.DIRECT
    return Delivery.MIXED if any(quoted) else Delivery.INDIRECT


def _hedge(w: Words, lex: Lexicon, draft: Draft) -> Hedge:
    """Whether the text itself holds back: hearsay ("avrebbe", "reportedly"), a conditional cue, or a "might" in indirect words."""
    first, last = draft.sentence
    content = [w.low[k] for a, b in draft.contents for k in range(a, b) if not w.quoted[k]]
    if draft.conditional:
        return Hedge.CONDITIONAL
    if draft.rule == "impersonal" or any(token in lex.hearsay for token in w.low[first:last]):
        return Hedge.REPORTED
    if any(token in lex.hearsay_forms for token in content[:12]):
        return Hedge.CONDITIONAL
    return Hedge.UNCERTAIN if any(token in lex.perhaps for token in content) else Hedge.NONE


def _in_title(w: Words, draft: Draft) -> bool:
    """Whether the statement stands in the first line of several, and that line is no sentence."""
    if len(w.paragraphs) < 2:
        return False
    first, last = w.paragraphs[0]
    return first <= draft.contents[0][0] < last and w.text[last - 1] not in {".", "!", "?", "…"}


def _flags(w: Words, lex: Lexicon, draft: Draft) -> tuple[str, ...]:
    """ "Russia providing … to Russia" was lost in translation; a quotation that never ends may hold other words."""
    flags = []
    if _gives_to_itself(w, lex, draft):
        flags.append("self_transfer")
    numbers = {w.quoted[k] for content in draft.contents for k in range(*content)} - {0}
    if any(not w.quotations[number - 1].balanced for number in numbers):
        flags.append("unbalanced_quotes")
    return tuple(flags)


def _gives_to_itself(w: Words, lex: Lexicon, draft: Draft) -> bool:
    forms = countries.load().forms(lex.language)
    for first, last in draft.contents:
        giver: str | None = None
        gave = False
        for k in range(first, last):
            code = forms.get(w.low[k]) if w.is_capital(k) else None
            if code is None:
                gave = gave or (giver is not None and w.low[k] in lex.giving)
            elif gave and code == giver and w.low[k - 1] in lex.to_whom:
                return True
            elif not gave:
                giver = code
    return False


# --- who


def _speakers(w: Words, lex: Lexicon, draft: Draft, known: Known) -> tuple[Mention, ...]:
    antecedent = draft.extra.get("antecedent")
    if isinstance(antecedent, tuple):
        span = w.span(*draft.speaker) if draft.speaker else None
        return tuple(_mention(w, lex, each, known, span, inferred=True) for each in _each(w, lex, antecedent))
    if draft.speaker is None:
        return ()
    return tuple(_mention(w, lex, each, known, w.span(*each)) for each in _each(w, lex, draft.speaker))


def _each(w: Words, lex: Lexicon, phrase: Range) -> list[Range]:
    """ "Rudenko e Liu", "Austin and Shoigu", "Riga e Vilnius": one range each. "Difesa e Sicurezza" after a preposition is one body."""
    first, last = phrase
    for k in range(first + 1, last - 1):
        if w.low[k] not in _AND:
            continue
        left, right = range(first, k), range(k + 1, last)
        both_names = all(_is_name(w, lex, i) for i in (*left, *right))
        both_people = _has_head(w, lex, left) and _has_head(w, lex, right) and w.low[k + 1] in lex.determiners
        if both_names or both_people:
            return [(first, k), *_each(w, lex, (k + 1, last))]
    return [phrase]


def _is_name(w: Words, lex: Lexicon, k: int) -> bool:
    return (
        (w.is_capital(k) and w.low[k] not in lex.people_nouns)
        or w.text[k] in {"-", "'", "’"}
        or w.low[k] in lex.articles
    )


def _has_head(w: Words, lex: Lexicon, tokens: range) -> bool:
    return any(w.low[k] in lex.people_nouns or w.is_capital(k) for k in tokens)


def _mention(
    w: Words, lex: Lexicon, phrase: Range, known: Known, span: Span | None, *, inferred: bool = False
) -> Mention:
    first, last = phrase
    name = known.find([token for token in w.low[first:last] if token not in lex.articles])
    own = _own_name(w, lex, phrase)
    role = _role(w, lex, phrase, own)
    unnamed = own is None and any(w.low[k] in lex.unnamed_heads for k in range(first, last)) and name is None
    return Mention(
        span=None if inferred and span is None else span,
        text=w.words(first, last),
        name=name.name if name else "",
        role=role,
        unnamed=unnamed,
        inferred=inferred,
    )


def _own_name(w: Words, lex: Lexicon, phrase: Range) -> Range | None:
    """The words of a person's or body's own name in the phrase: the last run of capitals that hangs on no preposition."""
    first, last = phrase
    forms = countries.load().forms(lex.language)
    best: Range | None = None
    k = first
    while k < last:
        begins_text = k == first and w.low[k] in (lex.determiners | lex.people_nouns | lex.unnamed_heads)
        if not w.is_capital(k) or begins_text:
            k += 1
            continue
        end = k + 1
        while end < last and (
            w.is_capital(end)
            or w.text[end] in {"-", "."}
            or w.low[end] in ("di", "de", "von", "van", "al", "bin")
        ):
            end += 1
        while end > k + 1 and not w.is_capital(end - 1):
            end -= 1
        if k > first and w.low[k - 1] in lex.prepositions:
            k = _after_body(w, lex, k, end)
        hangs = k < end and k > first and (w.low[k - 1] in lex.prepositions or w.low[k - 1] in ("'s", "’s"))
        only_country = (
            end - k == 1
            and w.low[k] in forms
            and last - first > 1
            and any(w.low[i] in lex.people_nouns for i in range(first, last))
        )
        if not hangs and not only_country:
            best = (k, end)
        k = end
    return best


_OFFICES = word_set(
    "esteri difesa interno interni stato tesoro giustizia foreign defence defense state interior"
)


def _after_body(w: Words, lex: Lexicon, begin: int, end: int) -> int:
    """ "della Casa Bianca Jen Psaki", "del Pentagono John Kirby": where the person's name begins after a body's; `begin` if nowhere."""
    forms = countries.load().forms(lex.language)
    for k in range(end - 1, begin, -1):
        if " ".join(w.low[begin:k]) in forms or (k == begin + 1 and w.low[begin] in _OFFICES):
            return k
    return end - 2 if end - begin >= 3 and " ".join(w.low[begin:end]) not in forms else begin


def _role(w: Words, lex: Lexicon, phrase: Range, own: Range | None) -> str:
    """What they are: the words before the name, or after it between commas; all of them where nobody is named."""
    first, last = phrase
    if own is None:
        return w.words(first, last) if any(w.low[k] in lex.people_nouns for k in range(first, last)) else ""
    for begin, end in ((first, own[0]), (own[1], last)):
        while begin < end and (w.text[begin] == "," or w.low[begin] in lex.articles):
            begin += 1
        while end > begin and w.text[end - 1] == ",":
            end -= 1
        if begin < end and any(w.low[k] in lex.people_nouns for k in range(begin, end)):
            return w.words(begin, end)
    return ""
