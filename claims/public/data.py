"""What machines are told about published things: plain dicts, the same in the API and in exports, in no page's language.

The rule is that of the pages: nothing is in here that a page does not show. Rows come from `published()` querysets; what they refer
to is named with a link only where that is published itself (`Known`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest

from claims.models import (
    Carrier,
    Claim,
    ClaimFigures,
    Correction,
    Evidence,
    Position,
    PositionQuerySet,
    Request,
    Speaker,
    Statement,
    StatementQuerySet,
    StatementSpeaker,
    Verdict,
)
from claims.models.correction import CorrectionQuerySet
from claims.public.passages import Mark, Range, windows
from claims.public.sentences import TURNS
from claims.vocabulary import NameKind, PartyState, Stage
from sources.models import Outlet, Source, SourceQuerySet, long_columns
from sources.vocabulary import PASSAGE_CONTEXT, Shown, SourcePublication

Dict = dict[str, Any]

LANGUAGES = ("it", "en")


def origin_of(request: HttpRequest) -> str:
    """What absolute addresses begin with."""
    return f"{request.scheme}://{request.get_host()}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows at hand refer to.

    `names`: official names by speaker and language. `linked`: speakers who have a page. `statements`: those that readers see.
    `origin`: what absolute addresses begin with.
    """

    origin: str
    names: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    linked: frozenset[int] = frozenset()
    statements: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls,
        origin: str,
        speakers: Iterable[int | None] = (),
        *,
        shown: Sequence[Statement] = (),
        statements: Iterable[int | None] = (),
    ) -> Known:
        """One query for speakers; one for the statements that rows name and that are not among those `shown`, mostly none.

        Keys are asked for: an EXISTS beside each row would be answered by listing every published statement first.
        """
        names, linked = _names({key for key in speakers if key})
        seen = {row.pk for row in shown}
        named = {key for row in shown for key in (row.after_id, row.inside_id)} | set(statements)
        others = {key for key in named if key} - seen
        if others:
            seen |= set(Statement.objects.published().filter(pk__in=others).values_list("pk", flat=True))
        return cls(origin, names, frozenset(linked), frozenset(seen))

    def pages(self, path: str) -> Dict:
        """Addresses of a page, in each language of the interface. `path`: without the language's prefix."""
        return {language: f"{self.origin}/{language}/{path}" for language in LANGUAGES}


def _names(asked: set[int]) -> tuple[dict[int, dict[str, str]], set[int]]:
    """(official names by language, who has a page) of these speakers."""
    names: dict[int, dict[str, str]] = {}
    linked: set[int] = set()
    if asked:
        spoken = Position.objects.published().filter(statement__speakers__speaker=OuterRef("pk"))
        official = FilteredRelation("names", condition=Q(names__kind=NameKind.OFFICIAL.value))
        rows = (
            Speaker.objects.filter(pk__in=asked)
            .annotate(official=official)
            .order_by("-official__id")  # the oldest name wins
            .values_list("pk", Exists(spoken), "merged_into", "official__language", "official__name")
        )
        for speaker, has_spoken, merged_into, language, name in rows:
            if has_spoken and merged_into is None:
                linked.add(speaker)
            if language:
                names.setdefault(speaker, {})[language] = name
    return names, linked


def with_everything(statements: StatementQuerySet) -> StatementQuerySet:
    """What a statement's dict needs: three queries besides, however many they are."""
    shown = Position.objects.published().select_related("claim").order_by("id")
    return (
        statements.select_related("source__outlet", "source__origin")
        .defer(
            *long_columns("source", "source__origin"),
        )
        .prefetch_related(
            Prefetch(
                "speakers", StatementSpeaker.objects.select_related("speaker__speaks_for", "on_behalf_of")
            ),
            Prefetch("carriers", Carrier.objects.select_related("speaker", "outlet")),
            Prefetch(
                "positions",
                shown.only("stance", "partial", "implied", "inferred", "statement", "claim__slug"),
            ),
        )
    )


def statement_keys(
    positions: PositionQuerySet, *, below: int | None = None, above: int | None = None
) -> QuerySet[Position, int]:
    """Keys of the statements of these positions, each once: from the newest below a key, or from the oldest above one.

    `positions`: published. A walk through an index that begins at the place itself; a list of published statements would begin to be
    compared with the positions from its first one, however deep the page.
    """
    if above is not None:
        found = _beyond(positions.order_by("statement_id"), ">", above)
    else:
        found = positions.order_by("-statement_id")
        found = found if below is None else _beyond(found, "<", below)
    return found.values_list("statement_id", flat=True).distinct()


def _beyond(positions: QuerySet[Position], sign: str, key: int) -> QuerySet[Position]:
    """Said of both ends of the join: PostgreSQL does not conclude it, and would walk one of them from its beginning. (A lookup would
    name the same end twice.)"""
    ends = [f"{column} {sign} %s" for column in ("claims_position.statement_id", "claims_statement.id")]
    return positions.extra(where=ends, params=[key, key])  # noqa: S610  # nosec B610: both columns are ours


