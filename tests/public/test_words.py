"""Names, dates and sentences as pages write them, in both languages."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import translation

from claims.public import dates, sentences
from claims.public.naming import Names, is_several, joined
from claims.public.paging import Count
from claims.vocabulary import PartyState
from claimtracker.errors import server_error

D = date(2022, 12, 9)
NOBODY = {"source_earliest": None, "source_latest": None}


def party(name: str, state: PartyState) -> dict[str, object]:
    return {"party": None, "name": name, "slug": "", "state": state.value}


def lede(*parties: dict[str, object]) -> str:
    with translation.override("en"):
        return sentences.lede(parties, Names({}))


@pytest.mark.parametrize(
    ("parties", "says"),
    [
        ([], "Nobody is named as saying so: the articles write it themselves."),
        ([party("Two officials", PartyState.ASSERTS)], "Two officials say so; no denial on record."),
        ([party("the ministry", PartyState.DENIES)], "The ministry denies it."),
        (
            [
                party("A", PartyState.ASSERTS),
                party("China", PartyState.DENIES),
                party("Russia", PartyState.DENIES),
            ],
            "A says so; China and Russia deny it.",
        ),
        ([party("Iran", PartyState.DENIED_THEN_ADMITTED)], "Iran denied, then admitted."),
        ([party("Iran", PartyState.ASSERTED_THEN_DENIED)], "Iran said so, now denies."),
        ([party("Iran", PartyState.RETRACTED)], "Iran took it back."),
        ([party("Iran", PartyState.ADMITTED)], "Iran admits it."),
    ],
)
def test_the_lede_names_the_parties_and_what_they_do(parties: list[dict[str, object]], says: str) -> None:
    assert lede(*parties) == says


@pytest.mark.parametrize(
    ("language", "name", "several"),
    [
        ("en", "Two US officials", True),
        ("en", "US officials", True),
        ("en", "US official (to CBS News)", False),
        ("en", "United States", False),
        ("it", "Stati Uniti", True),
        ("it", "Due funzionari americani", True),
        ("it", "Alto funzionario della Difesa americana", False),
        ("it", "Cina", False),
    ],
)
def test_a_party_of_several_takes_a_plural_verb(language: str, name: str, several: bool) -> None:
    with translation.override(language):
        assert is_several(name) is several


def test_names_are_joined_as_a_sentence_joins_them() -> None:
    with translation.override("en"):
        assert [joined(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_dates_are_written_as_the_language_writes_them() -> None:
    with translation.override("it"):
        assert dates.written(D) == "9 dicembre 2022"
    with translation.override("en"):
        assert dates.written(D) == "9 December 2022"


def test_a_date_says_how_it_is_known() -> None:
    with translation.override("en"):
        stated = dates.said(D, D, "stated", **NOBODY)
        assert (stated.words, stated.on, stated.is_inferred) == ("9 December 2022", D, False)
        assert dates.said(D, D, "inferred", **NOBODY).is_inferred
        assert dates.said(None, D, "inferred", **NOBODY).words == "by 9 December 2022"
        assert dates.said(D, date(2022, 12, 11), "stated", **NOBODY).on is None
        assert dates.span(date(2024, 2, 1), date(2024, 2, 29)) == "February 2024"
        assert dates.span(date(2024, 1, 1), date(2024, 12, 31)) == "2024"
        assert dates.span(date(2024, 2, 1), date(2024, 2, 28)) == "1 February 2024 – 28 February 2024"
        unknown = dates.said(None, None, "unknown", source_earliest=None, source_latest=D)
        assert (unknown.words, unknown.is_reported) == ("No day given; reported by 9 December 2022", True)
        assert dates.said(None, None, "unknown", **NOBODY).words == "No day given"


@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (KeyError("bug"), 500)])
def test_a_failure_is_a_static_page_and_a_database_that_is_away_says_so(
    error: Exception, status: int
) -> None:
    """Without `db`: the page asks no database."""
    try:
        raise error
    except Exception:
        response = server_error(RequestFactory().get("/it/"))
    assert response.status_code == status
    assert f">{status}<" in response.content.decode()
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize(("language", "written"), [("en", "1,000"), ("it", "1.000")])
def test_a_large_count_is_written_as_the_language_writes_it(language: str, written: str) -> None:
    with translation.override(language):
        assert Count.upto(1001).written == written
    assert Count.upto(999).written == "999"
