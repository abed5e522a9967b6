"""A person or body on the desk: how they are written and where, their roles by time, and for whom they speak."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import linking
from claims.desk.keys import key_in
from claims.desk.marking import versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.merging import carried_out
from claims.desk.people import editor_of
from claims.desk.speaker_forms import EndForm, NameForm, RoleForm
from claims.desk.views import on_the_desk
from claims.models import Affiliation, Speaker, StatementSpeaker
from claims.permissions import may
from claims.vocabulary import Verb
from sources.models import Source, long_columns

# So many of the newest times that they were credited are counted; so many different spellings and roles are shown.
COUNTED = 2000
SHOWN = 40
# People who speak for them, or have a role in them.
LISTED = 50
# Longer chains of "speaks for" are not followed.
DEEPEST = 10


@dataclass(slots=True)
class Written:
    """A spelling or a role as articles write it, with how often and the newest articles."""

    words: str
    times: int
    sources: list[Source] = field(default_factory=list)
    known: bool = False


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def speaker(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is known of them, and the forms that add to it; `do` says which one was sent. 409 when somebody was faster."""
    found = get_object_or_404(Speaker.objects.select_related("merged_into", "outlet", "only_in"), pk=pk)
    if found.merged_into is not None:
        return HttpResponseRedirect(reverse("desk:speaker", args=[found.merged_into.pk]))
    status, more = 200, dict[str, Any]()
    if request.method == "POST":
        if not may(request.user, Verb.TRIAGE):
            raise PermissionDenied(_("Your account may not do this."))
        form, do = _deed(request, found)
        if form.is_valid():
            base = versions_in(request.POST, [found])[pk]
            done, is_stale = carried_out(request, form, lambda: do(form.cleaned_data, base))
            if done:
                return HttpResponseRedirect(f"{reverse('desk:speaker', args=[pk])}#{form.place}")
            if is_stale:
                status, more = 409, {"conflict": meanwhile(found, base), "is_stale": True}
                found.refresh_from_db(fields=["version"])
        more[form.key] = form
    return render(request, "desk/speaker.html", _context(request, found) | more, status=status)


def _deed(request: HttpRequest, found: Speaker) -> tuple[Any, Callable[[Mapping[str, Any], int], Any]]:
    """The form that was sent, and the step that it asks for."""
    by, key = editor_of(request), request.POST.get("do", "")
    if key == "end":
        row = get_object_or_404(
            Affiliation.objects.select_related("speaker"), pk=key_in(request.POST.get("row")), speaker=found
        )
        return EndForm(request.POST), lambda said, base: linking.end_affiliation(
            row, on=said["on"], by=by, base=base
        )
    if key == "role":
        return RoleForm(found, request.POST), lambda said, base: linking.affiliate(
            found,
            said["body"],
            {"it": said["role_it"], "en": said["role_en"]},
            by=by,
            from_on=said["from_on"],
            to_on=said["to_on"],
            base=base,
        )
    return NameForm(request.POST), lambda said, base: linking.add_name(
        found,
        said["name"],
        kind=said["kind"],
        language=said["language"],
        seen_in=said["seen_in"].pk if said["seen_in"] else None,
        by=by,
        base=base,
    )


def _context(request: HttpRequest, found: Speaker) -> dict[str, Any]:
    names = list(found.names.select_related("seen_in").defer(*long_columns("seen_in")))
    known = {found.name, *(each.name for each in names)}
    spellings, roles = written_of(found)
    for each in spellings:
        each.known = each.words in known
    statements = found.spoken.order_by().values("pk")[: COUNTED + 1].count()
    return {
        "speaker": found,
        "chain": chain_of(found),
        "earlier": spoke_for(found),
        "spokespeople": _some(found.spokespeople.filter(merged_into=None)),
        "names": names,
        "spellings": spellings,
        "roles": roles,
        "counted": COUNTED,
        "affiliations": list(found.affiliations.select_related("body")),
        "members": list(found.members.select_related("speaker").order_by("to_on", "pk")[:LISTED]),
        "merged": found.merged.only("name", "merged_into"),
        "may_triage": may(request.user, Verb.TRIAGE),
        "may_merge": may(request.user, Verb.MERGE),
        "is_public": Speaker.objects.published().filter(pk=found.pk).exists(),
        "statements": statements,
        "statements_said": f"{COUNTED}+" if statements > COUNTED else statements,
        "name_form": NameForm(),
        "role_form": RoleForm(found),
        "end_form": EndForm(),
    }


def _some(speakers: Any) -> list[Speaker]:
    return list(speakers.defer("sounds").order_by("sort_key", "pk")[:LISTED])


def chain_of(found: Speaker) -> list[Speaker]:
    """For whom they speak, and for whom those do, to the party. One query a step."""
    chain: list[Speaker] = []
    while found.speaks_for_id is not None and len(chain) < DEEPEST:
        found = Speaker.objects.defer("sounds").get(pk=found.speaks_for_id)
        chain.append(found)
    return chain


def spoke_for(found: Speaker) -> list[tuple[str, datetime]]:
    """For whom they spoke before, with when that was changed, the newest change first. Two queries."""
    events: Any = found.events  # type: ignore[attr-defined]
    rows = list(events.order_by("pgh_id").values_list("speaks_for", "pgh_created_at"))
    changed = [(before[0], after[1]) for before, after in pairwise(rows) if before[0] != after[0]]
    called = Speaker.objects.in_bulk({pk for pk, _at in changed if pk is not None})
    alone = _("for themselves")
    said = [(str(called[pk]) if pk in called else alone if pk is None else f"{pk}", at) for pk, at in changed]
    return said[::-1][:LISTED]


def written_of(found: Speaker) -> tuple[list[Written], list[Written]]:
    """Spellings and roles as articles write them, the most frequent first, of the newest times they were credited. Two queries."""
    rows = list(
        StatementSpeaker.objects.filter(Q(as_written__gt="") | Q(role_as_written__gt=""), speaker=found)
        .order_by("-statement", "-pk")
        .values_list("as_written", "role_as_written", "statement__source")[:COUNTED]
    )
    spellings = _counted([(name, source) for name, _role, source in rows if name])
    roles = _counted([(role, source) for _name, role, source in rows if role])
    keys = {source for each in (spellings, roles) for _words, _n, places in each for source in places}
    articles = Source.objects.only("title", "language").in_bulk(keys)

    def told(each: list[tuple[str, int, list[int]]]) -> list[Written]:
        return [Written(words, n, [articles[pk] for pk in places]) for words, n, places in each]

    return told(spellings), told(roles)


def _counted(rows: list[tuple[str, int]]) -> list[tuple[str, int, list[int]]]:
    """(words, how often, keys of the three newest articles), the most frequent first."""
    times = Counter(words for words, _source in rows)
    where: dict[str, list[int]] = defaultdict(list)
    for words, source in rows:
        if len(where[words]) < 3 and source not in where[words]:
            where[words].append(source)
    return [(words, n, where[words]) for words, n in times.most_common(SHOWN)]
