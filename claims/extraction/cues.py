"""Cues: the verbs and phrases that introduce what somebody says, each with its group of auxiliaries and adverbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from claims.extraction.english_cues import english_cue
from claims.extraction.italian_cues import italian_cue
from claims.extraction.lexicon import Form, Lexicon
from claims.extraction.verb_groups import Cue, group_at
from claims.extraction.word_forms import forms_of
from claims.extraction.words import Words


def find_cues(w: Words, lex: Lexicon, voiced: Sequence[int], first: int, last: int) -> list[Cue]:
    """The cues of one sentence, in order. `voiced`: its tokens that may be verbs of speech."""
    found: list[Cue] = []
    for i in voiced:
        cue = _cue_at(w, lex, i, forms_of(lex, w.low[i]), first, last)
        if cue is None:
            continue
        if cue.modal and found and cue.first <= found[-1].head < cue.head:
            found.pop()  # "continua a negare"
        if not found or found[-1].last <= cue.first:
            found.append(cue)
        elif found[-1].head < cue.head and found[-1].last <= cue.head:
            # "has said and repeated": the second has no room of its own to the left.
            cue.first = found[-1].last
            found.append(cue)
    return found


def _cue_at(w: Words, lex: Lexicon, i: int, known: list[Form], first: int, last: int) -> Cue | None:
    end = i + 1
    phrases: list[Form] = []
    for rest, verb, tense in lex.phrases.get(w.low[i], ()):
        if tuple(w.low[i + 1 : i + 1 + len(rest)]) == rest:
            phrases.append(Form(verb, tense))  # "cast doubt": now or then
            end = i + 1 + len(rest)
    group = group_at(w, lex, i, first, last, certain=bool(phrases))
    maker = italian_cue if lex.language == "it" else english_cue
    for form in phrases or known:
        cue = maker(group, form)
        if cue is not None:
            cue.last = max(cue.last, end)
            head = w.low[cue.last - 1]
            cue.that = head.endswith(("che", "that")) and head not in lex.forms and len(head) > len("that")
            return cue
    return None


@dataclass(slots=True)
class Phrase:
    """According-to: the words of the cue."""

    first: int
    last: int


def find_according(w: Words, lex: Lexicon, first: int, last: int) -> list[Phrase]:
    """ "according to", "secondo", "a detta di" in one sentence, each as long as it can be, with a word after it."""
    words = w.low[first:last]
    if lex.according_starts.isdisjoint(words):
        return []
    found = []
    for i, token in enumerate(words, first):
        if token in lex.according_starts:
            sizes = [len(each) for each in lex.according if tuple(w.low[i : i + len(each)]) == each]
            best = max((size for size in sizes if i + size < last), default=0)
            if best:
                found.append(Phrase(i, i + best))
    return found
