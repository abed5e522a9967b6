"""Accepting many suggestions at once: those the machine is surest of, never what could turn a claim over. First a preview."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from claims import linking
from claims.desk.people import editor_of
from claims.desk.views import on_the_desk
from claims.labels import choices
from claims.models import Statement
from claims.vocabulary import TURNING_ACTS, Act, Verb
from sources.labels import choices as source_choices
from sources.models import Outlet
from sources.vocabulary import Language

__all__ = ["SurestForm", "surest"]

# So many of them are listed before anything is accepted, and so many outlets offered.
LISTED, OUTLETS = 50, 200
LEAST = 0.75
ALL = [("", pgettext_lazy("filter", "All"))]


class SurestForm(forms.Form):
    """Above which confidence, and where."""

    at_least = forms.IntegerField(
        label=gettext_lazy("Right at least so many times in 100"),
        min_value=50,
        max_value=100,
        initial=round(LEAST * 100),
    )
    act = forms.ChoiceField(
        label=pgettext_lazy("act", "Kind of statement"),
        required=False,
        choices=ALL + [(value, words) for value, words in choices(Act) if value not in TURNING_ACTS],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), required=False, choices=ALL + list(source_choices(Language))
    )
    outlet = forms.TypedChoiceField(
        label=gettext_lazy("Outlet"), required=False, coerce=int, empty_value=None, choices=ALL
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outlets = Outlet.objects.order_by("name").values_list("pk", "name")[:OUTLETS]
        self.fields["outlet"].choices = [*ALL, *outlets]  # type: ignore[attr-defined]

    def chosen(self) -> Any:
        """The suggestions that fit; none while the form is wrong."""
        if not self.is_valid():
            return Statement.objects.none()
        asked = self.cleaned_data
        return linking.sure(
            asked["at_least"] / 100, language=asked["language"], outlet=asked["outlet"], act=asked["act"]
        )


@on_the_desk(Verb.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def surest(request: HttpRequest) -> HttpResponse:
    """Shows how many there are and the surest of them; a POST accepts them, a batch at most."""
    asked = request.POST if request.method == "POST" else request.GET
    form = SurestForm(asked if "at_least" in asked else {"at_least": round(LEAST * 100)})
    if request.method == "POST" and form.is_valid():
        done = linking.accept_sure(form.chosen(), by=editor_of(request))
        n = sum(len(group["left"]) for each in done for group in each.record["changed"])
        said = ngettext("%(n)s suggestion accepted.", "%(n)s suggestions accepted.", n)
        messages.success(request, said % {"n": n})
        return HttpResponseRedirect(reverse("desk:triage_sure"))
    chosen = form.chosen()
    n = chosen.count()
    first = (
        chosen.select_related("source")
        .defer("source__body", "source__raw", "source__search", "source__furniture")
        .prefetch_related("speakers__speaker")
        .order_by("-confidence", "pk")[:LISTED]
    )
    context = {
        "form": form,
        "n": n,
        "batch": min(n, linking.AT_ONCE),
        "lines": [(each, round(100 * (each.confidence or 0))) for each in first],
    }
    return render(request, "desk/triage_surest.html", context)
