"""Claims related to a claim, each with its reason: those that an editor linked, then those that share most of what it is about.

What a claim is about stands in its signature column, which the desk fills (claims/signatures.py); here it is only compared, in the
database.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connections, router
from django.db.models import BooleanField, F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _

from claims.labels import label
from claims.models import Claim, ClaimLink, Speaker, SpeakerName
from claims.models.claim import READERS_SEE
from claims.public.decisions import Stamp, stamp
from claims.public.naming import Names, joined, page_language
from claims.public.prepared import Prepared
from claims.public.sentences import MOST_NAMES
from claims.vocabulary import LinkKind, LinkState, NameKind

MOST_SHOWN, MOST_LINKED = 5, 20
# Pairs of elements that are tried, claims that are looked at for each, and claims that a pair may be expected in: those of
# a pair that everybody shares would all be collected first.
PAIRS, FOR_EACH, EXPECTED = 6, 60, 2000
# What finding them may cost: claims that have the rarer one of each pair, all pairs together. Among few claims that is no bound.
WALKED = 4000
# So many of them are compared with the claim: those that have the most of these pairs come first, and comparing is what takes time.
COMPARED = 40
# Elements in common, the least that counts as related.
LEAST_SHARED = 3

# Who else has both elements of a pair; editors' links besides. Visibility is asked again of what is found.
NEAR = f"""
(SELECT found.id FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair (a, b, place) CROSS JOIN LATERAL
    (SELECT id FROM claims_claim WHERE signature @> ARRAY[pair.a, pair.b] AND id <> %s
        AND publication IN {READERS_SEE} AND merged_into_id IS NULL LIMIT %s) AS found
    GROUP BY found.id ORDER BY count(*) DESC, min(pair.place), found.id DESC LIMIT %s)
UNION SELECT CASE WHEN from_claim_id = %s THEN to_claim_id ELSE from_claim_id END FROM claims_claimlink
    WHERE state = 'accepted' AND (from_claim_id = %s OR to_claim_id = %s)
"""  # noqa: S608 -- two words of ours
# The database's own statistics: which elements are common, and in which part of all claims.
COMMON = """
SELECT element, frequency, (SELECT reltuples FROM pg_class WHERE oid = 'claims_claim'::regclass)
FROM pg_stats AS stats, unnest(stats.most_common_elems::text::text[], stats.most_common_elem_freqs) AS each (element, frequency)
WHERE stats.tablename = 'claims_claim' AND stats.attname = 'signature' AND element IS NOT NULL
"""
# Seconds. Reading the statistics takes longer than finding the claims; they change with the next ANALYZE.
STATISTICS_FOR = 600
UNCOMMON = 0.0001
PAIRED = re.compile("[atn#]:")
# How much of a signature is shared; who and what count more than single words.
SHARED = """
(SELECT coalesce(sum(CASE left(mine.element, 2) WHEN 'a:' THEN 2 WHEN 't:' THEN 1.5 ELSE 1 END), 0)
 FROM unnest(%s::text[]) AS mine (element) WHERE mine.element = ANY (claims_claim.signature))
"""


@dataclass(frozen=True, slots=True)
class Related:
    """`text` in `language`; `reason`: why it is shown."""

    slug: str
    text: str
    language: str
    stamp: Stamp
    reason: str


class _Near(NamedTuple):
    """What the database tells of another claim. `link`, `why`: an editor's; `actors`: names by slug of whom the claim itself is about."""

    text_it: str
    text_en: str
    slug: str
    topic: int | None
    about: list[str]
    rating: str | None
    parties: list[dict[str, Any]] | None
    link: str | None
    why: str | None
    shared: float
    actors: list[dict[str, str]]


class _Statistics:
    """What COMMON says, remembered for a while by each process."""

    def __init__(self) -> None:
        self._known: tuple[float, dict[str, float], float] = (-STATISTICS_FOR, {}, 0.0)

    def __call__(self) -> tuple[dict[str, float], float]:
        """(element → part of all claims, how many claims there are, as far as the database knows)."""
        read_at, common, claims = self._known
        if time.monotonic() - read_at >= STATISTICS_FOR:
            with connections[router.db_for_read(Claim)].cursor() as cursor:
                cursor.execute(COMMON)
                rows = cursor.fetchall()
            common, claims = {row[0]: row[1] for row in rows}, rows[0][2] if rows else 0.0
            self._known = (time.monotonic(), common, claims)
        return common, claims


_statistics = _Statistics()


