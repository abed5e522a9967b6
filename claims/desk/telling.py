"""What an act will do, said on its page before it is done: lines that are in order, and lines that are worth a look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import reviewing
from claims.models import Claim, Position
from claims.reviewing import Check
from claims.vocabulary import Review
from sources.models import Source
from sources.vocabulary import SourcePublication

# So many statements of an update are listed one by one.
LISTED = 30


def publishing(claim: Claim, user: Any) -> Sequence[Check]:
    return reviewing.checklist(claim, by=user)


def updating(claim: Claim, user: Any) -> Sequence[Check]:
    """Each statement that readers will see now, and each that stays back, with why."""
    waiting = reviewing.waiting_update(claim)
    own = (
        set(waiting.filter(reviewing.only_by(user)).values_list("pk", flat=True))
        if settings.CLAIMTRACKER_SECOND_READER
        else set()
    )
    found = waiting.select_related("statement__source").defer(
        "statement__source__body", "statement__source__raw", "statement__source__search"
    )
    lines = [_line(position, position.pk in own) for position in found.order_by("pk")[:LISTED]]
    rest = waiting.count() - len(lines)
    if rest > 0:
        lines.append(Check(ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": rest}, True))
    return lines or [Check(_("Nothing is waiting to be shown."), False)]


def _line(position: Position, own: bool) -> Check:
    words = f"{position.get_stance_display()}: “{position.statement.quote[:160]}”"
    if own:
        return Check(f"{words} · " + _("another editor publishes it, because you linked it"), False)
    if position.statement.source.publication != SourcePublication.PUBLISHED:
        return Check(f"{words} · " + _("shown once its article is published"), False)
    return Check(words, True)


def withdrawing(obj: Claim | Source, _user: Any) -> Sequence[Check]:
    said = [
        Check(_("Its address stays, and says that it was withdrawn and why (410)."), True),
        Check(_("Nothing is deleted; it can be reopened."), True),
    ]
    n = shown_with(obj).count()
    if n:
        lines = ngettext(
            "%(n)s statement is no longer shown with it.", "%(n)s statements are no longer shown with it.", n
        )
        said.append(Check(lines % {"n": n}, True))
    return said


def reopening(obj: Claim | Source, _user: Any) -> Sequence[Check]:
    shown = Position.objects.filter(statement__review=Review.ACCEPTED, published_at__isnull=False)
    theirs = {"claim": obj} if isinstance(obj, Claim) else {"statement__source": obj}
    n = shown.filter(**theirs).count()
    lines = ngettext(
        "%(n)s statement that readers had seen is shown again.",
        "%(n)s statements that readers had seen are shown again.",
        n,
    )
    return [Check(lines % {"n": n}, True)] if n else []


def correcting(_obj: Claim | Source, _user: Any) -> Sequence[Check]:
    return [
        Check(_("Your words stand on its page and on the page of corrections, with today's date."), True),
        Check(_("A correction is never edited or deleted."), True),
    ]


def looking_again(_claim: Claim, _user: Any) -> Sequence[Check]:
    return [Check(_("The assessment stays until there is another one."), True)]


def publishing_an_article(source: Source, _user: Any) -> Sequence[Check]:
    """How many statements on published claims readers will see through it."""
    n = (
        Position.objects.on_published_claims()
        .filter(statement__source=source, statement__review=Review.ACCEPTED)
        .count()
    )
    lines = ngettext(
        "%(n)s accepted statement on a published claim will be shown.",
        "%(n)s accepted statements on published claims will be shown.",
        n,
    )
    return [Check(lines % {"n": n}, True)]


def shown_with(obj: Claim | Source) -> Any:
    """Positions that readers see because of it."""
    theirs = {"claim": obj} if isinstance(obj, Claim) else {"statement__source": obj}
    return Position.objects.published().filter(**theirs)


Telling = Callable[[Any, Any], Sequence[Check]]