def with_references(corrections: CorrectionQuerySet) -> CorrectionQuerySet:
    """What a correction's dict needs."""
    found: CorrectionQuerySet = corrections.select_related("claim", "source").defer(
        *long_columns("source"), "claim__search_it", "claim__search_en"
    )
    return found


def speaker_keys(statements: Iterable[Statement]) -> list[int | None]:
    """Everybody whom these statements name."""
    found: list[int | None] = []
    for statement in statements:
        for row in statement.speakers.all():
            found.append(row.speaker_id)
            found.append(row.on_behalf_of_id or (row.speaker.speaks_for_id if row.speaker else None))
    return found


def words(row: Any, name: str) -> Dict:
    """A text in each language in which it was written."""
    return {language: getattr(row, f"{name}_{language}") or None for language in LANGUAGES}


def dates(row: Any, name: str) -> Dict:
    """A day or range of days and how it is known. `name`: what the three columns begin with."""
    return {part: getattr(row, f"{name}_{part}") for part in ("earliest", "latest", "basis")}


# -- claims ------------------------------------------------------------------------------------------------------------------


def figures(row: Claim) -> ClaimFigures:
    """Its figures; zeros while nobody has counted."""
    return getattr(row, "figures", None) or ClaimFigures(claim=row)


def claim(row: Claim, known: Known) -> Dict:
    """`row`: with its figures and topic."""
    found = figures(row)
    return {
        "id": row.pk,
        "slug": row.slug,
        "text": words(row, "text"),
        "topic": {"slug": row.topic.slug, "name": words(row.topic, "name")} if row.topic else None,
        "period": dates(row, "period"),
        "publication": row.publication,
        "rating": found.rating or None,
        "rated_at": found.rated_at,
        "contest": found.contest,
        "parties": [
            {**_body(party.get("party"), party["name"], party.get("slug"), known), "state": party["state"]}
            for party in found.parties
        ],
        "counts": {
            name: getattr(found, name)
            for name in ("statements", "denials", "admissions", "sources", "origins")
        },
        "newest_on": found.newest_on,
        "published_at": row.published_at,
        "pages": known.pages(f"claims/{row.slug}/"),
    }


def turns(row: Claim) -> list[Dict]:
    """Changes of story, only where the order is known."""
    changed = [party for party in figures(row).parties if party["state"] in TURNS]
    return [
        {"name": party["name"], "earlier": earlier.value, "later": later.value}
        for party in changed
        for earlier, later in (TURNS[PartyState(party["state"])],)
    ]


def decision(row: Verdict) -> Dict:
    """`row`: with its claim, author and second reader."""
    return {
        "claim": row.claim.slug,
        "rating": row.rating,
        "label": words(row, "label"),
        "reason": words(row, "reason"),
        "by": row.author.get_full_name() or row.author.get_username(),
        "second_reader": (row.second_reader.get_full_name() or row.second_reader.get_username())
        if row.second_reader
        else None,
        "decided_at": row.decided_at,
        "as_known_on": row.as_known_on,
        "is_current": row.stage == Stage.CURRENT,
    }


def evidence(row: Evidence) -> Dict:
    """A document is described, never handed out."""
    return {
        "kind": row.kind,
        "note": words(row, "note"),
        "statement": row.statement_id,
        "source": row.source_id,
        "url": row.url or None,
        "is_document": bool(row.file),
    }


def correction(row: Correction, known: Known) -> Dict:
    """`row`: from `with_references`."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "text": words(row, "text"),
        "made_at": row.made_at,
        "claim": row.claim.slug if row.claim and row.claim.is_public else None,
        "statement": row.statement_id if row.statement_id in known.statements else None,
        "source": row.source_id
        if row.source and row.source.publication == SourcePublication.PUBLISHED
        else None,
    }


def reply(row: Request, known: Known) -> Dict:
    """`row`: published, with its claim and speaker."""
    return {
        "id": row.pk,
        "claim": row.claim.slug if row.claim else None,
        "speaker": body(row.speaker, known),
        "sender": (row.public_sender or None) if row.speaker is None else None,
        "text": row.text,
        "language": row.language or None,
        "received_at": row.received_at,
        "published_at": row.published_at,
    }


# -- statements --------------------------------------------------------------------------------------------------------------


def statement(row: Statement, known: Known) -> Dict:
    """`row`: from `with_everything`."""
    page = known.pages(source_path(row.source))["en"]
    return {
        "id": row.pk,
        "act": row.act,
        "delivery": row.delivery,
        "hedge": row.hedge,
        "is_quotation": not row.source.is_digest,
        "quotation": row.quote,
        "language": row.source.language,
        "target": [_target(span, page) for span in row.spans],
        "voices": [_voice(each, known) for each in row.speakers.all()],
        "carriers": [
            {"kind": each.kind, "name": str(each.speaker or each.outlet or each.as_written)}
            for each in row.carriers.all()
        ],
        "said": dates(row, "said"),
        "after": row.after_id if row.after_id in known.statements else None,
        "inside": row.inside_id if row.inside_id in known.statements else None,
        "in_title": row.in_title,
        "corrected_reading": row.corrected_reading or None,
        "translation_suspect": row.translation_suspect,
        "claims": [position(each) for each in row.positions.all()],
        "source": source(row.source, known),
    }


def position(row: Position) -> Dict:
    return {
        "claim": row.claim.slug,
        "stance": row.stance,
        "partial": row.partial,
        "implied": row.implied,
        "inferred": row.inferred,
    }


def _target(span: Mapping[str, Any], page: str) -> Dict:
    """A stretch of words as W3C Web Annotation names it: https://www.w3.org/TR/annotation-model/#selectors."""
    quote = {name: span.get(name, "") for name in ("exact", "prefix", "suffix")}
    return {
        "source": page,
        "selector": [
            {"type": "TextQuoteSelector", **quote},
            {"type": "TextPositionSelector", "start": span["start"], "end": span["end"]},
        ],
    }


