"""The shapes that the API answers with. They describe and document; `claims.public.data` fills them and the tests compare the two.

Words in them are those of the vocabulary: stored text = API value. The texts of the examples are made up.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from claims.vocabulary import (
    Act,
    CarrierKind,
    Contest,
    CorrectionKind,
    Delivery,
    EvidenceKind,
    Hedge,
    LinkKind,
    NameKind,
    PartyState,
    Publication,
    Rating,
    SpeakerKind,
    Stance,
)
from sources.vocabulary import BodyKind, DateBasis, Language, OutletKind, Shown, SourceKind, Translation


def shaped(*examples: dict[str, Any]) -> ConfigDict:
    """Nothing that is not listed, and examples that a test validates."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)} if examples else None)


Url = Annotated[str, Field(description="Absolute address.")]


class Index(BaseModel):
    """Where everything is."""

    model_config = shaped(
        {
            "name": "ClaimTracker",
            "version": "1.0.0",
            "openapi": "https://claims.example/api/v1/openapi.json",
            "lists": {"claims": "https://claims.example/api/v1/claims"},
        }
    )
    name: str
    version: str
    openapi: Url
    lists: dict[str, str]


class Words(BaseModel):
    """A text in each language in which it was written; null where it was not."""

    model_config = shaped({"it": "La Testlandia ha venduto droni", "en": "Testland sold drones"})
    it: str | None
    en: str | None


class Pages(BaseModel):
    """The public page, in each language of the interface."""

    model_config = shaped(
        {
            "it": "https://claims.example/it/claims/drones-sold/",
            "en": "https://claims.example/en/claims/drones-sold/",
        }
    )
    it: Url
    en: Url


class Dates(BaseModel):
    """A day or a range of days, and how it is known. Both ends are null exactly when the basis is unknown; one may be open."""

    model_config = shaped(
        {"earliest": "2024-03-09", "latest": "2024-03-09", "basis": "stated"},
        {"earliest": None, "latest": None, "basis": "unknown"},
    )
    earliest: date | None
    latest: date | None
    basis: DateBasis


class Topic(BaseModel):
    model_config = shaped({"slug": "drones", "name": {"it": "Droni", "en": "Drones"}})
    slug: str
    name: Words


class Body(BaseModel):
    """A person or body by name. `slug` is null where it has no page: it is known only as somebody for whom others speak."""

    model_config = shaped(
        {"name": "Testland", "names": {"it": "Testlandia", "en": None}, "slug": "testland"},
    )
    name: str = Field(description="The name on record.")
    names: Words = Field(description="Official names in each language, where they differ.")
    slug: str | None


class Party(Body):
    """A party: the root of who speaks for whom. What it has done to the claim is computed, never typed."""

    model_config = shaped(
        {
            "name": "Testland",
            "names": {"it": "Testlandia", "en": None},
            "slug": "testland",
            "state": "denies",
        }
    )
    state: PartyState


class Turn(BaseModel):
    """A change of story, in a known order."""

    model_config = shaped({"name": "Testland", "earlier": "denies", "later": "admits"})
    name: str
    earlier: Stance
    later: Stance


class Counts(BaseModel):
    """Headlines and copies inside other statements are not counted. An origin is one text, however many sites carry it."""

    model_config = shaped({"statements": 3, "denials": 2, "admissions": 0, "sources": 2, "origins": 2})
    statements: int
    denials: int
    admissions: int
    sources: int
    origins: int


class Selector(BaseModel):
    """The exact words, with at most 32 characters on either side (W3C Web Annotation, TextQuoteSelector)."""

    model_config = shaped(
        {
            "type": "TextQuoteSelector",
            "exact": "that any drone was ever sold",
            "prefix": "The ministry denied ",
            "suffix": " to anybody.",
        }
    )
    type: Literal["TextQuoteSelector"]
    exact: str
    prefix: str
    suffix: str


class Position(BaseModel):
    """Half-open characters (Unicode code points) of the article's text (W3C Web Annotation, TextPositionSelector)."""

    model_config = shaped({"type": "TextPositionSelector", "start": 86, "end": 114})
    type: Literal["TextPositionSelector"]
    start: int
    end: int


class Target(BaseModel):
    """One stretch of a statement's words, as the target of a W3C Web Annotation."""

    model_config = shaped(
        {
            "source": "https://claims.example/en/sources/7-talks-resume/",
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": "that any drone was ever sold",
                    "prefix": "The ministry denied ",
                    "suffix": " to anybody.",
                },
                {"type": "TextPositionSelector", "start": 86, "end": 114},
            ],
        }
    )
    source: Url
    selector: list[Selector | Position]


