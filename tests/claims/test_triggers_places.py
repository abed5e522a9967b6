"""Where words stand, when they were said, who says them: rules that the database keeps whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import models

from claims.models import (
    Affiliation,
    Carrier,
    Evidence,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
)
from sources.models import Source
from tests.claims.rules import change, refused
from tests.factories import (
    ADMISSION,
    DENIAL,
    make_claim,
    make_outlet,
    make_source,
    make_speaker,
    make_statement,
    span_of,
)

pytestmark = pytest.mark.django_db


# -- dates ---------------------------------------------------------------------------------------------------------------------


DATED: dict[str, tuple[Callable[..., models.Model], str, str]] = {
    "sources_source_date": (make_source, "published", "sources_source_dates_in_order"),
    "claims_claim_period": (make_claim, "period", "claims_claim_period_in_order"),
    "claims_statement_date": (make_statement, "said", "claims_statement_dates_in_order"),
}


@pytest.mark.parametrize(("make", "what", "in_order"), DATED.values(), ids=DATED)
class TestDates:
    def test_a_known_date_says_how_it_is_known(
        self, make: Callable[..., models.Model], what: str, in_order: str
    ) -> None:
        with refused("has_a_basis"):
            make(**{f"{what}_earliest": date(2024, 3, 1)})

    def test_an_unknown_date_is_empty(
        self, make: Callable[..., models.Model], what: str, in_order: str
    ) -> None:
        with refused("has_a_basis"):
            make(**{f"{what}_basis": "stated"})

    def test_the_earliest_day_is_not_after_the_latest(
        self, make: Callable[..., models.Model], what: str, in_order: str
    ) -> None:
        days = {f"{what}_earliest": date(2024, 3, 2), f"{what}_latest": date(2024, 3, 1)}
        with refused(in_order):
            make(**days, **{f"{what}_basis": "stated"})

    def test_one_end_may_be_open(self, make: Callable[..., models.Model], what: str, in_order: str) -> None:
        make(**{f"{what}_latest": date(2024, 3, 1), f"{what}_basis": "inferred"})


def test_an_affiliation_begins_before_it_ends() -> None:
    with refused("claims_affiliation_dates_in_order"):
        Affiliation.objects.create(
            speaker=make_speaker(), body=make_speaker(), from_on=date(2024, 3, 2), to_on=date(2024, 3, 1)
        )


# -- spans ---------------------------------------------------------------------------------------------------------------------

WRONG_PLACES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "other words": lambda span: {**span, "exact": "x" * len(span["exact"])},
    "one to the right": lambda span: {**span, "start": span["start"] + 1, "end": span["end"] + 1},
    "shorter words": lambda span: {**span, "exact": span["exact"][:-1]},
    "no words": lambda span: {"start": span["start"], "end": span["end"]},
    "nothing but other things": lambda span: {"foo": 1},
    "no start": lambda span: {"end": span["end"], "exact": span["exact"]},
    "empty": lambda span: {"start": 3, "end": 3, "exact": ""},
    "before the text": lambda span: {**span, "start": -1},
    "fractions": lambda span: {**span, "start": span["start"] + 0.5},
    "words as numbers": lambda span: {**span, "start": "three"},
    "other words before": lambda span: {**span, "prefix": "x" * 8},
    "other words after": lambda span: {**span, "suffix": "x" * 8},
    "no object": lambda span: [span],
    "null": lambda span: None,
}


@pytest.mark.parametrize("wrong", WRONG_PLACES.values(), ids=WRONG_PLACES)
class TestPlaces:
    def test_of_a_statement(self, wrong: Callable[[dict[str, Any]], Any]) -> None:
        statement = make_statement()
        span = wrong(dict(statement.spans[0]))
        with refused("[span]"):
            change(statement, spans=[span])
        with refused("[span]"):
            Statement.objects.create(source=statement.source, spans=[span])

    def test_of_a_cue(self, wrong: Callable[[dict[str, Any]], Any]) -> None:
        statement = make_statement()
        span = wrong(dict(span_of(statement.source.body, "ha negato")))
        if span is not None:
            with refused("[span]"):
                change(statement, cue_span=span)

    def test_of_a_speakers_name_and_a_carriers(self, wrong: Callable[[dict[str, Any]], Any]) -> None:
        statement = make_statement()
        span = wrong(dict(span_of(statement.source.body, "Il ministero")))
        if span is not None:
            with refused("[span]"):
                StatementSpeaker.objects.create(statement=statement, span=span)
            with refused("[span]"):
                Carrier.objects.create(statement=statement, kind="person", span=span)

    def test_of_evidence(self, wrong: Callable[[dict[str, Any]], Any]) -> None:
        source = make_source()
        span = wrong(dict(span_of(source.body, DENIAL)))
        if span is not None:
            with refused("[span]"):
                Evidence.objects.create(claim=make_claim(), kind="supports", source=source, span=span)


def test_places_at_the_very_ends_of_a_text_fit() -> None:
    source = make_source("Né sì né no: così è.")
    statement = make_statement(source, "Né sì", cue_span=dict(span_of(source.body, "così è.")))
    whole = dict(span_of(source.body, source.body))
    change(statement, spans=[whole], cue_span=None)


def test_a_statement_has_a_place() -> None:
    for spans in ([], {}, "words"):
        with refused("[span]"):
            Statement.objects.create(source=make_source(), spans=spans)


def test_the_places_of_a_statement_follow_each_other() -> None:
    source = make_source()
    first, second = span_of(source.body, DENIAL), span_of(source.body, ADMISSION)
    Statement.objects.create(source=source, spans=[first, second])
    with refused("[span]"):
        Statement.objects.create(source=source, spans=[second, first])
    with refused("[span]"):
        Statement.objects.create(source=source, spans=[first, first])


def test_a_passage_is_one_of_a_source() -> None:
    place = span_of(make_source().body, DENIAL)
    with refused("claims_evidence_passage_of_a_source"):
        Evidence.objects.create(claim=make_claim(), kind="supports", url="https://example.org/", span=place)


def test_a_statement_stays_in_its_source() -> None:
    source = make_source("Words.")
    twin = make_source("Words.", url="https://example.org/")
    with refused("[keep]"):
        change(make_statement(source, "Words"), source=twin)


def test_a_statement_is_inside_another_of_the_same_source() -> None:
    outer = make_statement()
    make_statement(outer.source, ADMISSION, inside=outer)
    with refused("[span]"):
        make_statement(inside=outer)


def test_reading_again_finds_a_statement_once_and_a_key_names_one() -> None:
    source = make_source()
    make_statement(source, fingerprint="f" * 64, key="k")
    make_statement(fingerprint="f" * 64, key="k")
    with refused("claims_statement_found_once"):
        make_statement(source, fingerprint="f" * 64)
    with refused("claims_statement_one_per_key"):
        make_statement(source, key="k")


# -- circles -------------------------------------------------------------------------------------------------------------------

CIRCLES: dict[str, tuple[Callable[[], models.Model], str]] = {
    "derived_from": (make_source, "derived_from"),
    "version_of": (make_source, "version_of"),
    "speaks_for": (make_speaker, "speaks_for"),
    "speaker merged_into": (make_speaker, "merged_into"),
    "claim merged_into": (make_claim, "merged_into"),
    "after": (make_statement, "after"),
}


@pytest.mark.parametrize(("make", "field"), CIRCLES.values(), ids=CIRCLES)
def test_a_chain_comes_to_an_end(make: Callable[[], models.Model], field: str) -> None:
    one, two, three = make(), make(), make()
    change(one, **{field: two})
    change(two, **{field: three})
    with refused(r"[circle]|not_for_itself"):
        change(three, **{field: one})
    with refused(r"[circle]|not_for_itself"):
        change(three, **{field: three})
    change(one, **{field: None})
    change(three, **{field: one})


def test_a_statement_is_not_inside_itself() -> None:
    outer = make_statement()
    inner = make_statement(outer.source, ADMISSION, inside=outer)
    with refused("[circle]"):
        change(outer, inside=inner)


# -- who speaks ----------------------------------------------------------------------------------------------------------------


def make_anonymous(source: Source, **fields: Any) -> Speaker:
    return make_speaker("two officials", kind="anonymous", only_in=source, **fields)


def test_an_anonymous_speaker_belongs_to_a_source_and_has_no_item() -> None:
    for fields in (
        {"kind": "anonymous"},
        {"kind": "anonymous", "only_in": make_source(), "wikidata_id": "Q1"},
        {"kind": "person", "only_in": make_source()},
    ):
        with refused("claims_speaker_anonymous_stays_with_its_source"):
            make_speaker(**fields)


def test_an_anonymous_speaker_speaks_in_its_own_article_only() -> None:
    statement, elsewhere = make_statement(), make_statement()
    officials = make_anonymous(statement.source)
    StatementSpeaker.objects.create(statement=statement, speaker=officials)
    for row in (
        StatementSpeaker(statement=elsewhere, speaker=officials),
        StatementSpeaker(statement=elsewhere, speaker=make_speaker(), on_behalf_of=officials),
        Carrier(statement=elsewhere, kind="person", speaker=officials),
    ):
        with refused("[anonymous]"):
            row.save()
    with refused("[anonymous]"):
        change(officials, only_in=elsewhere.source)


def test_copies_of_an_article_share_its_anonymous_speakers() -> None:
    statement, copy = make_statement(), make_statement()
    change(copy.source, origin=statement.source)
    StatementSpeaker.objects.create(statement=copy, speaker=make_anonymous(statement.source))


def test_a_wikidata_item_is_one_outlet_and_one_speaker_but_for_the_merged() -> None:
    make_outlet(wikidata_id="Q1")
    with refused("sources_outlet_one_per_wikidata_item"):
        make_outlet(wikidata_id="Q1")
    kept = make_speaker(wikidata_id="Q1")
    make_speaker(wikidata_id="Q1", merged_into=kept)
    with refused("claims_speaker_one_per_wikidata_item"):
        make_speaker(wikidata_id="Q1")


def test_only_an_outlet_that_speaks_is_an_outlet() -> None:
    make_speaker(kind="outlet", outlet=make_outlet())
    with refused("claims_speaker_only_an_outlet_has_one"):
        make_speaker(kind="person", outlet=make_outlet())


def test_nobody_is_their_own_affiliation() -> None:
    one = make_speaker()
    with refused("claims_affiliation_with_another"):
        Affiliation.objects.create(speaker=one, body=one)


def test_a_name_is_noted_once_for_each_speaker() -> None:
    speaker = make_speaker()
    SpeakerName.objects.create(speaker=speaker, name="Pesco", kind="garbled")
    SpeakerName.objects.create(speaker=make_speaker(), name="Pesco", kind="garbled")
    with refused("claims_speakername_once_per_speaker"):
        SpeakerName.objects.create(speaker=speaker, name="Pesco", kind="role")


def test_each_speaker_and_each_carrier_of_a_statement_has_a_place() -> None:
    statement, speaker = make_statement(), make_speaker()
    StatementSpeaker.objects.create(statement=statement, speaker=speaker)
    with refused("claims_statementspeaker_one_per_place"):
        StatementSpeaker.objects.create(statement=statement, speaker=make_speaker())
    with refused("claims_statementspeaker_once_each"):
        StatementSpeaker.objects.create(statement=statement, speaker=speaker, order=1)
    Carrier.objects.create(statement=statement, kind="outlet", as_written="CBS")
    with refused("claims_carrier_one_per_place"):
        Carrier.objects.create(statement=statement, kind="outlet", as_written="CNN")


def test_a_carrier_is_one_thing() -> None:
    with refused("claims_carrier_is_one_thing"):
        Carrier.objects.create(
            statement=make_statement(), kind="outlet", speaker=make_speaker(), outlet=make_outlet()
        )
