"""Who "he" is: dropped subjects, pronouns, participles that share the subject of their sentence, quotations that go on."""

from __future__ import annotations

from claims.extraction import countries, nouns
from claims.extraction.lexicon import Lexicon, word_set
from claims.extraction.sentences import Draft, Range
from claims.extraction.words import Words
from claims.vocabulary import Act


def complete(w: Words, lex: Lexicon, drafts: list[Draft]) -> list[Draft]:
    """The drafts in the order of the text, with the quotations that go on from them and with speakers where they can be told."""
    by_sentence: dict[Range, list[Draft]] = {}
    for draft in drafts:
        by_sentence.setdefault(draft.sentence, []).append(draft)
    out: list[Draft] = []
    paragraph_of = {}
    number = 0
    for number, (first, last) in enumerate(w.paragraphs):
        for a, b in w.sentences:
            if first <= a < last:
                paragraph_of[(a, b)] = number
    last_speaker: Draft | None = None
    previous: tuple[Range, list[Draft]] | None = None
    for sentence in w.sentences:
        here = by_sentence.get(sentence, [])
        if not here:
            carried = _goes_on(w, lex, sentence, previous, paragraph_of)
            if carried is not None:
                here = [carried]
        here.sort(key=lambda draft: draft.contents[0][0] if draft.cue is None else draft.cue[0])
        for draft in here:
            _share_subject(w, lex, draft, here)
        for draft in here:
            if draft.speaker is None:
                _carry_over(w, lex, draft, last_speaker, previous[0] if previous else None, paragraph_of)
            elif w.low[draft.speaker[0]] in lex.subjects and draft.speaker[1] - draft.speaker[0] == 1:
                draft.extra["antecedent"] = _antecedent(w, lex, draft, last_speaker)
            if draft.act == Act.ASKS or draft.rule.startswith("according-relative"):
                continue
            if (draft.speaker is not None and "antecedent" not in draft.extra) or draft.extra.get(
                "antecedent"
            ):
                last_speaker = draft
        out += here
        previous = (sentence, here)
    return out


def _share_subject(w: Words, lex: Lexicon, draft: Draft, here: list[Draft]) -> None:
    """ "…, affermando che", "… and has called for": whoever the sentence's verb of speech before it belongs to, else its subject."""
    if draft.speaker is not None or draft.cue is None or draft.kind == "impersonal":
        return
    if draft.kind in ("gerund", "perfect") and draft.cue[0] - draft.sentence[0] <= 2 and not draft.quoted:
        # "Dopo averlo negato, Pyongyang ha mostrato", "Pur negando l'arrivo di truppe, il Ciad ha rafforzato"
        end = max([draft.cue[1], *(c[1] for c in draft.contents)])
        comma = next(
            (k for k in range(draft.cue[1], min(draft.sentence[1], end + 3)) if w.text[k] == ","), None
        )
        if comma is not None and comma + 1 < draft.sentence[1]:
            subject = nouns.after(w, lex, comma + 1, draft.sentence[1])
            if subject is not None and nouns.may_speak(w, lex, subject):
                draft.speaker = subject
                draft.extra["shared"] = True
                return
    if draft.kind in ("gerund", "perfect") and not draft.quoted:
        # "Tehran, after having denied the transfers, changed its account"
        comma = next(
            (k for k in (draft.cue[0] - 1, draft.cue[0] - 2) if k > draft.sentence[0] and w.text[k] == ","),
            None,
        )
        if comma is not None and comma - draft.sentence[0] <= 6:
            subject = nouns.before(w, lex, comma, draft.sentence[0])
            if (
                subject is not None
                and nouns.may_speak(w, lex, subject)
                and not any(
                    w.low[k] in lex.forms or w.low[k] in lex.auxiliaries
                    for k in range(draft.sentence[0], comma)
                )
            ):
                draft.speaker = subject
                draft.extra["shared"] = True
                return
    before = [
        d for d in here
        if d is not draft and d.cue and d.cue[0] < draft.cue[0] and d.speaker is not None
        and not any(a <= draft.cue[0] < b for a, b in d.contents)
    ]  # fmt: skip
    after = [
        d for d in here if d is not draft and d.cue and d.cue[0] > draft.cue[0] and d.speaker is not None
    ]
    if before:
        draft.speaker = before[-1].speaker
    elif after and draft.kind in ("gerund", "perfect") and draft.cue[0] - draft.sentence[0] < 3:
        draft.speaker = after[0].speaker
    elif not draft.quoted or draft.kind != "finite":
        draft.speaker = _subject_before(w, lex, draft)
    if draft.speaker is not None:
        draft.extra["shared"] = True


