"""Articles read at the desk: right after they are added, and again when an editor asks.

Where a worker lives they are handed to it: then no web process ever loads the reading machine. Else they are read at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import linking
from claims.errors import Refused
from claims.permissions import may, require
from claims.reading import Answer, find, known_names, read_source, store, texts
from claims.tasks import queue_reading
from claims.vocabulary import Verb
from sources.models import ImportRun, Source
from sources.queueing import workers_alive
from sources.vocabulary import BodyKind, Outcome

__all__ = ["Analysed", "analyse_again", "analyse_new", "analyse_one", "said_of", "what_became"]

# Read while the editor waits: a hundredth of a second an article, and about a second for the first one of a process.
AT_ONCE = 20
CHARACTERS_AT_ONCE = 300_000
# How long an editor who asked for one article waits for the worker, in seconds, and how often we look.
PATIENCE, LOOK = 2.0, 0.1


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was read of the articles. `changes`: proposed to the desk; `waiting`: articles left to `manage.py read_sources`; `queued`:
    articles handed to the workers.
    """

    articles: int = 0
    suggestions: int = 0
    changes: int = 0
    waiting: int = 0
    queued: int = 0


def analyse_new(keys: Sequence[int], *, by: User) -> Analysed:
    """Reads the articles of one "Add articles" so that their suggestions are there at once; many or long ones wait.

    Our own summaries are not read, and nothing is for an account that may not triage.
    """
    if not keys or not may(by, Verb.TRIAGE):
        return Analysed()
    return _analyse(Source.objects.filter(pk__in=keys, readings=None).exclude(body_kind=BodyKind.DIGEST), by)


def analyse_again(keys: Sequence[int], *, by: User) -> Analysed:
    """Reads articles that an editor chose, read before or not; many or long ones wait. Raises PermissionDenied."""
    require(by, Verb.TRIAGE)
    return _analyse(Source.objects.filter(pk__in=keys), by)


def analyse_one(source: Source, *, by: User) -> str:
    """Reads one article, or has a worker read it; one sentence about it. Raises PermissionDenied, Refused."""
    if not workers_alive():
        said = what_became(read_source(source, by=by))
        linking.weigh(source=source.pk)
        return said
    run = queue_reading([source.pk], by=by)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if ImportRun.objects.filter(pk=run.pk, finished_at__isnull=False).exists():
            if not run.items.filter(outcome__in=[Outcome.CREATED, Outcome.UPDATED, Outcome.MATCHED]).exists():
                raise Refused("failed", _("It could not be analysed: the import run says why."))
            return _("Analysed: what is new stands here.")
        time.sleep(LOOK)
    return _("Queued for analysis: load this page again in a moment.")


def _analyse(chosen: QuerySet[Source], by: User) -> Analysed:
    chosen = chosen.order_by("pk")
    if workers_alive():
        keys = list(chosen.values_list("pk", flat=True))
        if keys:
            queue_reading(keys, by=by)
        return Analysed(queued=len(keys))
    total, names = chosen.count(), known_names()
    read = suggested = changes = characters = 0
    for text in texts(chosen[:AT_ONCE]):
        characters += len(text.body)
        if characters > CHARACTERS_AT_ONCE:
            break
        answer = store(text, find(text, names), by=by)
        linking.weigh(source=text.pk)
        suggested += answer.suggested
        changes += answer.add + answer.change + answer.drop
        read += 1
    return Analysed(read, suggested, changes, total - read)


def what_became(answer: Answer) -> str:
    """One sentence about a reading, for the editor who asked for it."""
    changes = answer.add + answer.change + answer.drop
    if answer.outcome == "read":
        return ngettext(
            "Analysed: %(n)s suggestion waits for triage.",
            "Analysed: %(n)s suggestions wait for triage.",
            answer.suggested,
        ) % {"n": answer.suggested}
    if changes:
        return ngettext(
            "Analysed: %(n)s change is proposed.", "Analysed: %(n)s changes are proposed.", changes
        ) % {"n": changes}
    return _("Analysed: nothing new.")


def said_of(done: Analysed) -> list[str]:
    """Sentences about articles that were analysed together."""
    if done.queued:
        words = ngettext(
            "%(n)s article is queued for analysis. How far it is stands under Import runs.",
            "%(n)s articles are queued for analysis. How far they are stands under Import runs.",
            done.queued,
        )
        return [words % {"n": done.queued}]
    said = [
        ngettext("%(n)s article analysed.", "%(n)s articles analysed.", done.articles) % {"n": done.articles},
        ngettext("%(n)s new suggestion.", "%(n)s new suggestions.", done.suggestions)
        % {"n": done.suggestions},
    ]
    if done.changes:
        said.append(
            ngettext("%(n)s change is proposed.", "%(n)s changes are proposed.", done.changes)
            % {"n": done.changes}
        )
    if done.waiting:
        said.append(
            ngettext(
                "%(n)s article was too much for one go: choose it again.",
                "%(n)s articles were too much for one go: choose them again.",
                done.waiting,
            )
            % {"n": done.waiting}
        )
    return said
