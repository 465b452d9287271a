"""The time line shows each event once, where it is, under round times of the zone's clocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splreplay.page.timeline import DOT, HEIGHT, STEPS, TICKS, drawn

TEN = 1772445600.0  # 2026-03-02T10:00:00Z
times = st.lists(st.floats(0, 4e9), min_size=1, max_size=300).map(sorted)


@given(times)
def test_every_event_is_in_one_mark_and_within_the_drawing(found: list[float]) -> None:
    line = drawn(found, "UTC")
    assert sum(mark.count for mark in line.marks) == len(found)
    assert all(0 < mark.x < 100 and mark.height <= line.height for mark in line.marks)
    assert all(0 < up < line.height for mark in line.marks for up in mark.dots)
    assert all(0 <= tick.x <= 100 for tick in line.ticks)
    assert len(line.ticks) <= TICKS + 1


def test_few_are_dots_and_many_are_bars_as_high_as_they_are_many() -> None:
    few = drawn([TEN] * 3 + [TEN + 3600], "UTC")
    assert [len(mark.dots) for mark in few.marks] == [3, 1]
    assert few.height == 3 * DOT
    assert drawn([TEN], "UTC").marks[0].x == 50
    many = drawn([TEN] * 50 + [TEN + 3600] * 100, "UTC")
    assert [mark.height for mark in many.marks] == [HEIGHT / 2, HEIGHT]


@pytest.mark.parametrize(
    ("seconds", "tz", "labels"),
    [
        (0, "UTC", ["09:59:30", "09:59:45", "10:00:00", "10:00:15", "10:00:30"]),
        (3600, "UTC", ["10:00", "10:15", "10:30", "10:45", "11:00"]),
        (3600, "Asia/Kolkata", ["15:30", "15:45", "16:00", "16:15", "16:30"]),
        (86400, "Europe/Berlin", ["12:00", "18:00", "2026-03-03", "06:00"]),
        (86400 * 4, "UTC", ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]),
    ],
)
def test_ticks_are_round_times(seconds: float, tz: str, labels: list[str]) -> None:
    assert [tick.label for tick in drawn([TEN, TEN + seconds], tz).ticks] == labels


@pytest.mark.parametrize("odd", [-1e12, 9e15, 1e300])
def test_a_time_that_no_calendar_has_is_left_out(odd: float) -> None:
    assert sum(mark.count for mark in drawn(sorted([TEN, odd]), "UTC").marks) == 1
    assert drawn([odd], "UTC").marks == ()


def test_steps_go_up() -> None:
    assert sorted(STEPS) == list(STEPS)
