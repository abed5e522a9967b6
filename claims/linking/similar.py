"""Claims that may say the same as a claim or a statement, in either language, each with its reason in words. Nothing is ever merged by itself."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims.extraction import countries, themes
from claims.extraction.likeness import IN_CONTEXT, Rarity, likeness, opposed
from claims.models import Claim, Statement
from claims.models.claim import READERS_SEE
from claims.signatures import About, about_claims, about_statements

__all__ = ["Alike", "Similar", "alike_to_each", "similar", "similar_to_each"]

# Less alike than this is chance: of the pairs in tests/extraction/pairs.tsv that say the same, two in a hundred are.
LEAST = 0.25
# What is rare is judged by so many of the newest claims.
SAMPLE = 2_000
# About so many claims are looked at for one, those first that share what is rarest …
LOOKED_AT = 2_000
# … and so many of them are compared in full.
COMPARED = 40
# Combinations of two frequent elements that are tried, rarest first.
COMBINED = 8
# A claim about another time is not the same; a statement may still look back on it.
ANOTHER_TIME = 0.5
LOOKING_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Similar:
    """A claim that may be the same. `score`: 0 to 1; `reason`: what both share, in the language of the page."""

    claim: Claim
    score: float
    reason: str


class Alike(NamedTuple):
    """The same before the claim is loaded: its id, and whether readers see it."""

    claim: int
    public: bool
    score: float
    reason: str


class _Candidate(NamedTuple):
    """What a claim is compared by."""

    pk: int
    signature: frozenset[str]
    publication: str
    earliest: date | None
    latest: date | None


def similar(of: Claim | Statement, *, limit: int = 5) -> list[Similar]:
    """The claims most like this claim or statement, best first. At most four queries; a statement's source should be loaded.

    Claims that were merged away, `of` itself and those that the statement is on already are left out. A claim is found once it is signed
    (signatures.sign).
    """
    return similar_to_each([of], limit=limit)[0]


def similar_to_each(several: Sequence[Claim | Statement], *, limit: int = 5) -> list[list[Similar]]:
    """`similar` for each of several claims, or of several statements, in their order: still four queries (five for both at once)."""
    found = alike_to_each(several, limit=limit)
    wanted = {each.claim for matches in found for each in matches}
    light = Claim.objects.defer("search_it", "search_en", "desk_note", "period_note")
    claims = light.in_bulk(wanted) if wanted else {}
    # One that was deleted just now is none.
    return [
        [Similar(claims[each.claim], each.score, each.reason) for each in matches if each.claim in claims]
        for matches in found
    ]


def alike_to_each(several: Sequence[Claim | Statement], *, limit: int = 5) -> list[list[Alike]]:
    """The same without loading the claims: three queries, or four."""
    if not several:
        return []
    rarity, newest = _rarity()
    if not rarity.total:
        return [[] for _each in several]
    claims = iter(about_claims([each for each in several if isinstance(each, Claim)]))
    statements = iter(about_statements([each for each in several if isinstance(each, Statement)]))
    abouts = [next(claims if isinstance(each, Claim) else statements) for each in several]
    questions = [
        question
        for number, (each, about) in enumerate(zip(several, abouts, strict=True))
        if (question := _question(each, about, rarity, newest, number)) is not None
    ]
    found: list[list[Alike]] = [[] for _each in several]
    for number, candidate in _candidates(questions):
        if (match := _compared(several[number], abouts[number], candidate, rarity)) is not None:
            found[number].append(match)
    return [sorted(each, key=lambda match: (-match.score, match.claim))[:limit] for each in found]


def _rarity() -> tuple[Rarity, int]:
    """How often elements occur among the newest claims, and the newest claim's id, which no table is much larger than."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH newest AS (
                SELECT id, signature FROM claims_claim WHERE signature IS NOT NULL ORDER BY id DESC LIMIT %s
            )
            SELECT '', count(*), coalesce(max(id), 0) FROM newest
            UNION ALL SELECT element, count(*), 0 FROM newest, unnest(signature) element GROUP BY element HAVING count(*) > 1
            """,
            [SAMPLE],
        )
        (_blank, total, newest), *rows = cursor.fetchall()
    return Rarity({element: count for element, count, _zero in rows}, total), newest


# -- which claims are looked at ----------------------------------------------------------------------------------------------------


# One look into the index for each set: a condition of many ORs would be tried on every row of the table. The fences (OFFSET 0) keep the
# planner from reading the whole table where it cannot know how few these are.
_NEAR = """
    SELECT asked.number, near.* FROM jsonb_to_recordset(%s::jsonb)
        AS asked (number int, sets text[], elements text[], weights float[], claim bigint, statement bigint)
    CROSS JOIN LATERAL (
        SELECT c.id, c.signature, c.publication, c.period_earliest, c.period_latest
        FROM (
            SELECT DISTINCT found.id FROM unnest(asked.sets) AS wanted (elements) CROSS JOIN LATERAL
                (SELECT id FROM claims_claim WHERE signature @> wanted.elements::text[] LIMIT %s) AS found
            OFFSET 0
        ) AS held CROSS JOIN LATERAL (
            SELECT id, signature, publication, period_earliest, period_latest FROM claims_claim
            WHERE id = held.id AND merged_into_id IS NULL OFFSET 0
        ) AS c CROSS JOIN LATERAL (
            SELECT sum(m.weight) AS weight FROM unnest(asked.elements, asked.weights) AS m (element, weight)
            WHERE m.element = ANY (c.signature)
        ) AS shared
        WHERE c.id IS DISTINCT FROM asked.claim
            AND NOT EXISTS (SELECT FROM claims_position p WHERE p.statement_id = asked.statement AND p.claim_id = c.id)
        ORDER BY shared.weight DESC, c.id DESC LIMIT %s
    ) AS near
