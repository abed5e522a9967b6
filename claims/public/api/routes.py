"""The read API, version 1: what the pages show, as JSON. It knows no visitor and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI, Path, Query
from ninja.errors import ValidationError

from claims.models import (
    Claim,
    ClaimLink,
    Correction,
    Evidence,
    Position,
    Statement,
    Verdict,
)
from claims.public import data, lists
from claims.public.answers import answer, as_json, for_machines, gone, problem
from claims.public.api import asked, document, schemas
from claims.public.data import Known, origin_of
from claims.public.found import claim_at, moved_to, speaker_at
from claims.public.paging import beyond, cursor, place_of
from claims.public.routing import broken_off, from_a_copy
from claims.public.source_page import MOST_PASSAGES
from claims.visibility import published_outlets, published_spellings
from claims.vocabulary import NameKind, Publication
from sources.models import Source, long_columns
from sources.vocabulary import SourcePublication

PREFIX = "/api/v1/"
# As on the claim's page; the rest is a list of its own.
MOST_STATEMENTS = 150
MOST_CORRECTIONS, MOST_RELATED, MOST_COPIES, MOST_SPELLINGS = 20, 10, 20, 60

Shaped = dict[str, Any]

api = NinjaAPI(
    title="ClaimTracker",
    version="1.0.0",
    description="Who said it, who denied it, when, in which source, in what exact words, what the editors decided, and what "
    "changed since. Read-only; only what the public pages show.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)


def _page(
    request: HttpRequest,
    wanted: asked.Asked,
    rows: QuerySet[Any],
    fields: Sequence[str],
    shape: Callable[[list[Any]], list[Shaped]],
    *,
    descending: bool = True,
) -> HttpResponse:
    """One page of a list in the order of `fields` (unique together, never null), and the address of the next."""
    place = _place(request, wanted, fields)
    if place is not None:
        rows = beyond(rows, place, fields, downwards=descending)
    found = list(rows.order_by(*(f"-{f}" if descending else f for f in fields))[: wanted.limit + 1])
    shown = found[: wanted.limit]
    following = cursor(shown[-1], fields) if len(found) > len(shown) else ""
    return _listed(request, shape(shown), following)


def _place(request: HttpRequest, wanted: asked.Asked, fields: Sequence[str]) -> list[Any] | None:
    """Where the page begins: after this place; None is the beginning. Raises ValidationError for what cannot be read."""
    unknown = request.GET.keys() - type(wanted).model_fields.keys()
    if unknown:
        # Ignored, a misspelt filter would answer with everything.
        raise asked.refused(dict.fromkeys(sorted(unknown), "There is no such parameter here."))
    place = place_of(wanted.cursor, fields) if wanted.cursor else None
    if wanted.cursor and place is None:
        raise asked.refused({"cursor": "This is not from a `next` address of this list."})
    return place


def _listed(request: HttpRequest, items: list[Shaped], following: str) -> HttpResponse:
    """`following`: the cursor of the next page, "" on the last."""
    address = None
    if following:
        query = request.GET.copy()
        query["cursor"] = following
        address = f"{origin_of(request)}{request.path}?{query.urlencode()}"
    response = answer({"items": items, "next": address})
    if address:
        response["Link"] = f'<{address}>; rel="next"'
    return response


def _moved(kind: str, plural: str, slug: str) -> HttpResponse:
    present = moved_to(kind, slug)
    if not present:
        raise Http404
    return HttpResponsePermanentRedirect(f"{PREFIX}{plural}/{present}")


def _statements(request: HttpRequest, rows: Iterable[Statement]) -> list[Shaped]:
    """`rows`: from `data.with_everything`."""
    found = list(rows)
    known = Known.of(origin_of(request), data.speaker_keys(found), shown=found)
    return [data.statement(row, known) for row in found]


@api.get("/", response=schemas.Index, tags=["start"], summary="Where everything is")
def index(request: HttpRequest) -> HttpResponse:
    origin = origin_of(request)
    lists = (
        "claims",
        "statements",
        "denials",
        "decisions",
        "speakers",
        "sources",
        "outlets",
        "corrections",
        "replies",
    )
    return answer(
        {
            "name": "ClaimTracker",
            "version": api.version,
            "openapi": f"{origin}{PREFIX}openapi.json",
            "lists": {name: f"{origin}{PREFIX}{name}" for name in lists},
        }
    )


# -- claims ------------------------------------------------------------------------------------------------------------------


@api.get("/claims", response=schemas.Claims, tags=["claims"], summary="Claims, newest first")
def claims(request: HttpRequest, wanted: Query[asked.ClaimsAsked]) -> HttpResponse:
    """The filters of the public list, by the same names and with the same results."""

    def shape(rows: list[Claim]) -> list[Shaped]:
        known = Known.of(origin_of(request), _parties(rows))
        return [data.claim(row, known) for row in rows]

    return _page(request, wanted, asked.claims(request, wanted), lists.LISTED, shape)


def _parties(rows: Iterable[Claim]) -> list[int | None]:
    return [party.get("party") for row in rows for party in data.figures(row).parties]


@api.get(
    "/claims/{slug:slug}",
    response=schemas.ClaimDetail,
    tags=["claims"],
    summary="One claim, with all that its page shows",
)
def claim(request: HttpRequest, slug: Path[asked.Slug]) -> HttpResponse:
    """301 where it was merged or renamed, 410 with the public reason where it was withdrawn, 451 where an order had it removed."""
    found = claim_at(slug)
    if found is None:
        return _moved("claim", "claims", slug)
    if found.publication == Publication.DRAFT:
        raise Http404
    if found.slug != slug:
        return HttpResponsePermanentRedirect(f"{PREFIX}claims/{found.slug}")
    if found.publication == Publication.WITHDRAWN:
        return gone(claim=found)
    return answer(_claim(request, found))


def _claim(request: HttpRequest, found: Claim) -> Shaped:
    shown = Position.objects.published().filter(claim=found).order_by("statement_id")
    rows = list(
        data.with_everything(
            Statement.objects.filter(pk__in=shown.values("statement")[: MOST_STATEMENTS + 1])
        ).order_by("id")
    )
    statements = rows[:MOST_STATEMENTS]
    corrections = _corrections(Q(claim=found) | Q(statement__in=[row.pk for row in statements]))
    known = Known.of(
        origin_of(request),
        [*data.speaker_keys(statements), *_parties([found])],
        shown=statements,
        statements=[row.statement_id for row in corrections],
    )
    decisions = (
        Verdict.objects.published().filter(claim=found).select_related("claim", "author", "second_reader")
    )
    more = f"{known.origin}{PREFIX}statements?claim={found.slug}" if len(rows) > MOST_STATEMENTS else None
    return {
        **data.claim(found, known),
        "changes_of_story": data.turns(found),
        "decisions": [data.decision(row) for row in decisions.order_by("-decided_at", "-id")],
        "statements": [data.statement(row, known) for row in statements],
        "more_statements": more,
        "evidence": [
            data.evidence(row) for row in Evidence.objects.published().filter(claim=found).order_by("id")
        ],
        "replies": f"{known.origin}{PREFIX}replies?claim={found.slug}",
        "corrections": [data.correction(row, known) for row in corrections],
        "related": _related(found),
    }


def _corrections(about: Q) -> list[Correction]:
    rows = data.with_references(Correction.objects.published()).filter(about)
    return list(rows.order_by("-made_at", "-id")[:MOST_CORRECTIONS])


def _related(found: Claim) -> list[Shaped]:
    links = (
        ClaimLink.objects.published()
        .filter(Q(from_claim=found) | Q(to_claim=found))
        .select_related("from_claim", "to_claim")
        .order_by("-score", "id")[:MOST_RELATED]
    )
    return [
        {
            "kind": link.kind,
            "claim": (link.to_claim if link.from_claim_id == found.pk else link.from_claim).slug,
        }
        for link in links
    ]


# -- statements, denials, decisions ------------------------------------------------------------------------------------------


@api.get(
    "/statements",
    response=schemas.Statements,
    tags=["statements"],
    summary="Statements, newest on record first",
)
def statements(request: HttpRequest, wanted: Query[asked.StatementsAsked]) -> HttpResponse:
    place = _place(request, wanted, ("id",))
    keys = data.statement_keys(asked.statements(wanted), below=place[0] if place else None)[
        : wanted.limit + 1
    ]
    rows = list(
        data.with_everything(Statement.objects.filter(pk__in=list(keys)[: wanted.limit])).order_by("-id")
    )
    following = cursor(rows[-1], ("id",)) if len(keys) > len(rows) else ""
    return _listed(request, _statements(request, rows), following)


@api.get("/statements/{int:key}", response=schemas.Statement, tags=["statements"], summary="One statement")
def statement(request: HttpRequest, key: int) -> HttpResponse:
    found = _statements(request, data.with_everything(Statement.objects.published().filter(pk=key)))
    if not found:
        raise Http404
    return answer(found[0])


@api.get("/denials", response=schemas.Denials, tags=["denials"], summary="Denials, newest published first")
def denials(request: HttpRequest, wanted: Query[asked.DenialsAsked]) -> HttpResponse:
    """One row a statement and claim; headlines and copies inside other statements are left out."""

    def shape(rows: list[Position]) -> list[Shaped]:
        chosen = Statement.objects.filter(pk__in=[row.statement_id for row in rows])
        told = {each["id"]: each for each in _statements(request, data.with_everything(chosen))}
        return [
            {
                "id": row.pk,
                "published_at": row.published_at,
                "claim": {"slug": row.claim.slug, "text": data.words(row.claim, "text")},
                "statement": told[row.statement_id],
            }
            for row in rows
        ]

    rows = asked.denials(wanted).select_related("claim").defer("claim__search_it", "claim__search_en")
    return _page(request, wanted, rows, ("published_at", "id"), shape)


@api.get(
    "/decisions", response=schemas.Decisions, tags=["decisions"], summary="Editors' decisions, newest first"
)
def decisions(request: HttpRequest, wanted: Query[asked.DecisionsAsked]) -> HttpResponse:
    rows = asked.decisions(wanted).select_related("claim", "author", "second_reader")
    rows = rows.defer("claim__search_it", "claim__search_en")
    return _page(
        request, wanted, rows, ("decided_at", "id"), lambda found: [data.decision(row) for row in found]
    )


@api.get(
    "/replies", response=schemas.Replies, tags=["claims"], summary="What was answered, newest published first"
)
def replies(request: HttpRequest, wanted: Query[asked.RepliesAsked]) -> HttpResponse:
    """Replies of those whom a claim is about, which the newsroom published in full."""

    def shape(rows: list[Any]) -> list[Shaped]:
        known = Known.of(origin_of(request), [row.speaker_id for row in rows])
        return [data.reply(row, known) for row in rows]

    rows = asked.replies(wanted).select_related("claim", "speaker")
    rows = rows.defer("claim__search_it", "claim__search_en")
    return _page(request, wanted, rows, ("published_at", "id"), shape)


# -- who and where -----------------------------------------------------------------------------------------------------------


@api.get("/speakers", response=schemas.Speakers, tags=["speakers"], summary="People and bodies, by name")
def speakers(request: HttpRequest, wanted: Query[asked.SpeakersAsked]) -> HttpResponse:
    def shape(rows: list[Any]) -> list[Shaped]:
        known = Known.of(origin_of(request), [key for row in rows for key in (row.pk, row.speaks_for_id)])
        return [data.speaker(row, known) for row in rows]

    rows = asked.speakers(wanted).select_related("speaks_for", "only_in")
    rows = rows.defer(*long_columns("only_in"))
    return _page(request, wanted, rows, ("sort_key", "id"), shape, descending=False)


@api.get(
    "/speakers/{slug:slug}", response=schemas.SpeakerDetail, tags=["speakers"], summary="One person or body"
)
def speaker(request: HttpRequest, slug: Path[asked.Slug]) -> HttpResponse:
    """What they said: /statements?speaker=… 301 where they were merged or renamed."""
    found = speaker_at(slug)
    if found is None or found.merged_into:
        return _moved("speaker", "speakers", slug)
    known = Known.of(origin_of(request), [found.pk, found.speaks_for_id])
    if found.pk not in known.linked:
        raise Http404
    spellings = published_spellings().filter(speaker=found).exclude(kind=NameKind.ROLE)
    spellings = spellings.order_by("kind", "name", "id")[:MOST_SPELLINGS]
    return answer(
        {
            **data.speaker(found, known),
            "spellings": [
                {"name": row.name, "kind": row.kind, "language": row.language or None} for row in spellings
            ],
        }
    )


@api.get(
    "/sources",
    response=schemas.Sources,
    tags=["sources"],
    summary="Articles and documents, newest on record first",
)
def sources(request: HttpRequest, wanted: Query[asked.SourcesAsked]) -> HttpResponse:
    rows = data.with_origin(asked.sources(wanted).without_text())
    known = Known(origin_of(request))
    return _page(request, wanted, rows, ("id",), lambda found: [data.source(row, known) for row in found])


@api.get(
    "/sources/{int:key}",
    response=schemas.SourceDetail,
    tags=["sources"],
    summary="One article, with its cited passages",
)
def source(request: HttpRequest, key: int) -> HttpResponse:
    """Each cited passage with at most 200 characters around it; the whole text only where it is ours or free."""
    found = data.with_origin(Source.objects.defer("raw", "search")).filter(pk=key).first()
    if found is None or found.publication == SourcePublication.DRAFT:
        raise Http404
    if found.publication == SourcePublication.WITHDRAWN:
        return gone(source=found)
    shown = Position.objects.published().filter(statement__source=found).order_by("statement_id", "id")
    cited = Statement.objects.filter(pk__in=shown.values("statement")[:MOST_PASSAGES]).only("spans", "source")
    passages, is_cut = data.passages(found, list(cited.order_by("id")))
    corrections = _corrections(Q(source=found))
    known = Known.of(origin_of(request), statements=[row.statement_id for row in corrections])
    copies = Source.objects.published().filter(origin_id=found.origin_id).exclude(pk=found.pk)
    return answer(
        {
            **data.source(found, known),
            "retrieved_on": found.retrieved_at.date() if found.retrieved_at else None,
            "passages": passages,
            "is_cut": is_cut,
            "copies": list(copies.order_by("id").values_list("pk", flat=True)[:MOST_COPIES]),
            "corrections": [data.correction(row, known) for row in corrections],
        }
    )


@api.get(
    "/outlets", response=schemas.Outlets, tags=["outlets"], summary="Who published the articles, by name"
)
def outlets(request: HttpRequest, wanted: Query[asked.Asked]) -> HttpResponse:
    return _page(
        request,
        wanted,
        published_outlets(),
        ("sort_key", "id"),
        lambda found: [data.outlet(row) for row in found],
        descending=False,
    )


@api.get(
    "/corrections",
    response=schemas.Corrections,
    tags=["corrections"],
    summary="What we changed after publication, newest first",
)
def corrections(request: HttpRequest, wanted: Query[asked.Asked]) -> HttpResponse:
    def shape(rows: list[Correction]) -> list[Shaped]:
        known = Known.of(origin_of(request), statements=[row.statement_id for row in rows])
        return [data.correction(row, known) for row in rows]

    return _page(
        request, wanted, data.with_references(Correction.objects.published()), ("made_at", "id"), shape
    )


# -- what goes wrong ---------------------------------------------------------------------------------------------------------


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "A parameter could not be read.", errors=asked.errors_of(error)
    )


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "Nothing public is at this address.")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _database_is_away(request: HttpRequest, error: Exception) -> HttpResponse:
    if from_a_copy() and broken_off(error):
        raise error  # to PublicReads, which asks the primary
    response = problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer. Try again in two minutes."
    )
    response["Retry-After"] = "120"
    return response


@cache
def _document() -> bytes:
    """The same as long as the process lives."""
    return as_json(document.of(api, PREFIX.strip("/") + "/"))


@for_machines
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_document(), content_type="application/json")


@for_machines
def elsewhere(request: HttpRequest) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, f"There is no such address. Everything is listed at {PREFIX}")


def _patterns() -> list[URLPattern]:
    """Ninja's own addresses behind our door, the document, and an answer in kind to everything else."""
    own: list[URLPattern] = [found for found in api.urls[0] if isinstance(found, URLPattern)]
    for pattern in own:
        pattern.callback = for_machines(pattern.callback)
    return [*own, path("openapi.json", openapi, name="openapi"), re_path(r"[\s\S]*", elsewhere)]


urlpatterns = _patterns()
