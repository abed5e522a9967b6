"""In whose hands something is, with the form that hands it on, and its notes: for the pages of claims, articles and requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from claims import assigning
from claims.models import Claim, Note
from claims.permissions import may
from claims.vocabulary import Verb

# More than anybody has in hand.
LISTED = 200


class HandForm(forms.Form):
    """To whom, and until when."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("Hand to"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a colleague"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, offered: list[User], data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["to"]
        field.queryset = User.objects.filter(pk__in=[each.pk for each in offered])
        field.choices = [("", field.empty_label), *((each.pk, str(each)) for each in offered)]


def in_hands(thing: Any, user: Any) -> dict[str, Any]:
    """Who has it, and the form that hands it on. Two queries; one for who only reads."""
    kind = type(thing).__name__.lower()
    may_assign = may(user, Verb.ASSIGN)
    return {
        "kind": kind,
        "pk": thing.pk,
        "rows": list(thing.assignments.filter(done_at=None).select_related("to", "by")),
        "form": HandForm(assigning.colleagues()) if may_assign else None,
    }


def notes_on(claim: Claim) -> list[Note]:
    return list(claim.notes.select_related("author").order_by("-pk")[:LISTED])
