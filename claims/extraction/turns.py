"""Denials, admissions and retractions that no verb of speech with its subject shows: nouns ("Secca smentita di X: «…»"),
participles ("circostanza negata dal governatore"), and what words by themselves mean ("non ci risulta", "it was our mistake")."""

from __future__ import annotations

from claims.extraction import nouns
from claims.extraction.lexicon import TURNS, Verb, word_set
from claims.extraction.sentences import Draft, Range, Sentence
from claims.extraction.word_forms import forms_of
from claims.extraction.words import FINAL
from claims.vocabulary import Act


def turns(s: Sentence) -> list[Draft]:
    """The denials, admissions and retractions of a sentence that its verbs do not carry."""
    found = []
    for shape in (_noun, _participle, _for_whom, _silence):
        draft = shape(s)
        if draft is not None:
            found.append(draft)
    if not any(d.act in TURNS for d in (*s.found, *found)):
        draft = _loose(s)
        if draft is not None:
            found.append(draft)
    return found


def _loose(s: Sentence) -> Draft | None:
    """ "L'Iran negare di …", "Kazakhstan, denies categorically transit of …": a verb of denying, admitting or taking back in a sentence
    whose grammar a machine lost. Somebody before it, something after it; low confidence, and nothing where the verb hangs on another."""
    w, lex, low = s.w, s.lex, s.w.low
    if not s.voiced or w.text[s.last - 1] == "?":
        return None
    end = s.end()
    for i in s.voiced:
        if i >= end:
            break
        form = next(
            (f for f in forms_of(lex, low[i]) if f.verb.lemma in _STRONG and f.verb.act in TURNS), None
        )
        if form is None or w.quoted[i] or low[i].endswith(("asse", "esse", "isse", "rebbe")):
            continue
        before = low[i - 1] if i > s.first else ""
        near = low[max(s.first, i - 4) : i]
        if (
            before in _GOVERNED
            or any(each in lex.negations and each != "neither" for each in near)
            or any(each in lex.modals and each not in ("do", "does", "did", "to") for each in near)
            or any(each in ("if", "se", "whether", "chi", "who", "whoever", "nessuno") for each in near)
            or before in lex.determiners - {"questo", "quello", "this", "that", "always"}
            or any(a.first <= i < a.last and a.kind == "passive" for a in s.cues)
        ):
            continue
        sides = _loose_sides(s, i, form.tense)
        if sides is None:
            continue
        speaker, content = sides
        return Draft(
            (i, i + 1),
            [content],
            speaker,
            form.verb.act,
            "loose-object",
            form.verb,
            sentence=(s.first, s.last),
            kind="loose",
        )
    return None


def _loose_sides(s: Sentence, i: int, tense: str) -> tuple[Range, Range] | None:
    """Speaker and content of the verb at token `i`: before and after it, or the other way about ("comes denied from X")."""
    w, lex, low = s.w, s.lex, s.w.low
    content: Range | None = s.clean(i + 1, s.end()) if i + 1 < s.end() else None
    speaker = nouns.before(w, lex, i, s.first)
    turned = tense in ("participle", "past") and i + 1 < s.end() and low[i + 1] in (*lex.passive_by, "from")
    if turned:
        agent = nouns.after(w, lex, i + 2, s.end(), bare=True)
        if agent is not None and nouns.may_speak(w, lex, agent) and speaker is not None:
            about = (speaker[0], speaker[1] - (low[speaker[1] - 1] in ("comes", "come", "came", "viene")))
            return (agent, about) if about[1] > about[0] else None
    while speaker is not None and speaker[1] - speaker[0] > 1 and low[speaker[1] - 1] in _RESUMED:
        speaker = (speaker[0], speaker[1] - 1)
    if speaker is not None and any(w.is_capital(k) or low[k] in lex.people_nouns for k in range(*speaker)):
        if content is None and low[i - 1] in ("questo", "ciò", "this", "lo"):
            content = (i - 1, i)
        return (speaker, content) if content is not None else None
    by = next(
        (
            k
            for k in range(i + 1, min(s.end(), i + 7))
            if low[k] in lex.passive_by or low[k] in ("anche", "from", "di")
        ),
        None,
    )
    if by is None or tense not in ("participle", "past"):
        return None
    speaker = nouns.after(w, lex, by + 1, s.end())
    if speaker is None or not nouns.may_speak(w, lex, speaker):
        return None
    content = s.clean(s.first, i) if i > s.first else content
    return (speaker, content) if content is not None else None


