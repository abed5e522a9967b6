"""What an editor does with the suggestions of an article, one act each; every one can be undone (see undoing.py).

All of them take suggestions only: what was accepted or discarded by somebody else meanwhile is refused, not done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from claims import contest
from claims.acts import act, change, refuse_steps_own
from claims.linking.making import make_claim_from, make_speaker_from
from claims.linking.names import save_name_variant
from claims.linking.statements import OWN, accept, attach, claims_of, credit, reject, still_suggested
from claims.linking.undoing import Trace, reversible
from claims.models import Claim, Position, PossibleTurn, Speaker, Statement, StatementSpeaker, TriageAct
from claims.models.claim import READERS_SEE
from claims.vocabulary import TURNING_ACTS, NameKind, Review, SpeakerKind, Stance, StatementOrigin, Verb
from sources.models import Source
from sources.names import fold

__all__ = [
    "OnClaim",
    "Who",
    "accept_sure",
    "close_article",
    "discard",
    "revise",
    "settle",
    "sure",
]

# So many suggestions are accepted at once, at most.
AT_ONCE = 200
# What the machine noticed that an editor has to look at.
IN_DOUBT = ["also", "about", "flags", "inferred", "negated", "unnamed"]
SUGGESTED = Q(review=Review.SUGGESTED.value)


@dataclass(frozen=True, slots=True)
class Who:
    """Whom an editor credits in one place of a statement: somebody known, or somebody new by name and kind; neither: as written.

    `variant`: the name as written is remembered as theirs.
    """

    order: int
    speaker: Speaker | None = None
    name: str = ""
    kind: SpeakerKind | str = SpeakerKind.PERSON
    variant: bool = False


@dataclass(frozen=True, slots=True)
class OnClaim:
    """The claim that a statement is put on, or the words of a new one. Without `stance`, what the act suggests."""

    claim: Claim | None = None
    text: str = ""
    stance: Stance | str | None = None
    partial: bool = False
    implied: bool = False


def settle(
    statement: Statement,
    *,
    by: User,
    base: int | None = None,
    who: Sequence[Who] = (),
    on: OnClaim | None = None,
) -> TriageAct:
    """Accepts a suggestion with who says it and what it does to a claim, all or nothing.

    Raises Stale when the suggestion was changed since `base`, Refused when it was decided meanwhile and for whatever the acts
    inside refuse. Readers see nothing of it before "publish update".
    """
    with act(Verb.TRIAGE, by=by, name="settle"):
        stored = still_suggested(statement, base)
        with reversible("accept", stored.source_id, [stored.pk], by=by) as trace:
            _credit(stored, who, by=by, trace=trace)
            if on is not None:
                claim = on.claim
                if claim is None:
                    claim = make_claim_from(stored, by=by, text=on.text)
                    trace.claims.append(claim.pk)
                attach(
                    stored,
                    claim,
                    on.stance,
                    by=by,
                    partial=on.partial,
                    implied=on.implied,
                    inferred=bool(stored.reading.get("inferred")),
                )
            accept(stored, by=by)
        return trace.kept


def _credit(statement: Statement, who: Sequence[Who], *, by: User, trace: Trace) -> None:
    """Writes who says it where that differs from what is stored; new people are made, variants remembered."""
    rows = {row.order: row for row in statement.speakers.select_related("speaker")}
    changed: list[StatementSpeaker] = []
    for each in who:
        row = rows.get(each.order) or StatementSpeaker(statement=statement, order=each.order)
        speaker = each.speaker
        if speaker is None and each.name.strip():
            speaker = make_speaker_from(statement, each.name, each.kind, by=by)
            trace.speakers.append(speaker.pk)
        if speaker is not None and each.variant and row.as_written:
            variant, made = _variant(statement, speaker, row.as_written, by=by)
            trace.names += [variant] if made else []
        if row.speaker_id != (speaker.pk if speaker else None) or row.pk is None:
            row.speaker = speaker
            changed.append(row)
    if any(row.pk or row.speaker for row in changed):
        credit(statement, changed, by=by)


def _variant(statement: Statement, speaker: Speaker, name: str, *, by: User) -> tuple[int, bool]:
    known = speaker.names.filter(name=" ".join(name.split())).first()
    if known is not None or fold(name) == fold(speaker.name):
        return (known.pk if known else 0), False
    kept = save_name_variant(
        speaker,
        name,
        kind=NameKind.GARBLED,
        by=by,
        language=statement.source.language,
        seen_in=statement.source,
    )
    return kept.pk, True


def discard(statement: Statement, *, by: User, because: str = "", base: int | None = None) -> TriageAct:
    """Discards one suggestion. Raises Stale and Refused as `settle` does."""
    with act(Verb.TRIAGE, by=by, name="discard", because=because):
        stored = still_suggested(statement, base)
        with reversible("discard", stored.source_id, [stored.pk], by=by) as trace:
            reject(stored, by=by, because=because)
        return trace.kept


def revise(
    statement: Statement, changes: Mapping[str, Any], *, by: User, base: int | None = None
) -> TriageAct:
    """Changes words, act or date of a suggestion, which goes on waiting. Raises Stale with the three sides, Refused."""
    with act(Verb.TRIAGE, by=by, name="revise"):
        refuse_steps_own(changes, OWN)
        stored = still_suggested(statement, None)
        with reversible("edit", stored.source_id, [stored.pk], by=by) as trace:
            change(stored, changes, base=base)
            contest.refresh(claims_of(stored))
        return trace.kept


def close_article(source: Source, *, by: User, up_to: int, because: str = "") -> TriageAct | None:
    """Discards whatever still waits in the article; None when nothing does.

    `up_to`: key of the last suggestion that the editor was shown; what came later goes on waiting.
    """
    with act(Verb.TRIAGE, by=by, name="close_article", because=because):
        waiting = Statement.objects.filter(SUGGESTED, source=source, pk__lte=up_to)
        keys = list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        if not keys:
            return None
        with reversible("close", source.pk, keys, by=by) as trace:
            waiting.filter(pk__in=keys).update(
                review=Review.REJECTED.value,
                review_reason=because,
                reviewed_by=by,
                reviewed_at=timezone.now(),
            )
            contest.refresh(Position.objects.filter(statement__in=keys).values_list("claim_id", flat=True))
        return trace.kept


# --- Many at once


def sure(
    at_least: float, *, language: str = "", outlet: int | None = None, act: str = ""
) -> QuerySet[Statement]:
    """What may be accepted unseen: the machine's, of at least this confidence, with every speaker known.

    Never a denial, an admission or a withdrawal, nor what may be one; never anything on a claim that readers see; no title, nothing
    nested, nothing that the machine itself was in doubt about.
    """
    turning = sorted(each.value for each in TURNING_ACTS)
    unknown = StatementSpeaker.objects.filter(statement=OuterRef("pk"))
    public = Position.objects.filter(statement=OuterRef("pk"), claim__publication__in=READERS_SEE)
    found = (
        Statement.objects.filter(
            SUGGESTED,
            origin=StatementOrigin.EXTRACTION,
            confidence__gte=at_least,
            in_title=False,
            inside=None,
        )
        .exclude(act__in=turning)
        .exclude(reading__has_any_keys=IN_DOUBT)
        .filter(
            Exists(unknown.filter(speaker__isnull=False)),
            ~Exists(unknown.filter(speaker=None)),
            ~Exists(public),
            ~Exists(PossibleTurn.objects.filter(statement=OuterRef("pk"), claim__isnull=False)),
        )
    )
    if language:
        found = found.filter(source__language=language)
    if outlet is not None:
        found = found.filter(source__outlet=outlet)
    return found.filter(act=act) if act else found


def accept_sure(chosen: QuerySet[Statement], *, by: User, limit: int = AT_ONCE) -> list[TriageAct]:
    """Accepts at most `limit` of them (never more than AT_ONCE), the surest first; one act for each article, each can be undone.

    `chosen`: from `sure`; asked again while they are held, so that nothing else slips in.
    """
    with act(Verb.TRIAGE, by=by, name="accept_sure"):
        first = list(
            chosen.order_by("-confidence", "pk").values_list("pk", flat=True)[: max(0, min(limit, AT_ONCE))]
        )
        held = Statement.objects.filter(pk__in=first).select_for_update(of=("self",)).order_by("pk")
        list(held.values_list("pk", flat=True))
        by_source: dict[int, list[int]] = {}
        for pk, source in chosen.filter(pk__in=first).order_by("pk").values_list("pk", "source_id"):
            by_source.setdefault(source, []).append(pk)
        done = []
        for source, keys in by_source.items():
            with reversible("accept", source, keys, by=by) as trace:
                Statement.objects.filter(pk__in=keys).update(
                    review=Review.ACCEPTED.value, reviewed_by=by, reviewed_at=timezone.now()
                )
            done.append(trace.kept)
        keys = [pk for several in by_source.values() for pk in several]
        contest.refresh(Position.objects.filter(statement__in=keys).values_list("claim_id", flat=True))
        return done
