"""The order of statements and the geometry of the strip: no Django, no database."""

from __future__ import annotations

from datetime import date, timedelta

from claims.public.timeline import MOST_LANES, MOST_MARKS, Event, in_time_order, strip

D = date(2024, 3, 1)


def keys(events: list[Event]) -> list[int]:
    return [event.key for event in in_time_order(events)]


def test_dated_statements_come_first_and_in_order() -> None:
    assert keys(
        [
            Event(1, "asserts", "a", None),
            Event(2, "denies", "b", D),
            Event(3, "asserts", "a", D - timedelta(1)),
        ]
    ) == [3, 2, 1]


def test_a_known_order_wins_where_the_day_is_not_known() -> None:
    """The text may name the admission first: "has only recently admitted … after denying it"."""
    assert keys(
        [Event(1, "admits", "a", None, after=2, place=(1, 10)), Event(2, "denies", "a", None, place=(1, 90))]
    ) == [2, 1]


def test_a_ring_of_orders_is_survived() -> None:
    assert sorted(keys([Event(1, "admits", "a", None, after=2), Event(2, "denies", "a", None, after=1)])) == [
        1,
        2,
    ]


def test_there_is_no_strip_for_one_day() -> None:
    assert (
        strip([Event(1, "asserts", "a", D), Event(2, "denies", "b", D), Event(3, "denies", "b", None)])
        is None
    )


def test_marks_of_one_day_stand_side_by_side_towards_the_middle() -> None:
    drawn = strip(
        [
            *(Event(n, "denies", "a", D) for n in range(3)),
            *(Event(n, "asserts", "b", D + timedelta(30)) for n in (7, 8)),
        ]
    )
    assert drawn
    assert [mark.offset for mark in drawn.lanes[0].marks] == [0, 18, 36]
    assert [mark.offset for mark in drawn.lanes[1].marks] == [0, -18]
    assert {mark.x for mark in drawn.lanes[0].marks} == {"3.00%"}


def test_a_crowd_is_cut_and_counted() -> None:
    drawn = strip(
        [
            *(Event(n, "denies", "a", D) for n in range(50)),
            *(Event(100 + n, "asserts", f"s{n}", D + timedelta(9)) for n in range(40)),
        ]
    )
    assert drawn
    assert len(drawn.lanes) == MOST_LANES
    assert drawn.more == 41 - MOST_LANES
    assert drawn.lanes[0].more == 50 - MOST_MARKS


def test_ticks_are_few_whatever_the_span() -> None:
    for days in (1, 20, 40, 100, 400, 1000, 4000, 30000):
        drawn = strip([Event(1, "denies", "a", D), Event(2, "asserts", "b", D + timedelta(days))])
        assert drawn
        assert 2 <= len(drawn.ticks) <= 5, days
        assert all(D <= tick.on <= D + timedelta(days) for tick in drawn.ticks)
