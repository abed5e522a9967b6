"""The shapes that the API answers with. They describe and document; `claims.public.data` fills them and the tests compare the two.

Words in them are those of the vocabulary: stored text = API value. The texts of the examples are made up.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from claims.public.api.claim_shapes import (
    CLAIM,
    STATEMENT,
    Claim,
    ClaimDetail,
    Decision,
    Denial,
    Reply,
    Statement,
)
from claims.public.api.shapes import Body, Correction, Index, Pages, Words, shaped
from claims.public.api.source_shapes import SOURCE, Outlet, Source, SourceDetail
from claims.vocabulary import NameKind, SpeakerKind
from sources.vocabulary import Language

__all__ = [
    "ClaimDetail",
    "Claims",
    "Corrections",
    "Decisions",
    "Denials",
    "Index",
    "Outlets",
    "Problem",
    "Replies",
    "SourceDetail",
    "Sources",
    "SpeakerDetail",
    "Speakers",
    "Statement",
    "Statements",
]

SPEAKER = {
    "name": "Karim Testi",
    "names": {"it": None, "en": None},
    "slug": "karim-testi",
    "kind": "person",
    "description": {"it": None, "en": "Spokesman"},
    "country": "XT",
    "wikidata_id": None,
    "speaks_for": {"name": "Testland", "names": {"it": "Testlandia", "en": None}, "slug": None},
    "only_in": None,
    "pages": {
        "it": "https://claims.example/it/speakers/karim-testi/",
        "en": "https://claims.example/en/speakers/karim-testi/",
    },
}


class Speaker(Body):
    """A person or body credited with words that readers see."""

    model_config = shaped(SPEAKER)
    slug: str
    kind: SpeakerKind
    description: Words
    country: str | None
    wikidata_id: str | None
    speaks_for: Body | None
    only_in: int | None = Field(description="The article of an unnamed source, where it is public.")
    pages: Pages


class Spelling(BaseModel):
    model_config = shaped({"name": "Tsti", "kind": "garbled", "language": "en"})
    name: str
    kind: NameKind
    language: Language | None


class SpeakerDetail(Speaker):
    """With how the name is also written. What they said: /statements?speaker=…"""

    model_config = shaped({**SPEAKER, "spellings": [{"name": "Tsti", "kind": "garbled", "language": None}]})
    spellings: list[Spelling]


class Problem(BaseModel):
    """What went wrong (RFC 9457, application/problem+json)."""

    model_config = shaped(
        {
            "type": "about:blank",
            "title": "Gone",
            "status": 410,
            "detail": "This was withdrawn.",
            "reason": {"it": None, "en": "The publisher asked for it."},
        }
    )
    type: str
    title: str
    status: int
    detail: str | None = None
    reason: Words | None = Field(default=None, description="Why something published was withdrawn.")
    errors: list[ParameterError] | None = None


class ParameterError(BaseModel):
    model_config = shaped({"parameter": "since", "message": "Enter a valid date."})
    parameter: str
    message: str


class _Listing(BaseModel):
    next: str | None = Field(description="The address of the next page; null on the last.")


class Claims(_Listing):
    model_config = shaped({"items": [CLAIM], "next": None})
    items: list[Claim]


class Statements(_Listing):
    model_config = shaped({"items": [STATEMENT], "next": None})
    items: list[Statement]


class Denials(_Listing):
    model_config = shaped()
    items: list[Denial]


class Decisions(_Listing):
    model_config = shaped()
    items: list[Decision]


class Speakers(_Listing):
    model_config = shaped({"items": [SPEAKER], "next": None})
    items: list[Speaker]


class Sources(_Listing):
    model_config = shaped({"items": [SOURCE], "next": None})
    items: list[Source]


class Outlets(_Listing):
    model_config = shaped()
    items: list[Outlet]


class Replies(_Listing):
    model_config = shaped()
    items: list[Reply]


class Corrections(_Listing):
    model_config = shaped()
    items: list[Correction]


Problem.model_rebuild()
