"""Who denies whom: claims that somebody denies, and what each party does to them, with the way to every statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from claims.contest import Parties
from claims.labels import label
from claims.models import Claim, Position
from claims.public import sentences
from claims.public.decisions import Stamp, stamp
from claims.public.filters import heard_from, speakers_called
from claims.public.lists import listed_claims
from claims.public.naming import Names
from claims.vocabulary import Contest, PartyState, Stance

# Wider tables are not read: the others stand in a last column, by name.
MOST_COLUMNS = 6
# Who says so by name, and the voices of one party on one claim; the claim's page has them all.
MOST_ASSERTERS, MOST_VOICES, MOST_SPOKEN = 5, 4, 2000
TOLD = (Stance.ASSERTS, Stance.DENIES, Stance.ADMITS, Stance.RETRACTS)


@dataclass(frozen=True, slots=True)
class Voice:
    """One mouth of a party: its first statement of this stance on the claim."""

    name: str
    stance: str
    stance_label: str
    statement: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What one party does to one claim. `states`: (stance, word, the party's own statement or None), two for a change of story.

    `voices`: those who speak for it.
    """

    name: str
    first: int | None
    states: tuple[tuple[str, str, int | None], ...]
    voices: tuple[Voice, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Column:
    party: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Line:
    """`cells`: one a column, None where the party is silent. `others`: denying parties without a column."""

    claim: Claim
    stamp: Stamp
    asserters: tuple[Cell, ...]
    cells: tuple[tuple[Column, Cell | None], ...]
    others: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    has_others: bool


def contested_claims(*, topic: str = "", denied_by: str = "") -> QuerySet[Claim]:
    """Published claims that somebody denies, admits or took back. `denied_by`: a name, alias or address."""
    found: QuerySet[Claim] = listed_claims().exclude(listing__contest=Contest.UNCONTESTED)
    if topic:
        found = found.filter(topic__slug=topic)
    if denied_by:
        found = heard_from(found, speakers_called(denied_by), {"denies": True})
    return found


def matrix(claims: Sequence[Claim]) -> Matrix:
    """The table of these claims (with their figures). Three queries, and one for each step up a chain of "speaks for"."""
    spoken = _spoken(claims)
    names = Names.of(
        [key for claim in claims for key in sentences.party_keys(claim.figures.parties)]
        + [speaker for _claim, _stance, _statement, speaker, _name, _party in spoken]
    )
    voices: dict[tuple[int, int], dict[tuple[int, str], Voice]] = {}
    for claim_id, stance, statement, speaker, name, party in spoken:
        # A distinct denial is a pair of speaker and claim.
        voices.setdefault((claim_id, party), {}).setdefault(
            (speaker, stance), Voice(names(speaker, name), stance, str(label(stance, Stance)), statement)
        )
    columns = _columns(claims, names)
    lines = tuple(_line(claim, columns, voices, names) for claim in claims)
    return Matrix(columns, lines, any(line.others for line in lines))


def _spoken(claims: Sequence[Claim]) -> list[tuple[int, str, int, int, str, int]]:
    """(claim, stance, statement, speaker, name, party) of what counts, in the order in which it was stored."""
    rows = list(
        Position.objects.published()
        .counted()
        .filter(
            claim__in=[claim.pk for claim in claims],
            stance__in=TOLD,
            statement__speakers__speaker__isnull=False,
        )
        .annotate(body=Coalesce("statement__speakers__on_behalf_of_id", "statement__speakers__speaker_id"))
        .order_by("pk")
        .values_list(
            "claim_id",
            "stance",
            "statement_id",
            F("statement__speakers__speaker_id"),
            F("statement__speakers__speaker__name"),
            "body",
        )[:MOST_SPOKEN]
    )
    parties = Parties(row[-1] for row in rows)
    return [(*row[:-1], parties.of(row[-1]).pk) for row in rows]


def _columns(claims: Sequence[Claim], names: Names) -> tuple[Column, ...]:
    """The parties that deny most of these claims, by name."""
    found: dict[int, Column] = {}
    count: Counter[int] = Counter()
    for claim in claims:
        for party in claim.figures.parties:
            if party["party"] and party["state"] != PartyState.ASSERTS:
                count[party["party"]] += 1
                found[party["party"]] = Column(
                    party["party"], names(party["party"], party["name"]), party["slug"]
                )
    kept = [found[key] for key, _times in count.most_common(MOST_COLUMNS)]
    return tuple(sorted(kept, key=lambda column: column.name))


def _line(
    claim: Claim,
    columns: Sequence[Column],
    voices: dict[tuple[int, int], dict[tuple[int, str], Voice]],
    names: Names,
) -> Line:
    cells: dict[int, Cell] = {}
    asserters: list[Cell] = []
    for party in claim.figures.parties:
        state = PartyState(party["state"])
        turn = sentences.TURNS.get(state) or (sentences.STANCE_OF[state],)
        heard = voices.get((claim.pk, party["party"]), {})
        own = {stance: voice.statement for (who, stance), voice in heard.items() if who == party["party"]}
        others = tuple(voice for (who, _stance), voice in heard.items() if who != party["party"])
        cell = Cell(
            name=names(party["party"], party["name"]),
            first=next((voice.statement for voice in heard.values()), None),
            states=tuple((stance.value, str(label(stance, Stance)), own.get(stance)) for stance in turn),
            voices=others[:MOST_VOICES],
            more=len(others[MOST_VOICES:]),
        )
        cells[party["party"]] = cell
        if state == PartyState.ASSERTS:
            asserters.append(cell)
    shown = {column.party for column in columns}
    silent = {party["party"] for party in claim.figures.parties if party["state"] == PartyState.ASSERTS}
    return Line(
        claim=claim,
        stamp=stamp(claim.figures.rating),
        asserters=tuple(asserters[:MOST_ASSERTERS]),
        cells=tuple((column, cells.get(column.party)) for column in columns),
        others=tuple(cell for key, cell in cells.items() if key not in shown | silent),
    )
