"""The order of statements in time, and the geometry of the overview strip. Pure: no Django, no database.

x is a percentage of the strip's width and offsets are pixels, so that the drawing stretches and its letters do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

# Percent of the width left free on either side, so that no mark is cut.
LEFT, RIGHT = 3.0, 97.0
# Pixels.
LANE_HEIGHT, LABEL_AT, LINE_AT, AXIS_HEIGHT = 38, 11, 24, 22
STEP, RINGED_STEP = 18, 24
# More lanes, or more marks of one lane on one day, are said in words: they stand in the list below the strip.
MOST_LANES, MOST_MARKS = 10, 7
LONGEST_LABEL = 38
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One statement on the time line.

    `on`: the day it stands at, None when neither the statement nor its source has one. `is_reported`: that day is the source's, not
    the statement's own. `after`: the key of a statement that is known to come before. `place`: order within a day (source, character).
    """

    key: int
    stance: str
    lane: str
    on: date | None
    is_reported: bool = False
    after: int | None = None
    place: tuple[int, int] = (0, 0)


def in_time_order(events: Iterable[Event]) -> list[Event]:
    """By day, the undated last; within a day as the sources tell it. A known order (`after`) wins over both."""
    by_day = sorted(events, key=lambda e: (e.on or date.max, e.is_reported, e.place, e.key))
    known = {event.key: event for event in by_day}
    ordered: dict[int, Event] = {}

    def put(event: Event, waiting: frozenset[int]) -> None:
        before = known.get(event.after) if event.after else None
        # A ring of `after` is nonsense that the desk must clear up: the page takes the day's order then.
        if before and before.key not in ordered and before.key not in waiting:
            put(before, waiting | {event.key})
        ordered.setdefault(event.key, event)

    for event in by_day:
        put(event, frozenset())
    return list(ordered.values())


@dataclass(frozen=True, slots=True)
class Mark:
    stance: str
    x: str
    offset: int
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """`label_y` and `line_y`: pixels from the top. `more`: marks of a crowded day that are not drawn."""

    label: str
    label_y: int
    line_y: int
    marks: tuple[Mark, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Tick:
    """`unit` says how the date is to be written: day, month or year."""

    x: str
    on: date
    unit: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Strip:
    """`axis`: pixels from the top to the foot of the last lane; `more`: lanes that are not drawn."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    axis: int
    height: int
    more: int
    stances: tuple[str, ...] = field(default=())
    has_reported: bool = False


def strip(events: Sequence[Event]) -> Strip | None:
    """The overview of the dated statements, one lane a speaker; None when they do not stand on two different days at least."""
    dated = [event for event in in_time_order(events) if event.on]
    days = sorted({event.on for event in dated if event.on})
    if len(days) < 2:
        return None
    first, last = days[0], days[-1]
    names = list(dict.fromkeys(event.lane for event in dated))
    lanes = [
        _lane(name, row, [event for event in dated if event.lane == name], first, last)
        for row, name in enumerate(names[:MOST_LANES])
    ]
    axis = len(lanes) * LANE_HEIGHT
    return Strip(
        lanes=tuple(lanes),
        ticks=tuple(_ticks(first, last)),
        axis=axis,
        height=axis + AXIS_HEIGHT,
        more=len(names) - len(lanes),
        stances=tuple(dict.fromkeys(event.stance for event in dated)),
        has_reported=any(event.is_reported for event in dated),
    )


def _part(on: date, first: date, last: date) -> float:
    """0 on the first day, 1 on the last."""
    return (on - first).days / (last - first).days


def _x(part: float) -> str:
    return f"{LEFT + part * (RIGHT - LEFT):.2f}%"


def _lane(name: str, row: int, events: Sequence[Event], first: date, last: date) -> Lane:
    marks: list[Mark] = []
    more = 0
    for on, same_day in groupby(sorted(events, key=lambda e: e.on or first), key=lambda e: e.on):
        crowd = list(same_day)
        part = _part(on or first, first, last)
        # Marks of one day stand side by side, towards the middle.
        step = (RINGED_STEP if any(e.is_reported for e in crowd) else STEP) * (1 if part < 0.5 else -1)
        marks += [Mark(e.stance, _x(part), n * step, e.is_reported) for n, e in enumerate(crowd[:MOST_MARKS])]
        more += len(crowd[MOST_MARKS:])
    label = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1].rstrip() + "…"
    return Lane(label, row * LANE_HEIGHT + LABEL_AT, row * LANE_HEIGHT + LINE_AT, tuple(marks), more)


def _ticks(first: date, last: date) -> Iterable[Tick]:
    """Month or year beginnings, at most MOST_TICKS; the two ends themselves when fewer than two fall between them."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next(
        (s for s in (1, 3, 6, 12) if months // s < MOST_TICKS), 12 * -(-months // (12 * (MOST_TICKS - 1)))
    )
    beginnings = [
        date(month // 12, month % 12 + 1, 1)
        for month in range(first.year * 12, last.year * 12 + last.month, step)
    ]
    inside = [on for on in beginnings if first <= on <= last]
    unit = "year" if step >= 12 else "month"
    if len(inside) < 2:
        inside, unit = [first, last], "day"
    for on in inside:
        part = _part(on, first, last)
        yield Tick(_x(part), on, unit, "start" if part < 0.1 else "end" if part > 0.9 else "middle")
