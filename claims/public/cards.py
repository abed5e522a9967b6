"""A statement as readers meet it: who says it, in which words, when, where to read it, through whose hands it came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims.models import Carrier, Position, PositionQuerySet, StatementSpeaker
from claims.public import dates
from claims.public.links import source_url
from claims.public.naming import Names, joined, worded
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
OPENING = 8  # words
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
    def opening(self) -> str:
        """Its first words, by which a link is told from others."""
        words = self.words.split()
        return " ".join(words[:OPENING]) + ("…" if len(words) > OPENING else "")

    @property
    def who(self) -> str:
        """All voices in a word, for labels and drawings."""
        return joined([voice.name for voice in self.voices])


class Spoken(TypedDict):
    """Who says it: a StatementSpeaker with its speaker and the body spoken for, as the database puts them together."""

    key: int | None
    name: str | None
    slug: str | None
    kind: str | None
    wikidata_id: str | None
    written: str
    role: str
    body: int | None
    body_name: str | None


class Carried(TypedDict):
    """Through whose hands: a Carrier; `name` is the speaker's or the outlet's."""

    key: int | None
    name: str | None
    written: str


SPOKEN = JSONObject(
    key="speaker_id",
    name="speaker__name",
    slug="speaker__slug",
    kind="speaker__kind",
    wikidata_id="speaker__wikidata_id",
    written="as_written",
    role="role_as_written",
    body=Coalesce("on_behalf_of_id", "speaker__speaks_for_id"),
    body_name=Coalesce("on_behalf_of__name", "speaker__speaks_for__name"),
)
CARRIED = JSONObject(key="speaker_id", name=Coalesce("speaker__name", "outlet__name"), written="as_written")
# What no card shows: read from the table for nothing, a tenth of a page's time.
UNSHOWN = [
    *long_columns("statement__source"),
    *(f"statement__{column}" for column in (
        "key", "cue", "cue_span", "delivery", "said_as_written", "origin", "review_reason", "reviewed_by", "desk_note",
        "extractor_version", "rule", "confidence", "fingerprint", "reading", "created_at",
    )),
    *(f"statement__source__{column}" for column in (
        "archive_url", "byline", "retrieved_at", "text_sha256", "raw_sha256", "original_sha256", "flags", "created_at", "key", "title_span",
        "encoding", "published_at", "published_as_written",
    )),
    *(f"statement__source__outlet__{column}" for column in (
        "other_names", "homepage", "country", "wikidata_id", "kind", "created_at", "sort_key",
    )),
]  # fmt: skip


def with_everything(positions: PositionQuerySet) -> PositionQuerySet:
    """What cards need, in the one query: each position has `spoken` and `carried` besides."""
    of_it = {"statement": OuterRef("statement")}
    found: PositionQuerySet = (
        positions.select_related("statement__source__outlet")
        .defer(*UNSHOWN)
        .annotate(
            spoken=ArraySubquery(StatementSpeaker.objects.filter(**of_it).values(json=SPOKEN)),
            carried=ArraySubquery(Carrier.objects.filter(**of_it).values(json=CARRIED)),
        )
    )
    return found


def speaker_keys(positions: Iterable[Any]) -> Iterator[int | None]:
    """Everybody that cards will name. `positions`: from `with_everything`."""
    for position in positions:
        for row in position.spoken:
            yield row["key"]
            yield row["body"]
        for row in position.carried:
            yield row["key"]


def cards(positions: Iterable[Position], names: Names) -> list[Card]:
    """`positions`: from `with_everything`."""
    return [_card(position, names) for position in positions]


def _card(position: Any, names: Names) -> Card:
    statement = position.statement
    source = statement.source
    when = dates.said(
        statement.said_earliest,
        statement.said_latest,
        statement.said_basis,
        source_earliest=source.published_earliest,
        source_latest=source.published_latest,
    )
    voices = tuple(_voice(row, names) for row in position.spoken) or (
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
        carriers=joined([_carrier(row, names) for row in position.carried]),
        hands=len(position.carried),
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


def _voice(row: Spoken, names: Names) -> Voice:
    if row["key"] is None:
        return Voice(row["written"] or _("The article itself"), "", row["role"], "")
    return Voice(
        names(row["key"], row["name"] or ""),
        row["slug"] or "",
        row["role"],
        names(row["body"], row["body_name"] or "") if row["body"] else "",
    )


def _carrier(row: Carried, names: Names) -> str:
    return names(row["key"], row["name"] or row["written"])


def _stance_label(position: Position) -> str:
    if position.stance == Stance.DENIES and position.implied:
        return _("Implied denial")
    if position.stance == Stance.DENIES and position.partial:
        return _("Denies part of it")
    return worded(position.stance, Stance)


def _tags(position: Position, when: dates.When) -> Iterator[str]:
    statement = position.statement
    if statement.act in ACTS_WORTH_SAYING:
        yield worded(statement.act, Act)
    if position.partial and position.stance != Stance.DENIES:
        yield _("in part")
    if position.implied and position.stance != Stance.DENIES:
        yield _("implied")
    if statement.hedge != Hedge.NONE:
        yield worded(statement.hedge, Hedge).lower()
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
