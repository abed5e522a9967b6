"""Signatures of claims and statements: who and what they are about, in one form for both languages (claims/extraction/signature.py).

A claim's signature is a column that `sign` fills when the claim is made or edited; the database empties it when the words change. People
and bodies of our lists count as their party: Peskov, the Kremlin and Russia are one actor, and people keep a name of their own besides.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from claims.extraction import countries
from claims.extraction.findings import KnownName
from claims.extraction.signature import VERSION, Names, Signature, known, signature
from claims.models import Claim, Statement
from claims.vocabulary import SpeakerKind
from sources.names import fold

__all__ = ["SIGNED_BY", "About", "about_claims", "about_statements", "complete", "sign", "unsigned"]

# The element that tells by which version a claim was signed.
SIGNED_BY = f"v:{VERSION}"
# Claims are signed so many at a time.
BATCH = 500
# Fewer words than this tell nothing by themselves ("it", "le accuse").
FEW_WORDS = 5
# So many characters before and after a statement are its context.
BEFORE, AFTER = 300, 100

# A word with a capital, "O'Neill" and "Xi'an" included, the English "'s" left out.
_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_a-zß-öø-ÿ](?:[\w.-]|['’](?!s\b)\w)*")
# "Institute for the Study of War" has six words.
LONGEST_NAME = 6


@dataclass(frozen=True, slots=True)
class About:
    """What one claim or statement is about. `elements`: as stored; `by`: those who said it, which count where a claim is about them too;
    `context`: what its article says just there and in the title; `written`: how names and numbers are spelled, by element."""

    elements: frozenset[str]
    by: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    written: dict[str, str] = field(default_factory=dict)


def complete(claims: Sequence[Claim]) -> None:
    """Gives these objects their signatures, by the speakers that are stored already. Stores nothing. One query for every 500 claims."""
    for start in range(0, len(claims), BATCH):
        part = claims[start : start + BATCH]
        for claim, about in zip(part, about_claims(part), strict=True):
            claim.signature = sorted(about.elements | {SIGNED_BY})


def sign(claim_ids: Iterable[int]) -> int:
    """Works out the signatures of these claims and stores them; returns how many. Writes no history and counts as no change.

    Three queries for every 500 claims.
    """
    wanted = sorted(set(claim_ids))
    done = 0
    for start in range(0, len(wanted), BATCH):
        done += _sign(wanted[start : start + BATCH])
    return done


@transaction.atomic(savepoint=False)
def _sign(claim_ids: list[int]) -> int:
    # Locked: of two editors at once, the second signs what the first wrote.
    claims = list(
        Claim.objects.select_for_update(no_key=True)
        .filter(pk__in=claim_ids)
        .order_by("pk")
        .only("pk", "text_it", "text_en", "actors", "themes")
    )
    complete(claims)
    if claims:
        signed = [json.dumps(claim.signature) for claim in claims]
        with connection.cursor() as cursor:
            cursor.execute(_SIGN, [[claim.pk for claim in claims], signed])
    return len(claims)


# By hand: the mapper's condition for each row takes longer than reading the words.
_SIGN = """
    UPDATE claims_claim SET signature = ARRAY(SELECT jsonb_array_elements_text(made.signature::jsonb))
    FROM unnest(%s::bigint[], %s::text[]) AS made (id, signature) WHERE claims_claim.id = made.id
"""


def unsigned() -> QuerySet[Claim]:
    """Claims without a signature, or with one by another version of the words and rules."""
    return Claim.objects.exclude(signature__contains=[SIGNED_BY])


def about_claims(claims: Sequence[Claim]) -> list[About]:
    """What each of these claims is about: its words in both languages, and the actors and themes that were set by hand. One query."""
    texts = [
        (language, text)
        for claim in claims
        for language in ("it", "en")
        if (text := getattr(claim, f"text_{language}"))
    ]
    slugs = {slug for claim in claims for slug in claim.actors}
    met = _look_up([text for _language, text in texts], slugs=slugs)
    names = met.names()
    found: list[About] = []
    for claim in claims:
        read = [
            signature(text, language, names)
            for language in ("it", "en")
            if (text := getattr(claim, f"text_{language}"))
        ]
        by_hand = {f"a:{actor}" for slug in claim.actors for actor in met.by_slug.get(slug, (slug,))}
        by_hand |= {f"t:{theme}" for theme in claim.themes}
        found.append(About(_together(read) | by_hand, written=_written(read)))
    return found


def about_statements(statements: Sequence[Statement]) -> list[About]:
    """What each of these statements is about, and who said it. One query, where their sources are loaded."""
    texts = [_words_of(statement) for statement in statements]
    every = [text for several in texts for text in several]
    met = _look_up(every, statements=[statement.pk for statement in statements])
    names = met.names()
    found: list[About] = []
    for statement, several in zip(statements, texts, strict=True):
        words, around = (signature(text, statement.source.language, names) for text in several)
        by = frozenset(f"a:{actor}" for actor in met.by_statement.get(statement.pk, ()))
        context = frozenset(element for element in around.elements() if element[0] in "atn#")
        found.append(About(words.elements(), by, context, {**around.written, **words.written}))
    return found


def _words_of(statement: Statement) -> tuple[str, str]:
    """A statement's own words (with those around them where they are too few), and what stands around it."""
    own = " … ".join(span["exact"] for span in statement.spans)
    start, end = statement.spans[0]["start"], statement.spans[-1]["end"]
    source = statement.source
    around = source.body[max(0, start - BEFORE) : end + AFTER]
    return own if len(own.split()) >= FEW_WORDS else around, f"{source.title}\n{around}"


