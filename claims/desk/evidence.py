"""Adding evidence: a statement that is on the claim already, a passage of an article, a link, or a file that we keep."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import reviewing
from claims.desk.people import editor_of
from claims.desk.quoting import locate
from claims.desk.refusals import told
from claims.errors import Refused
from claims.labels import choices
from claims.models import Claim, Evidence, Statement
from claims.vocabulary import EvidenceKind, Review
from sources.models import Source

# Statements and articles of one claim that can be picked from a list; beyond these the admin's form finds any by typing.
PICKED = 200


class StatementChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Statement) -> str:
        return f"{', '.join(str(row) for row in obj.speakers.all())}: {obj.quote[:100]}"


class EvidenceForm(forms.Form):
    """One piece of evidence. With `optional`, a form in which nothing is filled in adds nothing (see `says_something`)."""

    kind = forms.ChoiceField(
        label=gettext_lazy("This evidence is"), choices=choices(EvidenceKind), widget=forms.RadioSelect
    )
    url = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=2000, assume_scheme="https")
    statement = StatementChoice(
        label=gettext_lazy("or a statement on this claim"), queryset=Statement.objects.none(), required=False
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("or a passage of this article"), queryset=Source.objects.none(), required=False
    )
    quotation = forms.CharField(
        label=gettext_lazy("Words of the passage"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Exactly as they stand in the article."),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        help_text=gettext_lazy("It is kept with its fingerprint (sha256). Readers do not get it."),
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

    def __init__(self, claim: Claim, *args: Any, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim, self.optional = claim, optional
        self.fields["kind"].required = not optional
        on_it = Statement.objects.filter(positions__claim=claim, review=Review.ACCEPTED).order_by("-pk")
        keys = list(on_it.values_list("pk", "source_id")[:PICKED])
        picked = cast(StatementChoice, self.fields["statement"])
        picked.queryset = Statement.objects.filter(pk__in=[pk for pk, _source in keys]).prefetch_related(
            "speakers__speaker"
        )
        articles = cast(forms.ModelChoiceField, self.fields["source"])  # type: ignore[type-arg]
        articles.queryset = Source.objects.without_text().filter(pk__in={source for _pk, source in keys})

    @property
    def says_something(self) -> bool:
        """Whether anything but the kind was filled in."""
        return any(value for name, value in self.cleaned_data.items() if name != "kind")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.optional and self.says_something and not cleaned.get("kind"):
            self.add_error("kind", _("Say what this evidence is: for, against or context."))
        return cleaned

    def store(self, request: HttpRequest) -> Evidence:
        """Carries a valid form to reviewing.add_evidence. Raises Refused."""
        words = self.cleaned_data
        source, span = words["source"], None
        if words["quotation"].strip():
            if source is None:
                raise Refused("source", _("Choose the article in which these words stand."))
            places = locate(Source.objects.get(pk=source.pk), words["quotation"])
            if len(places) > 1:
                raise Refused("span", _("Give one passage, without words left out."))
            (span,) = places
        return reviewing.add_evidence(
            self.claim,
            by=editor_of(request),
            kind=EvidenceKind(words["kind"]),
            statement=words["statement"],
            url=words["url"],
            source=source,
            span=span,
            file=words["file"],
            note_it=words["note_it"],
            note_en=words["note_en"],
        )


CHOOSE_AGAIN = gettext_lazy("Choose the file again: a browser does not keep it.")


def try_to_add(request: HttpRequest, form: EvidenceForm) -> bool:
    """Stores what a valid form holds; False when it was refused, and the form says why."""
    try:
        form.store(request)
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    if form.errors and form.cleaned_data.get("file"):
        form.add_error("file", CHOOSE_AGAIN)
    return not form.errors
