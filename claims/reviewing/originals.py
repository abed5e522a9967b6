"""Our summary gives way to the original that it stands for: the same Source, the same statements, now with the exact words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change, lock
from claims.corrections import in_both, note_change
from claims.errors import Refused
from claims.models import Evidence, Position, Statement
from claims.vocabulary import CorrectionKind, Review, Verb
from sources.articles import Article
from sources.models import Source
from sources.origins import recognise
from sources.quotations import span_at
from sources.vocabulary import BodyKind, Shown, SourcePublication


@dataclass(frozen=True)
class Anchor:
    """Where a keyed statement stands in the original: half-open characters of its normalised text."""

    spans: Sequence[Sequence[int]]
    delivery: str
    cue_span: Sequence[int] | None = None
    cue: str = ""
    speaker_spans: Sequence[Sequence[int] | None] = ()


def replace_digest(source: Source, article: Article, anchors: Mapping[str, Anchor], *, by: User) -> int:
    """Puts `article` in the place of the digest that names its sha256; returns how many statements moved.

    `anchors`: {statement key: Anchor}. One transaction. Machine suggestions made on the digest are discarded with that reason. Raises
    Refused when the article is another one, or with a list when anything else that an editor accepted is anchored in the digest.
    Doing it again changes nothing and returns 0.
    """
    with act(Verb.PUBLISH, by=by, name="replace_digest"):
        stored = lock(source)
        if stored.body_kind == BodyKind.FULL and stored.text_sha256 == article.text_sha256:
            return 0
        if stored.body_kind != BodyKind.DIGEST or stored.original_sha256 != article.text_sha256:
            raise Refused("another", _("This is not the article that the summary stands for."))
        statements = list(
            Statement.objects.filter(source=source).prefetch_related("speakers", "carriers").order_by("pk")
        )
        _refuse_what_stays_behind(source, statements, anchors)
        was_shown, had_title = stored.shown, stored.title
        change(source, _as_full_text(article))
        recognise([source])  # the summary was ours; the original may be a copy, or have copies
        moved = [s for s in statements if s.key in anchors]
        for statement in moved:
            _move(statement, anchors[statement.key], article.body)
        # Suggestions nobody has looked at: the machine finds them again in the original's own words.
        Statement.objects.filter(source=source, review=Review.SUGGESTED).exclude(
            pk__in=[s.pk for s in moved]
        ).update(
            review=Review.REJECTED.value,
            review_reason="found in the summary that the original replaced",
            reviewed_by=by,
            reviewed_at=timezone.now(),
        )
        if stored.publication != SourcePublication.DRAFT:
            note_change(
                source,
                by=by,
                kind=CorrectionKind.DIGEST,
                before={"body_kind": BodyKind.DIGEST.value, "shown": was_shown, "title": had_title},
                after={"body_kind": BodyKind.FULL.value, "shown": source.shown, "title": source.title},
                text=in_both(_what_happened),
            )
        contest.refresh(Position.objects.filter(statement__source=source).values_list("claim_id", flat=True))
        return len(moved)


def _what_happened() -> str:
    return _("The original text took the place of our summary: every statement now has its exact words.")


def _refuse_what_stays_behind(
    source: Source, statements: Sequence[Statement], anchors: Mapping[str, Anchor]
) -> None:
    """Raises Refused with the list of all that an editor stands by and that has no place in the original."""
    left = [
        f"#{s.pk} “{s.quote[:60]}”"
        for s in statements
        if s.key not in anchors and s.review == Review.ACCEPTED
    ]
    left += [
        _("evidence #%(id)s on “%(claim)s”") % {"id": each.pk, "claim": each.claim}
        for each in Evidence.objects.filter(source=source, span__isnull=False).select_related("claim")
    ]
    if left:
        raise Refused(
            "anchored", _("These rest on the summary's words: %(list)s.") % {"list": "; ".join(left)}
        )


def _as_full_text(article: Article) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "body": article.body,
        "body_kind": BodyKind.FULL.value,
        "text_sha256": article.text_sha256,
        "raw": article.raw,
        "raw_sha256": article.raw_sha256,
        "furniture": [piece.as_json() for piece in article.furniture],
        "flags": list(article.flags),
        "title_span": list(article.title_span) if article.title_span else None,
        "shown": Shown.PASSAGES.value,
    }
    if article.title:
        changes["title"] = article.title
    return changes


def _move(statement: Statement, anchor: Anchor, body: str) -> None:
    statement.spans = [span_at(body, start, end) for start, end in anchor.spans]
    statement.cue_span = dict(span_at(body, *anchor.cue_span)) if anchor.cue_span else None
    statement.cue = statement.cue_span["exact"] if statement.cue_span else anchor.cue
    statement.delivery = anchor.delivery
    statement.save(update_fields=["spans", "cue_span", "cue", "delivery"])
    for row, place in zip_longest(statement.speakers.all(), anchor.speaker_spans):
        if row is None and place is None:
            continue
        if row is None:
            raise Refused(
                "speakers",
                _("Statement “%(key)s” has fewer speakers than places for them.") % {"key": statement.key},
            )
        row.span = dict(span_at(body, *place)) if place else None
        if row.span:
            row.as_written = row.span["exact"][:300]
        row.save(update_fields=["span", "as_written"])
    # Where a carrier's name stands in the original nobody has said: its words stay, its place goes.
    statement.carriers.exclude(span=None).update(span=None)