def _together(signatures: Sequence[Signature]) -> frozenset[str]:
    """All elements of a text in two wordings. Which way it goes counts where they agree."""
    every = [each.elements() for each in signatures]
    ways = reduce(frozenset.intersection, (each.ways for each in signatures)) if signatures else frozenset()
    kept = {element for elements in every for element in elements if not element.startswith("d:")}
    return frozenset(kept | {f"d:{way}" for way in ways})


def _written(signatures: Sequence[Signature]) -> dict[str, str]:
    return {element: words for each in reversed(signatures) for element, words in each.written.items()}


# -- whom we know --------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Met:
    """Speakers that were looked up: actors by name as written, by slug, and by statement."""

    by_text: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_slug: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_statement: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def names(self) -> Names:
        return known(
            KnownName(text, actor) for text, actors in self.by_text.items() for actor in sorted(actors)
        )


# From each speaker met to the party: merged records lead on, then whom they speak for.
_PARTIES = """
WITH RECURSIVE met (id, how, key) AS (
    SELECT id, 'name', sort_key FROM claims_speaker WHERE sort_key = ANY(%(names)s) AND only_in_id IS NULL
    UNION SELECT speaker_id, 'name', normalised FROM claims_speakername
        -- A single garbled word may be any word: "Mille" is Milley, and a thousand.
        WHERE normalised = ANY(%(names)s) AND (kind <> 'garbled' OR normalised LIKE '%% %%')
    UNION SELECT id, 'slug', slug FROM claims_speaker WHERE slug = ANY(%(slugs)s)
    UNION SELECT coalesce(on_behalf_of_id, speaker_id), 'statement', statement_id::text
        FROM claims_statementspeaker WHERE statement_id = ANY(%(statements)s) AND speaker_id IS NOT NULL
), chain (start, id, step) AS (
    SELECT DISTINCT id, id, 0 FROM met
    UNION ALL SELECT c.start, coalesce(s.merged_into_id, s.speaks_for_id), c.step + 1
        FROM chain c JOIN claims_speaker s ON s.id = c.id
        WHERE coalesce(s.merged_into_id, s.speaks_for_id) IS NOT NULL AND c.step < 30
), party (start, id) AS (
    SELECT DISTINCT ON (start) start, id FROM chain ORDER BY start, step DESC
)
SELECT met.how, met.key, first.slug, first.kind, root.slug, root.kind, root.name, root.country
FROM met JOIN party ON party.start = met.id JOIN claims_speaker first ON first.id = met.id
JOIN claims_speaker root ON root.id = party.id
"""


def _look_up(texts: Iterable[str], *, slugs: Iterable[str] = (), statements: Iterable[int] = ()) -> _Met:
    """Speakers whom these texts name, those of these slugs, and who made these statements. One query."""
    written: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for name in _possible_names(text):
            written[fold(name)].add(name)
    wanted: dict[str, Any] = {"names": list(written), "slugs": list(slugs), "statements": list(statements)}
    met = _Met()
    if not any(wanted.values()):
        return met
    with connection.cursor() as cursor:
        cursor.execute(_PARTIES, wanted)
        rows = cursor.fetchall()
    for how, key, slug, kind, *root in rows:
        actors = _actors(slug, kind, *root)
        if how == "name":
            for name in written[key]:
                met.by_text[name] |= actors
        elif how == "slug":
            met.by_slug[key] |= actors
        else:
            met.by_statement[int(key)] |= actors
    return met


def _actors(slug: str, kind: str, root: str, root_kind: str, root_name: str, country: str) -> set[str]:
    """As what a speaker counts: the code of the party's country or body, or else the party itself; and people as themselves, too."""
    here = countries.load()
    code = here.named(root_name, "en") or here.named(root_name, "it")
    if code is None and root_kind in (
        SpeakerKind.GOVERNMENT,
        SpeakerKind.PERSON,
        SpeakerKind.ANONYMOUS,
    ):
        code = country
    actors = {code or root}
    if kind == SpeakerKind.PERSON:
        actors.add(slug)
    return actors


def _possible_names(text: str) -> set[str]:
    """Pieces of a text that begin and end with a capital and may be a name, up to six words."""
    found: set[str] = set()
    places = [
        (match.start(), match.start() + len(match[0].rstrip(".-"))) for match in _CAPITALISED.finditer(text)
    ]
    for number, (start, _end) in enumerate(places):
        for _start, end in places[number : number + LONGEST_NAME]:
            piece = text[start:end]
            if piece.count(" ") >= LONGEST_NAME or "\n" in piece:
                break
            found.add(piece)
    return found
