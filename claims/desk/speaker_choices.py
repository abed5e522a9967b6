"""Pages on which another person or body is chosen: for whom they speak, and to whom a name belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from claims import contest, linking
from claims.desk.marking import versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.merging import WhyForm, carried_out, chosen_in, speakers_offered
from claims.desk.people import editor_of
from claims.desk.speakers import chain_of
from claims.desk.views import on_the_desk
from claims.models import Speaker, SpeakerName
from claims.vocabulary import Verb

METHODS = ["GET", "HEAD", "POST"]


@on_the_desk(Verb.TRIAGE)
@require_http_methods(METHODS)
def speaks_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose for whom they speak (`?into=`, or `?alone=yes`: for themselves), see who the party is then, say so."""
    found = get_object_or_404(Speaker.objects.select_related("speaks_for"), pk=pk, merged_into=None)
    alone = request.GET.get("alone") == "yes"
    body = _other(request, found)

    def do(because: str, base: int) -> None:
        linking.speak_for(found, body, by=editor_of(request), because=because, base=base)

    page = {
        "title": _("For whom %(name)s speaks") % {"name": found},
        "alone": alone,
        "may_stand_alone": found.speaks_for_id is not None,
        "moves": _then(found, body) if body or alone else [],
        "button": _("Say so"),
        "done": _("It is on record for whom they speak."),
    }
    return _choice(request, found, body, page, do)


def _then(found: Speaker, body: Speaker | None) -> list[str]:
    """What will happen, in sentences."""
    said = []
    if found.speaks_for is not None:
        said.append(_("Until now they spoke for %(name)s.") % {"name": found.speaks_for})
    party = (chain_of(body)[-1:] or [body])[0] if body else found
    said.append(_("What they say counts as said by %(name)s.") % {"name": party})
    n = len(contest.claims_where_they_count([found.pk]))
    words = ngettext(
        "%(n)s claim is counted again: who denies and who admits it may change.",
        "%(n)s claims are counted again: who denies and who admits them may change.",
        n,
    )
    return [*said, words % {"n": n}, _("What was before stays in the history.")]


@on_the_desk(Verb.TRIAGE)
@require_http_methods(METHODS)
def move_name(request: HttpRequest, pk: int) -> HttpResponse:
    """A name that stands with the wrong person goes to the right one."""
    name = get_object_or_404(SpeakerName.objects.select_related("speaker"), pk=pk)
    found = name.speaker
    to = _other(request, found)

    def do(because: str, base: int) -> None:
        if to is not None:
            linking.move_name(name, to=to, by=editor_of(request), because=because, base=base)

    moves = []
    if to is not None:
        moves = [
            _("“%(name)s” is a name of %(who)s from now on.") % {"name": name, "who": to},
            _("Statements that were credited to %(who)s stay there.") % {"who": found},
        ]
        if to.names.filter(name=name.name).exists():
            moves.insert(1, _("They have this name already: it is only taken away here."))
    page = {
        "title": _("Move the name “%(name)s”") % {"name": name},
        "moves": moves,
        "button": _("Move it"),
        "done": _("The name is moved."),
    }
    return _choice(request, found, to, page, do)


def _other(request: HttpRequest, found: Speaker) -> Speaker | None:
    """The one that the address names; never the one that the page is about, an unnamed one, or one that is merged."""
    key = chosen_in(request)
    if key is None:
        return None
    if key == found.pk:
        raise Http404
    return get_object_or_404(Speaker, pk=key, merged_into=None, only_in=None)


def _choice(
    request: HttpRequest,
    found: Speaker,
    other: Speaker | None,
    page: dict[str, Any],
    do: Callable[[str, int], None],
) -> HttpResponse:
    """Offers whom it may be; once chosen, says what will happen and does it. 409 when somebody was faster."""
    back, status = reverse("desk:speaker", args=[found.pk]), 200
    page |= {"speaker": found, "other": other, "back": back}
    if other is None and not page.get("alone"):
        q = request.GET.get("q", "")
        page |= {
            "q": q,
            "offered": [each for each in speakers_offered(found, q) if not each["thing"].only_in_id],
        }
        return render(request, "desk/speaker_choice.html", page)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        base = versions_in(request.POST, [found])[found.pk]
        done, is_stale = carried_out(request, form, lambda: do(form.cleaned_data["because"], base))
        if done:
            messages.success(request, page["done"])
            return HttpResponseRedirect(back)
        if is_stale:
            status, page["conflict"] = 409, meanwhile(found, base)
            found.refresh_from_db(fields=["version"])
    return render(request, "desk/speaker_choice.html", page | {"form": form}, status=status)