"""


def _question(
    of: Claim | Statement, about: About, rarity: Rarity, newest: int, number: int
) -> dict[str, Any] | None:
    """What to look for, those claims first whose shared elements weigh most; None where there is nothing to go by."""
    weights = {element: rarity.weight(element) * IN_CONTEXT for element in about.context}
    weights |= {
        element: rarity.weight(element) for element in about.elements | about.by if element[0] in "atn#"
    }
    mine = sorted(weights, key=lambda element: (-weights[element], element))
    if not mine:
        return None
    return {
        "number": number,
        "sets": [_as_array(each) for each in _wanted(mine, rarity, newest)],
        "elements": mine,
        "weights": [weights[element] for element in mine],
        "claim": of.pk if isinstance(of, Claim) else None,
        "statement": of.pk if isinstance(of, Statement) else None,
    }


def _candidates(questions: Sequence[dict[str, Any]]) -> Iterator[tuple[int, _Candidate]]:
    """The claims to compare, each with the number of its question. Claims that were merged away are none."""
    if not questions:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [json.dumps(questions), LOOKED_AT, COMPARED])
        for number, pk, signature, *columns in cursor.fetchall():
            yield number, _Candidate(pk, frozenset(signature or ()), *columns)


def _wanted(mine: Sequence[str], rarity: Rarity, newest: int) -> list[tuple[str, ...]]:
    """Sets of elements, one of which a claim must hold to be looked at: single rare ones, and frequent ones together.

    How many claims that will be is estimated, so that of a million claims on one war not all come.
    """
    claims = rarity.total if rarity.total < SAMPLE else newest

    def expected(elements: Sequence[str]) -> float:
        return claims * math.prod(rarity.counts.get(each, 1) / max(rarity.total, 1) for each in elements)

    wanted = _within(LOOKED_AT / 2, [(each,) for each in mine], expected)
    frequent = mine[len(wanted) :][:COMBINED]
    for size in (2, 3, 4):
        sets = sorted(itertools.combinations(frequent, size), key=expected)
        if together := _within(LOOKED_AT / 2, sets, expected):
            return wanted + together
    return wanted or [tuple(mine[:4])]


def _within(
    budget: float, sets: Sequence[tuple[str, ...]], expected: Callable[[Sequence[str]], float]
) -> list[tuple[str, ...]]:
    """The first of these sets that together are not expected in more claims than the budget."""
    costs = itertools.accumulate(expected(each) for each in sets)
    return [each for each, cost in zip(sets, costs, strict=True) if cost <= budget]


def _as_array(elements: Sequence[str]) -> str:
    """An array as PostgreSQL writes it: editors' own themes may hold anything."""
    quoted = (element.replace("\\", "\\\\").replace('"', '\\"') for element in elements)
    return "{" + ",".join(f'"{element}"' for element in quoted) + "}"


# -- how alike, and why ----------------------------------------------------------------------------------------------------------


def _compared(of: Claim | Statement, about: About, claim: _Candidate, rarity: Rarity) -> Alike | None:
    theirs = claim.signature
    # Who says it is not what it is about, unless the claim is about them.
    mine = about.elements | (about.by & theirs)
    score = likeness(mine, theirs, rarity, about.context)
    if score < LEAST:
        return None
    elsewhen = _another_time(of, claim)
    if elsewhen:
        score *= ANOTHER_TIME
    reasons = list(_reasons((mine | about.context) & theirs, about))
    if score < LEAST or not reasons:
        return None
    if opposed(mine, theirs):
        reasons.append(_("but the other way round"))
    if elsewhen:
        reasons.append(_("but about another time"))
    return Alike(claim.pk, claim.publication in READERS_SEE, round(score, 3), "; ".join(reasons))


def _another_time(of: Claim | Statement, claim: _Candidate) -> bool:
    """Whether the claim's period cannot be what the other is about: the periods of two claims do not meet; a statement was made before
    the period, or more than a year after it."""
    earliest, latest = claim.earliest or date.min, claim.latest or date.max
    if isinstance(of, Claim):
        return (of.period_latest or date.max) < earliest or (of.period_earliest or date.min) > latest
    said_before = of.said_latest is not None and of.said_latest < earliest
    said_long_after = (
        of.said_earliest is not None
        and claim.latest is not None
        and of.said_earliest - claim.latest > LOOKING_BACK
    )
    return said_before or said_long_after


def _reasons(shared: frozenset[str], about: About) -> Iterator[str]:
    """What both have in common, in words."""
    language = (get_language() or "en")[:2]
    language = language if language in countries.LANGUAGES else "en"
    if actors := sorted(_actor_name(element[2:], language) for element in shared if element.startswith("a:")):
        yield _("both: %(names)s") % {"names": ", ".join(actors)}
    tree = themes.load()
    slugs = tree.narrowest({element[2:] for element in shared if element.startswith("t:")})
    if names := sorted(tree.name(slug, language) for slug in slugs):
        yield ngettext("theme: %(names)s", "themes: %(names)s", len(names)) % {"names": ", ".join(names)}
    if words := sorted({about.written[element] for element in shared if element in about.written}):
        yield _("also: %(words)s") % {"words": ", ".join(words)}


def _actor_name(actor: str, language: str) -> str:
    """A country or body by its name; somebody of our lists by the address, which is made of the name."""
    known = countries.load()
    return known.name(actor, language) if actor in known.by_code else actor.replace("-", " ").title()
