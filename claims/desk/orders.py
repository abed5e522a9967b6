"""Orders to erase words on the desk: what each would erase, and the approval by a second person. The erasing itself is a command."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import reviewing
from claims.desk.keys import key_in
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.views import on_the_desk
from claims.errors import Refused, Stale
from claims.models import Request
from claims.permissions import may
from claims.vocabulary import ORDERS, Verb


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may read the desk reads it; the button is for senior editors who did not record it."""
    found = get_object_or_404(
        Request.objects.select_related("claim", "statement", "source", "handled_by", "approved_by")
        .defer("source__body", "source__raw", "source__search", "claim__search_it", "claim__search_en")
        .filter(kind__in=ORDERS),
        pk=pk,
    )
    may_approve = may(request.user, Verb.APPROVE_ORDER)
    status = 200
    if request.method == "POST":
        if not may_approve:
            raise PermissionDenied(_("Your account may not do this."))
        done, status = _decide(request, found)
        if done:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("desk:order", args=[pk]))
        found.refresh_from_db()
    context = {
        "order": found,
        "may_approve": may_approve and found.handled_by_id != editor_of(request).pk,
        "is_own": found.handled_by_id == editor_of(request).pk,
    }
    return render(request, "desk/order.html", context, status=status)


def _decide(request: HttpRequest, found: Request) -> tuple[str, int]:
    """What was done, in a sentence, or "" and the status of the page that says why not."""
    base = key_in(request.POST.get("version"))
    try:
        if request.POST.get("decision") == "take_back":
            reviewing.take_back_approval(found, by=editor_of(request))
            return _("The approval is taken back: the order can be edited."), 200
        if base is None:
            raise Refused("base", _("Open the page again, read the order, then decide."))
        reviewing.approve_order(found, by=editor_of(request), base=base)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return "", 400
    except Stale:
        messages.error(
            request, _("Somebody changed the order since you opened it. Read it again, then decide.")
        )
        return "", 409
    except IntegrityError as error:
        messages.error(request, told(error))
        return "", 400
    return _("The order is approved. Whoever runs the database carries it out."), 200
