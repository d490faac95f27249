"""A week as its picture shows it: ratings placed on its seven days, minutes and diary by day.

Times are placed by the wall clock, so that a day is as wide as any other also when the clocks change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict

from study.diary import ends_at
from study.trend import Measure, Point, pairs


class Mark(BaseModel):
    """One rating: its place in the week, in days from the first one's begin, and whether it came after an exercise."""

    model_config = ConfigDict(frozen=True)

    day: float
    value: int
    after: bool


class WeekPanel(BaseModel):
    """The ratings of one measure under the title that a person reads; `joined`: before and after of an exercise."""

    model_config = ConfigDict(frozen=True)

    title: str
    measure: Measure
    marks: tuple[Mark, ...]
    joined: tuple[tuple[Mark, Mark], ...] = ()


class WeekPicture(BaseModel):
    """What the picture of a week shows; `labels`, `minutes` and `diary` go by day."""

    model_config = ConfigDict(frozen=True)

    chart: Literal["week"] = "week"
    labels: tuple[str, ...]
    panels: tuple[WeekPanel, ...]
    practice_title: str
    minutes: tuple[int, ...]
    goal: int
    diary_title: str
    diary: tuple[bool, ...]
    legend: str


def panel(
    title: str, measure: Measure, ratings: Sequence[Point], first_on: date, local: Callable[[datetime], datetime]
) -> WeekPanel:
    """The panel of one measure; `local` gives the wall clock of an instant where the person is."""

    def mark(point: Point) -> Mark:
        return Mark(day=_place(local(point.at), first_on), value=point.value, after=point.moment == "after")

    joined = tuple((mark(before), mark(after)) for before, after in pairs(ratings))
    return WeekPanel(title=title, measure=measure, marks=tuple(mark(each) for each in ratings), joined=joined)


def _place(at: datetime, first_on: date) -> float:
    since = at - datetime.combine(first_on, ends_at())
    return round(since / timedelta(days=1), 3)


def middles(ratings: Iterable[Point]) -> tuple[int, float, float] | None:
    """How many exercises have a rating before and after, and the middle one of each; None without any."""
    both = pairs(ratings)
    if not both:
        return None
    return len(both), float(median(a.value for a, _ in both)), float(median(b.value for _, b in both))
