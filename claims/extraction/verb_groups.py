"""A verb of speech with its auxiliaries, negations, pronouns and adverbs; and what such a group is as a cue."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction.lexicon import Lexicon, Verb
from claims.extraction.words import Words

_ADVERB = {"it": "mente", "en": "ly"}
# A group is looked for so many words to the left of its verb.
_REACH = 7


@dataclass(slots=True)
class Cue:
    """`first` to `last`: the words of the cue. `head`: the verb's own. `kind`: finite, gerund, passive, infinitive or perfect
    ("dopo averlo negato"). `clitic`: an object inside the group ("lo nega"), a token, or -1. `that`: the conjunction is glued to the verb ("dichiaratoche")."""

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
    that: bool = False


@dataclass(slots=True)
class Group:
    """The verb at token `i` of the sentence from `first` to `last`. `begin`: where its group begins; `auxiliaries`: their tokens,
    from right to left; `certain`: the words after it leave no doubt that it is a verb of speech ("cast doubt on")."""

    w: Words
    lex: Lexicon
    i: int
    first: int
    last: int
    begin: int
    auxiliaries: list[int]
    certain: bool = False

    @property
    def words(self) -> list[str]:
        """The words before the verb, lower case."""
        return self.w.low[self.begin : self.i]

    @property
    def before(self) -> str:
        """The word before the group; empty at the sentence's start."""
        return self.w.low[self.begin - 1] if self.begin > self.first else ""

    @property
    def following(self) -> str:
        return self.w.low[self.i + 1] if self.i + 1 < self.last else ""

    @property
    def ambiguous(self) -> bool:
        return not self.certain and self.w.low[self.i] in self.lex.ambiguous


def group_at(w: Words, lex: Lexicon, i: int, first: int, last: int, *, certain: bool = False) -> Group:
    """The words of the verb's group to its left: where it begins, and its auxiliaries from right to left."""
    begin, j, auxiliaries = i, i - 1, []
    ending, english = _ADVERB[lex.language], lex.language == "en"
    while j >= first and i - j <= _REACH:
        token = w.low[j]
        if token in lex.auxiliaries or token in lex.modals:
            auxiliaries.append(j)
            begin = j
        elif token in lex.negations or (not english and token in lex.clitics and _is_clitic(w, lex, j)):
            begin = j
        elif token in lex.adverbs or (token.endswith(ending) and len(token) > 5 and not w.is_capital(j)):
            if english and not auxiliaries:
                begin = j
        elif not (token == "di" and w.low[j + 1] == "recente"):
            break
        j -= 1
    return Group(w, lex, i, first, last, begin, auxiliaries, certain)


def _is_clitic(w: Words, lex: Lexicon, j: int) -> bool:
    """ "la" and "lo" are articles too: pronouns only right before a verb of the group."""
    following = w.low[j + 1] if j + 1 < len(w) else ""
    return following in lex.auxiliaries or following in lex.forms or following in lex.clitics
