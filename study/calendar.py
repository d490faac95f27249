"""The year of a protocol as one picture: check-ins in their windows, sessions, practice, diary, prompts before a dose.

Drawn for somebody who joins and is allocated on the first day; a definition goes out, whoever wants it draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import altair as alt

from content.protocol import WEEKDAYS
from study.windows import VisitWindow, window_of

if TYPE_CHECKING:
    from content.protocol import Protocol

BEGAN = date(2026, 3, 2)
"""The first day of the example; months are then as long as from March on."""
WEEK = 7
FULL = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
INK, FAINT, BLUE = "#222222", "#E6E6E6", "#0072B2"
WIDTH, ROW, FONT = 860, 34, 13


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in the year: a row, the days (from the first day on) it begins and ends, and what it is called."""

    row: str
    begins: float
    ends: float
    label: str
    point: bool = False


def calendar_marks(protocol: Protocol, arm: str) -> tuple[Mark, ...]:
    """Everything the protocol has for one arm, in days from enrolment; a single moment begins and ends on one day."""
    return tuple(_marks(protocol, arm))


def _marks(protocol: Protocol, arm: str) -> Iterator[Mark]:
    windows = [window_of(visit, BEGAN) for visit in protocol.visits]
    last_day = _day(next(w for w in windows if w.visit == protocol.closing.visit).target_on)
    for window in windows:
        yield from _check_in(protocol, window)
    begins = protocol.course.starts_after_days
    for session in protocol.arms[arm].sessions:  # type: ignore[index]  # an arm of the protocol
        day = begins + (session.unlock_week - 1) * WEEK
        yield Mark("Sessions", day, day, session.code, point=True)
    for nudges in protocol.practice.nudges:
        days = (begins + (nudges.from_week - 1) * WEEK, begins + nudges.to_week * WEEK)
        often = "daily" if len(nudges.on) == WEEK else f"{len(nudges.on)} a week"
        yield Mark("Practice reminders", *days, f"{often}, {nudges.at:%H:%M}")
    week_from = begins + (protocol.pre_dose.from_week - 1) * WEEK
    minutes = protocol.pre_dose.minutes_before
    label = f"{minutes} minutes before, from week {protocol.pre_dose.from_week} on"
    yield Mark("Before a dose", week_from, begins + protocol.course.weeks * WEEK, label)
    yield Mark("Diary", protocol.diary.from_day, last_day, f"every evening, {protocol.diary.at:%H:%M}")
    yield Mark("Weekly questions", protocol.weekly.from_day, last_day, f"every {FULL[protocol.weekly.on]}")


def _check_in(protocol: Protocol, window: VisitWindow) -> Iterator[Mark]:
    visit = protocol.visit(window.visit)
    yield Mark("Check-ins", _day(window.opens_on), _day(window.closes_on) + 1, window.visit.replace("_", " "))
    target = _day(window.target_on)
    for step in protocol.ladder(visit).steps:
        if step.does != "close":
            row = "Staff call" if step.does == "staff" else "Messages of a check-in"
            yield Mark(row, target + step.day, target + step.day, step.code, point=True)


def _day(on: date) -> int:
    return (on - BEGAN).days


def calendar_chart(protocol: Protocol, arm: str) -> dict[str, Any]:
    """The year as a Vega-Lite definition, about 1000 by 330 units."""
    marks = calendar_marks(protocol, arm)
    rows = list(dict.fromkeys(mark.row for mark in marks))
    weeks = [0, 13, 26, 39, 52]
    scale = alt.Scale(domain=[0, max(mark.ends for mark in marks) + 4], nice=False)
    axis = alt.Axis(
        values=[week * WEEK for week in weeks],
        labelExpr=f"'week ' + (datum.value / {WEEK})",
        title=None,
        labelFontSize=FONT,
        grid=True,
        gridColor=FAINT,
        domain=False,
        ticks=False,
    )
    y = alt.Y(
        "row:N", sort=rows, axis=alt.Axis(title=None, labelFontSize=FONT, domain=False, ticks=False, labelPadding=10)
    )
    bars = [_plain(mark) for mark in marks if not mark.point]
    points = [_plain(mark) for mark in marks if mark.point]
    x = alt.X("begins:Q", scale=scale, axis=axis)
    bar = alt.Chart(alt.InlineData(values=bars)).mark_bar(
        height=ROW * 0.56, color=BLUE, opacity=0.28, stroke="white", strokeWidth=3
    )
    words = alt.Chart(alt.InlineData(values=bars)).mark_text(align="left", dx=4, fontSize=FONT - 2, color=INK)
    dots = alt.Chart(alt.InlineData(values=points)).mark_point(filled=True, size=52, color=BLUE, opacity=1)
    layers = alt.layer(
        bar.encode(x=x, x2="ends:Q", y=y),
        words.encode(x=x, y=y, text="label:N"),
        dots.encode(x=x, y=y),
    )
    chart = layers.properties(width=WIDTH, height=ROW * len(rows), background="white", padding=14)
    spec: dict[str, Any] = chart.configure(font="sans-serif").configure_view(stroke=None).to_dict(validate=False)
    return spec


def _plain(mark: Mark) -> dict[str, Any]:
    return {"row": mark.row, "begins": mark.begins, "ends": mark.ends, "label": mark.label}
