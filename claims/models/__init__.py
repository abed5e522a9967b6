"""The newsroom's tables: what was said, by whom, what it does to which claim, and what our editors decided."""

from claims.models.anchoring import AnchoredSource
from claims.models.bulk import BULK_KINDS, BulkItem, BulkJob
from claims.models.claim import Claim, ClaimFigures, ClaimLink, ClaimQuerySet, Topic, TopicQuerySet
from claims.models.correction import Correction, Withdrawal
from claims.models.desk import Assignment, MutedNotice, Note, NoticeLanguage, OldSlug, SentNotice
from claims.models.evidence import Evidence, EvidenceQuerySet
from claims.models.history import Account, CodeApp, HistorySeal, Membership, Redaction
from claims.models.listing import ClaimCount, ClaimSpeaker, ListedClaim, OutletCount, SpeakerCount
from claims.models.position import Denial, Position, PositionQuerySet
from claims.models.reading import Reading, ReadingChange
from claims.models.request import Request, RequestQuerySet
from claims.models.speaker import Affiliation, Speaker, SpeakerName, SpeakerQuerySet
from claims.models.statement import Carrier, Statement, StatementQuerySet, StatementSpeaker
from claims.models.triage import PossibleTurn, TriageAct
from claims.models.verdict import Verdict, VerdictNote, VerdictQuerySet

__all__ = [
    "BULK_KINDS",
    "Account",
    "Affiliation",
    "AnchoredSource",
    "Assignment",
    "BulkItem",
    "BulkJob",
    "Carrier",
    "Claim",
    "ClaimCount",
    "ClaimFigures",
    "ClaimLink",
    "ClaimQuerySet",
    "ClaimSpeaker",
    "CodeApp",
    "Correction",
    "Denial",
    "Evidence",
    "EvidenceQuerySet",
    "HistorySeal",
    "ListedClaim",
    "Membership",
    "MutedNotice",
    "Note",
    "NoticeLanguage",
    "OldSlug",
    "OutletCount",
    "Position",
    "PositionQuerySet",
    "PossibleTurn",
    "Reading",
    "ReadingChange",
    "Redaction",
    "Request",
    "RequestQuerySet",
    "SentNotice",
    "Speaker",
    "SpeakerCount",
    "SpeakerName",
    "SpeakerQuerySet",
    "Statement",
    "StatementQuerySet",
    "StatementSpeaker",
    "Topic",
    "TopicQuerySet",
    "TriageAct",
    "Verdict",
    "VerdictNote",
    "VerdictQuerySet",
    "Withdrawal",
]
