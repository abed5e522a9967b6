"""The desk's pages on the past: who did what with a claim, a person or body, an article or anything else, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.desk.acts_in_words import in_words
from claims.desk.comparing import Shown, difference
from claims.desk.views import on_the_desk
from claims.history import Change, Place, Told, tell
from claims.models import (
    Account,
    Claim,
    Correction,
    Denial,
    Evidence,
    Position,
    Request,
    Speaker,
    Statement,
    Topic,
    Verdict,
    Withdrawal,
)
from claims.permissions import may
from claims.vocabulary import Verb
from sources.models import Outlet, Source

# Shorter values are shown whole, before and after; of longer texts what changed.
SHORT = 60


@dataclass(frozen=True, slots=True)
class ChangeShown:
    label: str
    pieces: list[Shown]
    cut: bool = False


@on_the_desk()
@require_safe
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Also of a claim that was merged into another: its history ends there."""
    found = get_object_or_404(Claim.objects.without_vectors().select_related("merged_into"), pk=pk)
    back = reverse("desk:claim", args=[found.merged_into_id or pk])
    return _history(request, found, back, {"claim": found})


@on_the_desk()
@require_safe
def speaker(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Speaker.objects.defer("sounds"), pk=pk)
    return _history(request, found, reverse("desk:speaker", args=[pk]), {})


@on_the_desk()
@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source.objects.without_text(), pk=pk)
    return _history(request, found, reverse("desk:article", args=[pk]), {})


# What else has a history of its own, by the word in the address; accounts are for administrators.
THINGS: dict[str, type[Model]] = {
    "statement": Statement,
    "position": Position,
    "evidence": Evidence,
    "verdict": Verdict,
    "correction": Correction,
    "withdrawal": Withdrawal,
    "request": Request,
    "topic": Topic,
    "outlet": Outlet,
    "account": Account,
}


@on_the_desk()
@require_safe
def thing(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in THINGS:
        raise Http404
    if kind == "account" and not may(request.user, Verb.MANAGE_USERS):
        raise PermissionDenied(_("Your account may not do this."))
    rows = THINGS[kind]._default_manager.all()
    found = get_object_or_404(rows, pk=pk)
    section = {"account": "auth_user", "outlet": "sources_outlet", "position": "claims_denial"}
    back = reverse(f"admin:{section.get(kind, f'claims_{kind}')}_change", args=[pk])
    return _history(request, found, back, {})


def address_of(model: type[Model], pk: int | str) -> str:
    """Where the history of a row of this model is read; "" where the desk keeps none of it."""
    own = {Claim: "claim", Speaker: "speaker", Source: "source"}
    if model in own:
        return reverse(f"desk:{own[model]}_history", args=[pk])
    model = Account if model is User else Position if model is Denial else model
    kind = next((kind for kind, each in THINGS.items() if each is model), "")
    return reverse("desk:history", args=[kind, pk]) if kind else ""


def _history(request: HttpRequest, subject: Model, back: str, more: dict[str, Any]) -> HttpResponse:
    asked = request.GET.get("before")
    told, has_older = tell(subject, before=_place(asked) if asked else None)
    context = {
        "subject": subject,
        "back": back,
        "acts": [(act, in_words(act.verb), _lines(act)) for act in told],
        "older": _address(told[-1].place) if has_older and told else "",
        "is_newest": not asked,
        **more,
    }
    return render(request, "desk/history.html", context)


def _lines(act: Told) -> list[tuple[Any, list[ChangeShown]]]:
    return [(line, [_shown(change) for change in line.changes]) for line in act.lines]


def _shown(change: Change) -> ChangeShown:
    if change.before and change.after and max(len(change.before), len(change.after)) > SHORT:
        found = difference(change.before, change.after)
        return ChangeShown(change.label, found.pieces, found.cut)
    pieces = [Shown(change.before, "removed"), Shown(change.after, "added")]
    return ChangeShown(change.label, [each for each in pieces if each.text])


def _address(place: Place) -> str:
    at, xid = place
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{xid}"


def _place(asked: str) -> Place:
    """Raises Http404 for an address that no page has."""
    at, _dash, xid = asked.partition("-")
    try:
        return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), min(int(xid), 2**62)
    except ValueError:
        raise Http404 from None
