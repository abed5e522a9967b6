"""The step in which editors decide: ratings, publication, corrections, and our summaries giving way to originals."""

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
from claims.reviewing.verdicts import (
    add_evidence,
    approve,
    confirm,
    decide,
    dispute,
    lacks,
    propose,
    send_back,
)

__all__ = [
    "Anchor",
    "add_evidence",
    "approve",
    "confirm",
    "correct",
    "decide",
    "dispute",
    "edit_claim",
    "lacks",
    "propose",
    "publish",
    "publish_source",
    "publish_update",
    "reopen",
    "replace_digest",
    "review_again",
    "send_back",
    "withdraw",
]