# What stands between a subject and its verb where a machine says the subject twice ("the company it has admitted").
_RESUMED = frozenset(("it", "he", "she", "questo", "ciò", "always", "anche", ","))
_STRONG = word_set(
    "negare smentire ammettere ritrattare deny admit retract recant contradict disavow refute recognise recognize exclude"
)
_GOVERNED = word_set("di a ad per da che to of without senza would could il lo la le i gli un una the")


def _noun(s: Sentence) -> Draft | None:
    """ "Secca smentita di X: «…»", "Arriva la smentita di X su …", "«Illazioni», è la replica di X", "da X trapela una smentita: …"."""
    if s.lex.nouns.keys().isdisjoint(s.words):
        return None
    groups = [(c.first, c.last) for c in s.cues]
    for i in range(s.first, s.end()):
        verb = s.lex.nouns.get(s.w.low[i])
        if verb is None or s.w.quoted[i] or any(a <= i < b for a, b in groups):
            continue
        draft = _noun_at(s, i, verb)
        if draft is not None:
            return draft
    return None


def _noun_at(s: Sentence, i: int, verb: Verb) -> Draft | None:
    """What the noun at token `i` introduces, and whose it is."""
    w, lex, low = s.w, s.lex, s.w.low
    turn = verb.act in TURNS
    speaker, content = _noun_sides(s, i, turn)
    if content is None or content[1] <= content[0]:
        return None
    quoted = bool(w.quoted[content[0]])
    if speaker is None:
        speaker = _from_whom(s, i) or _who_makes_it(s, i)
    sentence = (s.first, s.last)
    if speaker is None and i > s.first and low[i - 1] in _POSSESSIVES and quoted:
        return Draft(
            (i, i + 1), [content], None, verb.act, "noun", sentence=sentence, kind="noun", quoted=True, dropped=True
        )  # fmt: skip
    if speaker is None or not nouns.may_speak(w, lex, speaker):
        return None
    # «…», è il commento di X. / Alarm of Kiev: …
    before = content[1] <= i or (i - s.first <= 2 and verb.act in (Act.WARNS, Act.ACCUSES, Act.DEMANDS))
    if not turn and verb.act != Act.CONFIRMS and not quoted and not before:
        return None
    end = speaker[0] if speaker[0] > i else i + 1
    cue = (i, max(end, i + 1))
    draft = Draft(cue, [content], speaker, verb.act, "noun", sentence=sentence, kind="noun", quoted=quoted)
    draft.extra["noun"] = True
    return draft


_POSSESSIVES = frozenset({"sua", "loro", "suo", "his", "her", "their", "its"})


def _noun_sides(s: Sentence, i: int, turn: bool) -> tuple[Range | None, Range | None]:
    """Whose the noun at token `i` is, and what it says: after a colon, before it in quotation marks, after "su", "of", "that"."""
    w, lex, low, end = s.w, s.lex, s.w.low, s.end()
    speaker = _whose(s, i)
    k = speaker[1] if speaker and speaker[0] > i else i + 1
    about: Range | None = None
    if (
        lex.language == "en"
        and turn
        and i + 1 < end
        and low[i + 1] == "of"
        and not (k < end and w.text[k] == ":")
    ):
        about = nouns.after(w, lex, i + 2, end)
        speaker = _later_from(s, i) or _owner(s, i) or nouns.before(w, lex, _verb_before(s, i), s.first)
        k = i + 1
    if turn and speaker is None:
        while k < min(end, i + 4) and (low[k] in lex.auxiliaries or low[k] in _ARRIVES):
            k += 1
    if k < end and w.text[k] == ":" and k + 1 < s.last:
        return speaker, s.quotation(k + 1) or s.clean(k + 1, end)
    if speaker is not None and (quotation := _quotation_left(s, i)) is not None:
        return speaker, quotation
    if (
        speaker is not None
        and speaker[0] > i
        and s.ends(speaker[1])
        and (left := _clause_left(s, i)) is not None
    ):
        return speaker, left
    if about is None and turn and speaker is not None and k < end and low[k] in _ABOUT[lex.language]:
        about = s.clean(k + (low[k] in ("che", "that")), end)
    return speaker, about


# Verbs of a denial on its way: "From Berlin the admission arrives", "Da Varsavia è arrivata la smentita".
_ARRIVES = word_set("arrives arrived comes came follows followed arriva arrivata arrivò giunge giunta segue")


