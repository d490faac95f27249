"""Windows of check-ins: calendar months, ends of months, leap years, and that no two windows touch."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.protocol import protocol
from study.windows import add_months, overlapping, state_on, window_of, windows

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def iso(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    ("entry", "targets"),
    [
        ("2025-08-31", ("2025-11-30", "2026-02-28", "2026-05-31", "2026-08-31")),
        ("2024-02-29", ("2024-05-29", "2024-08-29", "2024-11-29", "2025-02-28")),
        ("2025-11-30", ("2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30")),
        ("2023-11-30", ("2024-02-29", "2024-05-30", "2024-08-30", "2024-11-30")),
        ("2025-12-31", ("2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31")),
        ("2026-01-15", ("2026-04-15", "2026-07-15", "2026-10-15", "2027-01-15")),
    ],
)
def test_check_ins_fall_on_the_months_of_the_published_examples(entry: str, targets: tuple[str, ...]) -> None:
    found = windows(protocol(), date.fromisoformat(entry))
    assert [window.target_on for window in found] == iso(entry, *targets)
    assert [window.visit for window in found] == ["baseline", "month_3", "month_6", "month_9", "month_12"]


def test_a_window_opens_14_days_before_its_target_and_closes_28_days_after() -> None:
    window = window_of(protocol().visit("month_6"), date(2025, 8, 31))
    assert [window.opens_on, window.target_on, window.closes_on] == iso("2026-02-14", "2026-02-28", "2026-03-28")
    assert window.anchor_on == date(2025, 8, 31)


def test_the_baseline_is_open_from_its_first_day_for_28_days() -> None:
    window = window_of(protocol().visit("baseline"), date(2026, 3, 1))
    assert [window.opens_on, window.target_on, window.closes_on] == iso("2026-03-01", "2026-03-01", "2026-03-29")


def test_the_first_and_the_last_day_of_a_window_belong_to_it() -> None:
    window = window_of(protocol().visit("month_3"), date(2026, 1, 31))
    one = timedelta(days=1)
    answers = [window.opens_on - one, window.opens_on, window.closes_on, window.closes_on + one]
    assert [state_on(window, day) for day in answers] == ["before", "open", "open", "closed"]
    assert [window.contains(day) for day in answers] == [False, True, True, False]


@given(days, st.integers(0, 60))
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, n: int) -> None:
    later = add_months(day, n)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == n
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@given(days, st.integers(0, 60))
def test_months_before_undo_months_after_unless_the_month_was_too_short(day: date, n: int) -> None:
    back = add_months(add_months(day, n), -n)
    assert back == day or (back < day and add_months(day, n).day < day.day)


@given(days, days)
def test_who_enters_later_is_never_asked_earlier(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    pairs = zip(windows(protocol(), earlier), windows(protocol(), later), strict=True)
    assert all(a.target_on <= b.target_on for a, b in pairs)


@given(days)
def test_no_day_belongs_to_two_windows(day: date) -> None:
    found = windows(protocol(), day)
    assert list(overlapping(found)) == []
    assert all(a.closes_on < b.opens_on for a, b in pairwise(found))


@given(days, st.integers(-20, 420))
def test_a_state_changes_only_forward(day: date, after: int) -> None:
    order = ["before", "open", "closed"]
    for window in windows(protocol(), day):
        today, tomorrow = (state_on(window, day + timedelta(days=n)) for n in (after, after + 1))
        assert order.index(today) <= order.index(tomorrow)
        assert (today == "open") == window.contains(day + timedelta(days=after))
