"""What the shapes of the API are made of: words, names, days, and places in a text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from claims.vocabulary import CarrierKind, CorrectionKind, PartyState, Stance
from sources.vocabulary import DateBasis


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
