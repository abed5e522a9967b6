"""The dossier of a claim: everything that we hold about it on one page for paper, or as one JSON document, with the proof of its history.

`history.head` is the end of the sealed chain when the dossier was made: whoever keeps the dossier can have it checked later
(`verify_history --head`), and so knows that the past was not written anew since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.desk.acts_in_words import in_words
from claims.desk.views import on_the_desk
from claims.history import PastClaim, Told, claim_as_of, tell
from claims.models import Claim, HistorySeal

# Acts of one dossier; the newest, if there were more.
ACTS = 1000
FIELDS = {
    "claim": (
        *(
            "id",
            "slug",
            "text_it",
            "text_en",
            "publication",
            "published_at",
            "period_earliest",
            "period_latest",
        ),
        *("period_basis", "version"),
    ),
    "statement": (
        *(
            "id",
            "act",
            "delivery",
            "hedge",
            "review",
            "said_earliest",
            "said_latest",
            "said_basis",
            "said_as_written",
        ),
        *("corrected_reading", "spans"),
    ),
    "position": ("id", "stance", "partial", "implied", "inferred", "published_at"),
    "source": (
        "id",
        "title",
        "url",
        "archive_url",
        "language",
        "published_earliest",
        "published_latest",
        "text_sha256",
        "publication",
    ),
    "evidence": (
        "id",
        "kind",
        "statement_id",
        "source_id",
        "span",
        "url",
        "file_sha256",
        "note_it",
        "note_en",
    ),
    "verdict": (
        *(
            "id",
            "stage",
            "rating",
            "label_it",
            "label_en",
            "reason_it",
            "reason_en",
            "as_known_on",
            "evidence",
        ),
        *("created_at", "decided_at", "second_reading_due_at", "early_reason"),
    ),
    "correction": ("id", "kind", "text_it", "text_en", "before", "after", "made_at"),
}


@dataclass(frozen=True, slots=True)
class Dossier:
    """`acts`: newest first; `more`: there are older ones than fit."""

    past: PastClaim
    acts: list[Told]
    more: bool
    seal: HistorySeal | None


def dossier_of(claim: Claim) -> Dossier:
    acts, more = tell(claim, size=ACTS)
    return Dossier(
        claim_as_of(claim.pk, timezone.now()),
        acts,
        more,
        HistorySeal.objects.defer("leaves").order_by("-pk").first(),
    )


@on_the_desk()
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Claim.objects.without_vectors(), pk=pk)
    made = dossier_of(found)
    acts = [(act, in_words(act.verb)) for act in made.acts]
    return render(
        request, "desk/dossier.html", {"claim": found, "dossier": made, "past": made.past, "acts": acts}
    )


@on_the_desk()
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as JSON: stored words as they are stored, times with their zone."""
    found = get_object_or_404(Claim.objects.without_vectors(), pk=pk)
    answer = JsonResponse(
        _as_data(dossier_of(found)),
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}-dossier.json"'
    return answer


def _as_data(made: Dossier) -> dict[str, Any]:
    past, seal = made.past, made.seal
    return {
        "made_at": past.at,
        "claim": {**_fields("claim", past.claim), "topic": past.topic},
        "statements": [
            {
                **_fields("statement", line.statement),
                "quote": line.statement.quote,
                "speakers": line.speakers,
                "position": _fields("position", line.position),
                "source": {**_fields("source", line.source), "outlet": line.outlet} if line.source else None,
            }
            for line in past.statements
        ],
        "evidence": [_fields("evidence", each) for each in past.evidence],
        "verdicts": [
            {**_fields("verdict", verdict), "author": author, "second_reader": reader}
            for verdict, author, reader in past.decisions
        ],
        "corrections": [_fields("correction", each) for each in past.corrections],
        "history": {
            "acts": [_act(act) for act in made.acts],
            "older_acts_left_out": made.more,
            "head": seal.head if seal else None,
            "sealed_at": seal.sealed_at if seal else None,
        },
    }


def _fields(kind: str, row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS[kind]}


def _act(act: Told) -> dict[str, Any]:
    lines = [
        {"kind": line.kind, "row": line.row, "what": line.what, "title": line.title, "changes": [
            {"field": change.label, "before": change.before, "after": change.after} for change in line.changes
        ]}
        for line in act.lines
    ]  # fmt: skip
    return {
        "at": act.at,
        "verb": act.verb,
        "by": act.by,
        "because": act.because,
        "changed": lines,
        "more": act.more,
    }
