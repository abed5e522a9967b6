"""Places of words in a text, as every step stores them."""

from __future__ import annotations

from sources.quotations import AROUND, occurrences, span_at

BODY = "“No”, disse. " + "Poi tacque a lungo, e infine parlò ancora. " * 3


def test_a_place_keeps_its_words_and_those_around_it() -> None:
    start = BODY.index("infine")
    span = span_at(BODY, start, start + 6)
    assert (span["start"], span["end"], span["exact"]) == (start, start + 6, "infine")
    assert BODY[start - AROUND : start + 6 + AROUND] == span["prefix"] + span["exact"] + span["suffix"]


def test_at_the_edges_of_a_text_there_is_less_around() -> None:
    assert span_at(BODY, 0, 4)["prefix"] == span_at(BODY, len(BODY) - 3, len(BODY))["suffix"] == ""


def test_words_are_found_wherever_they_stand_even_across_each_other() -> None:
    assert list(occurrences("anana ana", "ana")) == [0, 2, 6]
    assert list(occurrences("anana ana", "ana", 1)) == [2, 6]
    assert list(occurrences("anana", "")) == list(occurrences("", "x")) == []
