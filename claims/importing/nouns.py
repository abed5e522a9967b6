"""From records of one type to rows of one table: found, compared, and written in sets.

A noun knows its table, how its rows are found, and which model fields a record states. The comparing and writing is
the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils import timezone

from claims.importing.ledger import Identity, Ledger, Record, Row
from sources.characters import Refused
from sources.inserting import blank
from sources.inserting import insert as copy_in
from sources.vocabulary import Outcome

__all__ = ["BATCH", "Again", "Culprits", "Noun", "chunks", "insert", "next_ids"]

# Rows of one statement; long enough to forget the round trip, short enough for the time limit of a statement.
BATCH = 1_000

T = TypeVar("T")


class Again(Exception):
    """Somebody else stored or changed one of our rows between our look and our writing."""


class Culprits(Exception):
    """Records that the database will not hold. The run starts over without them.

    `doubles`: all of them because such a row is there: somebody else may have been faster, and another look helps.
    """

    def __init__(self, found: dict[int, Refused], *, doubles: bool) -> None:
        super().__init__()
        self.found = found
        self.doubles = doubles


def chunks(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Noun:
    """One type of record. Subclasses say what is particular to it."""

    kind: str
    model: type[models.Model]
    # Model fields that readers never see, and those that may be filled in while empty although they see the row.
    silent: frozenset[str] = frozenset()
    fills: frozenset[str] = frozenset()
    # Whether record.children stand in the place of those that are there; else they are only added.
    replaces_children = False
    # Fields that mean something only together: filled in together or not at all.
    together: tuple[frozenset[str], ...] = ()

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        """The stored rows of these identities, with what is needed to compare them. Few queries, whatever the number."""
        raise NotImplementedError

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        """The model fields that the record states; sets record.children. Raises Refused."""
        raise NotImplementedError

    def children_differ(self, record: Record, row: Row) -> bool:
        """Whether what hangs on a stored row is to be changed."""
        return False

    def check(self, ledger: Ledger, records: list[Record]) -> None:
        """Refuses what cannot be said of one record alone: doubles, circles."""

    def complete(self, rows: list[Any]) -> None:
        """Gives new rows what is worked out of what their records state."""

    def write_children(self, ledger: Ledger, records: list[Record]) -> None:
        """Writes what hangs on rows that are created or changed."""

    # --- The same for all

    def store(self, ledger: Ledger, records: list[Record], wanted: set[Identity]) -> list[Record]:
        """Finds, compares and writes the records of this type, and answers for each. Returns those that stand, each once."""
        ledger.rows[self.kind] = self.look_up(ledger, wanted)
        first, doubles = self._once_each(records)
        self._give_rows(ledger, first)
        for record in self.in_order(ledger, first):
            self._compare(ledger, record)
        self.check(ledger, [record for record in first if not ledger.is_lost(record)])
        self._write(ledger, [record for record in first if not ledger.is_lost(record)])
        for record, same in doubles:
            self._answer_double(ledger, record, same)
        return [record for record in first if not ledger.is_lost(record)]

    def in_order(self, ledger: Ledger, records: list[Record]) -> Iterable[Record]:
        """In which order they are compared; for nouns that fetch something for several at once."""
        return records

    def _once_each(self, records: list[Record]) -> tuple[list[Record], list[tuple[Record, Record]]]:
        first: dict[Identity, Record] = {}
        doubles = []
        for record in records:
            known = first.setdefault(record.identity, record)
            if known is not record:
                doubles.append((record, known))
        return list(first.values()), doubles

    def _answer_double(self, ledger: Ledger, record: Record, same: Record) -> None:
        """A record that is there twice is one; two that differ cannot both be right."""
        if ledger.is_lost(same):
            sentence = f"It depends on {same} ({same.name}), which was refused."
            ledger.answer(record, Outcome.FAILED, reason="depends", message=sentence)
        elif record.fields == same.fields:
            ledger.answer(record, Outcome.MATCHED, message=f"{same.name} says the same.")
        else:
            sentence = f"{same.name} describes {same} differently; that one is taken."
            ledger.answer(record, Outcome.FAILED, reason="conflict", message=sentence)

    def _give_rows(self, ledger: Ledger, records: list[Record]) -> None:
        rows = ledger.rows[self.kind]
        new = [record for record in records if record.identity not in rows]
        new_row = blank(self.model)
        for record, pk in zip(new, next_ids(self.model, len(new)), strict=True):
            rows[record.identity] = Row(pk, new_row(id=pk), is_new=True)
        for record in records:
            record.row = rows[record.identity]

    def _compare(self, ledger: Ledger, record: Record) -> None:
        """What is to be written for one record: record.values, all of them when new, those that differ when not."""
        row = record.row
        if row.merged:
            record.values, record.children = {}, {}
            return
        try:
            values = self.values(ledger, record, row)
            if row.is_new:
                record.values = values
            else:
                record.values = self._changes(ledger, record, row, values)
        except Refused as refused:
            ledger.refuse(record, refused)

    def _changes(self, ledger: Ledger, record: Record, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        """The values that differ from the stored row. Raises Refused (published) when readers have seen them."""
        changes = {name: value for name, value in values.items() if not self.same(row.instance, name, value)}
        if not self.children_differ(record, row):
            record.children = {}
        if not row.seen and not ledger.keep:
            return changes
        allowed = {name: value for name, value in changes.items() if self._may_change(ledger, row, name)}
        if ledger.keep:
            record.children = {}
            return allowed
        refused = set(changes) - set(allowed) | (set(record.children) if self.replaces_children else set())
        if refused:
            what = ", ".join(sorted(name.removesuffix("_id") for name in refused))
            raise Refused(
                "published",
                f"Readers have seen {record}: editors correct it in the open ({what} would change).",
            )
        return allowed

    def _may_change(self, ledger: Ledger, row: Row, name: str) -> bool:
        """Whether a field may be written although readers see the row, or what stands here is kept."""
        if name in self.silent and not ledger.keep:
            return True
        group = next((names for names in self.together if name in names), frozenset({name}))
        return name in self.fills and not any(_filled(row.instance, each) for each in group)

    def same(self, instance: Any, name: str, value: Any) -> bool:
        """Whether the stored value is the record's."""
        return bool(getattr(instance, name) == value)

    def _write(self, ledger: Ledger, records: list[Record]) -> None:
        """Inserts what is new and updates what changed. Raises Again, Culprits."""
        new = [record for record in records if record.row.is_new]
        for record in new:
            for name, value in record.values.items():
                setattr(record.row.instance, name, value)
        self.complete([record.row.instance for record in new])
        insert(self.model, [(record.row.instance, record) for record in new])
        changed = [record for record in records if not record.row.is_new and record.values]
        self._update(changed)
        touched = [record for record in records if record.children or record.row.is_new]
        self.write_children(ledger, touched)
        written = {id(record) for record in [*changed, *touched]}
        for record in records:
            self.answer(ledger, record, written=id(record) in written)

    def answer(self, ledger: Ledger, record: Record, *, written: bool) -> None:
        row = record.row
        outcome = Outcome.CREATED if row.is_new else Outcome.UPDATED if written else Outcome.MATCHED
        ledger.answer(record, outcome, obj=row.instance)

    def _update(self, records: list[Record]) -> None:
        """Writes the changes where nobody else was faster. Raises Again, Culprits."""
        by_fields: dict[frozenset[str], list[Record]] = {}
        for record in records:
            by_fields.setdefault(frozenset(record.values), []).append(record)
        for names, group in by_fields.items():
            for part in chunks(group):
                self._lock(part)
                for record in part:
                    for name, value in record.values.items():
                        setattr(record.row.instance, name, value)
                    if hasattr(record.row.instance, "updated_at"):
                        record.row.instance.updated_at = timezone.now()
                also = {"updated_at"} if hasattr(part[0].row.instance, "updated_at") else set()
                fields = sorted(self.model._meta.get_field(name).name for name in names | also)
                _guarded(
                    [(record.row.instance, record) for record in part],
                    lambda rows, fields=fields: self.model._default_manager.bulk_update(rows, fields),  # type: ignore[misc]
                )

    def _lock(self, records: Sequence[Record]) -> None:
        """Holds the rows until the commit. Raises Again when one is not as it was when we looked."""
        versions = {record.row.pk: getattr(record.row.instance, "version", None) for record in records}
        if None in versions.values():
            return
        rows = self.model._default_manager.select_for_update(no_key=True).filter(pk__one_of=versions)
        now = dict(rows.order_by("pk").values_list("pk", "version"))
        if now != versions:
            raise Again