def rarest_pairs(
    signature: Iterable[str], common: Mapping[str, float], claims: float
) -> tuple[list[str], list[str]]:
    """Actors, themes, names and numbers two by two, the PAIRS rarest ones: (one of each, the other of each)."""
    elements = sorted({element for element in signature if PAIRED.match(element)})
    by_rarity = sorted(
        (common.get(a, UNCOMMON) * common.get(b, UNCOMMON), a, b) for a, b in combinations(elements, 2)
    )
    # What is not among the common ones may be as common as the least of them.
    least = min(common.values(), default=UNCOMMON)
    pairs: list[tuple[str, str]] = []
    walked = 0.0
    for frequency, a, b in by_rarity[:PAIRS]:
        walked += min(common.get(a, least), common.get(b, least)) * claims
        if frequency * claims >= EXPECTED or (pairs and walked > WALKED):
            break
        pairs.append((a, b))
    return [a for a, _b in pairs], [b for _a, b in pairs]


def _near(claim: int, actors: list[str], own: list[str], these: list[str], those: list[str]) -> QuerySet[Any]:
    links = ClaimLink.objects.filter(
        Q(from_claim=claim, to_claim=OuterRef("pk")) | Q(to_claim=claim, from_claim=OuterRef("pk")),
        state=LinkState.ACCEPTED,
    ).order_by("id")
    official = SpeakerName.objects.filter(
        speaker=OuterRef("pk"), kind=NameKind.OFFICIAL, language=page_language()
    ).order_by("id")
    known = (
        Speaker.objects.published()
        .filter(RawSQL("slug = ANY (%s)", [actors], output_field=BooleanField()))  # nosec B611: a parameter
        .annotate(shown=Coalesce(Subquery(official.values("name")[:1]), F("name")))
    )
    near = [these, those, claim, FOR_EACH, COMPARED, *[claim] * 3]
    return (
        Claim.objects.published()
        .filter(pk__in=RawSQL(NEAR, near))  # noqa: S611  # nosec B611: parameters
        .exclude(pk=claim)
        .annotate(
            link=Subquery(links.values("kind")[:1]),
            why=Subquery(links.values("reason")[:1]),
            shared=RawSQL(SHARED, [own], output_field=FloatField()),  # noqa: S611  # nosec B611: a parameter
            actor_names=ArraySubquery(known.values(json=JSONObject(slug="slug", name="shown"))),
        )
        .order_by(F("link").asc(nulls_last=True), "-shared", "-pk")
        .values_list(
            "text_it",
            "text_en",
            "slug",
            "topic_id",
            "actors",
            "figures__rating",
            "figures__parties",
            "link",
            "why",
            "shared",
            "actor_names",
        )
    )


_found: Prepared[Any] = Prepared(lambda *asked: _near(*asked)[:MOST_SHOWN], int, list, list, list, list)
_found_linked: Prepared[Any] = Prepared(
    lambda *asked: _near(*asked)[: MOST_SHOWN + MOST_LINKED], int, list, list, list, list
)


def related(claim: Claim, names: Names) -> list[Related]:
    """At most MOST_SHOWN, or all that editors linked, best first. `names`: of the claim's parties. One query, two where editors linked many."""
    own = [element for element in claim.signature or () if not element.startswith("v:")]
    pairs = rarest_pairs(own, *_statistics())
    found = [_Near(*row) for row in _found(claim.pk, claim.actors, own, *pairs)]
    if len(found) == MOST_SHOWN and found[-1].link:  # they come first: there may be more
        found = [_Near(*row) for row in _found_linked(claim.pk, claim.actors, own, *pairs)]
    rows = [row for row in found if row.link or row.shared >= LEAST_SHARED]
    linked = sum(bool(row.link) for row in rows)
    return [_related(claim, row, names) for row in rows[: max(MOST_SHOWN, linked)]]


def _related(claim: Claim, other: _Near, names: Names) -> Related:
    language = page_language()
    texts = {"it": other.text_it, "en": other.text_en}
    if not texts[language]:
        language = "it" if other.text_it else "en"
    reasons = "; ".join(_reasons(claim, other, names))
    return Related(other.slug, texts[language], language, stamp(other.rating or ""), reasons)


def _reasons(claim: Claim, other: _Near, names: Names) -> list[str]:
    """In words: the editor's link, who both are about, who takes a stand on both, the topic."""
    reasons = [str(label(other.link, LinkKind))] if other.link else []
    if other.why:
        reasons.append(other.why)
    both = dict.fromkeys(row["name"] for row in other.actors or () if row["slug"] in other.about)
    figures = getattr(claim, "figures", None)
    theirs = {party["party"] for party in other.parties or ()}
    ours = {party["party"]: party["name"] for party in figures.parties} if figures else {}
    both |= {names(party, name): None for party, name in ours.items() if party in theirs}
    if both:
        shown = sorted(both)[:MOST_NAMES]
        reasons.append(_("both: %(names)s") % {"names": joined(shown, len(both) - len(shown))})
    if claim.topic_id and claim.topic_id == other.topic:
        reasons.append(_("same topic"))
    return reasons