def _subject_before(w: Words, lex: Lexicon, draft: Draft) -> Range | None:
    """The noun phrase before the first verb of the clause that a participle or a second verb hangs on."""
    assert draft.cue is not None  # noqa: S101
    first = draft.sentence[0]
    limit = draft.cue[0]
    for i in range(limit - 1, first, -1):
        if w.text[i] == ";" or w.low[i] in ("that", "che"):
            first = i + 1
            break
    for i in range(first + 1, limit):
        if w.quoted[i]:
            continue
        token = w.low[i]
        if token in lex.complementizers:
            continue
        if (token in lex.auxiliaries and token not in ("'s", "’s")) or _looks_like_a_verb(w, lex, i):
            phrase = nouns.before(w, lex, i, first)
            if phrase is not None and nouns.may_speak(w, lex, phrase):
                return phrase
    if draft.kind == "gerund" and w.text[limit - 1] == ",":
        # "è intervenuto l'ambasciatore Kosta Ilic, affermando che"
        phrase = nouns.before(w, lex, limit - 1, first)
        if (
            phrase is not None
            and lex.language == "it"
            and nouns.may_speak(w, lex, phrase)
            and phrase[0] > first
            and w.low[phrase[0] - 1][-2:] in ("to", "ta", "ti", "te")
        ):
            return phrase
    if draft.kind == "gerund" and first == draft.sentence[0]:
        # A verb that is not in the lexicon: "… threw her support behind X, saying".
        phrase = nouns.after(w, lex, first, limit)
        if (
            phrase is not None
            and phrase[0] == first
            and nouns.may_speak(w, lex, phrase)
            and w.is_capital(first)
        ):
            return phrase
    return None


def _looks_like_a_verb(w: Words, lex: Lexicon, i: int) -> bool:
    token = w.low[i]
    if w.is_capital(i):
        return False
    if token in lex.forms and token not in lex.ambiguous:
        return True
    return (
        lex.language == "en"
        and (token.endswith("ed") or token in _PASTS)
        and w.low[i - 1] not in lex.determiners
    )


_PASTS = word_set(
    "took gave made went came got held sent spoke met left led began stood ran drew won lost kept put set cut hit shot bought sold built brought chose fell grew rose sat saw issued released used wants needs has makes gives takes goes comes gets holds stands runs"
)


def _carry_over(
    w: Words,
    lex: Lexicon,
    draft: Draft,
    last: Draft | None,
    before: Range | None,
    paragraph_of: dict[Range, int],
) -> None:
    """ "Hanno aggiunto che": whoever spoke before, in this paragraph or the one before."""
    if draft.kind == "impersonal":
        return
    if (
        last is None
        or last.speaker is None
        or paragraph_of.get(draft.sentence, 0) - paragraph_of.get(last.sentence, 0) > 1
    ):
        if before is not None and paragraph_of.get(before) == paragraph_of.get(draft.sentence):
            # nobody has spoken yet: the subject of the sentence before
            subject = nouns.after(w, lex, *before)
            if subject is not None and subject[0] - before[0] <= 1 and nouns.may_speak(w, lex, subject):
                draft.extra["antecedent"] = subject
        return
    gap = paragraph_of.get(draft.sentence, 0) - paragraph_of.get(last.sentence, 0)
    if gap > 1:
        return
    draft.extra["antecedent"] = last.extra.get("antecedent") or last.speaker


