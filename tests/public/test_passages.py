"""Cutting a text into passages loses nothing that may be shown and shows nothing that may not: no Django, no database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claims.public.cards import lead_in
from claims.public.passages import Mark, Range, paragraphs, windows

TEXT = "Title\n\nOne two three four five six seven.\nLast line here."


def test_the_whole_text_is_there_paragraph_by_paragraph() -> None:
    found = paragraphs(TEXT, [Mark(11, 14, 1)])
    assert ["".join(s.text for s in p.segments) for p in found] == [
        "Title",
        "One two three four five six seven.",
        "Last line here.",
    ]
    assert found[1].notes == (1,)


def test_furniture_inside_a_paragraph_is_known_as_such() -> None:
    found = paragraphs(TEXT, [], furniture=[Range(42, 57)])
    assert [p.is_furniture for p in found] == [False, False, True]


def test_windows_end_on_whole_words_and_join_where_they_meet() -> None:
    assert [TEXT[r.start : r.end] for r in windows(TEXT, [Mark(15, 20, 1)], context=7)] == ["two three four"]
    assert len(windows(TEXT, [Mark(7, 10, 1), Mark(15, 20, 2)], context=9)) == 1


TEXTS = st.text(alphabet="ab \n”.", min_size=1, max_size=300)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXTS)
    marks = []
    for key in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        marks.append(Mark(start, draw(st.integers(start + 1, len(text))), key))
    return text, marks


@given(marked(), st.integers(0, 40))
def test_nothing_beyond_the_context_is_shown_and_every_mark_is(
    case: tuple[str, list[Mark]], context: int
) -> None:
    text, marks = case
    shown = windows(text, marks, context=context)
    allowed = {
        n for mark in marks for n in range(max(0, mark.start - context), min(len(text), mark.end + context))
    }
    seen = {n for window in shown for n in range(window.start, window.end)}
    assert seen <= allowed
    assert {n for mark in marks for n in range(mark.start, mark.end)} <= seen


@given(marked())
def test_cutting_keeps_every_character_and_every_mark(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    found = paragraphs(text, marks)
    together = "".join(segment.text for paragraph in found for segment in paragraph.segments)
    assert "".join(together.split()) == "".join(text.split())
    covered = {key for paragraph in found for segment in paragraph.segments for key in segment.covers}
    assert covered == {mark.key for mark in marks if text[mark.start : mark.end].strip()} or covered >= {
        mark.key for mark in marks if text[mark.start : mark.end].strip()
    }


def test_the_words_before_a_passage_begin_with_the_sentence_or_a_whole_word() -> None:
    assert lead_in("id so on Monday. China denied ") == "China denied "
    assert lead_in("quipment that the ministry denie") == "… that the ministry denie"
    assert lead_in("China denied ") == "China denied "
    assert lead_in("") == ""