def _who_makes_it(s: Sentence, i: int) -> Range | None:
    """ "Tbilisi issues a denial: …", "Tirana fa retromarcia: …"."""
    verb = next((k for k in range(i - 1, max(s.first, i - 4), -1) if s.w.low[k] in _ISSUES), None)
    return nouns.before(s.w, s.lex, verb, s.first) if verb is not None else None


_ABOUT = {
    "it": word_set("che su sul sullo sulla sui sugli sulle sull' sull’ circa riguardo"),
    "en": word_set("that of about over on regarding"),
}
_FROM = word_set("da dal dallo dalla dai dagli dalle dall' dall’ from")


def _whose(s: Sentence, i: int) -> Range | None:
    """ "smentita di X", "denial from X", "X's denial"."""
    w, lex, low = s.w, s.lex, s.w.low
    k = i + 1
    while (
        k < s.end()
        and k < i + 4
        and low[k] not in lex.of
        and low[k] not in _FROM
        and low[k] not in ("by", "from")
    ):
        if not w.is_word(k) or low[k] in lex.auxiliaries:
            return _owner(s, i)
        k += 1
    if k >= min(s.end(), i + 4) or low[k] in ("over", "as", "per"):
        return _owner(s, i)
    phrase = nouns.after(w, lex, k + 1, s.end(), bare=True)
    if phrase is None or phrase[0] != k + 1 or not nouns.may_speak(w, lex, phrase):
        return _owner(s, i)
    return phrase


def _later_from(s: Sentence, i: int) -> Range | None:
    """ "A denial of the shipment came from the port authority"."""
    for k in range(i + 2, min(s.end(), i + 16)):
        if s.w.low[k] in ("from", "by"):
            phrase = nouns.after(s.w, s.lex, k + 1, s.end())
            if phrase and nouns.may_speak(s.w, s.lex, phrase):
                return phrase
    return None


def _verb_before(s: Sentence, i: int) -> int:
    """ "Tbilisi issued a denial of …": where the verb that governs the noun stands."""
    return next((k for k in range(i - 1, max(s.first, i - 5), -1) if s.w.low[k] in _ISSUES), s.first)


_ISSUES = word_set(
    "issued issues published gave made makes does did released put issue circulated fa ha diffonde diffuso pubblica"
)


def _owner(s: Sentence, i: int) -> Range | None:
    w, low = s.w, s.w.low
    if s.lex.language == "en" and i - 2 >= s.first:
        for j in range(i - 1, max(s.first, i - 4), -1):
            if low[j] in ("'s", "’s"):
                phrase = nouns.before(w, s.lex, j, s.first)
                return phrase if phrase and nouns.may_speak(w, s.lex, phrase) else None
    return None


def _from_whom(s: Sentence, i: int) -> Range | None:
    """ "Da palazzo Chigi trapela una smentita"."""
    for k in range(max(s.first, i - 7), i):
        if s.w.low[k] in _FROM:
            phrase = nouns.after(s.w, s.lex, k + 1, i, bare=True)
            if phrase is not None and phrase[0] == k + 1:
                names = [j for j in range(*phrase) if s.w.is_capital(j)]
                return (phrase[0], names[-1] + 1) if names else phrase
    return None


def _clause_left(s: Sentence, i: int) -> Range | None:
    """ "Sono stati giorni utili, è il commento del negoziatore": the clause before the comma and the verb."""
    w, low = s.w, s.w.low
    k = i - 1
    while k > s.first and (
        low[k] in s.lex.determiners or low[k] in s.lex.be or low[k] in ("questo", "questa", "secca")
    ):
        k -= 1
    linked = any(low[j] in s.lex.be for j in range(k + 1, i))
    return s.clean(s.first, k) if linked and w.text[k] == "," and k - s.first >= 3 else None


def _quotation_left(s: Sentence, i: int) -> Range | None:
    """The quotation right before "…», è la replica", and right before the sentence's own beginning."""
    w = s.w
    for k in range(i - 1, max(s.first - 1, i - 6), -1):
        if w.quoted[k]:
            quotation = w.quotations[w.quoted[k] - 1]
            return quotation.first, quotation.last
        if (
            w.is_word(k)
            and w.low[k] not in s.lex.be
            and w.low[k] not in s.lex.determiners
            and w.low[k] not in ("stata", "così")
        ) and not w.low[k].endswith(("a", "e", "o")):
            return None
    return None


