"""Acts of triage can be taken back while nobody else has worked on what they changed.

`reversible` looks at the statements before and after an act and keeps the difference with the versions that the act left behind. `undo`
compares those with what is stored: where anything has moved on it refuses and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act
from claims.corrections import plain, was_seen
from claims.errors import Refused
from claims.models import (
    Claim,
    Position,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
    TriageAct,
)
from claims.vocabulary import Publication, Verb

__all__ = ["Trace", "last_act", "reversible", "undo"]

# What acts of triage change of a statement, of who says it, and of what it does to a claim.
COLUMNS = (
    "act", "cue", "cue_span", "delivery", "hedge", "spans", "said_earliest", "said_latest", "said_basis", "said_as_written",
    "review", "review_reason", "reviewed_by_id", "reviewed_at", "inside_id",
)  # fmt: skip
CREDITED = ("speaker_id", "on_behalf_of_id", "as_written", "role_as_written", "span", "order")
ON_A_CLAIM = ("claim_id", "stance", "partial", "implied", "inferred", "proposed_by_id")


@dataclass
class Trace:
    """What an act makes besides its changes: undoing it takes these away again. Keys of rows."""

    statements: list[int] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)
    speakers: list[int] = field(default_factory=list)
    names: list[int] = field(default_factory=list)
    done: TriageAct | None = None

    @property
    def kept(self) -> TriageAct:
        """The act as it was stored, once the block is left."""
        if self.done is None:
            raise RuntimeError("ask after the act")
        return self.done


@contextmanager
def reversible(verb: str, source: int, statements: Collection[int], *, by: User) -> Iterator[Trace]:
    """Keeps what the block does to these statements of a source, inside the transaction of its act. Six queries for any number."""
    before, trace = _look(statements), Trace()
    yield trace
    after = _look([*statements, *trace.statements])
    made = {
        "statements": {str(pk): _left(after[pk]) for pk in trace.statements},
        "claims": {
            str(claim.pk): claim.version
            for claim in (Claim.objects.only("version").filter(pk__in=trace.claims) if trace.claims else ())
        },
        "speakers": trace.speakers,
        "names": trace.names,
    }
    record = {
        "changed": _changes(before, {pk: after[pk] for pk in before}),
        **{name: rows for name, rows in made.items() if rows},
    }
    trace.done = TriageAct.objects.create(by=by, source_id=source, verb=verb, record=record)


def undo(done: TriageAct, *, by: User) -> None:
    """Puts everything back as it was before the act.

    Raises Refused: somebody else's act, one that was undone already, one whose statements were changed since, and one that readers
    have seen.
    """
    with act(Verb.TRIAGE, by=by, name=f"undo {done.verb}"):
        stored = TriageAct.objects.select_for_update(of=("self",)).get(pk=done.pk)
        if stored.by_id != by.pk:
            raise Refused("not_yours", _("Only whoever did it can undo it."))
        if stored.undone_at is not None:
            raise Refused("undone", _("This was undone already."))
        record = stored.record
        left = {int(pk): version for group in record["changed"] for pk, version in group["left"].items()}
        left |= {int(pk): version for pk, version in record.get("statements", {}).items()}
        now = _held(left)
        _refuse_moved(left, now, record.get("claims", {}))
        claims = {row["claim_id"] for state in now.values() for row in state["positions"].values()}
        for group in record["changed"]:
            claims |= _put_back([int(pk) for pk in group["left"]], group["was"], now)
        _take_away(record)
        contest.refresh(Claim.objects.filter(pk__in=claims).values_list("pk", flat=True))
        stored.undone_at = done.undone_at = timezone.now()
        stored.save(update_fields=["undone_at"])


# --- Looking

State = dict[str, Any]


def _look(statements: Collection[int]) -> dict[int, State]:
    """Everything that triage may change, as JSON keeps it. Three queries."""
    rows = Statement.objects.filter(pk__in=statements).order_by("pk").values("pk", "version", *COLUMNS)
    found: dict[int, State] = {
        row["pk"]: {
            "version": row["version"],
            "columns": {name: plain(row[name]) for name in COLUMNS},
            "speakers": [],
            "positions": {},
        }
        for row in rows
    }
    credited = StatementSpeaker.objects.filter(statement__in=found).order_by("statement", "order")
    for row in credited.values("statement_id", *CREDITED):
        found[row["statement_id"]]["speakers"].append({name: row[name] for name in CREDITED})
    positions = Position.objects.filter(statement__in=found).order_by("pk")
    for row in positions.values("pk", "statement_id", "version", *ON_A_CLAIM):
        found[row["statement_id"]]["positions"][row["pk"]] = {name: row[name] for name in ON_A_CLAIM} | {
            "version": row["version"]
        }
    return found


def _left(state: State) -> list[Any]:
    """What an act leaves behind: the statement's version and those of its places on claims."""
    return [state["version"], {str(pk): row["version"] for pk, row in state["positions"].items()}]


