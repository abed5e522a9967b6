"""Pages on which readers look something up: search across everything, and the lists that can be narrowed and turned round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from claims.labels import LABELS
from claims.models import Speaker, Statement
from claims.public import dates, lists
from claims.public.filters import readable, topics_offered
from claims.public.kinds import kinds
from claims.public.links import source_url
from claims.public.marking import Marker
from claims.public.matrix import contested_claims, matrix
from claims.public.naming import Names, joined
from claims.public.paging import Page, first_page, page
from claims.public.searching import (
    KINDS,
    LONGEST_ASKED,
    Found,
    by_title,
    everything,
    few_by_title,
    hits,
    suggestions,
)
from claims.public.views import public_page
from claims.visibility import published_outlets
from claims.vocabulary import Rating
from sources.labels import LABELS as LABELS_OF_SOURCES
from sources.models import Source
from sources.vocabulary import Language

FIRST_OF_EACH = 5
ORDERS: dict[str, tuple[str, ...]] = {
    "claims": lists.LISTED,
    "statements": ("id",),
    "speakers": ("sort_key", "id"),
    "sources": ("id",),
}


@public_page
def search(request: HttpRequest) -> HttpResponse:
    asked = readable(request.GET)
    words = asked.get("q", "").strip()[:LONGEST_ASKED]
    kind = asked.get("in", "")
    found: dict[str, Any] = {"q": words, "kind": kind if kind in KINDS else ""}
    if words:
        everywhere = everything(words, only=found["kind"])
        found["counts"] = everywhere.counts
        listed = [found["kind"]] if found["kind"] else [k for k in KINDS if found["counts"][k].is_any]
        shown = {k: _hits(request, k, words, everywhere, only=bool(found["kind"])) for k in listed}
        found["page"] = shown[found["kind"]] if found["kind"] else None
        found["groups"] = _groups({k: p.items for k, p in shown.items()}, words)
        found["kinds"] = kinds(everywhere.claims) if found["groups"]["claims"] else []
        if not any(p.items for p in shown.values()):
            found["suggestions"] = suggestions(words)
    is_part = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "public/_found.html" if is_part else "public/search.html", found)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _hits(request: HttpRequest, kind: str, words: str, everywhere: Found, *, only: bool) -> Any:
    """A page of one kind, or its first few."""
    if not only:
        everywhere = replace(everywhere, statements=everywhere.statements[: FIRST_OF_EACH + 1])
    return page(
        request if only else _without_place(request),
        hits(kind, words, everywhere),
        *ORDERS[kind],
        size=lists.LINES_A_PAGE if only else FIRST_OF_EACH,
        descending=kind != "speakers",
    )


def _without_place(request: HttpRequest) -> Any:
    """The request as the first page of a list reads it: a place belongs to one kind only."""

    class Beginning:
        GET = readable(request.GET)

    for name in ("before", "after"):
        Beginning.GET.pop(name, None)
    return Beginning


def _groups(found: dict[str, Sequence[Any]], words: str) -> dict[str, Sequence[Any]]:
    """What the page shows of each hit, with the asked words marked. Two queries: names, and which words are hits."""
    statements: Sequence[Statement] = found.get("statements", ())
    speakers: Sequence[Speaker] = found.get("speakers", ())
    sources: Sequence[Source] = found.get("sources", ())
    claims = found.get("claims", ())
    names = Names.of(
        chain(
            (speaker.pk for speaker in speakers),
            (row.speaker_id for statement in statements for row in statement.speakers.all()),
        )
    )
    mark = Marker(
        words,
        chain(
            (claim.text for claim in claims),
            (statement.quote for statement in statements),
            (source.title for source in sources),
        ),
    )
    return {
        "claims": lists.claim_items(claims, mark) if claims else [],
        "statements": [
            {
                "pieces": mark.snippet(statement.quote),
                "who": joined([names(row.speaker_id, str(row.speaker or row.as_written)) for row in statement.speakers.all()]),
                "source": statement.source,
                "url": f"{source_url(statement.source)}#p{statement.pk}",
            }
            for statement in statements
        ],
        "speakers": [{"name": names(speaker.pk, speaker.name), "speaker": speaker} for speaker in speakers],
        "sources": [
            {
                "pieces": mark(source.title),
                "source": source,
                "published": dates.published(source.published_earliest, source.published_latest, source.published_basis),
            }
            for source in sources
        ],
    }  # fmt: skip


@public_page
def denials(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "speaker", "topic", "order")
    if request.GET:
        found = lists.listed_denials(topic=asked["topic"], denied_by=asked["speaker"])
        shown = _listed(request, asked, found, "published_at", "id", size=lists.LINES_A_PAGE)
    else:
        shown = first_page(request, lists.first_denials(), "published_at", "id", size=lists.LINES_A_PAGE)
    return render(
        request,
        "public/denials.html",
        {
            "items": lists.denial_items(shown.items),
            "page": shown,
            "asked": asked,
            "topics": topics_offered(),
        },
    )


@public_page
def who_denies_whom(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "speaker", "topic", "order")
    found = contested_claims(topic=asked["topic"], denied_by=asked["speaker"])
    shown = _listed(request, asked, found, *lists.LISTED, size=lists.CLAIMS_A_PAGE)
    return render(
        request,
        "public/matrix.html",
        {
            "matrix": matrix(shown.items),
            "page": shown,
            "asked": asked,
            "topics": topics_offered(),
        },
    )


@public_page
def reversals(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "topic", "order")
    found = lists.changes_of_story()
    if asked["topic"]:
        found = found.filter(topic__slug=asked["topic"])
    shown = _listed(request, asked, found, *lists.LISTED, size=lists.CLAIMS_A_PAGE)
    return render(
        request,
        "public/reversals.html",
        {
            "items": lists.claim_items(shown.items),
            "page": shown,
            "asked": asked,
            "topics": topics_offered(),
        },
    )


@public_page
def decisions(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "rating", "topic", "order")
    found = lists.listed_decisions()
    if asked["rating"]:
        found = found.filter(rating=asked["rating"])
    if asked["topic"]:
        found = found.filter(claim__topic__slug=asked["topic"])
    shown = _listed(request, asked, found, "decided_at", "id", size=lists.LINES_A_PAGE)
    return render(
        request,
        "public/decisions.html",
        {
            "items": lists.decision_items(shown.items),
            "page": shown,
            "asked": asked,
            "topics": topics_offered(),
            "ratings": LABELS[Rating].items(),
        },
    )


@public_page
def sources(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "q", "language", "order", "outlet")
    every = Source.objects.published().without_text().select_related("outlet")
    found: QuerySet[Source] = by_title(asked["q"], few_by_title(asked["q"])) if asked["q"] else every
    if asked["language"]:
        found = found.filter(language=asked["language"])
    chosen = published_outlets().filter(slug=asked["outlet"]).first() if asked["outlet"] else None
    if asked["outlet"]:
        found = found.filter(outlet=chosen) if chosen else found.none()
    shown = _listed(request, asked, found, "id", size=lists.LINES_A_PAGE)
    mark = Marker(asked["q"], [source.title for source in shown.items])
    items = [
        (
            source,
            mark(source.title),
            dates.published(source.published_earliest, source.published_latest, source.published_basis),
        )
        for source in shown.items
    ]
    languages = LABELS_OF_SOURCES[Language].items()
    return render(
        request,
        "public/sources.html",
        {"items": items, "page": shown, "outlet": chosen, "asked": asked, "languages": languages},
    )


def _asked(request: HttpRequest, *names: str) -> dict[str, str]:
    """What a list is asked for; the form shows a field for each."""
    given = readable(request.GET)
    return {name: given.get(name, "").strip()[:LONGEST_ASKED] for name in names}


def _listed(request: HttpRequest, asked: dict[str, str], found: Any, *fields: str, size: int) -> Page:
    """A page of a list, the newest first unless the oldest are asked for."""
    return page(request, found, *fields, size=size, descending=asked["order"] != "oldest")
