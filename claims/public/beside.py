"""What stands beside a claim's statements: evidence, replies and corrections, of which most claims have none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from claims.models import Correction, Evidence, Request, Speaker, Statement
from claims.public.prepared import Prepared
from sources.models import Source

MOST_CORRECTIONS = 20


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows with no more than a claim's page shows of them: evidence as it was added, replies the oldest, corrections the newest first."""

    evidence: list[Evidence]
    replies: list[Request]
    corrections: list[Correction]


NOTHING = Beside([], [], [])

# The tables have nothing in common: each row comes as one value.
_EVIDENCE = JSONObject(
    id="id",
    kind="kind",
    note_it="note_it",
    note_en="note_en",
    url="url",
    statement=JSONObject(id="statement_id", spans="statement__spans"),
    said_in=JSONObject(id="statement__source_id", title="statement__source__title"),
    source=JSONObject(id="source_id", language="source__language", title="source__title"),
)
_REPLY = JSONObject(
    id="id",
    speaker=JSONObject(id="speaker_id", name="speaker__name"),
    sender="sender",
    text="text",
    language="language",
    received_at="received_at",
)
_CORRECTION = JSONObject(id="id", kind="kind", text_it="text_it", text_en="text_en", made_at="made_at")


def _rows_beside(claim: int, statements: list[int]) -> Any:
    of_statements = RawSQL(
        "claims_correction.statement_id = ANY (%s)", [statements], output_field=BooleanField()
    )  # nosec B611: a parameter
    found = [
        (Evidence.objects.published().filter(claim=claim), "id", _EVIDENCE),
        (Request.objects.published().filter(claim=claim), "received_at", _REPLY),
        (Correction.objects.published().filter(Q(claim=claim) | Q(of_statements)), "-made_at", _CORRECTION),
    ]
    evidence, replies, corrections = (
        rows.order_by(order).annotate(kept=Value(number), row=row).values_list("kept", "row")
        for number, (rows, order, row) in enumerate(found)
    )
    return evidence.union(replies, corrections[:MOST_CORRECTIONS], all=True)


_rows: Prepared[Any] = Prepared(_rows_beside, int, list)


def beside(claim: int, statements: Iterable[int]) -> Beside:
    """All beside this claim, with the corrections of these statements. One query."""
    found: tuple[list[dict[str, Any]], ...] = ([], [], [])
    for kind, row in _rows(claim, list(statements)):
        found[kind].append(row)
    evidence, replies, corrections = found
    # Sorted once more: what several queries give together comes in no promised order.
    return Beside(
        sorted((_evidence(row) for row in evidence), key=lambda each: each.pk),
        sorted((_reply(row) for row in replies), key=lambda each: each.received_at),
        sorted((_correction(row) for row in corrections), key=lambda each: each.made_at, reverse=True),
    )


def _evidence(row: dict[str, Any]) -> Evidence:
    said_in = Source(**row.pop("said_in"))
    statement, source = row.pop("statement"), row.pop("source")
    return Evidence(
        **row,
        statement=Statement(**statement, source=said_in) if statement["id"] else None,
        source=Source(**source) if source["id"] else None,
    )


def _correction(row: dict[str, Any]) -> Correction:
    return Correction(**{**row, "made_at": datetime.fromisoformat(row["made_at"])})


def _reply(row: dict[str, Any]) -> Request:
    speaker = row.pop("speaker")
    row["received_at"] = datetime.fromisoformat(row["received_at"])
    return Request(**row, speaker=Speaker(**speaker) if speaker["id"] else None)
