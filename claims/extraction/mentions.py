"""From drafts in tokens to findings in characters: who is named, how the words are delivered."""

from __future__ import annotations

from collections.abc import Sequence

from claims.extraction.attributions import Draft, Range
from claims.extraction.findings import Finding, KnownName, Mention
from claims.extraction.lexicon import Lexicon
from claims.extraction.words import Words
from claims.vocabulary import Act, Delivery, Hedge


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
    places = {id(draft): place for place, draft in enumerate(drafts)}
    return [_finding(w, lex, draft, known, places) for draft in drafts]


def _finding(w: Words, lex: Lexicon, draft: Draft, known: Known, places: dict[int, int]) -> Finding:
    contents = sorted({w.span(*content) for content in draft.contents})
    quoted = [all(w.quoted[k] for k in range(*content)) for content in draft.contents]
    partly = any(w.quoted[k] for content in draft.contents for k in range(*content))
    delivery = Delivery.DIRECT if all(quoted) else Delivery.MIXED if partly else Delivery.INDIRECT
    return Finding(
        content=tuple(contents),
        cue=w.span(*draft.cue) if draft.cue else None,
        speakers=_speakers(w, lex, draft, known),
        act=Act(draft.act),
        rule=draft.rule,
        confidence=0.5,
        delivery=delivery,
        hedge=Hedge.CONDITIONAL if draft.conditional else Hedge.NONE,
        negated=draft.negated,
        parent=places.get(id(draft.inside)) if draft.inside is not None else None,
    )


def _speakers(w: Words, lex: Lexicon, draft: Draft, known: Known) -> tuple[Mention, ...]:
    antecedent = draft.extra.get("antecedent")
    where: Range | None = antecedent if isinstance(antecedent, tuple) else draft.speaker
    if where is None:
        return ()
    text = w.words(*where)
    name = known.find([token for token in w.low[where[0] : where[1]] if token not in lex.determiners])
    unnamed = not any(w.is_capital(k) and k > where[0] for k in range(*where))
    span = w.span(*draft.speaker) if draft.speaker else None
    return (Mention(span, text, name.name if name else "", unnamed=unnamed, inferred=draft.speaker is None),)
