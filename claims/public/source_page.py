"""All that an article's page shows: its passages, or the whole text where it is ours or free, with margin notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from claims.models import Claim, Correction, Position
from claims.public import dates, passages
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.corrections import CorrectionItem, correction_items
from claims.public.naming import Names
from claims.public.prepared import Prepared
from sources.models import Source
from sources.vocabulary import PASSAGE_CONTEXT, Shown, SourcePublication

# An article has some thirty; more than these do not fit into 120 kB.
MOST_PASSAGES = 120


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note beside a passage; a statement may bear on several claims."""

    number: int
    card: Card
    claims: tuple[tuple[Card, Claim], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph: its words, the note whose colours it wears, the anchors and numbers that go with it."""

    text: str
    note: Note | None
    is_shared: bool
    is_furniture: bool
    begins: tuple[Note, ...]
    ends: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    is_furniture: bool
    cut_before: bool
    cut_after: bool
    gap_before: bool


@dataclass(frozen=True, slots=True)
class SourcePage:
    source: Source
    published: dates.When
    retrieved: date | None
    paragraphs: list[Paragraph]
    is_whole: bool
    goes_on: bool
    notes: int
    is_cut: bool
    copies: list[Source]
    newer: list[Source]
    older: Source | None
    corrections: list[CorrectionItem]


_positions = Prepared(
    lambda source: (
        with_everything(Position.objects.published().filter(statement__source=source))
        .select_related("claim")
        .defer("claim__search_it", "claim__search_en", "claim__signature")
        .order_by("statement_id", "id")[: MOST_PASSAGES + 1]
    )
)
_copies = Prepared(
    lambda origin, own: (
        Source.objects.published()
        .without_text()
        .filter(origin_id=origin)
        .exclude(pk=own)
        .select_related("outlet")
        .order_by("id")[:20]
    ),
    int,
    int,
)
_newer = Prepared(
    lambda source: (
        Source.objects.published()
        .without_text()
        .filter(version_of=source)
        .select_related("outlet")
        .order_by("id")[:5]
    )
)
_corrections = Prepared(
    lambda source: Correction.objects.published().filter(source=source).order_by("-made_at")[:10]
)


def source_page(source: Source) -> SourcePage:
    """`source`: published, with its outlet and the version before it. Seven queries, whatever the number of passages."""
    positions = _positions(source.pk)
    is_cut, positions = len(positions) > MOST_PASSAGES, positions[:MOST_PASSAGES]
    notes = _notes(positions)
    marks = [
        passages.Mark(span["start"], span["end"], key)
        for key, note in notes.items()
        for span in note.card.position.statement.spans
    ]
    text = source.body
    is_whole = source.shown == Shown.WHOLE
    shown = None if is_whole else passages.windows(text, marks, context=PASSAGE_CONTEXT)
    furniture = [passages.Range(place["start"], place["end"]) for place in source.furniture]
    paragraphs = passages.paragraphs(text, marks, furniture=furniture, shown=shown)
    if paragraphs and _repeats_the_title(paragraphs[0], source):
        paragraphs = paragraphs[1:]
    return SourcePage(
        source=source,
        published=dates.published(source.published_earliest, source.published_latest, source.published_basis),
        retrieved=source.retrieved_at.date() if source.retrieved_at else None,
        paragraphs=[_paragraph(paragraph, notes) for paragraph in paragraphs],
        is_whole=is_whole,
        goes_on=shown is not None and passages.left_out_at_the_end(text, shown),
        notes=len(notes),
        is_cut=is_cut,
        copies=_copies(source.origin_id or source.pk, source.pk),
        newer=_newer(source.pk),
        older=source.version_of if _is_seen(source.version_of) else None,
        corrections=correction_items(_corrections(source.pk)),
    )


def _notes(positions: Sequence[Position]) -> dict[int, Note]:
    """By statement, numbered in the order of the text."""
    names = Names.of(speaker_keys(positions))
    by_statement: dict[int, list[tuple[Card, Claim]]] = {}
    for position, card in zip(positions, cards(positions, names), strict=True):
        by_statement.setdefault(card.key, []).append((card, position.claim))
    in_order = sorted(by_statement.items(), key=lambda item: (item[1][0][0].event.place, item[0]))
    return {
        key: Note(number, found[0][0], tuple(found)) for number, (key, found) in enumerate(in_order, start=1)
    }


def _paragraph(paragraph: passages.Paragraph, notes: dict[int, Note]) -> Paragraph:
    return Paragraph(
        pieces=tuple(
            Piece(
                text=segment.text,
                note=notes[segment.covers[0]] if segment.covers else None,
                is_shared=len(segment.covers) > 1,
                is_furniture=segment.is_furniture and not paragraph.is_furniture,
                begins=tuple(notes[key] for key in segment.begins),
                ends=tuple(notes[key] for key in segment.ends),
            )
            for segment in paragraph.segments
        ),
        notes=tuple(notes[key] for key in paragraph.notes),
        is_furniture=paragraph.is_furniture,
        cut_before=paragraph.cut_before,
        cut_after=paragraph.cut_after,
        gap_before=paragraph.gap_before,
    )


def _is_seen(source: Source | None) -> bool:
    return source is not None and source.publication == SourcePublication.PUBLISHED


def _repeats_the_title(paragraph: passages.Paragraph, source: Source) -> bool:
    """The heading above says it already; a title with a passage in it stays."""
    text = "".join(segment.text for segment in paragraph.segments).strip()
    return not paragraph.notes and text == source.title.strip()
