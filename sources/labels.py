"""What people read for each stored word of the archive (the Italian stands in the catalogue)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sources.vocabulary import (
    BodyKind,
    DateBasis,
    Language,
    Outcome,
    OutletKind,
    ProposalState,
    RunKind,
    RunState,
    Shown,
    SourceKind,
    SourcePublication,
    Translation,
)

LABELS: dict[type[StrEnum], Mapping[str, Promise | str]] = {
    Language: {Language.ITALIAN: _("Italian"), Language.ENGLISH: _("English")},
    OutletKind: {
        OutletKind.NEWSPAPER: _("Newspaper"),
        OutletKind.AGENCY: _("News agency"),
        OutletKind.BROADCASTER: _("Broadcaster"),
        OutletKind.MAGAZINE: _("Magazine"),
        OutletKind.WEBSITE: _("Website"),
        OutletKind.BLOG: _("Blog"),
        OutletKind.INSTITUTION: _("Institution"),
        OutletKind.UNKNOWN: _("Unknown"),
    },
    SourceKind: {
        SourceKind.ARTICLE: _("Article"),
        SourceKind.AGENCY: _("Agency report"),
        SourceKind.PRESS_RELEASE: _("Press release"),
        SourceKind.REPORT: _("Report"),
        SourceKind.TRANSCRIPT: _("Transcript"),
        SourceKind.INTERVIEW: _("Interview"),
        SourceKind.SOCIAL_POST: _("Social media post"),
        SourceKind.VIDEO: _("Video"),
    },
    Translation: {
        Translation.ORIGINAL: _("Original language"),
        Translation.HUMAN: _("Translated by a person"),
        Translation.MACHINE: _("Machine-translated"),
        Translation.UNKNOWN: pgettext_lazy("translation", "Not known"),
    },
    DateBasis: {
        DateBasis.STATED: pgettext_lazy("date basis", "Stated"),
        DateBasis.INFERRED: pgettext_lazy("date basis", "Inferred"),
        DateBasis.UNKNOWN: pgettext_lazy("date basis", "Unknown"),
    },
    BodyKind: {BodyKind.FULL: _("Full text"), BodyKind.DIGEST: _("Editorial summary")},
    SourcePublication: {
        SourcePublication.DRAFT: pgettext_lazy("source", "Draft"),
        SourcePublication.PUBLISHED: pgettext_lazy("source", "Published"),
        SourcePublication.WITHDRAWN: pgettext_lazy("source", "Withdrawn"),
    },
    Shown: {Shown.PASSAGES: _("Cited passages only"), Shown.WHOLE: _("The whole text")},
    ProposalState: {
        ProposalState.SUGGESTED: pgettext_lazy("derivation", "Suggested"),
        ProposalState.ACCEPTED: pgettext_lazy("derivation", "Confirmed"),
        ProposalState.REJECTED: pgettext_lazy("derivation", "Refused"),
    },
    Outcome: {
        Outcome.CREATED: pgettext_lazy("import", "Created"),
        Outcome.MATCHED: pgettext_lazy("import", "Already there"),
        Outcome.UPDATED: pgettext_lazy("import", "Updated"),
        Outcome.SKIPPED: pgettext_lazy("import", "Skipped"),
        Outcome.FAILED: pgettext_lazy("import", "Refused"),
    },
    RunKind: {
        RunKind.ARTICLES: _("Articles"),
        RunKind.RECORDS: _("Records"),
        RunKind.READING: _("Analysis of articles"),
    },
    RunState: {
        RunState.QUEUED: pgettext_lazy("run", "Queued"),
        RunState.RUNNING: pgettext_lazy("run", "Running"),
        RunState.DONE: pgettext_lazy("run", "Done"),
        RunState.FAILED: pgettext_lazy("run", "Failed in part"),
        RunState.OPEN: pgettext_lazy("run", "Running, or interrupted"),
    },
}


def choices(
    words: type[StrEnum], labels: Mapping[type[StrEnum], Mapping[str, Promise | str]] = LABELS
) -> list[tuple[str, Promise | str]]:
    """Field choices of a vocabulary: plain string values, so that migrations never import project code."""
    return [(word.value, labels[words][word]) for word in words]
