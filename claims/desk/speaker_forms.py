"""What the page of a person or body asks when something is added to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import linking
from claims.desk.article_choice import NamesAnArticle, article_field
from claims.desk.finding import clean
from claims.desk.lookup import offered_as
from claims.labels import choices
from claims.models import Speaker
from claims.vocabulary import NameKind
from sources.labels import choices as language_choices
from sources.vocabulary import Language

# So many who may be meant by a name are offered.
OFFERED = 8
# From this likeness on a name is theirs, not only the beginning of it.
EXACT = 0.9


class NameForm(NamesAnArticle):
    """Another name, and where it was read."""

    key, place, article = "name_form", "h-names", "seen_in"

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of name"), choices=choices(NameKind))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("Any")), *language_choices(Language)],
        required=False,
    )
    seen_in = article_field(
        gettext_lazy("Seen in"),
        gettext_lazy("Words of the article, or the number in the address of its page. It can stay empty."),
    )
    field_order = ("name", "kind", "language", "seen_in", "which")


class RoleForm(forms.Form):
    """A role in a body. The body is named; where the name means several, the form asks which."""

    key, place = "role_form", "h-roles"

    body = forms.CharField(
        label=gettext_lazy("In which body"),
        max_length=200,
        help_text=gettext_lazy("Any name, spelling or abbreviation of it."),
    )
    which = forms.ChoiceField(
        label=gettext_lazy("Which one is meant"), required=False, widget=forms.RadioSelect
    )
    role_it = forms.CharField(
        label=gettext_lazy("Role in Italian"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"lang": "it"}),
    )
    role_en = forms.CharField(
        label=gettext_lazy("Role in English"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"lang": "en"}),
    )
    from_on = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    to_on = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Days that are not known stay empty."),
    )

    def __init__(self, speaker: Speaker, data: Any = None) -> None:
        super().__init__(data)
        self.meant: dict[str, Speaker] = {}
        sure = True
        name = clean(str(data.get("body", ""))) if data else ""
        if name:
            found = [
                each
                for each in linking.candidates(name, limit=OFFERED)
                if each.speaker.pk != speaker.pk and each.speaker.only_in_id is None
            ]
            exact = [each for each in found if each.score >= EXACT]
            sure = len(exact) == 1 or not found
            offered = exact if sure else found
            self.meant = {str(each.speaker.pk): each.speaker for each in offered}
            field: Any = self.fields["which"]
            field.choices = [(str(each.speaker.pk), offered_as(each)) for each in offered]
        if sure:
            del self.fields["which"]

    def clean_body(self) -> Speaker:
        if not self.meant:
            raise ValidationError(
                _("Nobody is known by this name. Add the body first, or write it otherwise.")
            )
        return next(iter(self.meant.values()))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "which" not in self.fields or "body" not in said:
            return said
        if chosen := self.meant.get(said.get("which", "")):
            said["body"] = chosen
        else:
            self.add_error("which", _("The name may mean several: say which one."))
        return said


class EndForm(forms.Form):
    """When a role ended."""

    key, place = "end_form", "h-roles"

    on = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))
