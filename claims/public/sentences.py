"""What the parties have done to a claim, in sentences that name them: "China and Russia deny it". Parties, not mouths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.public.naming import Names, is_several, joined
from claims.vocabulary import PartyState, Stance

# Beyond so many names a sentence says how many more there are.
MOST_NAMES = 4
# The glyph beside each sentence, and the order in which a page says them.
STANCE_OF: dict[str, Stance] = {
    PartyState.ASSERTS: Stance.ASSERTS,
    PartyState.DENIES: Stance.DENIES,
    PartyState.DENIED_THEN_ADMITTED: Stance.ADMITS,
    PartyState.ADMITTED: Stance.ADMITS,
    PartyState.ASSERTED_THEN_DENIED: Stance.DENIES,
    PartyState.RETRACTED: Stance.RETRACTS,
}
# A change of story: from what to what.
TURNS: dict[str, tuple[Stance, Stance]] = {
    PartyState.DENIED_THEN_ADMITTED: (Stance.DENIES, Stance.ADMITS),
    PartyState.ASSERTED_THEN_DENIED: (Stance.ASSERTS, Stance.DENIES),
    PartyState.RETRACTED: (Stance.ASSERTS, Stance.RETRACTS),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """`stance`: the glyph and colour that go with it."""

    stance: str
    words: str


def party_keys(parties: Iterable[Mapping[str, Any]]) -> list[int | None]:
    """Keys of the speakers whose names a claim's sentences need. `parties`: ClaimFigures.parties."""
    return [party.get("party") for party in parties]


def sentences(parties: Sequence[Mapping[str, Any]], names: Names) -> list[Sentence]:
    """One sentence a state, in the order of STANCE_OF."""
    by_state: dict[str | None, list[Mapping[str, Any]]] = {}
    for party in parties:
        by_state.setdefault(party.get("state"), []).append(party)
    found = []
    for state, stance in STANCE_OF.items():
        if theirs := by_state.get(state):
            called = [names(party.get("party"), party["name"]) for party in theirs[:MOST_NAMES]]
            found.append(Sentence(stance.value, _sentence(state, called, len(theirs) - len(called))))
    return found


def lede(parties: Sequence[Mapping[str, Any]], names: Names) -> str:
    """All of it as one sentence: "Two US officials say so; China and Russia deny it." """
    said = [sentence.words for sentence in sentences(parties, names)]
    if not said:
        return _("Nobody is named as saying so: the articles write it themselves.")
    if not any(party.get("state") not in (PartyState.ASSERTS, None) for party in parties):
        said.append(_("no denial on record"))
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _sentence(state: str, called: Sequence[str], left_out: int) -> str:
    several = 2 if len(called) + left_out > 1 or is_several(called[0]) else 1
    return _pattern(state, several) % {"names": joined(called, left_out)}


def _pattern(state: str, n: int) -> str:
    """The words for one party and for several (`n` 1 or 2)."""
    match state:
        case PartyState.DENIES:
            return ngettext("%(names)s denies it", "%(names)s deny it", n)
        case PartyState.DENIED_THEN_ADMITTED:
            return ngettext("%(names)s denied, then admitted", "%(names)s first denied, then admitted", n)
        case PartyState.ADMITTED:
            return ngettext("%(names)s admits it", "%(names)s admit it", n)
        case PartyState.ASSERTED_THEN_DENIED:
            return ngettext("%(names)s said so, now denies", "%(names)s said so, now deny", n)
        case PartyState.RETRACTED:
            return ngettext("%(names)s took it back", "%(names)s have taken it back", n)
        case _:
            return ngettext("%(names)s says so", "%(names)s say so", n)