def _changes(before: Mapping[int, State], after: Mapping[int, State]) -> list[dict[str, Any]]:
    """The differences, those that are the same for many statements kept once: closing an article is one of them."""
    groups: dict[str, dict[str, Any]] = {}
    for pk, was in before.items():
        now = after[pk]
        kept: dict[str, Any] = {
            "columns": {
                name: value for name, value in was["columns"].items() if now["columns"][name] != value
            }
        }
        if was["speakers"] != now["speakers"]:
            kept["speakers"] = was["speakers"]
        if was["positions"] != now["positions"]:
            kept["positions"] = {str(key): row for key, row in was["positions"].items()}
        group = groups.setdefault(json.dumps(kept, sort_keys=True), {"was": kept, "left": {}})
        group["left"][str(pk)] = _left(now)
    return list(groups.values())


# --- Undoing


def _held(left: Mapping[int, Any]) -> dict[int, State]:
    """The statements and their places on claims as stored now; nobody changes them before the end."""
    list(Statement.objects.select_for_update(of=("self",)).filter(pk__in=left).order_by("pk").only("pk"))
    list(
        Position.objects.select_for_update(of=("self",)).filter(statement__in=left).order_by("pk").only("pk")
    )
    return _look(left)


def _refuse_moved(left: Mapping[int, Any], now: Mapping[int, State], claims: Mapping[str, int]) -> None:
    same = all(pk in now and _left(now[pk]) == version for pk, version in left.items())
    if same and claims:
        stored = dict(
            Claim.objects.select_for_update(of=("self",))
            .filter(pk__in=claims, publication=Publication.DRAFT, merged_into=None)
            .values_list("pk", "version")
        )
        others = Position.objects.filter(claim__in=stored).exclude(statement__in=left)
        same = stored == {int(pk): version for pk, version in claims.items()} and not others.exists()
    if not same:
        raise Refused(
            "changed",
            _("Somebody has worked on this since: nothing was undone."),
        )
    if Position.objects.filter(statement__in=left, published_at__isnull=False).exists() or any(
        was_seen(Statement(pk=pk)) for pk in left if now[pk]["positions"]
    ):
        raise Refused("seen", _("Readers have seen this: change it instead of undoing it."))


def _put_back(keys: list[int], was: Mapping[str, Any], now: Mapping[int, State]) -> set[int]:
    """Restores what is kept of these statements; returns the claims that are touched."""
    claims: set[int] = set()
    columns = dict(was["columns"])
    if columns:
        Statement.objects.filter(pk__in=keys).update(**columns)
    for pk in keys:
        if "speakers" in was:
            StatementSpeaker.objects.filter(statement=pk).delete()
            StatementSpeaker.objects.bulk_create(
                StatementSpeaker(statement_id=pk, **row) for row in was["speakers"]
            )
            Statement.objects.filter(pk=pk).update(version=models.F("version") + 1)
        if "positions" in was:
            claims |= _put_back_positions(pk, was["positions"], now[pk]["positions"])
    return claims


def _put_back_positions(
    statement: int, was: Mapping[str, Mapping[str, Any]], now: Mapping[int, Any]
) -> set[int]:
    claims = {row["claim_id"] for row in was.values()}
    Position.objects.filter(pk__in=[pk for pk in now if str(pk) not in was]).delete()
    for pk, row in was.items():
        values = {name: row[name] for name in ON_A_CLAIM}
        if not Position.objects.filter(pk=pk).update(statement_id=statement, **values):
            Position.objects.create(statement_id=statement, **values)
    return claims


def _take_away(record: Mapping[str, Any]) -> None:
    """What the act made, where nothing else rests on it by now."""
    StatementSpeaker.objects.filter(statement__in=record.get("statements", {})).delete()
    Statement.objects.filter(pk__in=record.get("statements", {})).delete()
    SpeakerName.objects.filter(pk__in=record.get("names", [])).delete()
    for model, keys in ((Claim, record.get("claims", {})), (Speaker, record.get("speakers", []))):
        for row in model._default_manager.filter(pk__in=keys):
            with suppress(models.ProtectedError, models.RestrictedError), transaction.atomic():
                if not _is_used(row):
                    row.delete()


def _is_used(row: models.Model) -> bool:
    """Whether anything else of the newsroom rests on it by now: then it stays."""
    several = [relation for relation in row._meta.related_objects if not relation.one_to_one]
    names = {relation.get_accessor_name() for relation in several} - {None, "events"}
    return any(getattr(row, str(name)).exists() for name in names)


def last_act(*, by: User) -> TriageAct | None:
    """The last act of this editor that was not undone, with its article."""
    acts = TriageAct.objects.filter(by=by, undone_at=None).select_related("source")
    return (
        acts.defer("source__body", "source__raw", "source__search", "source__furniture")
        .order_by("-pk")
        .first()
    )
