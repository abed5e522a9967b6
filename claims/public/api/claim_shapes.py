"""The shapes of statements and claims, and of what editors wrote about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from claims.public.api.shapes import (
    Body,
    Carrier,
    Correction,
    Counts,
    Dates,
    Link,
    Pages,
    Party,
    Target,
    Topic,
    Turn,
    Url,
    Voice,
    Words,
    shaped,
)
from claims.public.api.source_shapes import SOURCE, Source
from claims.vocabulary import Act, Contest, Delivery, EvidenceKind, Hedge, LinkKind, Publication, Rating
from sources.vocabulary import Language

STATEMENT = {
    "id": 31,
    "act": "denies",
    "delivery": "indirect",
    "hedge": "none",
    "is_quotation": True,
    "quotation": "that any drone was ever sold to anybody",
    "language": "en",
    "target": [
        {
            "source": "https://claims.example/en/sources/7-talks-resume-in-testland/",
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": "that any drone was ever sold to anybody",
                    "prefix": "The ministry denied ",
                    "suffix": ".",
                },
                {"type": "TextPositionSelector", "start": 91, "end": 130},
            ],
        }
    ],
    "voices": [
        {
            "speaker": {"name": "Karim Testi", "names": {"it": None, "en": None}, "slug": "karim-testi"},
            "on_behalf_of": {"name": "Testland", "names": {"it": "Testlandia", "en": None}, "slug": None},
            "as_written": None,
            "role_as_written": "spokesman of the ministry",
        }
    ],
    "carriers": [],
    "said": {"earliest": "2024-03-09", "latest": "2024-03-09", "basis": "stated"},
    "after": None,
    "inside": None,
    "in_title": False,
    "corrected_reading": None,
    "translation_suspect": False,
    "claims": [
        {"claim": "drones-sold", "stance": "denies", "partial": False, "implied": False, "inferred": False}
    ],
    "source": SOURCE,
}


class Statement(BaseModel):
    """One act of speech in one source, anchored at exact characters, and what it does to which published claims."""

    model_config = shaped(STATEMENT)
    id: int
    act: Act = Field(
        description="What kind of speech act it is; what it does to a claim is the link's `stance`."
    )
    delivery: Delivery
    hedge: Hedge
    is_quotation: bool = Field(description="False: the words are those of our summary, not the source's own.")
    quotation: str = Field(description='The words; "[…]" where the text between them is left out.')
    language: Language
    target: list[Target]
    voices: list[Voice] = Field(description="Empty: the article itself says it.")
    carriers: list[Carrier]
    said: Dates
    after: int | None = Field(
        description="The published statement after which it was said, where no day tells."
    )
    inside: int | None = Field(description="The published statement whose words contain it; never counted.")
    in_title: bool = Field(description="A headline; never counted.")
    corrected_reading: str | None
    translation_suspect: bool
    claims: list[Link]
    source: Source


CLAIM = {
    "id": 12,
    "slug": "drones-sold",
    "text": {"it": "La Testlandia ha venduto droni", "en": "Testland sold drones"},
    "topic": {"slug": "drones", "name": {"it": "Droni", "en": "Drones"}},
    "period": {"earliest": "2024-01-01", "latest": "2024-03-31", "basis": "stated"},
    "publication": "published",
    "rating": "disputed",
    "rated_at": "2024-03-20T10:00:00Z",
    "contest": "denied",
    "parties": [
        {
            "name": "Testland",
            "names": {"it": "Testlandia", "en": None},
            "slug": "testland",
            "state": "denies",
        }
    ],
    "counts": {"statements": 3, "denials": 2, "admissions": 0, "sources": 2, "origins": 2},
    "newest_on": "2024-03-09",
    "published_at": "2024-03-19T08:00:00Z",
    "pages": {
        "it": "https://claims.example/it/claims/drones-sold/",
        "en": "https://claims.example/en/claims/drones-sold/",
    },
}


class Claim(BaseModel):
    """A proposition of a period, what the parties did to it, and what the editors decided. Never "true" or "false"."""

    model_config = shaped(CLAIM)
    id: int
    slug: str
    text: Words
    topic: Topic | None
    period: Dates
    publication: Literal[Publication.PUBLISHED, Publication.UNDER_REVIEW]
    rating: Rating | None = Field(description="Our assessment; null: nobody has decided.")
    rated_at: datetime | None
    contest: Contest = Field(description="Computed from the statements, never typed.")
    parties: list[Party]
    counts: Counts
    newest_on: date | None = Field(description="Day of the newest dated statement.")
    published_at: datetime | None
    pages: Pages


class Decision(BaseModel):
    """What an editor decided. Never changed: a later decision supersedes it."""

    model_config = shaped(
        {
            "claim": "drones-sold",
            "rating": "disputed",
            "label": {"it": "Contestata", "en": "Disputed"},
            "reason": {"it": None, "en": "Both sides stand alone."},
            "by": "Marta",
            "second_reader": None,
            "decided_at": "2024-03-20T10:00:00Z",
            "as_known_on": "2024-03-20",
            "is_current": True,
        }
    )
    claim: str
    rating: Rating
    label: Words = Field(description="The word that readers saw.")
    reason: Words
    by: str
    second_reader: str | None
    decided_at: datetime
    as_known_on: date
    is_current: bool


class Evidence(BaseModel):
    """What supports or refutes a claim: a statement, an article, a link, or a document that the newsroom holds."""

    model_config = shaped(
        {
            "kind": "refutes",
            "note": {"it": None, "en": "A ledger"},
            "statement": None,
            "source": None,
            "url": "https://archive.example/ledger",
            "is_document": False,
        }
    )
    kind: EvidenceKind
    note: Words
    statement: int | None
    source: int | None
    url: str | None
    is_document: bool


class Reply(BaseModel):
    """What somebody answered about a claim, in full and in the language in which they wrote."""

    model_config = shaped(
        {
            "id": 4,
            "claim": "drones-sold",
            "speaker": {"name": "Testland", "names": {"it": "Testlandia", "en": None}, "slug": "testland"},
            "sender": None,
            "text": "We never sold any.",
            "language": "en",
            "received_at": "2024-03-20T09:00:00Z",
            "published_at": "2024-03-21T09:00:00Z",
        }
    )
    id: int
    claim: str
    speaker: Body | None
    sender: str | None = Field(description="Who wrote, where nobody on record did; never an e-mail address.")
    text: str
    language: Language | None
    received_at: datetime
    published_at: datetime


class Related(BaseModel):
    model_config = shaped({"kind": "contradicts", "claim": "small-number"})
    kind: LinkKind
    claim: str


class ClaimDetail(Claim):
    """With everything that its page shows."""

    model_config = shaped(
        {
            **CLAIM,
            "changes_of_story": [],
            "decisions": [],
            "statements": [STATEMENT],
            "more_statements": None,
            "evidence": [],
            "replies": "https://claims.example/api/v1/replies?claim=drones-sold",
            "corrections": [],
            "related": [],
        }
    )
    changes_of_story: list[Turn]
    decisions: list[Decision] = Field(description="Newest first; at most one is current.")
    statements: list[Statement]
    more_statements: str | None = Field(description="The address of the rest, where there are more than 150.")
    evidence: list[Evidence]
    replies: Url = Field(description="The address of what was answered about it.")
    corrections: list[Correction]
    related: list[Related]


class Denial(BaseModel):
    """A statement that denies a claim."""

    model_config = shaped(
        {
            "id": 55,
            "published_at": "2024-03-19T08:00:00Z",
            "claim": {"slug": "drones-sold", "text": {"it": None, "en": "Testland sold drones"}},
            "statement": STATEMENT,
        }
    )
    id: int
    published_at: datetime = Field(description="Since when readers see it.")
    claim: ClaimName
    statement: Statement


class ClaimName(BaseModel):
    model_config = shaped({"slug": "drones-sold", "text": {"it": None, "en": "Testland sold drones"}})
    slug: str
    text: Words


ClaimDetail.model_rebuild()
Denial.model_rebuild()
