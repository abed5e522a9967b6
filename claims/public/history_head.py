"""The head of the sealed history, for everybody to write down: whoever did knows later whether the past was written anew."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse

from claims.models import HistorySeal
from claims.public.views import public_page


@public_page
def head(request: HttpRequest) -> HttpResponse:
    """{head, sealed_at, events, seals}: what the chain ends with, since when, and how much it covers."""
    last = HistorySeal.objects.order_by("-pk").values("head", "sealed_at").first()
    counts = HistorySeal.objects.aggregate(events=Sum("events", default=0), seals=Count("pk"))
    response = JsonResponse(
        {
            "head": last["head"] if last else None,
            "sealed_at": f"{last['sealed_at']:%Y-%m-%dT%H:%M:%SZ}" if last else None,
            **counts,
        }
    )
    response.same_for_everybody = True  # type: ignore[attr-defined]
    return response
