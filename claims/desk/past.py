"""A claim as the desk saw it on a day: to read, not to work on."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.desk.views import on_the_desk
from claims.history import claim_as_of
from claims.models import Claim


class DayForm(forms.Form):
    """Which day; the claim is shown as it stood at its end."""

    on = forms.DateField(
        label=gettext_lazy("As it stood on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def moment(self) -> datetime:
        """The end of the day, or now for today."""
        end = timezone.make_aware(datetime.combine(self.cleaned_data["on"], time.max))
        return min(end, timezone.now())

    def clean_on(self) -> object:
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return self.cleaned_data["on"]


@on_the_desk()
@require_safe
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """`?on=2026-11-20`: rebuilt from the history alone. Without a day it asks for one."""
    found = get_object_or_404(Claim.objects.without_vectors(), pk=pk)
    form = DayForm(request.GET if "on" in request.GET else None)
    past = claim_as_of(pk, form.moment()) if form.is_valid() else None
    status = 400 if form.errors else 200
    return render(request, "desk/as_of.html", {"claim": found, "form": form, "past": past}, status=status)
