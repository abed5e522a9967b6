"""An article named in a form: by words of its title or text, by its number. Words lead to the articles that have them, to choose one."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.desk.finding import clean, sources_with
from claims.desk.keys import is_key
from sources.models import Source

__all__ = ["NamesAnArticle", "article_field"]

# So many articles are offered for the words typed, and so many characters are looked for.
OFFERED, LONGEST = 8, 200


def article_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST, help_text=help_text)


class NamesAnArticle(forms.Form):
    """Mixin: `article` names the field (made by `article_field`), whose cleaned value is the article or None.

    A number is the article itself. Words come back with the newest articles that have them, and the second time one is chosen.
    """

    article: ClassVar[str]

    which = forms.ChoiceField(
        label=gettext_lazy("Which one is meant"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: dict[str, Source] = {}
        words = self._words()
        if words and not is_key(words):
            rows = (
                Source.objects.without_text().select_related("outlet").in_bulk(sources_with(words)[:OFFERED])
            )
            self.offered = {str(pk): rows[pk] for pk in sorted(rows, reverse=True)}
        if not self.offered:
            del self.fields["which"]
            return
        field: Any = self.fields["which"]
        field.choices = [(key, _named(source)) for key, source in self.offered.items()]

    def _words(self) -> str:
        return clean(str(self.data.get(self.add_prefix(self.article), "")))[:LONGEST]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        words = clean(said.get(self.article, ""))
        said[self.article] = None
        if is_key(words):
            said[self.article] = Source.objects.without_text().filter(pk=int(words)).first()
            if said[self.article] is None:
                self.add_error(self.article, ValidationError(_("There is no article of this number.")))
        elif words and not self.offered:
            self.add_error(self.article, ValidationError(_("No article has these words.")))
        elif words and "which" not in self.errors:
            said[self.article] = self.offered.get(said.get("which", ""))
            if said[self.article] is None:
                self.add_error(
                    "which", ValidationError(_("The words may mean several articles: say which one."))
                )
        return said


def _named(source: Source) -> str:
    """The title, and what tells it from others."""
    about = [str(part) for part in (source.outlet, source.published_earliest, source.pk) if part]
    return f"{source.title} ({', '.join(about)})"
