"""Adding evidence outside the admin: a statement that is on the claim already, or a link."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from claims import reviewing
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.errors import Refused
from claims.labels import choices
from claims.models import Claim, Statement
from claims.vocabulary import EvidenceKind, Review

# Statements of one claim that can be picked from a list; beyond these the admin's form finds any by typing.
PICKED = 200


class StatementChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Statement) -> str:
        return f"{', '.join(str(row) for row in obj.speakers.all())}: {obj.quote[:100]}"


class EvidenceForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("This evidence is"), choices=choices(EvidenceKind), widget=forms.RadioSelect
    )
    url = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=2000, assume_scheme="https")
    statement = StatementChoice(
        label=gettext_lazy("or a statement on this claim"), queryset=Statement.objects.none(), required=False
    )
    note_it = forms.CharField(
        label=gettext_lazy("Note in Italian (readers will see it)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "it"}),
    )
    note_en = forms.CharField(
        label=gettext_lazy("Note in English (readers will see it)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
    )

    def __init__(self, claim: Claim, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim = claim
        on_it = Statement.objects.filter(positions__claim=claim, review=Review.ACCEPTED).order_by("-pk")
        keys = list(on_it.values_list("pk", flat=True)[:PICKED])
        picked = cast(StatementChoice, self.fields["statement"])
        picked.queryset = Statement.objects.filter(pk__in=keys).prefetch_related("speakers__speaker")


def try_to_add(request: HttpRequest, form: EvidenceForm) -> bool:
    """Carries a valid form to reviewing.add_evidence; False when it was refused, and the form says why."""
    words = form.cleaned_data
    try:
        reviewing.add_evidence(
            form.claim,
            by=editor_of(request),
            kind=EvidenceKind(words["kind"]),
            statement=words["statement"],
            url=words["url"],
            note_it=words["note_it"],
            note_en=words["note_en"],
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    return not form.errors
