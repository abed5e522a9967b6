"""What a record of each type may say (docs/records.md). Pure: one object in, its checked fields out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claims.importing.checks import (
    Check,
    Dates,
    Listed,
    Shape,
    country,
    day,
    flag,
    key,
    line,
    one_of,
    place,
    quote,
    slug,
    text,
    url,
    wikidata,
    words,
)
from claims.vocabulary import (
    Act,
    CarrierKind,
    Delivery,
    EvidenceKind,
    Hedge,
    NameKind,
    Publication,
    Rating,
    SpeakerKind,
    Stance,
)
from sources.articles import MAX_BYTES
from sources.characters import Refused
from sources.vocabulary import (
    BodyKind,
    Language,
    OutletKind,
    Shown,
    SourceKind,
    SourcePublication,
    Translation,
)

__all__ = ["IDENTITY", "SHAPES", "TYPES", "checked", "identity"]

_STATEMENT = Shape({"source": key, "key": key}, required=("source", "key"))


def _body(value: Any, field: str) -> str:
    """Checked as an article's text when it is stored; here only that it is one, and not too large."""
    if not isinstance(value, str):
        raise Refused("bad_value", f"“{field}” must be a text.")
    if len(value) > MAX_BYTES:
        raise Refused("too_large", f"“{field}” is larger than {MAX_BYTES // 2**20} MiB.")
    return value


def _only(*allowed: str) -> Check:
    def check(value: Any, field: str) -> str:
        if value not in allowed:
            raise Refused("bad_value", f"“{field}” must be one of {', '.join(allowed)}.")
        return str(value)

    return check


# In the order in which they are stored: each type refers only to those above it, and to itself.
SHAPES: Mapping[str, Shape] = {
    "topic": Shape({"slug": slug, "name_it": line(120), "name_en": line(120)}, required=("slug",)),
    "outlet": Shape(
        {
            "slug": slug,
            "name": line(200),
            "other_names": Listed(line(200)),
            "homepage": url,
            "country": country,
            "wikidata_id": wikidata,
            "kind": one_of(OutletKind),
        },
        required=("slug",),
    ),
    "source": Shape(
        {
            "key": key,
            "title": line(1000),
            "outlet": slug,
            "url": url,
            "language": one_of(Language),
            "translation": one_of(Translation),
            "kind": one_of(SourceKind),
            "byline": line(500),
            "published": Dates(as_written=line(100)),
            "body": _body,
            "body_kind": one_of(BodyKind),
            "original_sha256": line(64),
            "publication": _only(SourcePublication.PUBLISHED.value, SourcePublication.DRAFT.value),
            "shown": one_of(Shown),
        },
        required=("key",),
    ),
    "speaker": Shape(
        {
            "slug": slug,
            "kind": one_of(SpeakerKind),
            "name": line(200),
            "description_it": line(300),
            "description_en": line(300),
            "country": country,
            "wikidata_id": wikidata,
            "speaks_for": slug,
            "outlet": slug,
            "only_in": key,
            "names": Listed(
                Shape(
                    {
                        "name": line(200),
                        "kind": one_of(NameKind),
                        "language": one_of(Language),
                        "seen_in": key,
                    },
                    required=("name", "kind"),
                )
            ),
            "affiliations": Listed(
                Shape(
                    {
                        "body": slug,
                        "role_it": line(200),
                        "role_en": line(200),
                        "earliest": day,
                        "latest": day,
                    },
                    required=("body",),
                )
            ),
        },
        required=("slug",),
    ),
    "claim": Shape(
        {
            "slug": slug,
            "text_it": line(500),
            "text_en": line(500),
            "topic": slug,
            "period": Dates(note=text()),
            "actors": Listed(slug),
            "themes": Listed(line(60)),
            "publication": _only(Publication.PUBLISHED.value, Publication.DRAFT.value),
            "draft_reason": text(),
        },
        required=("slug",),
    ),
    "statement": Shape(
        {
            "source": key,
            "key": key,
            "act": one_of(Act),
            "cue": Shape({"exact": quote, "text": line(200)}),
            "cue_quote": quote,
            "delivery": one_of(Delivery),
            "hedge": one_of(Hedge),
            "quotes": Listed(quote),
            "spans": Listed(place),
            "in_title": flag,
            "inside": key,
            "said": Dates(as_written=line(100)),
            "after": key,
            "corrected_reading": text(),
            "translation_suspect": flag,
            "speakers": Listed(
                Shape(
                    {
                        "speaker": slug,
                        "as_written": line(300),
                        "role_as_written": line(300),
                        "on_behalf_of": slug,
                    }
                )
            ),
            "carriers": Listed(
                Shape(
                    {
                        "kind": one_of(CarrierKind),
                        "outlet": slug,
                        "speaker": slug,
                        "statement": key,
                        "as_written": line(300),
                    },
                    required=("kind",),
                )
            ),
            "note": text(),
            "original": Shape(
                {
                    "spans": Listed(place),
                    "cue_span": place,
                    "speaker_spans": Listed(place, holes=True),
                    "delivery": one_of(Delivery),
                    "cue": line(200),
                    "as_written": Listed(words, holes=True),
                },
                required=("spans",),
            ),
        },
        required=("source", "key"),
    ),
    "position": Shape(
        {
            "statement": _STATEMENT,
            "claim": slug,
            "stance": one_of(Stance),
            "partial": flag,
            "implied": flag,
            "inferred": flag,
        },
        required=("statement", "claim"),
    ),
    "evidence": Shape(
        {
            "key": key,
            "claim": slug,
            "kind": one_of(EvidenceKind),
            "statement": _STATEMENT,
            "url": url,
            "source": key,
            "quote": quote,
            "note_it": text(),
            "note_en": text(),
        },
        required=("key",),
    ),
    "verdict": Shape(
        {
            "key": key,
            "claim": slug,
            "rating": one_of(Rating),
            "reason_it": text(),
            "reason_en": text(),
            "evidence": Listed(key),
            "as_known_on": day,
        },
        required=("key",),
    ),
}
TYPES = tuple(SHAPES)

# By what a record is known: the object that has the same is the same.
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "topic": ("slug",),
    "outlet": ("slug",),
    "source": ("key",),
    "speaker": ("slug",),
    "claim": ("slug",),
    "statement": ("source", "key"),
    "position": ("statement", "claim"),
    "evidence": ("key",),
    "verdict": ("key",),
}


def checked(fields: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The type of a record and its fields as stored. Raises Refused: unknown_type, unknown_field, missing_field,
    bad_value, bad_date, bad_url, bad_span, too_large and what characters are refused for.
    """
    kind = fields.get("type")
    if not isinstance(kind, str) or kind not in SHAPES:
        named = f"There is no type {kind[:40]!r}" if isinstance(kind, str) else "The record has no type"
        raise Refused("unknown_type", f"{named}; there are {', '.join(TYPES)}.")
    return kind, SHAPES[kind]({name: value for name, value in fields.items() if name != "type"})


def identity(kind: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """By what the record is known among its type."""
    if kind == "position":
        return fields["statement"]["source"], fields["statement"]["key"], fields["claim"]
    return tuple(fields[name] for name in IDENTITY[kind])
