"""What to look at before a claim is published. Nothing here forbids: one language is enough, and a draft may go out undecided."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.labels import label
from claims.models import Claim, Position, Verdict
from claims.reviewing.verdicts import lacks
from claims.vocabulary import Rating, Review, Stage
from sources.vocabulary import DateBasis, SourcePublication


@dataclass(frozen=True)
class Check:
    """One line of the list: in order (`holds`), or worth a look."""

    sentence: str
    holds: bool


def checklist(claim: Claim, *, by: User) -> list[Check]:
    """What `by` should know before publishing it. Six queries, whatever the number of statements."""
    return [*_wording(claim), *_statements(claim), *_assessment(claim, by)]


def _wording(claim: Claim) -> list[Check]:
    one = {
        "it": _("It is worded in Italian only: the English page will say so. One language is enough."),
        "en": _("It is worded in English only: the Italian page will say so. One language is enough."),
    }
    worded = claim.languages
    period = claim.period_basis != DateBasis.UNKNOWN
    return [
        Check(one[worded[0]] if len(worded) == 1 else _("It is worded in both languages."), True),
        Check(
            _("It says of which time it speaks.")
            if period
            else _("It does not say of which time it speaks."),
            period,
        ),
    ]


def _statements(claim: Claim) -> list[Check]:
    positions = Position.objects.filter(claim=claim)
    accepted = positions.filter(statement__review=Review.ACCEPTED)
    shown = accepted.filter(statement__source__publication=SourcePublication.PUBLISHED).count()
    hidden = accepted.exclude(statement__source__publication=SourcePublication.PUBLISHED).count()
    waiting = positions.filter(statement__review=Review.SUGGESTED).count()
    found = [
        Check(
            ngettext("%(n)s statement will be shown.", "%(n)s statements will be shown.", shown)
            % {"n": shown},
            True,
        )
        if shown
        else Check(_("No statement will be shown: none is accepted and from a published article."), False)
    ]
    if hidden:
        said = ngettext(
            "%(n)s accepted statement stays hidden: its article is not published.",
            "%(n)s accepted statements stay hidden: their articles are not published.",
            hidden,
        )
        found.append(Check(said % {"n": hidden}, False))
    if waiting:
        said = ngettext(
            "%(n)s suggestion on it still waits for triage.",
            "%(n)s suggestions on it still wait for triage.",
            waiting,
        )
        found.append(Check(said % {"n": waiting}, False))
    return found


def _assessment(claim: Claim, by: User) -> list[Check]:
    verdict = Verdict.objects.filter(claim=claim, stage=Stage.CURRENT).first()
    if verdict is None:
        return [Check(_("Nobody has decided about it: its page will say “Not reviewed yet”."), False)]
    found = [Check(_("Our assessment: %(rating)s.") % {"rating": label(verdict.rating, Rating)}, True)]
    found += [Check(missing, False) for missing in lacks(claim, verdict.rating)]
    if (
        settings.CLAIMTRACKER_SECOND_READER
        and verdict.author_id == by.pk
        and verdict.second_reader_id is None
    ):
        found.append(
            Check(_("The assessment is your own: its second reading will be due within 24 hours."), False)
        )
    return found
