"""The form that changes a suggestion before it is decided: its words in the article, its kind, its day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from claims.desk.quoting import locate
from claims.errors import Refused
from claims.labels import choices
from claims.models import Statement
from claims.vocabulary import Act, Delivery, Hedge
from sources.labels import choices as source_choices
from sources.vocabulary import DateBasis

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ReviseForm(forms.Form):
    """Only what differs from the stored suggestion is a change; see `changes`."""

    words = forms.CharField(
        label=gettext_lazy("Words of the statement"),
        widget=forms.Textarea(attrs={"rows": 4, "data-words": ""}),
        help_text=gettext_lazy("Select them in the article, or type them exactly as they stand there."),
    )
    just_before = forms.CharField(
        required=False, strip=False, widget=forms.HiddenInput(attrs={"data-before": ""})
    )
    act = forms.ChoiceField(label=pgettext_lazy("act", "Kind of statement"), choices=choices(Act))
    delivery = forms.ChoiceField(label=gettext_lazy("Delivery"), choices=choices(Delivery))
    hedge = forms.ChoiceField(label=gettext_lazy("Caution"), choices=choices(Hedge))
    said_basis = forms.ChoiceField(label=gettext_lazy("Date basis"), choices=source_choices(DateBasis))
    said_earliest = forms.DateField(label=gettext_lazy("Said, earliest"), required=False, widget=DAY)
    said_latest = forms.DateField(label=gettext_lazy("Said, latest"), required=False, widget=DAY)

    def __init__(self, statement: Statement, *args: Any, **kwargs: Any) -> None:
        self.statement = statement
        plain = ("act", "delivery", "hedge", "said_basis", "said_earliest", "said_latest")
        initial = {name: getattr(statement, name) for name in plain} | {"words": statement.quote}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        kwargs["auto_id"] = "edit_%s"
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["lang"] = statement.source.language

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = cleaned.get("words", "").replace("\r\n", "\n") != self.statement.quote
        # The same words may have been selected at another place.
        if "words" in cleaned and (typed or cleaned.get("just_before", "").strip()):
            try:
                cleaned["spans"] = locate(
                    self.statement.source, cleaned["words"], before=cleaned.get("just_before", "")
                )
            except Refused as refused:
                self.add_error("words", refused.sentence)
        self._date(cleaned)
        return cleaned

    def _date(self, cleaned: dict[str, Any]) -> None:
        earliest, latest = cleaned.get("said_earliest"), cleaned.get("said_latest")
        known = bool(earliest or latest)
        if known and cleaned.get("said_basis") == DateBasis.UNKNOWN:
            # Who types a day knows it from somewhere: the text says so unless they tell otherwise.
            cleaned["said_basis"] = DateBasis.STATED.value
        if not known and cleaned.get("said_basis") != DateBasis.UNKNOWN:
            self.add_error("said_earliest", _("Give the day, or say that it is unknown."))
        if earliest and latest and earliest > latest:
            self.add_error("said_latest", _("The latest day is before the earliest one."))

    def changes(self) -> dict[str, Any]:
        """Model fields that differ from what is stored."""
        wanted = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("words", "just_before") and value != getattr(self.statement, name)
        }
        if "spans" in wanted and wanted["spans"] == list(self.statement.spans):
            del wanted["spans"]
        return wanted
