"""The public pages. They only read: nothing here changes a row, sets a cookie or knows who is asking."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_safe

from claims.labels import LABELS
from claims.models import Claim, Correction, Speaker
from claims.public import lists
from claims.public.claim_history import by_date, claim_history
from claims.public.claim_list import claim_list
from claims.public.claim_page import claim_page
from claims.public.corrections import contacts, correction_items, report_link, withdrawal_notice
from claims.public.decisions import stamp
from claims.public.facets import facets
from claims.public.filters import FILTERS, ClaimFilter, nothing_asked, readable
from claims.public.found import claim_at, moved_to, speaker_at, why_gone
from claims.public.marking import Marker
from claims.public.naming import Names
from claims.public.narrowing import asked_for, listed
from claims.public.paging import Count, page
from claims.public.prepared import Prepared
from claims.public.searching import LONGEST_ASKED, called, suggestions
from claims.public.source_page import source_page
from claims.public.speaker_page import speaker_page
from claims.public.unchanged import SHARED_FOR, not_made_again
from claims.vocabulary import CorrectionKind, Publication, Rating, SpeakerKind
from sources.models import Source, long_columns
from sources.names import fold
from sources.vocabulary import SourcePublication

# What a reader should take each decision to say; no rating is what nobody has decided.
RATINGS_MEAN = {
    Rating.CONFIRMED.value: _("Evidence supports it, or a party that had denied it has admitted it."),
    Rating.DISPUTED.value: _("The accounts are opposed, and no evidence decides between them."),
    Rating.UNPROVEN.value: _("Nothing on record supports it beyond the word of those who say so."),
    Rating.REFUTED.value: _("Evidence that we cite contradicts it."),
    "": _("Nobody has decided. The statements stand as the articles report them."),
}

# In a menu the two words must differ in English too.
KINDS_OF_CORRECTION = [
    (kind, _("Correction in a party’s words") if kind == CorrectionKind.RECTIFICATION else words)
    for kind, words in LABELS[CorrectionKind].items()
]

View = Callable[..., HttpResponse]

NAMES_A_PAGE = 200


def public_page(view: View) -> View:
    """GET and HEAD only; whoever has the page already asks whether it changed (ETag).

    A browser asks every time. A cache between us may answer for 15 seconds by itself, so that a crowd is one reader to us; what is
    withdrawn is gone from there within them.
    """

    @csrf_exempt  # nothing can be sent here: a form from elsewhere hears 405, not 403
    @require_safe
    @not_made_again
    @conditional_page
    @cache_control(public=True, max_age=0, s_maxage=SHARED_FOR, must_revalidate=True)
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    result: View = shown
    return result


@csrf_exempt
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """To the reader's language."""
    response = HttpResponseRedirect(f"/{(get_language() or 'en')[:2]}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@csrf_exempt
@require_safe
def language_said_twice(request: HttpRequest, language: str, rest: str) -> HttpResponse:
    """`/en/en/claims/`, which people and programs make of a base address and a path: to the page meant."""
    asked = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(
        f"/{language}/{quote(rest.lstrip('/'))}" + (f"?{asked}" if asked else "")
    )


@public_page
def home(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "public/home.html",
        {
            "corrections": correction_items(_newest_corrections()),
            "denials": lists.denial_items(lists.newest_denials())[: lists.NEWEST_ON_HOME],
            "changes": lists.claim_items(lists.newest_changes()),
            "decisions": lists.decision_items(lists.newest_decisions()),
            "tallies": lists.tallies(),
        },
    )


@public_page
def claims(request: HttpRequest) -> HttpResponse:
    given = readable(request.GET)
    found = ClaimFilter(given) if any(given.get(name) for name in FILTERS) else nothing_asked()
    shown = claim_list(request, found.asked)
    numbers = facets(found.asked)
    # A restored page is a whole page: only a live change of the filters gets the results alone.
    is_part = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    words = given.get("q", "").strip()[:LONGEST_ASKED]
    mark = Marker(words, [claim.text for claim in shown.items]) if words else None
    response = render(
        request,
        "public/_results.html" if is_part else "public/claims.html",
        {
            "filter": found,
            "is_part": is_part,
            "items": lists.claim_items(shown.items, mark),
            "page": shown,
            "count": lists.how_many(found.asked, numbers, shown),
            "numbers": numbers,
            "q": words,
            "suggestions": suggestions(words) if words and not shown.items else None,
        },
    )
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


@public_page
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    found = _claim_or_answer(request, "claim", slug)
    if not isinstance(found, Claim):
        return found
    page_shown = claim_page(found, readable(request.GET).get("after", ""))
    shown = {"page": page_shown, "origin": _origin(request), "report": _report(request)}
    return render(request, "public/claim.html", shown)


@public_page
def history(request: HttpRequest, slug: str) -> HttpResponse:
    found = _claim_or_answer(request, "claim-history", slug)
    if not isinstance(found, Claim):
        return found
    entries, is_cut = claim_history(found)
    return render(
        request,
        "public/claim_history.html",
        {"claim": found, "days": by_date(entries), "is_cut": is_cut},
    )


def _claim_or_answer(request: HttpRequest, page_name: str, slug: str) -> Claim | HttpResponse:
    """The claim of this address where readers see it; else what they are told. `page_name`: where another address leads on to."""
    found = claim_at(slug)
    if found is None:
        return _moved("claim", slug)
    if found.publication == Publication.DRAFT:
        raise Http404
    if found.slug != slug:
        return HttpResponsePermanentRedirect(reverse(f"public:{page_name}", args=[found.slug]))
    if found.publication == Publication.WITHDRAWN:
        return _gone(request, claim=found)
    return found


def _origin(request: HttpRequest) -> str:
    """What addresses begin with on paper, where a link cannot be followed."""
    return f"{request.scheme}://{request.get_host()}"


def _report(request: HttpRequest) -> str:
    """The page by its path alone: what stands behind a ? is not ours."""
    return report_link(f"{_origin(request)}{request.path}")


def _moved(kind: str, slug: str) -> HttpResponse:
    """301 from an address that something had before; 404 when nothing ever had it, or what had it is not public."""
    present = moved_to(kind, slug)
    if not present:
        raise Http404
    return HttpResponsePermanentRedirect(reverse(f"public:{kind}", args=[present]))


def _gone(request: HttpRequest, **what: Claim | Source) -> HttpResponse:
    """410 with the public reason, and nothing of what was withdrawn; 451 (RFC 7725) where words were erased on an order."""
    status, withdrawal = why_gone(**what)
    told = {
        "withdrawal": withdrawal_notice(withdrawal),
        "ordered": status != HTTPStatus.GONE,
        "status": status.value,
    }
    return render(request, "public/gone.html", told, status=status)


def _corrections() -> QuerySet[Correction]:
    """Newest first, with what they are about."""
    return (
        Correction.objects.published()
        .select_related("claim", "source")
        .defer("source__body", "source__raw", "source__search")
        .order_by("-made_at", "-id")
    )


_newest_corrections = Prepared(lambda: _corrections()[: lists.NEWEST_ON_HOME])


@public_page
def corrections(request: HttpRequest) -> HttpResponse:
    asked = asked_for(request, "kind", "order")
    found = _corrections().filter(kind=asked["kind"]) if asked["kind"] else _corrections()
    shown = listed(request, asked, found, "made_at", "id", size=lists.LINES_A_PAGE)
    return render(
        request,
        "public/corrections.html",
        {
            "items": correction_items(shown.items),
            "page": shown,
            "asked": asked,
            "kinds": KINDS_OF_CORRECTION,
            "contacts": contacts(),
        },
    )


@public_page
def speakers(request: HttpRequest) -> HttpResponse:
    """By name; the unnamed stay with their articles and are not listed."""
    asked = readable(request.GET).get("q", "").strip()[:200]
    found = Speaker.objects.published().exclude(kind=SpeakerKind.ANONYMOUS)
    if asked:
        found = found.filter(called(asked))
    shown = page(request, found, "sort_key", "id", size=NAMES_A_PAGE, descending=False)
    names = Names.of(speaker.pk for speaker in shown.items)
    shown_as = [(names(speaker.pk, speaker.name), speaker) for speaker in shown.items]
    if not (shown.newer or shown.older):
        # The database sorts by the name on record; one page can be sorted as it reads.
        shown_as.sort(key=lambda item: fold(item[0]))
    return render(request, "public/speakers.html", {"speakers": shown_as, "page": shown, "asked": asked})


@public_page
def speaker(request: HttpRequest, slug: str) -> HttpResponse:
    found = speaker_at(slug)
    if found is None:
        return _moved("speaker", slug)
    if found.merged_into:
        return _moved("speaker", slug)
    shown = speaker_page(found)
    if not shown.days:
        raise Http404
    return render(request, "public/speaker.html", {"page": shown, "report": _report(request)})


@public_page
def source(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = (
        Source.objects.defer("raw", "search", *long_columns("version_of"))
        .select_related("outlet", "version_of")
        .filter(pk=pk)
        .first()
    )
    if found is None or found.publication == SourcePublication.DRAFT:
        raise Http404
    if found.publication == SourcePublication.WITHDRAWN:
        return _gone(request, source=found)
    if found.slug != slug:
        return HttpResponsePermanentRedirect(reverse("public:source", args=[found.pk, found.slug]))
    shown = {"page": source_page(found), "origin": _origin(request), "report": _report(request)}
    return render(request, "public/source.html", shown)


@public_page
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "public/topics.html", {"topics": lists.topics_with_counts()})


@public_page
def outlets(request: HttpRequest) -> HttpResponse:
    asked = asked_for(request, "q")
    found = lists.outlets_with_counts()
    if asked["q"]:
        start = fold(asked["q"])
        found = found.filter(Q(sort_key__startswith=start) | Q(sort_key__contains=f" {start}"))
    shown = page(request, found, "sort_key", "id", size=NAMES_A_PAGE, descending=False)
    counts = [(outlet, Count.upto(outlet.n)) for outlet in shown.items]
    return render(request, "public/outlets.html", {"outlets": counts, "page": shown, "asked": asked})


@public_page
def method(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "public/method.html",
        {"ratings": [(stamp(key), words) for key, words in RATINGS_MEAN.items()]},
    )


@public_page
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")
