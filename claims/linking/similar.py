"""Claims that may say the same as a claim or a statement, in either language, each with its reason in words. Nothing is ever merged by itself."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims.extraction import countries, themes
from claims.extraction.likeness import IN_CONTEXT, Rarity, likeness, opposed
from claims.models import Claim, Position, Statement
from claims.signatures import About, about_claims, about_statements

__all__ = ["Similar", "similar", "similar_to_each"]

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


def similar(of: Claim | Statement, *, limit: int = 5) -> list[Similar]:
    """The claims most like this claim or statement, best first. At most three queries; a statement's source should be loaded.

    Claims that were merged away, `of` itself and those that the statement is on already are left out. A claim is found once it is signed
    (signatures.sign).
    """
    return similar_to_each([of], limit=limit)[0]


def similar_to_each(several: Sequence[Claim | Statement], *, limit: int = 5) -> list[list[Similar]]:
    """`similar` for each of several claims, or of several statements, in their order: still three queries (four for both at once)."""
    if not several:
        return []
    claims = iter(about_claims([each for each in several if isinstance(each, Claim)]))
    statements = iter(about_statements([each for each in several if isinstance(each, Statement)]))
    abouts = [next(claims if isinstance(each, Claim) else statements) for each in several]
    rarity, newest = _rarity()
    queries = [
        _candidates(each, about, rarity, newest, number)
        for number, (each, about) in enumerate(zip(several, abouts, strict=True))
    ]
    found: list[list[Similar]] = [[] for _each in several]
    asked = [query for query in queries if query is not None]
    for claim in asked[0].union(*asked[1:], all=True) if asked else ():
        number: int = claim.number  # type: ignore[attr-defined]
        if (match := _compared(several[number], abouts[number], claim, rarity)) is not None:
            found[number].append(match)
    return [sorted(each, key=lambda match: (-match.score, match.claim.pk))[:limit] for each in found]


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


def _candidates(
    of: Claim | Statement, about: About, rarity: Rarity, newest: int, number: int
) -> QuerySet[Claim] | None:
    """The claims to compare with, those first whose shared elements weigh most; None where there is nothing to go by."""
    weights = {element: rarity.weight(element) * IN_CONTEXT for element in about.context}
    weights |= {
        element: rarity.weight(element) for element in about.elements | about.by if element[0] in "atn#"
    }
    mine = sorted(weights, key=lambda element: (-weights[element], element))
    if not mine:
        return None
    # One look into the index for each set: a condition of many ORs would be tried on every row of the table.
    near = RawSQL(
        "SELECT found.id FROM unnest(%s::text[]) AS wanted (elements) CROSS JOIN LATERAL"
        " (SELECT id FROM claims_claim WHERE signature @> wanted.elements::text[] LIMIT %s) AS found",
        [[_as_array(each) for each in _wanted(mine, rarity, newest)], LOOKED_AT],
    )
    shared = RawSQL(
        "(SELECT sum(m.weight) FROM unnest(%s::text[], %s::float[]) AS m (element, weight)"
        " WHERE m.element = ANY (claims_claim.signature))",
        [mine, [weights[element] for element in mine]],
    )
    rows = Claim.objects.filter(pk__in=near)
    if isinstance(of, Claim):
        rows = rows.exclude(pk=of.pk)
    else:
        rows = rows.exclude(pk__in=Position.objects.filter(statement=of.pk).values("claim"))
    return (
        rows.annotate(number=Value(number), shared=shared)
        .defer("search_it", "search_en", "desk_note", "period_note")
        .order_by("-shared", "-pk")[:COMPARED]
    )


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


def _compared(of: Claim | Statement, about: About, claim: Claim, rarity: Rarity) -> Similar | None:
    if claim.merged_into_id is not None:
        return None
    theirs = frozenset(claim.signature or ())
    # Who says it is not what it is about, unless the claim is about them.
    mine = about.elements | (about.by & theirs)
    score = likeness(mine, theirs, rarity, about.context)
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
    return Similar(claim, round(score, 3), "; ".join(reasons))


def _another_time(of: Claim | Statement, claim: Claim) -> bool:
    """Whether the claim's period cannot be what the other is about: the periods of two claims do not meet; a statement was made before
    the period, or more than a year after it."""
    earliest, latest = claim.period_earliest or date.min, claim.period_latest or date.max
    if isinstance(of, Claim):
        return (of.period_latest or date.max) < earliest or (of.period_earliest or date.min) > latest
    said_before = of.said_latest is not None and of.said_latest < earliest
    said_long_after = (
        of.said_earliest is not None
        and claim.period_latest is not None
        and of.said_earliest - claim.period_latest > LOOKING_BACK
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
