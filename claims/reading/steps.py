"""Reading sources: their texts go to the machine, what comes back is stored or proposed. Each source is read whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pghistory
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from claims.errors import Refused
from claims.extraction import Finding, Known, extract
from claims.extraction.version import version
from claims.models import Position, Reading, ReadingChange, Statement
from claims.permissions import require
from claims.reading.comparing import Change, Stored, changes, sift
from claims.reading.hints import known_names
from claims.reading.storing import New, insert_all
from claims.reading.suggestions import Place, Suggestion, Text, most_useful, suggestions
from claims.vocabulary import ChangeKind, Review, StatementOrigin, Verb
from sources.inserting import insert
from sources.models import Source
from sources.vocabulary import BodyKind, Language

__all__ = ["Answer", "Text", "find", "read_source", "store", "store_all", "texts", "unread"]

# Sources whose texts are in memory at once.
BATCH = 50

Outcome = Literal["read", "compared", "gone"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one source: one line of `read_sources --json`.

    `outcome`: read for the first time; compared with what an earlier reading suggested; gone, where the source was deleted
    meanwhile. `found`: by the machine; `suggested`: new on the desk; `left_out`: more than a source may have; `add`, `change`,
    `drop`: proposed to the desk.
    """

    source: int
    outcome: Outcome
    version: str
    found: int = 0
    suggested: int = 0
    left_out: int = 0
    add: int = 0
    change: int = 0
    drop: int = 0


def unread(*, language: str | None = None) -> QuerySet[Source]:
    """Sources that the present machine has not read, in the order they came.

    Our own summaries are left out: their statements come from records, and the machine would find our words, not the
    speakers'.
    """
    languages = [language] if language else [each.value for each in Language]
    missing = Q()
    for each in languages:
        done = Reading.objects.filter(source=OuterRef("pk"), extractor_version=version(each))
        missing |= Q(language=each) & ~Q(Exists(done))
    return Source.objects.filter(missing).exclude(body_kind=BodyKind.DIGEST).order_by("pk")


