"""The shapes of articles and documents, and of who published them."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from claims.public.api.shapes import Correction, Dates, OutletName, Pages, shaped
from sources.vocabulary import BodyKind, Language, OutletKind, Shown, SourceKind, Translation

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


Passage.model_rebuild()
SourceDetail.model_rebuild()
