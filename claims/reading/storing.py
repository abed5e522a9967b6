"""Suggestions become rows: a statement each, with who says it and through whose hands it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from claims.models import Carrier, Statement, StatementSpeaker
from claims.reading.hints import Who, bare, outlets_named, speakers_named
from claims.reading.suggestions import Suggestion, Text
from claims.vocabulary import CarrierKind, Review, StatementOrigin
from sources.inserting import insert_values

__all__ = ["New", "columns", "insert", "insert_all", "rows_beside"]


class New(NamedTuple):
    """What is new in one text. `there`: its statements by fingerprint that others may be nested in."""

    text: Text
    found: Sequence[Suggestion]
    there: Mapping[str, int]


def insert(text: Text, found: Sequence[Suggestion], machine: str, there: Mapping[str, int]) -> list[int]:
    """Stores them as suggested statements of the source; returns their ids. As many queries for a thousand as for one."""
    return insert_all([New(text, found, there)], machine)


def insert_all(several: Sequence[New], machine: str) -> list[int]:
    """The same for several texts of one language: as many queries for a hundred as for one."""
    ids = iter(_next_ids(sum(len(new.found) for new in several)))
    made: list[dict[str, Any]] = []
    beside: dict[int, Suggestion] = {}
    for text, found, there in several:
        mine = {each.fingerprint: next(ids) for each in found}
        around = {**there, **mine}
        for each in found:
            beside[mine[each.fingerprint]] = each
            made.append(
                {
                    "id": mine[each.fingerprint],
                    "source_id": text.pk,
                    "inside_id": around.get(each.inside),
                    "origin": StatementOrigin.EXTRACTION.value,
                    "review": Review.SUGGESTED.value,
                    **columns(each, machine),
                }
            )
    if made:
        insert_values(Statement, made)
        rows_beside(beside, several[0].text.language)
    return list(beside)


def columns(each: Suggestion, machine: str) -> dict[str, Any]:
    """The statement's own columns."""
    return {**each.statement, "fingerprint": each.fingerprint, "extractor_version": machine}


def rows_beside(found: dict[int, Suggestion], language: str) -> None:
    """Stores speakers and carriers of statements (by id) that have none yet.

    Who is meant is filled in only where the words are the exact name of exactly one speaker.
    """
    who = speakers_named((row for each in found.values() for row in each.speakers), language)
    hands = [row for each in found.values() for row in each.carriers]
    outlets = outlets_named(row["as_written"] for row in hands if row["kind"] == CarrierKind.OUTLET)
    insert_values(
        StatementSpeaker, [speaker for pk, each in found.items() for speaker in _speakers(pk, each, who)]
    )
    insert_values(
        Carrier,
        [
            {
                "statement_id": pk,
                "order": order,
                "outlet_id": outlets.get(bare(row["as_written"]))
                if row["kind"] == CarrierKind.OUTLET
                else None,
                **row,
            }
            for pk, each in found.items()
            for order, row in enumerate(each.carriers)
        ],
    )


def _speakers(statement: int, each: Suggestion, who: Who) -> list[dict[str, Any]]:
    """One row for each who speaks; nobody is credited twice."""
    made: list[dict[str, Any]] = []
    unnamed = each.statement["reading"].get("unnamed", [])
    for order, row in enumerate(each.speakers):
        speaker = None if order in unnamed else who.of(row["as_written"], row["role_as_written"])
        if speaker in {other["speaker_id"] for other in made}:
            speaker = None
        made.append({"statement_id": statement, "order": order, "speaker_id": speaker, **row})
    return made


def _next_ids(count: int) -> list[int]:
    """Ids for rows to come, so that a nested statement can point at the one around it."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Statement._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]
