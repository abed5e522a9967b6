"""What an import changes is counted where it is: also of a claim whose own records say nothing new."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from claims.linking import accept
from claims.models import ClaimFigures, Position, Statement
from claims.vocabulary import Role
from tests.claims.test_import_records_again import CLAIM, POSITION, SOURCE, SPEAKER, STATEMENT, reasons, store
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changed", "figure", "before", "after"),
    [
        ({"speakers": [{"speaker": "n"}]}, "parties", ["M"], ["N"]),
        ({"said": {"earliest": "2026-01-07", "basis": "stated"}}, "newest_on", None, date(2026, 1, 7)),
    ],
)
def test_a_record_that_says_otherwise_who_said_something_or_when_is_counted_in_drafts(
    changed: dict[str, Any], figure: str, before: object, after: object
) -> None:
    def counted() -> object:
        found = getattr(ClaimFigures.objects.get(), figure)
        return [each["name"] for each in found] if figure == "parties" else found

    store(SOURCE, SPEAKER, SPEAKER | {"slug": "n", "name": "N"}, CLAIM, STATEMENT, POSITION)
    accept(Statement.objects.get(), by=make_user(Role.EDITOR))
    assert counted() == before
    assert reasons(store(STATEMENT | changed)) == ["updated"]
    assert counted() == after


def test_records_that_are_there_twice_are_counted_once() -> None:
    told = (CLAIM, STATEMENT, POSITION)
    report = store(SOURCE, SPEAKER, *told, *told, POSITION | {"stance": "admits"})
    assert reasons(report) == ["created"] * 5 + ["matched"] * 3 + ["conflict"]
    accept(Statement.objects.get(), by=make_user(Role.EDITOR))
    assert (ClaimFigures.objects.get().statements, Position.objects.count()) == (1, 1)


def test_a_record_that_says_for_whom_a_body_speaks_is_counted_though_it_never_spoke_itself() -> None:
    kremlin = SPEAKER | {"slug": "k", "name": "K"}
    store(SOURCE, SPEAKER | {"speaks_for": "k"}, kremlin, CLAIM, STATEMENT, POSITION)
    accept(Statement.objects.get(), by=make_user(Role.EDITOR))
    assert [each["name"] for each in ClaimFigures.objects.get().parties] == ["K"]
    assert reasons(store(kremlin | {"name": "Kremlin"})) == ["updated"]
    assert [each["name"] for each in ClaimFigures.objects.get().parties] == ["Kremlin"]


def test_doubles_of_what_was_refused_are_refused_with_it_and_end_nothing() -> None:
    unknown = {key: value for key, value in SOURCE.items() if key not in ("body", "text")} | {
        "key": "nowhere"
    }
    nothing = POSITION | {"statement": "nowhere"}
    other = CLAIM | {"slug": "other"}
    report = store(SOURCE, SPEAKER, CLAIM, STATEMENT, unknown, unknown, nothing, nothing, other)
    said = reasons(report)
    assert said[:4] == ["created"] * 4 and said[8] == "created", said
    assert not {"created", "updated", "matched"} & set(said[4:8]), said
