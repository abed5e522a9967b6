"""Deciding about one claim on its own page: a rating, a reason, and the evidence that it rests on, picked or added there."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from claims import reviewing
from claims.desk.acting import changed_since
from claims.desk.evidence import CHOOSE_AGAIN, EvidenceForm
from claims.desk.marking import CHANGED_MEANWHILE, MarkForm, versions_in
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.errors import Refused
from claims.models import Claim, Evidence, Verdict
from claims.vocabulary import Publication


class Cited(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Evidence) -> str:
        return str(obj)


class DecisionForm(MarkForm):
    """A rating, a reason, and which of the claim's evidence it rests on."""

    is_stale = False

    cites = Cited(
        label=gettext_lazy("Evidence it rests on"),
        queryset=Evidence.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None picked: all that the claim has."),
    )

    def __init__(self, claim: Claim, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(Cited, self.fields["cites"])
        field.queryset = claim.evidence.select_related("statement", "source").defer(
            "source__body", "source__raw", "source__search"
        )
        if not field.queryset:
            del self.fields["cites"]
        elif not self.is_bound and "cites" not in self.initial:
            self.initial["cites"] = [each.pk for each in field.queryset]

    @property
    def picked(self) -> list[Evidence]:
        return list(self.cleaned_data.get("cites") or [])


def waits_for_a_second_reader(claim: Claim) -> bool:
    """Whether an editor's mark on this claim is a proposal."""
    return settings.CLAIMTRACKER_SECOND_READER and claim.publication != Publication.DRAFT


def try_to_decide(
    request: HttpRequest, claim: Claim, form: DecisionForm, adding: EvidenceForm
) -> Verdict | None:
    """Carries out valid forms: the new evidence and the decision, both or neither. None when refused; the form then says why."""
    bases = versions_in(request.POST, [claim])
    try:
        with transaction.atomic():
            if changed_since([claim], bases):
                form.add_error(None, CHANGED_MEANWHILE)
                form.is_stale = True
            else:
                return _decided(request, claim, form, adding)
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    if adding.cleaned_data.get("file"):
        adding.add_error("file", CHOOSE_AGAIN)
    return None


def _decided(request: HttpRequest, claim: Claim, form: DecisionForm, adding: EvidenceForm) -> Verdict:
    cited = form.picked
    if adding.says_something:
        cited.append(adding.store(request))
    (verdict,) = reviewing.decide(
        [claim], form.cleaned_data["rating"], by=editor_of(request), because=form.because(), evidence=cited
    )
    return verdict
