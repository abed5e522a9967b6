"""Where an article comes from: its original source, what was taken from it, and where it is archived."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import linking
from claims.acts import act, change
from claims.desk.article_choice import NamesAnArticle, article_field
from claims.desk.marking import versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.merging import WhyForm, carried_out
from claims.desk.people import editor_of
from claims.desk.views import on_the_desk
from claims.vocabulary import Verb
from sources.models import Source, long_columns

# So many copies are listed.
LISTED = 50


class ArchiveForm(forms.Form):
    """Where a copy of the page is kept."""

    archive_url = forms.URLField(
        label=gettext_lazy("Archived copy"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=gettext_lazy("The address of a copy that stays, for example at web.archive.org."),
    )


class OriginForm(NamesAnArticle, WhyForm):
    """The text that this one is taken from."""

    article = "origin"

    origin = article_field(
        gettext_lazy("Original source"),
        gettext_lazy(
            "Words of the article, or the number in the address of its page. Empty: this text is its own original."
        ),
    )
    field_order = ("origin", "which", "because")


@on_the_desk(Verb.DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def where_from(request: HttpRequest, pk: int) -> HttpResponse:
    """Two forms, `do` says which was sent: `archive` or `origin`. 409 when somebody changed the article meanwhile."""
    rows = Source.objects.select_related("origin", "derived_from", "outlet")
    source = get_object_or_404(rows.defer(*long_columns(), *long_columns("origin", "derived_from")), pk=pk)
    archive, origin, status = ArchiveForm(initial={"archive_url": source.archive_url}), OriginForm(), 200
    conflict: list[Any] = []
    if request.method == "POST":
        base, by = versions_in(request.POST, [source])[pk], editor_of(request)
        form: Any = (
            OriginForm(request.POST) if request.POST.get("do") == "origin" else ArchiveForm(request.POST)
        )
        if form.is_valid():
            said = form.cleaned_data

            def do() -> None:
                if "origin" in said:
                    linking.choose_origin(source, said["origin"], by=by, because=said["because"], base=base)
                else:
                    with act(Verb.DRAFT, by=by, name="edit"):
                        change(source, {"archive_url": said["archive_url"]}, base=base)

            done, is_stale = carried_out(request, form, do)
            if done:
                messages.success(request, _("Stored."))
                return HttpResponseRedirect(reverse("desk:where_from", args=[pk]))
            if is_stale:
                status, conflict = 409, meanwhile(source, base)
                source.refresh_from_db(fields=["version"])
        archive, origin = (archive, form) if isinstance(form, OriginForm) else (form, origin)
    copies = Source.objects.filter(origin=source).exclude(pk=pk).select_related("outlet").order_by("pk")
    context = {
        "source": source,
        "archive": archive,
        "chooses": origin,
        "copies": copies.without_text()[:LISTED],
        "conflict": conflict,
    }
    return render(request, "desk/where_from.html", context, status=status)
