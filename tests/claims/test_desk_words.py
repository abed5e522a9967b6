"""Passages cut and marked, and quotations found where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.desk.passages import Mark, cut_up, passages_of
from claims.desk.quoting import locate
from claims.errors import Refused
from sources.models import Source
from tests.claims.desk_data import BODY, make_article, make_words


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(1, 20)), max_size=6))
def test_cutting_loses_no_character_and_marks_exactly_what_was_asked(
    text: str, places: list[tuple[int, int]]
) -> None:
    marks = [Mark(start, start + length, number) for number, (start, length) in enumerate(places)]
    pieces = cut_up(text, marks)
    assert "".join(piece.text for piece in pieces) == text
    for mark in marks:
        marked = "".join(piece.text for piece in pieces if mark.what in piece.marks)
        assert marked == text[mark.start : mark.end]


@pytest.mark.django_db
def test_a_passage_has_at_most_two_hundred_characters_on_either_side() -> None:
    source = make_article(body="lead " * 200 + "the words " + "tail " * 200)
    statement = make_words(source, "the words")
    passage = passages_of([statement])[statement.pk]
    before, words, after = (piece.text for piece in passage.pieces)
    assert words == "the words"
    assert len(before) <= 200
    assert len(after) <= 200
    assert passage.cut_before
    assert passage.cut_after
    assert before.startswith("lead")


@pytest.mark.django_db
def test_a_passage_at_the_edge_of_its_article_says_that_nothing_is_cut() -> None:
    source = make_article(body="Short text here.")
    statement = make_words(source, "Short text here.")
    passage = passages_of([statement])[statement.pk]
    assert (passage.cut_before, passage.cut_after) == (False, False)


def article(body: str = BODY) -> Source:
    return Source(title="Talks resume", body=body)


def test_a_quotation_is_found_with_the_words_around_it() -> None:
    (span,) = locate(article(), "no drones were sent to anybody")
    assert BODY[span["start"] : span["end"]] == span["exact"] == "no drones were sent to anybody"
    assert span["prefix"].endswith("said that ")


def test_quotation_marks_typed_around_it_do_not_matter() -> None:
    (span,) = locate(article(), '"We never sold a single drone"')
    assert span["exact"] == "We never sold a single drone"


def test_words_left_out_make_two_places() -> None:
    spans = locate(article(), "Officials met […] in the capital")
    assert [span["exact"] for span in spans] == ["Officials met", "in the capital"]


def test_words_that_are_not_there_are_refused_with_the_name_of_the_article() -> None:
    with pytest.raises(Refused, match="Talks resume") as refused:
        locate(article(), "We sold a thousand drones")
    assert refused.value.code == "not_there"


def test_words_that_stand_twice_need_the_words_before_them() -> None:
    with pytest.raises(Refused) as refused:
        locate(article("on and on"), "on")
    assert refused.value.code == "ambiguous"
    (span,) = locate(article("on and on"), "on", before="and")
    assert span["start"] == 7


def test_nothing_typed_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        locate(article(), " […] ")
    assert refused.value.code == "missing"