def _filled(instance: Any, name: str) -> bool:
    return getattr(instance, name) not in (None, "", [], "unknown")


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids for rows to come, so that rows of one run can point at each other."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[models.Model], rows: Sequence[tuple[Any, Record]]) -> None:
    """Inserts rows, each with the record it comes from. Raises Again, Culprits."""
    for part in chunks(rows):
        _guarded(part, copy_in)


def _guarded(part: Sequence[tuple[Any, Record]], write: Callable[[list[Any]], Any]) -> None:
    """Writes, and finds out whose fault it is when the database refuses."""
    if not part:
        return
    try:
        with transaction.atomic():
            write([instance for instance, _record in part])
    except (IntegrityError, DataError) as error:
        if len(part) == 1:
            double = getattr(error.__cause__, "sqlstate", "") == "23505"
            raise Culprits({part[0][1].number: _refusal(error)}, doubles=double) from error
        found: list[Culprits] = []
        half = len(part) // 2
        for side in (part[:half], part[half:]):
            try:
                _guarded(side, write)
            except Culprits as culprits:
                found.append(culprits)
        if found:
            refused = {number: why for culprits in found for number, why in culprits.found.items()}
            raise Culprits(refused, doubles=all(culprits.doubles for culprits in found)) from error


def _refusal(error: Exception) -> Refused:
    """The database's own rule in a sentence: its triggers write one, its constraints have a name."""
    said = str(error).split("\n")[0].strip()
    if said.startswith("["):
        said = said.partition("] ")[2]
    return Refused("not_allowed", f"The database does not take it: {said[:300].rstrip('.')}.")
