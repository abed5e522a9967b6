"""The page on which a proposal is approved, sent back, proposed again, taken back or published at once; and files kept as evidence."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import F, Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from claims import reviewing
from claims.desk.marking import CHANGED_MEANWHILE, versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.stages import STAGE_ACTS, StageAct, StageForm, acts_on, cited_in, consequences
from claims.desk.views import on_the_desk
from claims.errors import Refused, Stale
from claims.models import Evidence, Verdict, VerdictNote
from claims.permissions import may
from claims.vocabulary import Stage

# So many of each kind are listed.
LISTED = 100


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One act on one proposal: asks, says what will happen, does it. 409 when the claim was changed since the page was opened."""
    act = STAGE_ACTS.get(key)
    if act is None:
        raise Http404
    if not may(request.user, act.verb):
        raise PermissionDenied(_("Your account may not do this."))
    verdict = get_object_or_404(
        Verdict.objects.select_related("author", "second_reader", "claim__figures").prefetch_related(
            "notes__author"
        ),
        pk=pk,
    )
    base = versions_in(request.POST, [verdict.claim])[verdict.claim_id]
    form = StageForm(act, verdict, request.POST if request.method == "POST" else None)
    is_stale = False
    if request.method == "POST" and form.is_valid():
        is_stale = _carry_out(request, act, verdict, form, base)
        if not form.errors:
            messages.success(request, str(act.done or act.name))
            return HttpResponseRedirect(reverse("desk:claim", args=[verdict.claim_id]))
    context = _context(request, act, verdict, form)
    if is_stale:
        context["conflict"] = meanwhile(verdict.claim, base)
    return render(request, "desk/stage.html", context, status=409 if is_stale else 200)


def _carry_out(request: HttpRequest, act: StageAct, verdict: Verdict, form: StageForm, base: int) -> bool:
    """Does it; True when somebody changed the claim meanwhile. The form says why it was not done."""
    try:
        act.run(verdict, editor_of(request), form.cleaned_data, base)
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    except Stale:
        form.add_error(None, CHANGED_MEANWHILE)
        verdict.refresh_from_db()
        verdict.claim.refresh_from_db()
        return True
    return False


def _context(request: HttpRequest, act: StageAct, verdict: Verdict, form: StageForm) -> dict[str, Any]:
    return {
        "act": act,
        "verdict": verdict,
        "claim": verdict.claim,
        "cited": cited_in(verdict),
        "missing": reviewing.lacks(verdict.claim, verdict.rating),
        "possible": act.is_for(verdict, request.user),
        "consequences": consequences(act, verdict),
        "form": form,
    }


@on_the_desk()
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a second reader, overdue ones first; one's own proposals, and those that came back. At most LISTED of each."""
    me = editor_of(request)
    found = Verdict.objects.select_related("author", "second_reader", "claim").prefetch_related(
        Prefetch("notes", VerdictNote.objects.select_related("author"))
    )
    queue = found.awaiting_second_reading()
    due = F("second_reading_due_at").asc(nulls_last=True)
    groups = (
        (_("For you to read"), queue.exclude(author=me).order_by(due, "pk")),
        (_("Yours that were sent back"), found.filter(author=me, stage=Stage.RETURNED).order_by("pk")),
        (_("Yours that wait for somebody else"), queue.filter(author=me).order_by(due, "pk")),
    )
    lines = [
        (heading, [{"verdict": each, "acts": acts_on(each, me)} for each in rows[:LISTED]])
        for heading, rows in groups
    ]
    return render(request, "desk/second_readings.html", {"groups": lines})


@on_the_desk()
@require_safe
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file kept as evidence, for the desk alone: always a download, never shown in the page."""
    kept = get_object_or_404(Evidence.objects.exclude(file=""), pk=pk)
    name = str(kept.file.name)
    if not kept.file.storage.exists(name):
        raise Http404(_("The file is not here any more."))
    answer = FileResponse(
        kept.file.open("rb"),
        as_attachment=True,
        filename=PurePath(name).name,
        content_type="application/octet-stream",
    )
    return cast(HttpResponse, answer)
