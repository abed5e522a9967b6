"""What is known of the past: who did what and why, how things stood on a day, and the proof that nobody changed it since."""

from claims.history.as_of import PastClaim, PastStatement, claim_as_of
from claims.history.events import SUBJECTS, event_model_of, event_models
from claims.history.redacting import NotAnOrder, Redacted, redact
from claims.history.sealing import Sealed, seal
from claims.history.telling import Change, Line, Place, Told, tell
from claims.history.verifying import Misfit, Verified, verify

__all__ = [
    "SUBJECTS",
    "Change",
    "Line",
    "Misfit",
    "NotAnOrder",
    "PastClaim",
    "PastStatement",
    "Place",
    "Redacted",
    "Sealed",
    "Told",
    "Verified",
    "claim_as_of",
    "event_model_of",
    "event_models",
    "redact",
    "seal",
    "tell",
    "verify",
]
