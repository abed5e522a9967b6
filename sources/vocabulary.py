"""Words of the archive: what can be said of a published text. Pure: no Django, values are plain strings.

The value of each member is stored, and is the same word in code, CSS class, API and URL. People see the labels in labels.py.
"""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """Languages of the material and of the interface."""

    ITALIAN = "it"
    ENGLISH = "en"


class OutletKind(StrEnum):
    NEWSPAPER = "newspaper"
    AGENCY = "agency"
    BROADCASTER = "broadcaster"
    MAGAZINE = "magazine"
    WEBSITE = "website"
    BLOG = "blog"
    INSTITUTION = "institution"
    UNKNOWN = "unknown"


class SourceKind(StrEnum):
    ARTICLE = "article"
    AGENCY = "agency"
    PRESS_RELEASE = "press_release"
    REPORT = "report"
    TRANSCRIPT = "transcript"
    INTERVIEW = "interview"
    SOCIAL_POST = "social_post"
    VIDEO = "video"


class Translation(StrEnum):
    """Whether the text is an original or came through a translator."""

    ORIGINAL = "original"
    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class DateBasis(StrEnum):
    """How we know a date: the text says it, an editor or a rule worked it out, or nobody knows."""

    STATED = "stated"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


class BodyKind(StrEnum):
    """`full`: the words as published. `digest`: our own summary, standing in for a text that we may not reproduce."""

    FULL = "full"
    DIGEST = "digest"


class SourcePublication(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Shown(StrEnum):
    """What readers see of a text: cited passages with a little around them, or the whole (ours, or free)."""

    PASSAGES = "passages"
    WHOLE = "whole"


class ProposalState(StrEnum):
    """What editors made of "this is a copy of that"."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What an import did with one file or record."""

    CREATED = "created"
    MATCHED = "matched"
    UPDATED = "updated"
    SKIPPED = "skipped"
    FAILED = "failed"


class RunKind(StrEnum):
    """What a run is about. `reading`: articles that workers read again, or for the first time."""

    ARTICLES = "articles"
    RECORDS = "records"
    READING = "reading"


class RunState(StrEnum):
    """How far a run is. Computed, never stored. `open`: it has no parts that wait, and nobody said that it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    OPEN = "open"


# Characters of context on either side of a cited passage that readers may see of a text shown by passages.
PASSAGE_CONTEXT = 200

# Who may become what. The first state of a new row is the key "" (see triggers.moves).
SOURCE_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({SourcePublication.DRAFT}),
    SourcePublication.DRAFT: frozenset({SourcePublication.PUBLISHED}),
    SourcePublication.PUBLISHED: frozenset({SourcePublication.WITHDRAWN}),
    SourcePublication.WITHDRAWN: frozenset({SourcePublication.PUBLISHED}),
}

# A confirmed copy can be taken back, a refused one confirmed after all.
PROPOSAL_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({ProposalState.SUGGESTED}),
    ProposalState.SUGGESTED: frozenset({ProposalState.ACCEPTED, ProposalState.REJECTED}),
    ProposalState.ACCEPTED: frozenset({ProposalState.REJECTED}),
    ProposalState.REJECTED: frozenset({ProposalState.ACCEPTED}),
}
