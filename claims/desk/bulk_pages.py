"""Acts on many things as pages: asked for from a list of the admin, worked off while somebody looks at its progress, then a report.

The page goes on by itself: with htmx in place, without JavaScript by reloading. Work is done by a GET with `go` of the person who asked for
it: it was confirmed by a POST, it does each thing once however often it is asked, and no act may run inside the history of another
request. `manage.py work_bulk` does the same work without a page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from claims.desk import bulk
from claims.desk.bulk_acts import BulkAct, bulk_act, things
from claims.desk.keys import key_in
from claims.desk.people import editor_of
from claims.desk.views import on_the_desk
from claims.errors import Refused
from claims.labels import LABELS, label
from claims.models import BULK_KINDS, BulkItem, BulkJob
from claims.vocabulary import BulkState

__all__ = ["ask", "job", "jobs"]

# A request works so long; so many jobs are listed, so many lines of a report a page.
SECONDS, JOBS_LISTED, LINES = 1.5, 50, 100
PAGES = {"claim": "desk:claim", "source": "desk:article", "statement": "admin:claims_statement_change"}


def ask(
    request: HttpRequest,
    act: BulkAct,
    *,
    kind: str,
    chosen: Any,
    n: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Says what will be done to how many, asks for what the act needs, and starts it. `chosen`: what the list lists."""
    form: Any = act.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = bulk.start(
                chosen,
                act,
                kind=kind,
                by=editor_of(request),
                asked=form.asked(),
                chosen_from=context["back"],
            )
            return HttpResponseRedirect(f"{reverse('desk:bulk_job', args=[made.pk])}?go=1")
        except Refused as refused:
            form.add_error(None, refused.sentence)
    return render(request, template, {**context, "act": act, "form": form, "n": n, "title": act.name})


@on_the_desk()
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """What was asked for of late, by whom, and how far it is."""
    found = BulkJob.objects.select_related("by").order_by("-pk")[:JOBS_LISTED]
    return render(request, "desk/bulk_jobs.html", {"jobs": [(each, name_of(each)) for each in found]})


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress and report. `?go` works at it a little; `?show=` waiting, done or refused, `?after=` key goes on in the report."""
    found = get_object_or_404(BulkJob.objects.select_related("by"), pk=pk)
    mine = found.by_id == request.user.pk
    if request.method == "POST":
        return _told_to(request, found)
    if request.method == "GET" and "go" in request.GET:
        if not mine:
            raise PermissionDenied(_("Whoever asked for it stops it or lets it go on."))
        found = bulk.work(found, seconds=SECONDS)
    context = {
        "job": found,
        "name": name_of(found),
        "kind": BULK_KINDS[found.kind]._meta.verbose_name_plural,
        "mine": mine,
        "going": mine and found.goes_on and "go" in request.GET,
        "left": found.total - found.worked,
        "percent": 100 * found.worked // max(1, found.total),
    }
    if request.htmx and found.goes_on:  # type: ignore[attr-defined]
        return render(request, "desk/_bulk_progress.html", context)
    response = render(request, "desk/bulk_job.html", context | report(request, found))
    if request.htmx:  # type: ignore[attr-defined]
        response["HX-Redirect"] = reverse("desk:bulk_job", args=[pk])
    return response


def _told_to(request: HttpRequest, found: BulkJob) -> HttpResponse:
    """Stop, or go on."""
    page = reverse("desk:bulk_job", args=[found.pk])
    if request.POST.get("do") == "stop":
        bulk.stop(found, by=editor_of(request))
        messages.success(request, _("Stopped. What is done stays done."))
        return HttpResponseRedirect(page)
    bulk.go_on(found, by=editor_of(request))
    return HttpResponseRedirect(f"{page}?go=1")


def report(request: HttpRequest, found: BulkJob) -> dict[str, Any]:
    """A page of what became of each, what was not done first; each line leads to its thing."""
    asked = request.GET.get("show", "")
    state = asked if asked in {each.value for each in BulkState} else BulkState.REFUSED.value
    items = BulkItem.objects.filter(job=found, state=state).order_by("thing")
    after = key_in(request.GET.get("after"))
    if after is not None:
        items = items.filter(thing__gt=after)
    page = list(items[: LINES + 1])
    rows = things(found.kind).in_bulk([item.thing for item in page[:LINES]])
    more: dict[str, Any] = {"show": state, "after": page[LINES - 1].thing} if len(page) > LINES else {}
    counts = {"waiting": found.total - found.worked, "done": found.done, "refused": found.refused}
    return {
        "show": state,
        "states": [(each.value, LABELS[BulkState][each], counts[each.value]) for each in BulkState],
        "shown": label(state, BulkState),
        "lines": [
            (item, rows.get(item.thing), reverse(PAGES[found.kind], args=[item.thing]))
            for item in page[:LINES]
        ],
        "more": f"?{urlencode(more)}" if more else "",
    }


def name_of(found: BulkJob) -> Any:
    act = bulk_act(found.kind, found.act)
    return act.name if act else found.act