def _voice(row: StatementSpeaker, known: Known) -> Dict:
    behalf = row.on_behalf_of or (row.speaker.speaks_for if row.speaker else None)
    return {
        "speaker": body(row.speaker, known),
        "on_behalf_of": body(behalf, known),
        # As on the pages: where somebody on record is credited, the name on record is given.
        "as_written": (row.as_written or None) if row.speaker is None else None,
        "role_as_written": row.role_as_written or None,
    }


# -- who and where -----------------------------------------------------------------------------------------------------------


def body(row: Speaker | None, known: Known) -> Dict | None:
    return _body(row.pk, row.name, row.slug, known) if row else None


def _body(key: int | None, name: str, slug: str | None, known: Known) -> Dict:
    official = known.names.get(key or 0, {})
    return {
        "name": name,
        "names": {language: official.get(language) for language in LANGUAGES},
        "slug": slug if key in known.linked else None,
    }


def speaker(row: Speaker, known: Known) -> Dict:
    """`row`: published, with `speaks_for` and `only_in`."""
    only_in = row.only_in
    return {
        **_body(row.pk, row.name, row.slug, known),
        "slug": row.slug,
        "kind": row.kind,
        "description": words(row, "description"),
        "country": row.country or None,
        "wikidata_id": row.wikidata_id or None,
        "speaks_for": body(row.speaks_for, known),
        "only_in": only_in.pk if only_in and only_in.publication == SourcePublication.PUBLISHED else None,
        "pages": known.pages(f"speakers/{row.slug}/"),
    }


def outlet(row: Outlet) -> Dict:
    return {
        "slug": row.slug,
        "name": row.name,
        "homepage": row.homepage or None,
        "country": row.country or None,
        "kind": row.kind,
    }


def with_origin(sources: SourceQuerySet) -> SourceQuerySet:
    """What a source's dict needs."""
    found: SourceQuerySet = sources.select_related("outlet", "origin").defer(*long_columns("origin"))
    return found


def source_path(row: Source) -> str:
    return f"sources/{row.pk}-{row.slug}/"


def source(row: Source, known: Known) -> Dict:
    """`row`: with its outlet and origin; its text is not asked for."""
    origin = row.origin
    return {
        "id": row.pk,
        "title": row.title,
        "outlet": {"slug": row.outlet.slug, "name": row.outlet.name} if row.outlet else None,
        "url": row.url or None,
        "archive_url": row.archive_url or None,
        "kind": row.kind,
        "language": row.language,
        "translation": row.translation,
        "byline": row.byline or None,
        "published": dates(row, "published"),
        "body_kind": row.body_kind,
        "shown": row.shown,
        "origin": origin.pk if origin and origin.publication == SourcePublication.PUBLISHED else None,
        "pages": known.pages(source_path(row)),
    }


def passages(row: Source, statements: Sequence[Statement]) -> tuple[list[Dict], bool]:
    """(what readers see of the text, whether there is more of it). `row`: with its text. `statements`: its published ones.

    The same windows as on the article's page.
    """
    marks = [Mark(span["start"], span["end"], each.pk) for each in statements for span in each.spans]
    shown = (
        [Range(0, len(row.body))]
        if row.shown == Shown.WHOLE
        else windows(row.body, marks, context=PASSAGE_CONTEXT)
    )
    ends = [0, *(place.end for place in shown)]
    starts = [*(place.start for place in shown), len(row.body)]
    is_cut = any(row.body[end:start].strip() for end, start in zip(ends, starts, strict=True))
    return [_passage(row, place, marks) for place in shown], is_cut


def _passage(row: Source, place: Range, marks: Sequence[Mark]) -> Dict:
    foreign = [
        {"start": max(piece["start"], place.start), "end": min(piece["end"], place.end)}
        for piece in row.furniture
        if piece["start"] < place.end and piece["end"] > place.start
    ]
    return {
        "start": place.start,
        "end": place.end,
        "text": row.body[place.start : place.end],
        "statements": sorted({m.key for m in marks if m.start >= place.start and m.end <= place.end}),
        "furniture": foreign,
    }