def _participle(s: Sentence) -> Draft | None:
    """ "circostanza negata dal governatore", "accuse respinte da X", "a charge denied by X"."""
    w, lex, low = s.w, s.lex, s.w.low
    if lex.turns.isdisjoint(s.words):
        return None
    groups = [draft.cue for draft in s.found if draft.cue is not None]
    for i in range(s.first + 1, s.end() - 1):
        if low[i] not in lex.turns:
            continue
        form = next(
            (
                f
                for f in lex.forms.get(low[i], ())
                if f.tense in ("participle", "past") and f.verb.act in TURNS
            ),
            None,
        )
        if form is None or w.quoted[i] or any(a <= i < b for a, b in groups):
            continue
        head = i - 1
        while head > s.first and (low[head] in lex.adverbs or low[head].endswith(("mente", "ly"))):
            head -= 1
        if low[head] not in lex.claim_nouns and low[head] not in lex.told_nouns and low[head] not in _MATTERS:
            continue
        by = next((k for k in range(i + 1, min(s.end(), i + 5)) if low[k] in lex.passive_by), None)
        if by is None:
            continue
        speaker = nouns.after(w, lex, by + 1, s.end(), bare=True)
        if speaker is None or not nouns.may_speak(w, lex, speaker):
            continue
        content = nouns.before(w, lex, head + 1, s.first) or (head, head + 1)
        return Draft(
            (i, i + 1),
            [content],
            speaker,
            form.verb.act,
            "participle-by",
            form.verb,
            sentence=(s.first, s.last),
            kind="noun",
        )
    return None


_MATTERS = word_set(
    "circostanza circostanze ricostruzione versione tesi ipotesi addebito addebiti fatto fatti episodio presenza something which"
)


def _for_whom(s: Sentence) -> Draft | None:
    """ "Per Mosca si tratta di «fantasie»": a judgement of somebody, only where it calls something untrue."""
    w, lex, low = s.w, s.lex, s.w.low
    if lex.language != "it" or low[s.first] != "per" or s.found:
        return None
    speaker = nouns.after(w, lex, s.first + 1, s.end(), bare=True)
    if (
        speaker is None
        or speaker[0] != s.first + 1
        or not any(w.is_capital(k) or low[k] in lex.people_nouns for k in range(*speaker))
    ):
        return None
    if speaker[1] < s.end() and low[speaker[1]] in lex.nouns:
        return None
    rest = (speaker[1] + (w.text[speaker[1]] == ","), s.end()) if speaker[1] < s.end() else (0, 0)
    if (
        rest[1] - rest[0] < 2
        or not any(low[k] in lex.false_words for k in range(*rest))
        or any(w.text[k] in FINAL for k in range(*rest))
    ):
        return None
    return Draft(
        (s.first, s.first + 1),
        [s.clean(*rest)],
        speaker,
        Act.DENIES,
        "for-whom",
        sentence=(s.first, s.last),
        kind="noun",
    )


def _silence(s: Sentence) -> Draft | None:
    """ "non ha voluto commentare le notizie", "did not respond to questions": what is not commented on, else the words themselves."""
    w, lex = s.w, s.lex
    if lex.silent_triggers.isdisjoint(s.words):
        return None
    begin = w.start[s.first]
    match = lex.patterns["silent"].search(
        w.source[begin : w.end[s.last - 1]].lower().replace("’", "'").replace("\xa0", " ")
    )
    if match is None:
        return None
    first = next((k for k in range(s.first, s.last) if w.start[k] >= begin + match.start()), s.last - 1)
    last = next((k for k in range(first, s.last) if w.start[k] >= begin + match.end()), s.last)
    if w.quoted[first] and "comment" not in w.low[first + 1 : first + 2]:
        return None
    if any(d.cue and d.cue[0] < last and first < d.cue[1] for d in s.found):
        return None
    by = next((k for k in range(last, min(s.end(), last + 4)) if w.low[k] in _FROM or w.low[k] == "by"), last)
    begins = by + (by < s.end() and (w.low[by] in _FROM or w.low[by] == "by"))
    speaker = nouns.before(w, lex, first, s.first) or (
        nouns.after(w, lex, begins, s.end(), bare=begins > last)
        if lex.language == "it" or begins > last
        else None
    )
    if begins > last and speaker is not None:
        last = speaker[1]
    if w.quoted[first]:
        return None
    content = s.clean(last, s.end()) if last < s.end() and s.end() - last < 30 else (first, last)
    return Draft(
        (first, last),
        [content],
        speaker,
        Act.DECLINES,
        "silence",
        sentence=(s.first, s.last),
        kind="noun",
        dropped=speaker is None,
    )
