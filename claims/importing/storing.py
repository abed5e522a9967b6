"""A run of records in one transaction: checked, resolved, stored as drafts, logged. It is there whole or not at all.

Only one run of records writes at a time (an advisory lock), so runs side by side on the same files end in the same rows.
Importers of articles and editors do not wait for it; where one of them was faster, the run starts over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pghistory
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from claims import contest, signatures
from claims.importing.archive import Outlets, Sources, Topics
from claims.importing.files import Read
from claims.importing.judged import EvidenceRecords, Verdicts
from claims.importing.ledger import Answer, Identity, Ledger, Record, Report, references
from claims.importing.nouns import Again, Culprits, Noun, chunks
from claims.importing.people import Claims, Speakers
from claims.importing.said import Positions, Statements
from claims.importing.shapes import TYPES, checked, identity
from claims.models import Position
from claims.permissions import require
from claims.vocabulary import Verb
from sources.characters import Refused
from sources.importing import Again as ArticleAgain
from sources.importing import item
from sources.inserting import insert_values
from sources.models import ImportItem, ImportRun
from sources.vocabulary import Outcome, RunKind

__all__ = ["import_records", "start_run"]

# How often a run looks again when somebody else was faster, and how often it starts over without what the database refuses.
ATTEMPTS = 5
STARTS = 50
# One run of records at a time (the key of the advisory lock: the letters "records").
LOCK = int.from_bytes(b"records", "big")
_TRY_AGAIN = ("40P01", "40001")

NOUNS: dict[str, type[Noun]] = {
    "topic": Topics,
    "outlet": Outlets,
    "source": Sources,
    "speaker": Speakers,
    "claim": Claims,
    "statement": Statements,
    "position": Positions,
    "evidence": EvidenceRecords,
    "verdict": Verdicts,
}


def start_run(*, by: User | None = None) -> ImportRun:
    """The log that the answers of one run of records are kept in."""
    return ImportRun.objects.create(kind=RunKind.RECORDS, by=by)


def import_records(
    records: Iterable[Read],
    *,
    run: ImportRun | None,
    by: User | None = None,
    dry_run: bool = False,
    keep: bool = False,
    then: Callable[[Report], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Report:
    """Stores the records as drafts and answers for each. Publishes nothing.

    `run` is None exactly in a dry run, which does everything and takes it back. `keep`: what stands here already is never
    changed, only filled in where it is empty. `then` gets the report within the transaction and before it is logged: the
    caller carries out what it has a person's word for. `say` is told how far it is.

    Raises PermissionDenied, OperationalError; then nothing is stored.
    """
    if by is not None:
        require(by, Verb.IMPORT)
    read = list(records)
    refused: dict[int, Refused] = {}
    looks = 0
    for _start in range(STARTS):
        try:
            return _attempt(read, refused, run, by, dry_run, keep, then, say or (lambda _words: None))
        except Culprits as culprits:
            if not culprits.doubles or looks >= ATTEMPTS:
                refused |= culprits.found
            looks += 1
        except (Again, OperationalError) as error:
            looks += 1
            if not _somebody_was_faster(error):
                raise
            if looks >= ATTEMPTS:
                raise OperationalError("somebody else goes on changing the same things") from error
    raise OperationalError("the database refuses too many of the records; correct those that are named first")


def _somebody_was_faster(error: Exception) -> bool:
    """Whether another look helps: our rows or our articles changed meanwhile, or two of us waited for each other."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, (Again, ArticleAgain)) or state in _TRY_AGAIN


def _attempt(
    read: list[Read],
    refused: dict[int, Refused],
    run: ImportRun | None,
    by: User | None,
    dry_run: bool,
    keep: bool,
    then: Callable[[Report], None] | None,
    say: Callable[[str], None],
) -> Report:
    """One look and one writing of the whole run."""
    with transaction.atomic():
        _wait_for_our_turn()
        with pghistory.context(**({"user": by.pk} if by else {}), verb="import"):
            report = _store(read, refused, keep, say)
        if then is not None:
            say("Carrying out what the records ask for …")
            then(report)
        with connection.cursor() as cursor:
            # What the database checks at the end is checked now, while somebody listens.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        if dry_run:
            report.answers = [_without_ids(answer) for answer in report.answers]
            transaction.set_rollback(True)
        elif run is not None:
            _log(run, report.answers)
    return report


