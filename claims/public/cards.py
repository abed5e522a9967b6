"""A statement as readers meet it: who says it, in which words, when, where to read it, through whose hands it came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims.labels import label
from claims.models import Carrier, Position, PositionQuerySet, StatementSpeaker
from claims.public import dates
from claims.public.links import source_url
from claims.public.naming import Names, joined
from claims.public.timeline import Event
from claims.vocabulary import Act, Hedge, Stance
from sources.models import Source, long_columns
from sources.quotations import AROUND
from sources.vocabulary import Translation

# What the stance alone does not tell.
ACTS_WORTH_SAYING = {
    Act.ASKS,
    Act.DOUBTS,
    Act.DECLINES,
    Act.REFUSES,
    Act.WARNS,
    Act.DEMANDS,
    Act.ACCUSES,
    Act.CONFIRMS,
}
SENTENCE_ENDS = re.compile(r"[.!?…]\s+|\n+|[.!?][”»\"’]\s+")
CLOSING_MARKS = '”»’"'


@dataclass(frozen=True, slots=True)
class Voice:
    """One of those who make a statement. `slug` is empty when there is no page to lead to."""

    name: str
    slug: str
    role: str
    speaks_for: str


@dataclass(frozen=True, slots=True)
class Card:
    """One position. `is_quoted`: the words are the source's own, not those of our summary.

    `lead_in`: the words before them ("China denied …"), without which a denied content reads like its opposite; `closing`: the
    quotation mark that ends them.
    """

    key: int
    source: Source
    claim_id: int
    stance: str
    stance_label: str
    voices: tuple[Voice, ...]
    lead_in: str
    words: str
    closing: str
    is_quoted: bool
    when: dates.When
    carriers: str
    hands: int
    tags: tuple[str, ...]
    reading: str
    passage_url: str
    event: Event
    inside: int | None
    position: Position

    @property
    def who(self) -> str:
        """All voices in a word, for labels and drawings."""
        return joined([voice.name for voice in self.voices])


def with_everything(positions: PositionQuerySet) -> PositionQuerySet:
    """What cards need: three queries whatever the number of positions."""
    speakers = StatementSpeaker.objects.select_related("speaker__speaks_for", "on_behalf_of")
    carriers = Carrier.objects.select_related("speaker", "outlet")
    return (
        positions.select_related("statement__source__outlet")
        .defer(*long_columns("statement__source"))
        .prefetch_related(
            Prefetch("statement__speakers", speakers),
            Prefetch("statement__carriers", carriers),
        )
    )


def speaker_keys(positions: Iterable[Position]) -> Iterator[int | None]:
    """Everybody that cards will name."""
    for position in positions:
        for row in position.statement.speakers.all():
            yield row.speaker_id
            yield row.on_behalf_of_id or (row.speaker.speaks_for_id if row.speaker else None)
        for carrier in position.statement.carriers.all():
            yield carrier.speaker_id


def cards(positions: Iterable[Position], names: Names) -> list[Card]:
    return [_card(position, names) for position in positions]


def _card(position: Position, names: Names) -> Card:
    statement = position.statement
    source = statement.source
    when = dates.said(
        statement.said_earliest,
        statement.said_latest,
        statement.said_basis,
        source_earliest=source.published_earliest,
        source_latest=source.published_latest,
    )
    voices = tuple(_voice(row, names) for row in statement.speakers.all()) or (
        Voice(_("The article itself"), "", "", ""),
    )
    own_day = statement.said_latest or statement.said_earliest
    return Card(
        key=statement.pk,
        source=source,
        claim_id=position.claim_id,
        stance=position.stance,
        stance_label=_stance_label(position),
        voices=voices,
        lead_in="" if source.is_digest else lead_in(statement.spans[0].get("prefix", "")),
        words=statement.quote,
        closing="" if source.is_digest else _closing(statement.spans[-1].get("suffix", "")),
        is_quoted=not source.is_digest,
        when=when,
        carriers=joined([_carrier(row, names) for row in statement.carriers.all()]),
        hands=len(statement.carriers.all()),
        tags=tuple(_tags(position, when)),
        reading=statement.corrected_reading,
        passage_url=f"{source_url(source)}#p{statement.pk}",
        event=Event(
            key=statement.pk,
            stance=position.stance,
            lane=joined([voice.name for voice in voices]),
            on=own_day or source.published_latest or source.published_earliest,
            is_reported=own_day is None,
            after=statement.after_id,
            place=(source.pk, statement.start),
        ),
        inside=statement.inside_id,
        position=position,
    )


def lead_in(prefix: str) -> str:
    """What a reader needs of the 32 characters before a passage: the sentence's beginning, or its last whole words."""
    start = max((match.end() for match in SENTENCE_ENDS.finditer(prefix)), default=0)
    if start or len(prefix) < AROUND:
        return prefix[start:].lstrip()
    _cut, _space, words = prefix.partition(" ")
    return f"… {words}" if words.strip() else ""


def _closing(suffix: str) -> str:
    return suffix[0] if suffix[:1] in CLOSING_MARKS and suffix else ""


def _voice(row: StatementSpeaker, names: Names) -> Voice:
    if row.speaker is None:
        return Voice(row.as_written or _("The article itself"), "", row.role_as_written, "")
    body = row.on_behalf_of or row.speaker.speaks_for
    return Voice(
        names(row.speaker_id, row.speaker.name),
        row.speaker.slug,
        row.role_as_written,
        names(body.pk, body.name) if body else "",
    )


def _carrier(row: Carrier, names: Names) -> str:
    if row.speaker:
        return names(row.speaker_id, row.speaker.name)
    return str(row.outlet or row.as_written)


def _stance_label(position: Position) -> str:
    if position.stance == Stance.DENIES and position.implied:
        return _("Implied denial")
    if position.stance == Stance.DENIES and position.partial:
        return _("Denies part of it")
    return str(label(position.stance, Stance))


def _tags(position: Position, when: dates.When) -> Iterator[str]:
    statement = position.statement
    if statement.act in ACTS_WORTH_SAYING:
        yield str(label(statement.act, Act))
    if position.partial and position.stance != Stance.DENIES:
        yield _("in part")
    if position.implied and position.stance != Stance.DENIES:
        yield _("implied")
    if statement.hedge != Hedge.NONE:
        yield str(label(statement.hedge, Hedge)).lower()
    if statement.in_title:
        yield _("headline")
    if when.is_inferred:
        yield _("date inferred")
    if statement.source.is_digest:
        yield _("our summary")
    elif statement.source.translation == Translation.MACHINE:
        yield _("machine-translated")
    if statement.translation_suspect:
        yield pgettext("statement", "translation in doubt")
