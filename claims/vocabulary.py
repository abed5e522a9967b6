"""Words of the newsroom and its tables of moves and permissions. Pure: no Django, values are plain strings.

Stance is logic, act is speech: a text may *assert* a content that *denies* a claim. Three axes have three names and none is
called status: `publication`, the verdict's `rating`, and the contest state, which is computed and never typed.
"""

from __future__ import annotations

from enum import StrEnum


class SpeakerKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    GOVERNMENT = "government"
    GROUP = "group"
    OUTLET = "outlet"
    ANONYMOUS = "anonymous"


class NameKind(StrEnum):
    """Why a speaker is also written like this."""

    OFFICIAL = "official"
    TRANSLITERATION = "transliteration"
    ABBREVIATION = "abbreviation"
    ROLE = "role"
    GARBLED = "garbled"


class Act(StrEnum):
    """What kind of speech act a statement is (after Searle; the labels that desks use)."""

    ASSERTS = "asserts"
    CONFIRMS = "confirms"
    ACCUSES = "accuses"
    DENIES = "denies"
    ADMITS = "admits"
    RETRACTS = "retracts"
    ASKS = "asks"
    DOUBTS = "doubts"
    DECLINES = "declines"
    REFUSES = "refuses"
    WARNS = "warns"
    DEMANDS = "demands"
    ANNOUNCES = "announces"


class Stance(StrEnum):
    """What a statement does to a claim (stance detection)."""

    ASSERTS = "asserts"
    DENIES = "denies"
    ADMITS = "admits"
    RETRACTS = "retracts"
    CONTEXT = "context"


# The one control editors meet is prefilled from the act.
STANCE_OF_ACT: dict[Act, Stance] = {
    Act.ASSERTS: Stance.ASSERTS,
    Act.CONFIRMS: Stance.ASSERTS,
    Act.ACCUSES: Stance.ASSERTS,
    Act.ANNOUNCES: Stance.ASSERTS,
    Act.WARNS: Stance.ASSERTS,
    Act.DENIES: Stance.DENIES,
    Act.ADMITS: Stance.ADMITS,
    Act.RETRACTS: Stance.RETRACTS,
    Act.ASKS: Stance.CONTEXT,
    Act.DOUBTS: Stance.CONTEXT,
    Act.DECLINES: Stance.CONTEXT,
    Act.REFUSES: Stance.CONTEXT,
    Act.DEMANDS: Stance.CONTEXT,
}


class Delivery(StrEnum):
    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"
    PARAPHRASE = "paraphrase"


class Hedge(StrEnum):
    NONE = "none"
    REPORTED = "reported"
    CONDITIONAL = "conditional"
    UNCERTAIN = "uncertain"


class StatementOrigin(StrEnum):
    IMPORT = "import"
    EXTRACTION = "extraction"
    EDITOR = "editor"


class Review(StrEnum):
    """What editors made of a statement."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class CarrierKind(StrEnum):
    """Through whose hands a statement came."""

    OUTLET = "outlet"
    PERSON = "person"
    EVENT = "event"
    DOCUMENT = "document"


class Publication(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    UNDER_REVIEW = "under_review"
    WITHDRAWN = "withdrawn"


class Rating(StrEnum):
    """What an editor decided about a claim. The site never says "true" or "false"."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    UNPROVEN = "unproven"
    REFUTED = "refuted"


class Stage(StrEnum):
    """Where a verdict stands."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"


class EvidenceKind(StrEnum):
    SUPPORTS = "supports"
    REFUTES = "refutes"
    CONTEXT = "context"


class Contest(StrEnum):
    """Computed, never typed. In the order in which a claim's summary takes the first that holds."""

    DENIED_THEN_ADMITTED = "denied_then_admitted"
    ADMITTED = "admitted"
    RETRACTED = "retracted"
    DENIED = "denied"
    UNCONTESTED = "uncontested"


class PartyState(StrEnum):
    """What one party has done to one claim."""

    ASSERTS = "asserts"
    DENIES = "denies"
    DENIED_THEN_ADMITTED = "denied_then_admitted"
    ADMITTED = "admitted"
    ASSERTED_THEN_DENIED = "asserted_then_denied"
    RETRACTED = "retracted"


class LinkKind(StrEnum):
    SAME_AS = "same_as"
    CONTRADICTS = "contradicts"
    PART_OF = "part_of"
    FOLLOWS = "follows"


class LinkState(StrEnum):
    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class CorrectionKind(StrEnum):
    """`correction` is ours; `rectification` a party's, published as they wrote it; `digest` when the original replaced our summary."""

    CORRECTION = "correction"
    RECTIFICATION = "rectification"
    DIGEST = "digest"


class RequestKind(StrEnum):
    RIGHT_OF_REPLY = "right_of_reply"
    REPLY = "reply"
    CORRECTION = "correction"
    REMOVAL = "removal"
    PRIVACY = "privacy"
    COURT_ORDER = "court_order"


# Requests that, once approved, can have words erased.
ORDERS = frozenset({RequestKind.REMOVAL, RequestKind.PRIVACY, RequestKind.COURT_ORDER})


