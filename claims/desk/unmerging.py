"""Taking a merge of two claims or of two people back, after a look at what moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from claims import linking, reviewing
from claims.desk.marking import versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.merging import READERS_SEE_WHY, WhyForm, carried_out
from claims.desk.people import editor_of
from claims.desk.views import on_the_desk
from claims.errors import Refused
from claims.models import Claim, Speaker
from claims.permissions import may
from claims.vocabulary import Rating, Verb

METHODS = ["GET", "HEAD", "POST"]


@on_the_desk(Verb.MERGE)
@require_http_methods(METHODS)
def unmerge_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the merge of a claim back."""
    loser = get_object_or_404(Claim.objects.without_vectors().select_related("merged_into"), pk=pk)
    into = loser.merged_into
    if into is None:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    if linking.comes_back(loser):
        form.fields["because"].label = READERS_SEE_WHY
    decided = into.verdicts.current().first()
    bases = versions_in(request.POST, [loser, into])

    def do() -> int:
        left = linking.unmerge_claims(
            loser,
            by=editor_of(request),
            because=form.cleaned_data["because"],
            base=bases[loser.pk],
            into_base=bases[into.pk],
        )
        if decided and (missing := reviewing.lacks(into, decided.rating)):
            words = _("Decide about “%(claim)s” anew: its assessment has lost its grounds. %(missing)s")
            messages.warning(request, words % {"claim": into.text, "missing": " ".join(missing)})
        return left

    return _page(
        request,
        (loser, into),
        form,
        do,
        {
            "is_claim": True,
            "moves": _what_moves_back(
                loser, is_decided=decided is not None and decided.rating != Rating.UNPROVEN
            ),
            "possible": not linking.comes_back(loser) or may(request.user, Verb.CORRECT),
            "back": reverse("desk:claim", args=[into.pk]),
            "then": reverse("desk:claim", args=[loser.pk]),
        },
    )


def _what_moves_back(loser: Claim, *, is_decided: bool) -> list[str]:
    """The preview, in sentences. `is_decided`: the claim that it was merged into has an assessment with grounds."""
    try:
        n = linking.what_unmerging_moves(loser)
    except Refused as refused:
        return [refused.sentence]
    said = [
        ngettext("%(n)s statement moves back.", "%(n)s statements move back.", n["statements"])
        % {"n": n["statements"]},
        ngettext("%(n)s piece of evidence moves back.", "%(n)s pieces of evidence move back.", n["evidence"])
        % {"n": n["evidence"]},
        _("What was added or changed since then stays where it is."),
        _("Its own decisions count again."),
    ]
    if is_decided:
        said.append(_("The assessment of the other claim stays: look whether it still has its grounds."))
    if linking.comes_back(loser):
        said.append(_("Readers see it again at its own address, and a public correction says so."))
    return said


@on_the_desk(Verb.MERGE)
@require_http_methods(METHODS)
def unmerge_speaker(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the merge of a person or body back."""
    loser = get_object_or_404(Speaker.objects.select_related("merged_into"), pk=pk)
    into = loser.merged_into
    if into is None:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    base = versions_in(request.POST, [loser])[loser.pk]

    def do() -> int:
        return linking.unmerge_speakers(
            loser, by=editor_of(request), because=form.cleaned_data["because"], base=base
        )

    return _page(
        request,
        (loser,),
        form,
        do,
        {
            "into": into,
            "moves": [
                _(
                    "What the merge moved moves back: statements, roles, who speaks for whom. The names that it added go."
                ),
                _("What was credited or changed since then stays as it is."),
                _("Statements that readers have seen get a public correction."),
            ],
            "possible": True,
            "back": reverse("admin:claims_speaker_change", args=[into.pk]),
            "then": reverse("admin:claims_speaker_change", args=[loser.pk]),
        },
    )


def _page(
    request: HttpRequest,
    things: tuple[Any, ...],
    form: WhyForm,
    do: Callable[[], int],
    context: dict[str, Any],
) -> HttpResponse:
    """Asks and does. `things`: the loser, and whatever else the page carries the version of."""
    loser, status = things[0], 200
    if request.method == "POST" and form.is_valid():
        bases = versions_in(request.POST, list(things))
        # How many were left, in a tuple: none is an answer as well.
        done, is_stale = carried_out(request, form, lambda: (do(),))
        if done:
            (left,) = done
            words = ngettext(
                "Taken back. %(n)s line was changed since and stays as it is.",
                "Taken back. %(n)s lines were changed since and stay as they are.",
                left,
            )
            messages.success(request, words % {"n": left} if left else _("Taken back: there are two again."))
            return HttpResponseRedirect(context["then"])
        if is_stale:
            status = 409
            context["conflicts"] = [(each, meanwhile(each, bases[each.pk])) for each in things]
            for each in things:
                each.refresh_from_db(fields=["version"])
    page = {"loser": loser, "into": things[-1], "things": things, "form": form, **context}
    return render(request, "desk/unmerge.html", page, status=status)
