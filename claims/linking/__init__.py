"""The step between what a source says and what we track: statements get speakers, and take their place on claims.

Each function is one editorial act: may you? change, log, one transaction (see acts.py). They raise errors.Refused with a sentence, errors.Stale
when somebody else was faster, and PermissionDenied.
"""

from claims.linking.describing_speakers import (
    add_name,
    affiliate,
    edit_speaker,
    end_affiliation,
    move_name,
    speak_for,
)
from claims.linking.making import guess_name, make_claim_from, make_speaker_from
from claims.linking.merging import (
    comes_back,
    merge_claims,
    split_claim,
    unmerge_claims,
    what_unmerging_moves,
)
from claims.linking.merging_speakers import (
    merge_speakers,
    unmerge_speakers,
    what_merging_moves,
)
from claims.linking.names import Candidate, candidates, save_name_variant
from claims.linking.origins import (
    choose_origin,
    confirm_derivation,
    in_the_original_too,
    refuse_derivation,
    triage_once,
)
from claims.linking.pieces import merge_statements, split_statement
from claims.linking.similar import Similar, similar, similar_to_each
from claims.linking.spelling import DOUBT_LINE
from claims.linking.statements import (
    accept,
    attach,
    attribute,
    carry,
    credit,
    delete_source,
    delete_statement,
    detach,
    edit_statement,
    reject,
)
from claims.linking.suggesting import suggest_all, suggest_speakers
from claims.linking.triage import (
    AT_ONCE,
    OnClaim,
    Who,
    accept_sure,
    close_article,
    discard,
    revise,
    settle,
    sure,
)
from claims.linking.undoing import last_act, undo
from claims.linking.weighing import unweighed, weigh

__all__ = [
    "AT_ONCE",
    "DOUBT_LINE",
    "Candidate",
    "OnClaim",
    "Similar",
    "Who",
    "accept",
    "accept_sure",
    "add_name",
    "affiliate",
    "attach",
    "attribute",
    "candidates",
    "carry",
    "choose_origin",
    "close_article",
    "comes_back",
    "confirm_derivation",
    "credit",
    "delete_source",
    "delete_statement",
    "detach",
    "discard",
    "edit_speaker",
    "edit_statement",
    "end_affiliation",
    "guess_name",
    "in_the_original_too",
    "last_act",
    "make_claim_from",
    "make_speaker_from",
    "merge_claims",
    "merge_speakers",
    "merge_statements",
    "move_name",
    "refuse_derivation",
    "reject",
    "revise",
    "save_name_variant",
    "settle",
    "similar",
    "similar_to_each",
    "speak_for",
    "split_claim",
    "split_statement",
    "suggest_all",
    "suggest_speakers",
    "sure",
    "triage_once",
    "undo",
    "unmerge_claims",
    "unmerge_speakers",
    "unweighed",
    "weigh",
    "what_merging_moves",
    "what_unmerging_moves",
]