class RequestOutcome(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"


# How each kind of request can end.
OUTCOMES: dict[RequestKind, tuple[RequestOutcome, ...]] = {
    kind: (RequestOutcome.ANSWERED, RequestOutcome.NO_ANSWER)
    if kind is RequestKind.RIGHT_OF_REPLY
    else (
        RequestOutcome.ACCEPTED,
        RequestOutcome.PARTLY_ACCEPTED,
        RequestOutcome.REFUSED,
        RequestOutcome.ANSWERED,
    )
    for kind in RequestKind
}


class NoticeKind(StrEnum):
    """What the desk tells by e-mail."""

    ASSIGNED = "assigned"
    SECOND_READING = "second_reading"
    SENT_BACK = "sent_back"
    REQUEST_DUE = "request_due"


class BulkState(StrEnum):
    """What became of one of many things that an act was asked for."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class ChangeKind(StrEnum):
    """What a newer reading of a source would do."""

    ADD = "add"
    CHANGE = "change"
    DROP = "drop"


# --- Moves. The key "" lists what a new row may start as; the database enforces these tables for everybody.

PUBLICATION_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({Publication.DRAFT}),
    Publication.DRAFT: frozenset({Publication.PUBLISHED}),
    Publication.PUBLISHED: frozenset({Publication.UNDER_REVIEW, Publication.WITHDRAWN}),
    Publication.UNDER_REVIEW: frozenset({Publication.PUBLISHED, Publication.WITHDRAWN}),
    Publication.WITHDRAWN: frozenset({Publication.PUBLISHED}),
}

# An editor's own statement is accepted by birth; what a machine or a record brings is a suggestion first. It waits again when the
# decision itself is taken back: an editor undoes the last act, or it was discarded because of a copy that was none.
REVIEW_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({Review.SUGGESTED, Review.ACCEPTED}),
    Review.SUGGESTED: frozenset({Review.ACCEPTED, Review.REJECTED}),
    Review.ACCEPTED: frozenset({Review.REJECTED, Review.SUGGESTED}),
    Review.REJECTED: frozenset({Review.ACCEPTED, Review.SUGGESTED}),
}

STAGE_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({Stage.PROPOSED, Stage.CURRENT}),
    Stage.PROPOSED: frozenset({Stage.RETURNED, Stage.CURRENT, Stage.DROPPED}),
    Stage.RETURNED: frozenset({Stage.PROPOSED, Stage.DROPPED}),
    Stage.CURRENT: frozenset({Stage.SUPERSEDED}),
    Stage.SUPERSEDED: frozenset(),
    Stage.DROPPED: frozenset(),
}

LINK_MOVES: dict[str, frozenset[str]] = {
    "": frozenset({LinkState.SUGGESTED, LinkState.ACCEPTED}),
    LinkState.SUGGESTED: frozenset({LinkState.ACCEPTED, LinkState.REJECTED}),
    LinkState.ACCEPTED: frozenset({LinkState.REJECTED}),
    LinkState.REJECTED: frozenset({LinkState.ACCEPTED}),
}

# What can turn a published assessment over.
TURNING_ACTS = frozenset({Act.DENIES, Act.ADMITS, Act.RETRACTS})
TURNING_STANCES = frozenset({Stance.DENIES, Stance.ADMITS, Stance.RETRACTS})

# A verdict's reason is shown to readers: it must be a sentence, not a word.
REASON_MIN_LENGTH = 10

# A source keeps at most so many suggestions; the rest are counted in the import item.
SUGGESTIONS_PER_SOURCE = 2000


# Why a suggestion on a copy is discarded when the copy is confirmed. Not an editor's judgement of the words: whoever learns from
# what was accepted and discarded leaves these out.
TRIAGED_IN_THE_ORIGINAL = "the same words are triaged in the original"


# --- Permissions: one table, roles by verbs.


class Role(StrEnum):
    """The value is the name of the Django group."""

    VIEWER = "viewer"
    EDITOR = "editor"
    SENIOR_EDITOR = "senior editor"
    ADMIN = "admin"


class Verb(StrEnum):
    """What somebody asks to do. Where a step's function has the same meaning it has the same name."""

    READ_DESK = "read_desk"
    IMPORT = "import"
    TRIAGE = "triage"  # accept, reject, attribute, attach; name variants
    DRAFT = "draft"  # write and edit what is not yet published
    PROPOSE = "propose"
    MARK = "mark"  # confirm, dispute … at once, when no second reader is asked for
    APPROVE = "approve"
    PUBLISH = "publish"
    PUBLISH_UPDATE = "publish_update"
    PUBLISH_NOW = "publish_now"
    CORRECT = "correct"
    REVIEW_AGAIN = "review_again"  # put a published claim under review, and end it
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    MERGE = "merge"
    RECORD_REQUEST = "record_request"
    ASSIGN = "assign"  # hand work to a colleague, write notes to colleagues
    APPROVE_ORDER = "approve_order"  # that words be erased; somebody else recorded it
    MANAGE_USERS = "manage_users"


_EDITORS = frozenset({Role.EDITOR, Role.SENIOR_EDITOR})
_SENIOR = frozenset({Role.SENIOR_EDITOR})

ALLOWED: dict[Verb, frozenset[Role]] = {
    Verb.READ_DESK: frozenset({Role.VIEWER, Role.EDITOR, Role.SENIOR_EDITOR, Role.ADMIN}),
    Verb.IMPORT: _EDITORS,
    Verb.TRIAGE: _EDITORS,
    Verb.DRAFT: _EDITORS,
    Verb.PROPOSE: _EDITORS,
    Verb.MARK: _EDITORS,
    Verb.APPROVE: _EDITORS,
    Verb.PUBLISH: _SENIOR,
    Verb.PUBLISH_UPDATE: _EDITORS,  # proposed by an editor and approved by another while second reading is on
    Verb.PUBLISH_NOW: _SENIOR,
    Verb.CORRECT: _SENIOR,
    Verb.REVIEW_AGAIN: _SENIOR,
    Verb.WITHDRAW: _SENIOR,
    Verb.REOPEN: _SENIOR,
    Verb.MERGE: _EDITORS,
    Verb.RECORD_REQUEST: _EDITORS,
    Verb.ASSIGN: _EDITORS,
    Verb.APPROVE_ORDER: _SENIOR,
    Verb.MANAGE_USERS: frozenset({Role.ADMIN}),
}