def _wait_for_our_turn() -> None:
    with connection.cursor() as cursor:
        # Another run of records may take longer than what a page may wait for.
        cursor.execute("SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = '300s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _store(read: list[Read], refused: dict[int, Refused], keep: bool, say: Callable[[str], None]) -> Report:
    ledger = Ledger(len(read), keep=keep)
    by_type: dict[str, list[Record]] = {kind: [] for kind in TYPES}
    wanted: dict[str, set[Identity]] = {kind: set() for kind in TYPES}
    for number, (name, fields) in enumerate(read):
        record = _record(ledger, number, name, fields)
        if record is not None and number in refused:
            ledger.refuse(record, refused[number])
        elif record is not None:
            by_type[record.type].append(record)
            wanted[record.type].add(record.identity)
            for kind, target in references(record.type, record.fields):
                wanted[kind].add(target)
    stand: dict[str, list[Record]] = {}
    for kind in TYPES:
        say(f"Storing {len(by_type[kind]):,} records of type {kind} …")
        stand[kind] = NOUNS[kind]().store(ledger, by_type[kind], wanted[kind])
    made = {record.row.pk for record in stand["claim"] if record.row.is_new}
    # Of claims that were here before, what is new on them counts too.
    made |= {
        record.row.instance.claim_id for record in stand["position"] if record.row.is_new or record.values
    }
    made |= _told_otherwise(stand["statement"])
    made |= contest.claims_where_they_count(
        record.row.pk for record in stand["speaker"] if _is_changed(record)
    )
    for part in chunks(sorted(made)):
        contest.refresh(part)
    kept = {record.row.pk for record in stand["claim"]}
    for part in chunks(sorted(kept)):
        signatures.sign(signatures.unsigned().filter(pk__one_of=part).values_list("pk", flat=True))
    return Report([answer for answer in ledger.answers if answer is not None], ledger.acts)


def _is_changed(record: Record) -> bool:
    return not record.row.is_new and bool(record.values or record.children)


def _told_otherwise(records: list[Record]) -> set[int]:
    """The claims of statements that stood here before and say now otherwise when, or by whom, something was said."""
    changed = [record.row.pk for record in records if _is_changed(record)]
    found: set[int] = set()
    for part in chunks(changed):
        found |= set(Position.objects.filter(statement__one_of=part).values_list("claim_id", flat=True))
    return found


def _record(ledger: Ledger, number: int, name: str, fields: dict[str, object] | Refused) -> Record | None:
    """The record, checked; None when it is refused, which is answered and remembered by its identity."""
    if isinstance(fields, Refused):
        ledger.answers[number] = _failure(name, fields)
        return None
    try:
        kind, found = checked(fields)
        return Record(number, name, kind, found, identity(kind, found))
    except Refused as refused:
        ledger.answers[number] = _failure(name, refused)
    _remember(ledger, number, name, fields)
    return None


def _remember(ledger: Ledger, number: int, name: str, fields: dict[str, object]) -> None:
    """What hangs on a record that is refused for a field is told so: its identity may still be readable."""
    kind = fields.get("type")
    if not isinstance(kind, str) or kind not in ledger.lost:
        return
    try:
        found = identity(kind, fields)
    except (KeyError, TypeError):
        return
    if all(isinstance(part, str) for part in found):
        ledger.lost[kind].setdefault(found, Record(number, name, kind, {}, found))


def _failure(name: str, refused: Refused) -> Answer:
    return Answer(name, "reject", Outcome.FAILED.value, refused.reason, refused.sentence)


def _without_ids(answer: Answer) -> Answer:
    """Rows of a dry run are taken back: only what was here before has an id."""
    return answer._replace(object="", source=None) if answer.outcome == Outcome.CREATED else answer


def _log(run: ImportRun, answers: list[Answer]) -> None:
    """Keeps the answers with the run, and says that it came to its end."""
    for part in chunks(answers):
        insert_values(ImportItem, [item(run, answer) | {"object_ref": answer.object} for answer in part])
    counts = Counter(answer.outcome for answer in answers)
    ImportRun.objects.filter(pk=run.pk).update(
        finished_at=timezone.now(), **{word: F(word) + count for word, count in counts.items()}
    )
