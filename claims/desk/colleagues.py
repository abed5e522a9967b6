"""Work that editors hand to each other, and their notes: what is in one's own hands, what is done, which e-mails one gets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims import assigning, noticing
from claims.desk import queues
from claims.desk.hands import LISTED, HandForm
from claims.desk.marking import back_to
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.views import on_the_desk
from claims.errors import Refused
from claims.labels import choices, label
from claims.models import Assignment, Claim, Request
from claims.vocabulary import NoticeKind, Verb
from sources.labels import choices as language_choices
from sources.models import Source, long_columns
from sources.vocabulary import Language

THINGS: dict[str, Any] = {
    "claim": lambda: Claim.objects.without_vectors(),
    "source": lambda: Source.objects.without_text(),
    "request": lambda: Request.objects.all(),
}
PAGES = {"claim": "desk:claim", "source": "desk:article", "request": "desk:request"}


@on_the_desk()
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What is in one's own hands, the soonest due first; and what one has handed to others."""
    me = editor_of(request)
    rows = (
        Assignment.objects.filter(done_at=None)
        .select_related("claim", "source", "request__claim", "request__speaker", "to", "by")
        .defer(*long_columns("source"), "claim__search_it", "claim__search_en")
    )
    context = {
        "groups": [
            (_("Handed to you"), rows.filter(to=me)[:LISTED]),
            (_("Handed to others by you"), rows.filter(by=me).exclude(to=me)[:LISTED]),
        ],
        "pages": PAGES,
        "acts_on_many": queues.has_acts_on_many(me),
    }
    return render(request, "desk/mine.html", context)


@on_the_desk(Verb.ASSIGN)
@require_POST
def assign(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Hands a claim, an article or a request to a colleague."""
    if kind not in THINGS:
        raise Http404
    thing = get_object_or_404(THINGS[kind](), pk=pk)
    form = HandForm(assigning.colleagues(), request.POST)
    if form.is_valid():
        to, by = form.cleaned_data["to"], editor_of(request)
        try:
            assigning.assign(thing, to=to, by=by, due_on=form.cleaned_data["due_on"])
            messages.success(request, _("It is in the hands of %(name)s.") % {"name": to})
        except Refused as refused:
            messages.error(request, refused.sentence)
        except IntegrityError as error:
            messages.error(request, told(error))
    else:
        messages.error(request, _("Choose a colleague, and a day or none."))
    return HttpResponseRedirect(reverse(PAGES[kind], args=[pk]))


@on_the_desk(Verb.ASSIGN)
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that what one had in hand is done."""
    found = get_object_or_404(Assignment, pk=pk)
    try:
        assigning.finish_assignment(found, by=editor_of(request))
        messages.success(request, _("Done."))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return HttpResponseRedirect(back_to(request, reverse("desk:mine")))


@on_the_desk(Verb.ASSIGN)
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A note on a claim, for colleagues."""
    claim = get_object_or_404(Claim.objects.without_vectors(), pk=pk)
    try:
        assigning.write_note(claim, by=editor_of(request), text=request.POST.get("text", ""))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return HttpResponseRedirect(f"{reverse('desk:claim', args=[pk])}#h-notes")


class NoticesForm(forms.Form):
    """The e-mails that somebody wants."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Write to me when"),
        choices=choices(NoticeKind),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language"), choices=language_choices(Language), required=False
    )


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """One's own choice of e-mails."""
    me = editor_of(request)
    wanted = [kind.value for kind in NoticeKind if kind not in noticing.muted_by(me)]
    initial = {"kinds": wanted, "language": noticing.language_of(me)}
    form = NoticesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        noticing.mute(me, [kind for kind in NoticeKind if kind.value not in form.cleaned_data["kinds"]])
        if language := form.cleaned_data["language"]:
            noticing.write_in(me, language)
        messages.success(request, _("Your choice is stored."))
        return HttpResponseRedirect(reverse("desk:notices"))
    off = [label(kind, NoticeKind) for kind in noticing.switched_off()]
    return render(request, "desk/notices.html", {"form": form, "address": me.email, "off": off})