class Voice(BaseModel):
    """One of those who say it. `speaker` is null where the article speaks itself or names nobody on record."""

    model_config = shaped(
        {
            "speaker": {
                "name": "Karim Testi",
                "names": {"it": None, "en": None},
                "slug": "karim-testi",
            },
            "on_behalf_of": {"name": "Testland", "names": {"it": "Testlandia", "en": None}, "slug": None},
            "as_written": None,
            "role_as_written": "spokesman of the ministry",
        }
    )
    speaker: Body | None
    on_behalf_of: Body | None
    as_written: str | None = Field(description="As the article names them; only where `speaker` is null.")
    role_as_written: str | None


class Carrier(BaseModel):
    """Through whose hands the statement came, nearest to the reader first."""

    model_config = shaped({"kind": "outlet", "name": "The Daily Testimony"})
    kind: CarrierKind
    name: str


class Link(BaseModel):
    """What a statement does to one claim."""

    model_config = shaped(
        {"claim": "drones-sold", "stance": "denies", "partial": False, "implied": False, "inferred": False}
    )
    claim: str = Field(description="The claim's slug.")
    stance: Stance
    partial: bool
    implied: bool
    inferred: bool


class OutletName(BaseModel):
    model_config = shaped({"slug": "daily-testimony", "name": "The Daily Testimony"})
    slug: str
    name: str


SOURCE = {
    "id": 7,
    "title": "Talks resume in Testland",
    "outlet": {"slug": "daily-testimony", "name": "The Daily Testimony"},
    "url": "https://news.example/talks",
    "archive_url": None,
    "kind": "article",
    "language": "en",
    "translation": "original",
    "byline": None,
    "published": {"earliest": "2024-03-17", "latest": "2024-03-17", "basis": "stated"},
    "body_kind": "full",
    "shown": "passages",
    "origin": 7,
    "pages": {
        "it": "https://claims.example/it/sources/7-talks-resume-in-testland/",
        "en": "https://claims.example/en/sources/7-talks-resume-in-testland/",
    },
}


class Source(BaseModel):
    """One published text. `body_kind` digest: a summary of ours stands for words that we may not reproduce."""

    model_config = shaped(SOURCE)
    id: int
    title: str
    outlet: OutletName | None
    url: str | None = Field(description="Where it was published.")
    archive_url: str | None
    kind: SourceKind
    language: Language
    translation: Translation
    byline: str | None
    published: Dates
    body_kind: BodyKind
    shown: Shown = Field(
        description="passages: only what is cited, with a little around it; whole: all of it."
    )
    origin: int | None = Field(
        description="The source whose text this is; its own id where it is original. Null: that one is not public."
    )
    pages: Pages


class Passage(BaseModel):
    """What readers see of a text: half-open characters of it, and the words there."""

    model_config = shaped(
        {
            "start": 26,
            "end": 70,
            "text": "Two officials claimed that drones were sold.",
            "statements": [31],
            "furniture": [],
        }
    )
    start: int
    end: int
    text: str
    statements: list[int] = Field(description="Statements whose words lie in it.")
    furniture: list[Place] = Field(description="What in it is not part of the article: advertising, menus.")


class Place(BaseModel):
    """Half-open characters of the text."""

    model_config = shaped({"start": 26, "end": 46})
    start: int
    end: int


class SourceDetail(Source):
    """With its passages. Nothing else of the text is in here."""

    model_config = shaped(
        {
            **SOURCE,
            "retrieved_on": "2024-03-18",
            "passages": [
                {
                    "start": 26,
                    "end": 70,
                    "text": "Two officials claimed that drones were sold.",
                    "statements": [31],
                    "furniture": [],
                }
            ],
            "is_cut": True,
            "copies": [9],
            "corrections": [],
        }
    )
    retrieved_on: date | None
    passages: list[Passage]
    is_cut: bool = Field(description="Whether there is more text than is shown.")
    copies: list[int] = Field(description="Other published sources of the same origin.")
    corrections: list[Correction]


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


class Correction(BaseModel):
    """What we changed after publication, and why. `claim`, `statement` and `source` are null where that is not public any more."""

    model_config = shaped(
        {
            "id": 3,
            "kind": "correction",
            "text": {"it": None, "en": "The date of the denial was wrong by a day."},
            "made_at": "2024-03-21T09:00:00Z",
            "claim": "drones-sold",
            "statement": None,
            "source": None,
        }
    )
    id: int
    kind: CorrectionKind
    text: Words
    made_at: datetime
    claim: str | None
    statement: int | None
    source: int | None


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


class Outlet(OutletName):
    """Who published articles that we cite."""

    model_config = shaped(
        {
            "slug": "daily-testimony",
            "name": "The Daily Testimony",
            "homepage": "https://news.example/",
            "country": "XT",
            "kind": "newspaper",
        }
    )
    homepage: str | None
    country: str | None
    kind: OutletKind


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


for _model in (Passage, SourceDetail, ClaimDetail, Denial, Problem):
    _model.model_rebuild()
