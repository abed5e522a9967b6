"""What a later reading proposes, taken over or left by an editor. Both are acts: permission, history, one transaction."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.acts import act, change, lock
from claims.errors import Refused
from claims.models import ReadingChange, Statement
from claims.reading.storing import columns, insert, rows_beside
from claims.reading.suggestions import Suggestion, Text
from claims.vocabulary import ChangeKind, Review, Verb
from sources.models import Source

__all__ = ["leave_change", "take_change"]


def take_change(proposed: ReadingChange, *, by: User) -> Statement:
    """Does what the reading proposes: a new suggestion, one replaced, or one discarded. Returns the statement.

    It stays a suggestion: accepting it is another act. Raises Refused when the change was decided before, when an editor has had
    a hand in the suggestion since, and when the text was replaced.
    """
    with act(Verb.TRIAGE, by=by, name="take_change"):
        stored = _open(proposed)
        if stored.statement is None:
            statement = _add(stored)
        else:
            statement = lock(stored.statement)
            _refuse_touched(statement)
            if stored.kind == ChangeKind.DROP:
                _drop(statement, stored, by)
            else:
                _replace(statement, stored)
        _decide(stored, proposed, by=by, taken=True)
        return statement


def leave_change(proposed: ReadingChange, *, by: User) -> None:
    """Keeps things as they are. The same change is not proposed again. Raises Refused when it was decided before."""
    with act(Verb.TRIAGE, by=by, name="leave_change"):
        _decide(_open(proposed), proposed, by=by, taken=False)


def _open(proposed: ReadingChange) -> ReadingChange:
    """The change as it is stored now, still to be decided. Nobody else decides it meanwhile."""
    stored = ReadingChange.objects.select_for_update(of=("self",)).select_related("reading", "statement")
    found = stored.filter(pk=proposed.pk).first()
    if found is None or found.decided_at is not None:
        raise Refused("decided", _("This was decided already, or a newer reading proposes something else."))
    return found


def _decide(stored: ReadingChange, proposed: ReadingChange, *, by: User, taken: bool) -> None:
    for each in (stored, proposed):
        each.decided_at, each.decided_by, each.taken = timezone.now(), by, taken
    stored.save(update_fields=["decided_at", "decided_by", "taken"])


def _refuse_touched(statement: Statement) -> None:
    if statement.review != Review.SUGGESTED or statement.version > 1 or statement.positions.exists():
        raise Refused("touched", _("An editor has worked on this statement since: nothing was replaced."))


def _add(stored: ReadingChange) -> Statement:
    text, found = _suggestion(stored)
    wanted = [found.fingerprint, *filter(None, [found.inside])]
    rows = Statement.objects.filter(source=text.pk, fingerprint__in=wanted)
    there: dict[str, int] = dict(rows.values_list("fingerprint", "pk"))
    if found.fingerprint in there:
        raise Refused("there", _("This statement is here already."))
    return Statement.objects.get(pk=insert(text, [found], stored.reading.extractor_version, there)[0])


def _replace(statement: Statement, stored: ReadingChange) -> None:
    text, found = _suggestion(stored)
    statement.speakers.all().delete()
    statement.carriers.all().delete()
    change(statement, columns(found, stored.reading.extractor_version))
    rows_beside({statement.pk: found}, text.language)


def _drop(statement: Statement, stored: ReadingChange, by: User) -> None:
    reason = f"not found any more by version {stored.reading.extractor_version}"
    change(
        statement,
        {
            "review": Review.REJECTED.value,
            "review_reason": reason,
            "reviewed_by": by,
            "reviewed_at": timezone.now(),
        },
    )


def _suggestion(stored: ReadingChange) -> tuple[Text, Suggestion]:
    """What was found, where its words still stand in the text."""
    source = Source.objects.only("body", "language", "text_sha256").get(pk=stored.reading.source_id)
    found = Suggestion.from_json(stored.finding)
    if any(source.body[each["start"] : each["end"]] != each["exact"] for each in found.statement["spans"]):
        raise Refused("moved", _("The text was replaced since: analyse it again."))
    return Text(source.pk, source.body, source.language, source.text_sha256), found