def texts(chosen: QuerySet[Source]) -> Iterator[Text]:
    """What the machine needs of each source, a few at a time: memory stays flat. `chosen` is asked for ids once."""
    keys = list(chosen.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield from map(
            _text, _columns(Source.objects.filter(pk__in=keys[start : start + BATCH])).order_by("pk")
        )


def read_source(
    source: Source, *, by: User | None = None, names: Known | None = None, dry_run: bool = False
) -> Answer:
    """Reads a source: the first time its findings become suggestions, later they become proposed changes.

    Reading again adds nothing. `by`: the editor who asks, None for the command. `names`: from `known_names`, where many sources
    are read. Raises PermissionDenied; Refused where the text was replaced or deleted meanwhile.
    """
    text = _text(_columns(Source.objects.filter(pk=source.pk)).get())
    answer = store(text, find(text, known_names() if names is None else names), by=by, dry_run=dry_run)
    if answer.outcome == "gone":
        raise Refused("gone", _("The text was replaced or deleted meanwhile: analyse it again."))
    return answer


def find(text: Text, names: Known | tuple[()] = ()) -> list[Finding]:
    """What the machine finds in a text, page furniture left out. Asks no database: other processes may do it."""
    return extract(text.body, text.language, names, text.furniture)


def store(
    text: Text, findings: Sequence[Finding], *, by: User | None = None, dry_run: bool = False
) -> Answer:
    """`store_all` for one text."""
    return store_all([(text, findings)], by=by, dry_run=dry_run)[0]


def store_all(
    read: Sequence[tuple[Text, Sequence[Finding]]], *, by: User | None = None, dry_run: bool = False
) -> list[Answer]:
    """Stores what was found in each text, or proposes it where its source was read before; answers for each, in order. All in one
    transaction, in as many queries for many first readings, with any number of findings, as for one (of each language).

    Answers "gone" and writes nothing where a source no longer has this text. Raises PermissionDenied.
    """
    if by is not None:
        require(by, Verb.TRIAGE)
    answers: dict[int, Answer] = {}
    with transaction.atomic():
        here = _hold(text for text, _findings in read)
        for language in sorted({text.language for text, _findings in read}):
            some = [(text, found) for text, found in read if text.language == language and text.pk in here]
            with _one_act(by, version(language)):
                answers |= _store(some, version(language))
        if dry_run:
            transaction.set_rollback(True)
    return [
        answers.get(text.pk) or Answer(text.pk, "gone", version(text.language)) for text, _findings in read
    ]


def _hold(read: Iterable[Text]) -> set[int]:
    """Which of these sources have these texts still; they keep them until the commit. In one order, so that two readers of the same
    sources wait for each other in a row.
    """
    wanted = {text.pk: text.sha256 for text in read}
    with connection.cursor() as cursor:
        # Every place is checked in the text; thousands of them in a long one take longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = '120s'")
    held = Source.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
    return {pk for pk, sha256 in held.values_list("pk", "text_sha256") if sha256 == wanted[pk]}


def _store(read: Sequence[tuple[Text, Sequence[Finding]]], machine: str) -> dict[int, Answer]:
    """The answers by source. All are of one language and held."""
    stored = _stored({text.pk: text for text, _findings in read})
    before = set(Reading.objects.filter(source__in=list(stored)).values_list("source", flat=True))
    first: list[tuple[Text, list[Suggestion]]] = []
    answers: dict[int, Answer] = {}
    for text, findings in read:
        found = suggestions(text, findings)
        if text.pk in before:
            answers[text.pk] = _compare(text, machine, found, stored[text.pk])
        else:
            first.append((text, found))
    return answers | _suggest(first, machine, stored)


@contextmanager
def _one_act(by: User | None, machine: str) -> Iterator[None]:
    """The frame of a reading: who asked for it and the machine's version stand in the history."""
    who: dict[str, Any] = {"user": by.pk} if by else {}
    with pghistory.context(**who, verb="read_source", reason=machine):
        yield


def _columns(chosen: QuerySet[Source]) -> QuerySet[Source, Any]:
    return chosen.values(
        "pk",
        "body",
        "language",
        "text_sha256",
        "furniture",
        "title_span",
        "published_earliest",
        "published_latest",
        "published_basis",
    )


def _text(row: Mapping[str, Any]) -> Text:
    earliest, latest = row["published_earliest"], row["published_latest"]
    return Text(
        pk=row["pk"],
        body=row["body"],
        language=row["language"],
        sha256=row["text_sha256"],
        furniture=tuple((piece["start"], piece["end"]) for piece in row["furniture"]),
        title=(row["title_span"][0], row["title_span"][1]) if row["title_span"] else None,
        published=(earliest, latest) if earliest and latest else None,
        published_basis=row["published_basis"],
    )


def _stored(read: Mapping[int, Text]) -> dict[int, list[Stored]]:
    """By source, its statements whose words stand in this text; those discarded with a summary stood in another. One query."""
    rows = (
        Statement.objects.filter(source__in=list(read))
        .order_by("pk")
        .annotate(on_a_claim=Exists(Position.objects.filter(statement=OuterRef("pk"))))
    )
    found: dict[int, list[Stored]] = {pk: [] for pk in read}
    for row in rows.values(
        *(
            "pk",
            "source_id",
            "fingerprint",
            "spans",
            "cue_span",
            "act",
            "origin",
            "review",
            "version",
            "on_a_claim",
        )
    ):
        body = read[row["source_id"]].body
        if all(body[span["start"] : span["end"]] == span["exact"] for span in row["spans"]):
            found[row["source_id"]].append(
                Stored(
                    pk=row["pk"],
                    fingerprint=row["fingerprint"],
                    spans=tuple((span["start"], span["end"]) for span in row["spans"]),
                    act=row["act"],
                    decided=row["on_a_claim"] or not _untouched(row),
                    cue=_cue(row),
                )
            )
    return found


def _cue(row: Mapping[str, Any]) -> Place | None:
    """Where the verb stands. Whoever discards a badly cut statement has not decided about a better cut of the same verb."""
    span = row["cue_span"]
    return (span["start"], span["end"]) if span and row["review"] != Review.REJECTED else None


def _untouched(row: Mapping[str, Any]) -> bool:
    """As the machine left it: the version counts every change an editor makes."""
    return bool(
        row["origin"] == StatementOrigin.EXTRACTION
        and row["review"] == Review.SUGGESTED
        and row["version"] == 1
    )


def _suggest(
    read: Sequence[tuple[Text, list[Suggestion]]], machine: str, stored: Mapping[int, list[Stored]]
) -> dict[int, Answer]:
    """First readings: what is found is suggested."""
    rows: list[New] = []
    readings: list[Reading] = []
    answers: dict[int, Answer] = {}
    for text, found in read:
        new, there = sift(found, stored[text.pk])
        kept = most_useful(new)
        rows.append(New(text, kept, there))
        readings.append(
            Reading(source_id=text.pk, extractor_version=machine, found=len(found), stored=len(kept))
        )
        answers[text.pk] = Answer(text.pk, "read", machine, len(found), len(kept), len(new) - len(kept))
    insert(readings)
    insert_all(rows, machine)
    return answers


def _compare(text: Text, machine: str, found: list[Suggestion], stored: list[Stored]) -> Answer:
    """A later reading: what would change is proposed. What an editor left once is not proposed again."""
    reading, _new = Reading.objects.get_or_create(
        source_id=text.pk, extractor_version=machine, defaults={"found": len(found)}
    )
    proposed: dict[tuple[str, int | None, str], Change] = {
        change.key: change for change in changes(most_useful(found), stored)
    }
    waiting: list[int] = []
    for pk, in_reading, decided_at, taken, key in _proposed_before(text.pk):
        if decided_at is not None:
            if not taken:
                proposed.pop(key, None)
        elif in_reading == reading.pk and key in proposed:
            del proposed[key]
        else:
            waiting.append(pk)
    if waiting:
        # What an older machine proposed and nobody decided is no longer on offer.
        ReadingChange.objects.filter(pk__in=waiting).delete()
    ReadingChange.objects.bulk_create(
        ReadingChange(
            reading=reading,
            kind=change.kind.value,
            statement_id=change.statement,
            finding=change.found.as_json() if change.found else {},
        )
        for change in proposed.values()
    )
    kinds = [change.kind for change in proposed.values()]
    return Answer(
        text.pk,
        "compared",
        machine,
        len(found),
        add=kinds.count(ChangeKind.ADD),
        change=kinds.count(ChangeKind.CHANGE),
        drop=kinds.count(ChangeKind.DROP),
    )


def _proposed_before(source: int) -> Iterable[tuple[int, int, Any, bool | None, tuple[str, int | None, str]]]:
    """Every change proposed for the source so far: (id, reading, decided when, taken, key)."""
    rows = ReadingChange.objects.filter(reading__source=source).order_by("pk")
    for pk, reading, decided_at, taken, kind, statement, fingerprint in rows.values_list(
        "pk", "reading", "decided_at", "taken", "kind", "statement", "finding__fingerprint"
    ):
        yield pk, reading, decided_at, taken, (kind, statement, fingerprint or "")
