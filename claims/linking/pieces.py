"""Two suggestions become one, or one becomes two."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change
from claims.errors import Refused
from claims.linking.statements import claims_of, still_suggested
from claims.linking.undoing import reversible
from claims.models import Position, Statement, StatementSpeaker, TriageAct
from claims.vocabulary import Review, StatementOrigin, Verb
from sources.quotations import Span, span_at

__all__ = ["merge_statements", "split_statement"]

Place = tuple[int, int]

# What of a statement holds for each of its halves.
SHARED = (
    "source_id", "act", "delivery", "hedge", "in_title", "said_earliest", "said_latest", "said_basis", "said_as_written",
)  # fmt: skip
# What may be left between two pieces without being words of its own.
MARKS = " \n\t,;:.–—-“”«»\"'’‘()"


def merge_statements(
    loser: Statement,
    *,
    into: Statement,
    by: User,
    base: int | None = None,
    into_base: int | None = None,
) -> TriageAct:
    """Two suggestions that are one: `into` gets the words of both, and who says it and its claims where it has none; the other is
    discarded.

    Raises Refused for suggestions of two articles, and for one that waits no longer; Stale.
    """
    with act(Verb.TRIAGE, by=by, name="merge_statements"):
        kept, gone = _both(into, loser, into_base, base)
        nested = list(Statement.objects.filter(inside=gone).exclude(pk=kept.pk).values_list("pk", flat=True))
        with reversible("merge", kept.source_id, [kept.pk, gone.pk, *nested], by=by) as trace:
            body = kept.source.body
            places = _joined([(span["start"], span["end"]) for span in [*kept.spans, *gone.spans]], body)
            change(kept, {"spans": [span_at(body, *place) for place in places]})
            if not kept.speakers.exists():
                StatementSpeaker.objects.filter(statement=gone).update(statement=kept)
            claims = {*claims_of(kept), *claims_of(gone)}
            Position.objects.filter(statement=gone).exclude(claim__in=claims_of(kept)).update(statement=kept)
            Statement.objects.filter(pk__in=nested).update(inside=kept)
            decided = {
                "review": Review.REJECTED.value,
                "review_reason": f"merged into statement {kept.pk}",
                "reviewed_by": by,
                "reviewed_at": timezone.now(),
            }
            if kept.inside_id == gone.pk:
                change(kept, {"inside": None})
            change(gone, decided)
            contest.refresh(claims)
        return trace.kept


def _both(
    first: Statement, second: Statement, base: int | None, other_base: int | None
) -> tuple[Statement, Statement]:
    """Both as stored now, held in the order of their keys, so that two editors cannot wait for each other."""
    if first.pk == second.pk or first.source_id != second.source_id:
        raise Refused("merge", _("Choose two suggestions of the same article."))
    bases = sorted(((first, base), (second, other_base)), key=lambda each: each[0].pk)
    stored = {each.pk: still_suggested(each, version) for each, version in bases}
    return stored[first.pk], stored[second.pk]


def _joined(places: Sequence[Place], body: str) -> list[Place]:
    """The places in order; those that meet, or have only marks between them, become one."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and not body[joined[-1][1] : start].strip(MARKS):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def split_statement(
    statement: Statement, words: Sequence[Span], *, by: User, base: int | None = None
) -> TriageAct:
    """The words at these places become a suggestion of their own, by the same speakers; the statement keeps the rest.

    Raises Refused where they are not words of the statement, or are all of it; Stale.
    """
    with act(Verb.TRIAGE, by=by, name="split_statement"):
        stored = still_suggested(statement, base)
        body = stored.source.body
        taken = [(span["start"], span["end"]) for span in words]
        left = _without([(span["start"], span["end"]) for span in stored.spans], taken, body)
        with reversible("split", stored.source_id, [stored.pk], by=by) as trace:
            change(stored, {"spans": [span_at(body, *place) for place in left]})
            half = Statement.objects.create(
                **{name: getattr(stored, name) for name in SHARED},
                cue=stored.cue,
                cue_span=stored.cue_span,
                spans=[span_at(body, *place) for place in taken],
                origin=StatementOrigin.EDITOR.value,
                review=Review.SUGGESTED.value,
                inside_id=stored.inside_id,
            )
            StatementSpeaker.objects.bulk_create(
                StatementSpeaker(
                    statement=half,
                    speaker_id=row.speaker_id,
                    on_behalf_of_id=row.on_behalf_of_id,
                    as_written=row.as_written,
                    role_as_written=row.role_as_written,
                    span=row.span,
                    order=row.order,
                )
                for row in stored.speakers.all()
            )
            trace.statements.append(half.pk)
        return trace.kept


def _without(places: Sequence[Place], taken: Sequence[Place], body: str) -> list[Place]:
    """What is left of `places`; marks and blanks at the edges are left out. Raises Refused."""
    left: list[Place] = []
    if not all(any(start <= a and b <= end for start, end in places) for a, b in taken) or not taken:
        raise Refused("elsewhere", _("Choose words of this statement."))
    for start, end in places:
        at = start
        for a, b in sorted(taken):
            if a < end and b > start:
                left.append((at, a))
                at = b
        left.append((at, end))
    trimmed = [_trimmed(body, start, end) for start, end in left]
    kept = [(start, end) for start, end in trimmed if start < end]
    if not kept:
        raise Refused("whole", _("Leave some words to the statement itself."))
    return kept


def _trimmed(body: str, start: int, end: int) -> Place:
    while start < end and body[start] in MARKS:
        start += 1
    while end > start and body[end - 1] in MARKS:
        end -= 1
    return start, end
