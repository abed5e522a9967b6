"""Claims that may say the same are found in either language, with the reason, in four queries, and never merged by themselves."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from claims import linking
from claims.linking import similar, similar_to_each
from claims.models import Claim, Speaker, Statement, StatementSpeaker
from claims.signatures import sign
from claims.vocabulary import Role, SpeakerKind
from sources.vocabulary import DateBasis
from tests.factories import make_claim, make_source, make_speaker, make_statement, make_user

DRONES = "La Cina ha inviato droni alla Russia."


pytestmark = pytest.mark.django_db


def make_signed(text: str = "", **fields: Any) -> Claim:
    """A signed claim, in English unless only `text_it` is given."""
    claim = make_claim(text, **fields)
    if not text:
        Claim.objects.filter(pk=claim.pk).update(text_en="")
    sign([claim.pk])
    claim.refresh_from_db()
    return claim


def make_government(name: str, country: str) -> Speaker:
    return make_speaker(name, kind=SpeakerKind.GOVERNMENT.value, country=country, slug=name.lower())


def said(words: str, *, language: str = "it", **fields: Any) -> Statement:
    """A statement of these words, its source loaded."""
    statement = make_statement(
        make_source(f"Titolo\n\n{words}\n", language=language), words, act="asserts", **fields
    )
    return Statement.objects.select_related("source").get(pk=statement.pk)


def found(of: Claim | Statement) -> list[Claim]:
    return [match.claim for match in similar(of)]


@pytest.fixture
def others() -> list[Claim]:
    """Claims on other matters, so that something is rare."""
    texts = [
        "Iran sent drones to Russia.",
        "China will buy more Russian gas.",
        "Ukraine rebuilt a bridge near Odesa.",
        "France will send instructors to Ukraine.",
        "The election in Georgia was rigged.",
        "Turkey closed the Bosphorus to warships.",
        "Italy paid Libyan militias to stop boats.",
        "Two banks in Hungary were fined.",
    ]
    return [make_signed(text) for text in texts]


# -- what is found --------------------------------------------------------------------------------------------------------------------


def test_a_claim_in_the_other_language_comes_first_with_the_reason(others: list[Claim]) -> None:
    claim = make_signed("China delivered drones to the Russian army.")
    other = make_signed(text_it=DRONES)
    with translation.override("en"):
        best = similar(claim)[0]
    assert best.claim == other
    assert 0.5 < best.score <= 1.0
    assert best.reason.startswith("both: China, Russia; themes: drones, military aid")
    with translation.override("it"):
        assert "Cina, Russia" in similar(claim)[0].reason and "aiuti militari" in similar(claim)[0].reason


def test_a_statement_finds_its_claim_and_not_itself_twice(others: list[Claim]) -> None:
    claim = make_signed("China sent drones to Russia.")
    statement = said("La Cina ha spedito droni alla Russia")
    assert found(statement)[0] == claim
    statement.positions.create(claim=claim, stance="asserts")
    assert claim not in found(statement)


def test_a_denial_of_few_words_is_read_with_what_stands_around_it(others: list[Claim]) -> None:
    claim = make_signed("China sent drones to Russia.")
    source = make_source("Titolo\n\nLa Cina avrebbe inviato droni alla Russia. Pechino lo nega.\n")
    statement = make_statement(source, "lo nega")
    assert found(Statement.objects.select_related("source").get(pk=statement.pk))[0] == claim


def test_what_stands_around_a_statement_helps_and_never_hurts(others: list[Claim]) -> None:
    claim = make_signed("China sent drones to Russia.")
    words = "ne avrebbe spediti più di cento in pochi giorni"
    scores = []
    for before in ("", "Si parla di droni cinesi per la Russia. ", "Si parla di calcio e di Malawi. "):
        source = make_source(f"Titolo\n\n{before}Il governo {words}.\n")
        statement = make_statement(source, words)
        matches = similar(Statement.objects.select_related("source").get(pk=statement.pk))
        scores.append(next((match.score for match in matches if match.claim == claim), 0.0))
    assert scores[1] > 0.25 > scores[0] == scores[2]


def test_who_speaks_counts_where_the_claim_is_about_them(others: list[Claim]) -> None:
    china = make_government("China", "CN")
    claim = make_signed("China sent drones to Russia.")
    statement = said("mai inviati droni e missili alla Russia di Putin")
    silent = similar(statement)[0]
    StatementSpeaker.objects.create(statement=statement, speaker=china)
    spoken = similar(statement)[0]
    assert silent.claim == spoken.claim == claim
    assert spoken.score > silent.score and "China" in spoken.reason


def test_the_other_way_round_is_told(others: list[Claim]) -> None:
    claim = make_signed("Russia sent drones to China.")
    reasons = {match.claim: match.reason for match in similar(make_signed(text_it=DRONES))}
    assert reasons[claim].endswith("but the other way round")


def test_names_and_numbers_are_named_as_they_are_written(others: list[Claim]) -> None:
    make_signed("In Bucha 400 civilians were killed.")
    match = similar(make_signed(text_it="A Bucha uccisi 400 civili."))[0]
    assert match.reason.endswith("also: 400, Bucha")


def test_claims_that_share_nothing_are_not_offered(others: list[Claim]) -> None:
    assert found(make_signed("Malawi has a new stadium.")) == []
    assert found(make_signed("…")) == []


# -- what is left out -----------------------------------------------------------------------------------------------------------------


def test_a_claim_is_not_like_itself_and_a_merged_one_is_gone() -> None:
    editor = make_user(Role.SENIOR_EDITOR)
    claim, loser = make_signed(text_it=DRONES), make_signed("China sent drones to Russia.")
    assert found(claim) == [loser] and found(loser) == [claim]
    kept = make_signed("Beijing gave Moscow drones.")
    linking.merge_claims(loser, into=kept, by=editor, because="the same")
    assert found(claim) == [kept]


def test_nothing_is_merged_or_linked_by_itself(others: list[Claim]) -> None:
    claim = make_signed(text_it=DRONES)
    make_signed("China sent drones to Russia.")
    before = list(Claim.objects.order_by("pk").values_list("pk", "merged_into", "version"))
    assert similar(claim)
    assert list(Claim.objects.order_by("pk").values_list("pk", "merged_into", "version")) == before
    assert not claim.links_from.exists() and not claim.links_to.exists()


@pytest.mark.parametrize(
    ("theirs", "another_time"),
    [((2022, 2022), False), ((2021, 2022), False), ((2024, 2024), True), ((2020, 2021), True)],
)
def test_claims_about_another_time_come_later_and_say_so(
    others: list[Claim], theirs: tuple[int, int], another_time: bool
) -> None:
    def period(first: int, last: int) -> dict[str, Any]:
        basis = DateBasis.STATED.value
        return {
            "period_earliest": date(first, 1, 1), "period_latest": date(last, 12, 31), "period_basis": basis,
        }  # fmt: skip

    claim = make_signed(text_it=DRONES, **period(2022, 2022))
    other = make_signed("China sent drones to Russia.", **period(*theirs))
    match = next(match for match in similar(claim) if match.claim == other)
    assert ("but about another time" in match.reason) is another_time
    assert (match.score <= 0.5) is another_time


@pytest.mark.parametrize(
    ("said_on", "another_time"),
    [
        (date(2022, 3, 1), False),
        (date(2022, 11, 1), False),
        (date(2021, 5, 1), True),
        (date(2025, 5, 1), True),
    ],
)
def test_what_was_said_of_one_year_is_not_said_of_another(
    others: list[Claim], said_on: date, another_time: bool
) -> None:
    claim = make_signed(
        "China sent drones to Russia.", period_earliest=date(2022, 1, 1), period_latest=date(2022, 6, 30),
        period_basis=DateBasis.STATED.value,
    )  # fmt: skip
    statement = said(DRONES, said_earliest=said_on, said_latest=said_on, said_basis=DateBasis.STATED.value)
    match = next(match for match in similar(statement) if match.claim == claim)
    assert ("but about another time" in match.reason) is another_time


# -- what it costs --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 12])
def test_four_queries_for_claims_and_for_statements(
    others: list[Claim], number: int, django_assert_num_queries: Any
) -> None:
    claims = [make_signed(f"China sent {count} drones to Russia.") for count in range(number)]
    statements = [said(f"La Cina ha inviato {count} droni alla Russia") for count in range(number)]
    with django_assert_num_queries(4):
        for matches in similar_to_each(claims):
            assert matches or number == 1
            str([match.claim.text for match in matches])
    with django_assert_num_queries(4):
        assert all(similar_to_each(statements))
    with django_assert_num_queries(5):
        both = similar_to_each([statements[0], claims[0], *statements[1:]])
    assert [len(matches) for matches in both[1:2]] == [len(similar(claims[0]))]
    with django_assert_num_queries(0):
        assert similar_to_each([]) == []


def test_the_rarest_are_looked_for_first_where_everything_else_is_frequent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for count in range(30):
        make_claim(f"Russia attacked Ukraine on day {count}.")
    needle = make_claim("Russia attacked Ukraine near Bilohorivka.")
    sign(Claim.objects.values_list("pk", flat=True))
    # The function stands in the module's place in the package.
    monkeypatch.setattr(sys.modules["claims.linking.similar"], "LOOKED_AT", 5)
    best = similar(make_signed(text_it="La Russia ha attaccato l'Ucraina vicino a Bilohorivka."))
    assert best[0].claim == needle


def test_an_editors_theme_may_hold_anything() -> None:
    odd = """a "quoted", {braced}, back\\slash 'theme'"""
    claim = make_signed("It was so.", themes=[odd])
    assert found(make_signed("So it was.", themes=[odd])) == [claim]


def test_each_set_of_elements_is_one_look_into_the_index(others: list[Claim]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM claims_claim WHERE signature @> ARRAY['a:RU', 't:drones']")
        assert "claims_claim_by_signature" in "".join(row[0] for row in cursor.fetchall())
