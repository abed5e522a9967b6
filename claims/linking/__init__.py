"""The step between what a source says and what we track: statements get speakers, and take their place on claims.

Each function is one editorial act: may you? change, log, one transaction (see acts.py). They raise errors.Refused with a sentence, errors.Stale
when somebody else was faster, and PermissionDenied.
"""

from claims.linking.merging import merge_claims, merge_speakers
from claims.linking.names import Candidate, candidates, save_name_variant
from claims.linking.origins import (
    confirm_derivation,
    in_the_original_too,
    refuse_derivation,
    triage_once,
)
from claims.linking.similar import Similar, similar, similar_to_each
from claims.linking.spelling import DOUBT_LINE
from claims.linking.statements import accept, attach, attribute, credit, detach, edit_statement, reject
from claims.linking.suggesting import suggest_all, suggest_speakers

__all__ = [
    "DOUBT_LINE",
    "Candidate",
    "Similar",
    "accept",
    "attach",
    "attribute",
    "candidates",
    "confirm_derivation",
    "credit",
    "detach",
    "edit_statement",
    "in_the_original_too",
    "merge_claims",
    "merge_speakers",
    "refuse_derivation",
    "reject",
    "save_name_variant",
    "similar",
    "similar_to_each",
    "suggest_all",
    "suggest_speakers",
    "triage_once",
]
