"""The step in which editors decide: ratings, publication, corrections, and our summaries giving way to originals."""

from claims.reviewing.checklist import Check, checklist
from claims.reviewing.evidence import add_evidence
from claims.reviewing.orders import approve_order, take_back_approval
from claims.reviewing.originals import Anchor, replace_digest
from claims.reviewing.publication import (
    correct,
    edit_claim,
    only_by,
    publish,
    publish_source,
    publish_update,
    reopen,
    review_again,
    waiting_update,
    withdraw,
)
from claims.reviewing.stages import approve, drop, propose, propose_again, publish_now, send_back
from claims.reviewing.verdicts import confirm, decide, dispute, lacks

__all__ = [
    "Anchor",
    "Check",
    "add_evidence",
    "approve",
    "approve_order",
    "checklist",
    "confirm",
    "correct",
    "decide",
    "dispute",
    "drop",
    "edit_claim",
    "lacks",
    "only_by",
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
    "take_back_approval",
    "waiting_update",
    "withdraw",
]
