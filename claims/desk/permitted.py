"""Who may do what: the one table in code, as a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.desk.views import on_the_desk
from claims.labels import LABELS
from claims.permissions import roles_of
from claims.vocabulary import ALLOWED, Role, Verb


@on_the_desk()
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Roles by verbs. Anonymous readers see what is published, and nothing else."""
    rows = [(LABELS[Verb][verb], [role in ALLOWED[verb] for role in Role]) for verb in Verb]
    context = {"roles": [LABELS[Role][role] for role in Role], "rows": rows}
    mine = [LABELS[Role][role] for role in Role if role in roles_of(request.user)]
    return render(request, "desk/permissions.html", {**context, "mine": mine})
