"""The step in which editors decide: ratings, publication, corrections, and our summaries giving way to originals."""

from claims.reviewing.evidence import add_evidence
from claims.reviewing.originals import Anchor, replace_digest
from claims.reviewing.publication import (
    correct,
    edit_claim,
    publish,
    publish_source,
    publish_update,
    reopen,
    review_again,
    withdraw,
)
from claims.reviewing.stages import approve, drop, propose, propose_again, publish_now, send_back
from claims.reviewing.verdicts import confirm, decide, dispute, lacks

__all__ = [
    "Anchor",
    "add_evidence",
    "approve",
    "confirm",
    "correct",
    "decide",
    "dispute",
    "drop",
    "edit_claim",
    "lacks",
    "propose",
    "propose_again",
    "publish",
    "publish_now",
    "publish_source",
    "publish_update",
    "reopen",
    "replace_digest",
    "review_again",
    "send_back",
    "withdraw",
]
