"""What a newer reading of an article would add, change or drop: the desk offers it, an editor takes it or leaves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Count, Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from claims import reading
from claims.desk.analysing import analyse_one
from claims.desk.comparing import difference
from claims.desk.onward import stretch
from claims.desk.people import editor_of
from claims.desk.queues import proposed_changes
from claims.desk.refusals import told
from claims.desk.views import on_the_desk
from claims.errors import Refused
from claims.labels import label
from claims.models import ReadingChange, StatementSpeaker
from claims.permissions import may
from claims.vocabulary import Act, ChangeKind, Review, Verb
from sources.models import Source

SOURCES_A_PAGE = 50
CHANGES_A_PAGE = 50
# Characters of a statement on the page.
SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Side:
    """A statement as it stands, or as a reading proposes it."""

    words: str
    act: Any
    speakers: str


@on_the_desk()
@require_safe
def proposed(request: HttpRequest) -> HttpResponse:
    """The articles for which a newer reading proposes changes, the newest readings first."""
    rows = Source.objects.filter(Exists(proposed_changes().filter(reading__source=OuterRef("pk"))))
    page = stretch(
        rows.without_text().select_related("outlet"), request.GET, size=SOURCES_A_PAGE, newest_first=True
    )
    counted = (
        proposed_changes()
        .filter(reading__source__in=[source.pk for source in page.rows])
        .values_list("reading__source", "kind")
        .annotate(n=Count("pk"))
    )
    counts = {(source, kind): n for source, kind, n in counted.order_by()}
    for source in page.rows:
        source.proposed = {kind.value: counts.get((source.pk, kind.value), 0) for kind in ChangeKind}
    return render(request, "desk/readings.html", {"page": page})


@on_the_desk()
@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """An article's readings, and what the newest proposes."""
    source = get_object_or_404(Source.objects.without_text().select_related("outlet"), pk=pk)
    rows = (
        proposed_changes()
        .filter(reading__source=source)
        .select_related("reading", "statement")
        .prefetch_related(Prefetch("statement__speakers", StatementSpeaker.objects.select_related("speaker")))
        .order_by("pk")
    )
    page = Paginator(rows, CHANGES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "source": source,
        "readings": source.readings.order_by("-pk")[:20],
        "page": page,
        "lines": [_line(change) for change in page.object_list],
        "waiting": source.statements.filter(review=Review.SUGGESTED).count(),
        "may_triage": may(request.user, Verb.TRIAGE),
    }
    return render(request, "desk/reading.html", context)


def _line(change: ReadingChange) -> dict[str, Any]:
    """A proposed change as the page shows it: both sides, and one passage with what would be taken out and put in."""
    now, then = _now(change), _then(change)
    words = difference(*(side.words[:SHOWN] if side else "" for side in (now, then)))
    return {"change": change, "now": now, "then": then, "pieces": words.pieces}


def _now(change: ReadingChange) -> Side | None:
    """The suggestion that it is about."""
    statement = change.statement
    if statement is None:
        return None
    who = ", ".join(str(row) for row in statement.speakers.all())
    return Side(statement.quote, statement.get_act_display(), who)


def _then(change: ReadingChange) -> Side | None:
    """What the reading would put there."""
    found = change.finding
    if not found:
        return None
    words = " […] ".join(span["exact"] for span in found["statement"]["spans"])
    who = ", ".join(row["as_written"] for row in found["speakers"])
    return Side(words, label(found["statement"]["act"], Act), who)


# --- Deciding


@on_the_desk(Verb.TRIAGE)
@require_POST
def analyse(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads the article now, or has a worker read it."""
    source = get_object_or_404(Source.objects.without_text(), pk=pk)
    try:
        messages.success(request, analyse_one(source, by=editor_of(request)))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return HttpResponseRedirect(reverse("desk:reading", args=[pk]))


@on_the_desk(Verb.TRIAGE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes or leaves one proposed change; `decision` is take or leave."""
    change = get_object_or_404(ReadingChange.objects.select_related("reading"), pk=pk)
    return _decide(request, change.reading.source_id, [change])


@on_the_desk(Verb.TRIAGE)
@require_POST
def decide_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes or leaves what is proposed for an article, a page of it at a time."""
    source = get_object_or_404(Source.objects.without_text(), pk=pk)
    rows = proposed_changes().filter(reading__source=source).select_related("reading").order_by("pk")
    return _decide(request, source.pk, list(rows[:CHANGES_A_PAGE]))


def _decide(request: HttpRequest, source: int, changes: list[ReadingChange]) -> HttpResponse:
    acts: dict[str, Callable[..., Any]] = {"take": reading.take_change, "leave": reading.leave_change}
    act = acts.get(request.POST.get("decision", ""))
    if act is None:
        return HttpResponseBadRequest(_("Say what you decide: take it over or leave it."))
    done = 0
    refused: Counter[str] = Counter()
    for change in changes:
        # Each is an act of its own: one that an editor was faster on does not hold up the others.
        try:
            act(change, by=editor_of(request))
            done += 1
        except Refused as error:
            refused[error.sentence] += 1
        except IntegrityError as error:
            refused[told(error)] += 1
    if done and act is reading.take_change:
        said = ngettext("%(n)s change taken over.", "%(n)s changes taken over.", done)
        messages.success(request, said % {"n": done})
    elif done:
        said = ngettext("%(n)s change left.", "%(n)s changes left.", done)
        messages.success(request, said % {"n": done})
    for sentence, n in refused.items():
        messages.error(request, sentence if n == 1 else f"{sentence} ({n})")
    return HttpResponseRedirect(reverse("desk:reading", args=[source]))