def _antecedent(w: Words, lex: Lexicon, draft: Draft, last: Draft | None) -> Range | None:
    assert draft.speaker is not None  # noqa: S101
    at = draft.speaker[0]
    if at - 1 > draft.sentence[0] and w.is_mark(at - 1) and not w.is_mark(at - 2) and w.is_word(at - 2):
        # “The mirror” He points out: a pronoun that only repeats the name before it
        name = nouns.before(w, lex, at - 1, draft.sentence[0])
        if name is not None:
            return name
    if last is None:
        return None
    if (
        w.low[at] in ("he", "she")
        and last.speaker
        and any(w.low[k] in lex.documents for k in range(*last.speaker))
    ):
        return None
    found = last.extra.get("antecedent") or last.speaker
    return found if isinstance(found, tuple) else None


def _goes_on(
    w: Words,
    lex: Lexicon,
    sentence: Range,
    previous: tuple[Range, list[Draft]] | None,
    paragraph_of: dict[Range, int],
) -> Draft | None:
    """A sentence that is nothing but a quotation, after one that was credited to somebody."""
    first, last = sentence
    if previous is None or not previous[1] or not w.quoted[first]:
        return None
    quotation = w.quotations[w.quoted[first] - 1]
    if quotation.opened != first:
        return None
    closed = quotation.closed if quotation.closed is not None else quotation.last - 1
    if any(w.is_word(k) for k in range(closed + 1, last)):
        return None
    before = next((d for d in reversed(previous[1]) if d.quoted), None)
    if before is None or paragraph_of.get(sentence, 0) - paragraph_of.get(before.sentence, 0) > 1:
        return None
    draft = Draft(
        before.cue, [(quotation.first, quotation.last)], before.speaker, Act.ASSERTS, GOES_ON, before.verb, before.kind,
        quoted=True, sentence=sentence,
    )  # fmt: skip
    draft.extra.update({key: value for key, value in before.extra.items() if key == "antecedent"})
    draft.extra["on"] = True
    return draft


# The rule of a quotation that goes on in the next sentence.
GOES_ON = "goes-on"
# An answer is looked for so many statements back.
BACK = 8
_TURNS = (Act.DENIES, Act.ADMITS, Act.RETRACTS, Act.CONFIRMS)


def bind_answers(w: Words, lex: Lexicon, drafts: list[Draft]) -> None:
    """Denials and admissions of "it", "le accuse", "No" are about something said before: `extra["about"]`, always inferred.

    The question in the same sentence or the one before; else what the same speaker admits or denies in this sentence; else the
    nearest earlier statement of somebody else that names the speaker's country; else the nearest of somebody else.
    """
    for place, draft in enumerate(drafts):
        if draft.act in _TURNS and _refers(w, lex, draft):
            answered = _answered(w, lex, draft, drafts[max(0, place - BACK) : place][::-1])
            if answered is not None:
                draft.extra["about"] = list(answered.contents)


def _refers(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """Whether the content only points at something: a pronoun, "the accusations", "No"."""
    words = [w.low[k] for content in draft.contents for k in range(*content) if w.is_word(k)]
    bare = [token for token in words if token not in lex.articles]
    return draft.clitic or (
        len(bare) <= 2 and any(token in lex.anaphors or token in lex.claim_nouns for token in words)
    )


def _answered(w: Words, lex: Lexicon, draft: Draft, earlier: list[Draft]) -> Draft | None:
    for other in earlier:
        if other.act == Act.ASKS and other.sentence[1] >= draft.sentence[0] - 1:
            return other
    for other in earlier:
        if other.sentence == draft.sentence and other.speaker == draft.speaker and not _refers(w, lex, other):
            return other
    others = [each for each in earlier if each.speaker != draft.speaker and not _refers(w, lex, each)]
    if not others:
        return None
    own = _countries(w, lex, [draft.speaker] if draft.speaker else [])
    return next((each for each in others if own & _countries(w, lex, each.contents)), others[0])


def _countries(w: Words, lex: Lexicon, ranges: list[Range]) -> set[str]:
    forms = countries.load().forms(lex.language)
    return {forms[w.low[k]] for each in ranges for k in range(*each) if w.low[k] in forms}
