"""Pages on which readers look something up: the search across everything, the denials, the table of who denies whom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from claims.models import Speaker, Statement
from claims.public import dates, lists
from claims.public.cards import source_url
from claims.public.filters import published_topics, readable
from claims.public.marking import Marker
from claims.public.matrix import contested_claims, matrix
from claims.public.naming import Names, joined
from claims.public.paging import page
from claims.public.searching import KINDS, LONGEST_ASKED, counts, hits, suggestions
from claims.public.views import CLAIMS_A_PAGE, LINES_A_PAGE, public_page
from sources.models import Source

FIRST_OF_EACH = 5
ORDERS: dict[str, tuple[str, ...]] = {
    "claims": ("figures__sort_at", "id"),
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
        found["counts"] = counts(words)
        kinds = [found["kind"]] if found["kind"] else [k for k in KINDS if found["counts"][k].n]
        shown = {k: _hits(request, k, words, only=bool(found["kind"])) for k in kinds}
        found["page"] = shown[found["kind"]] if found["kind"] else None
        found["groups"] = _groups({k: p.items for k, p in shown.items()}, words)
        if not any(p.items for p in shown.values()):
            found["suggestions"] = suggestions(words)
    is_part = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "public/_found.html" if is_part else "public/search.html", found)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _hits(request: HttpRequest, kind: str, words: str, *, only: bool) -> Any:
    """A page of one kind, or its first few."""
    return page(
        request if only else _without_place(request),
        hits(kind, words),
        *ORDERS[kind],
        size=LINES_A_PAGE if only else FIRST_OF_EACH,
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
    asked = _narrowed(request)
    shown = page(
        request,
        lists.listed_denials(topic=asked["topic"], denied_by=asked["speaker"]),
        "published_at",
        "id",
        size=LINES_A_PAGE,
        descending=asked["order"] != "oldest",
    )
    found = {"items": lists.denial_items(shown.items), "page": shown}
    return render(
        request, "public/denials.html", {**found, "asked": asked, "topics": published_topics(request)}
    )


@public_page
def who_denies_whom(request: HttpRequest) -> HttpResponse:
    asked = _narrowed(request)
    shown = page(
        request,
        contested_claims(topic=asked["topic"], denied_by=asked["speaker"]),
        "figures__sort_at",
        "id",
        size=CLAIMS_A_PAGE,
        descending=asked["order"] != "oldest",
    )
    found = {"matrix": matrix(shown.items), "page": shown}
    return render(
        request, "public/matrix.html", {**found, "asked": asked, "topics": published_topics(request)}
    )


def _narrowed(request: HttpRequest) -> dict[str, str]:
    """Who denies, about what, in which order: what both lists of denials can be asked for."""
    given = readable(request.GET)
    return {name: given.get(name, "").strip()[:LONGEST_ASKED] for name in ("speaker", "topic", "order")}
