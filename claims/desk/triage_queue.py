"""The queue of triage: which articles wait, those first that may turn a published claim over."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from claims import linking
from claims.desk import waiting
from claims.desk.keys import key_in
from claims.desk.triage import last_act_of
from claims.desk.views import on_the_desk
from claims.labels import label
from claims.permissions import may
from claims.vocabulary import Act, Verb
from sources.labels import LABELS
from sources.vocabulary import Language

__all__ = ["queue"]

# Suggestions are compared with the claims when they come; with claims that came later, so many whenever the queue is opened.
WEIGHED_ON_OPENING = 3


@on_the_desk()
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """`?outlet= &language= &act=` narrow it, `?before=` (key of an article) goes on."""
    may_triage = may(request.user, Verb.TRIAGE)
    if may_triage:
        linking.weigh(limit=WEIGHED_ON_OPENING)
    filters = waiting.Filters.of(request.GET)
    before = key_in(request.GET.get("before"))
    entries = waiting.queue(filters, before=before)
    counts = waiting.counts()
    more = entries[-1].source.pk if len(entries) >= waiting.ARTICLES_A_PAGE else None
    context: dict[str, Any] = {
        "entries": entries,
        "turning": [entry for entry in entries if entry.turns],
        "others": [entry for entry in entries if not entry.turns],
        "counts": counts,
        "to_triage": counts.suggestions,
        "acts": [(act, label(act, Act), n) for act, n in counts.acts],
        "languages": [(code, LABELS[Language][Language(code)], n) for code, n in counts.languages],
        "filters": filters,
        "before": before,
        "more": f"?{urlencode({**filters.query, 'before': more})}" if more else "",
        "may_triage": may_triage,
        "last": last_act_of(request) if may_triage else None,
    }
    return render(request, "desk/triage_queue.html", context)
