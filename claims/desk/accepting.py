"""Accept and Discard beside one suggestion, wherever it is shown. Whoever was slower sees what the other one made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from claims import linking
from claims.desk.marking import back_to, versions_in
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.versions import rows
from claims.desk.views import on_the_desk
from claims.errors import Refused, Stale
from claims.models import Statement
from claims.vocabulary import Verb

Step = Callable[..., Any]


@on_the_desk(Verb.TRIAGE)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    done = gettext_lazy("The statement is accepted.")
    return _triaged(request, pk, linking.accept, pgettext_lazy("triage", "Accept"), done)


@on_the_desk(Verb.TRIAGE)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    done = gettext_lazy("The statement is discarded.")
    return _triaged(request, pk, linking.reject, pgettext_lazy("triage", "Discard"), done)


def _triaged(request: HttpRequest, pk: int, step: Step, name: Promise, done: Promise) -> HttpResponse:
    """Carries out the step from the version that the page showed; 409 with the comparison when it has moved on."""
    statement = get_object_or_404(Statement.objects.select_related("source"), pk=pk)
    back = back_to(request, reverse("admin:claims_statement_change", args=[pk]))
    try:
        step(statement, by=editor_of(request), base=versions_in(request.POST, [statement])[pk])
    except Refused as refused:
        messages.error(request, refused.sentence)
    except IntegrityError as error:
        messages.error(request, told(error))
    except Stale as stale:
        context = {
            "name": name,
            "statement": Statement.objects.select_related("source").get(pk=pk),
            "rows": rows(Statement, stale),
            "next": back,
        }
        return render(request, "desk/statement_conflict.html", context, status=409)
    else:
        messages.success(request, str(done))
    return HttpResponseRedirect(back)
