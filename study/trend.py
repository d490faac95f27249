"""What somebody's own ratings come to: points in time, a summary in a few numbers, and what a picture shows of them.

Nothing is judged, and what was not rated is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict

from study.queries import Entry

Moment = Literal["before", "after", "single"]
Measure = Literal["pain", "urge"]
MOMENTS: dict[str, Moment] = {"PauseBegun": "before", "PauseEnded": "after", "PainRated": "single"}


class Point(BaseModel):
    """One rating 0-10: when (UTC), before or after an exercise or on its own, and the pause it belongs to."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    value: int
    moment: Moment
    pause: str | None = None


class Panel(BaseModel):
    """The ratings of one measure, under the title that a person reads."""

    model_config = ConfigDict(frozen=True)

    title: str
    measure: Measure
    ratings: tuple[Point, ...]


class ProgressPicture(BaseModel):
    """What the picture of `/progress` shows.

    `first` is the instant (UTC) at which the first of its days begins, `labels` are by day (0 is the first);
    `practice_minutes` stand beside the minutes of a week, under `practice_title`.
    """

    model_config = ConfigDict(frozen=True)

    chart: Literal["progress"] = "progress"
    first: datetime
    days: int
    labels: dict[int, str]
    panels: tuple[Panel, ...]
    practice_title: str
    practice_minutes: int
    practice_goal: int
    legend: str


@dataclass(frozen=True)
class Summary:
    """How many ratings, the lowest, the highest, and the middle one (the median)."""

    n: int
    low: int
    high: int
    middle: float


def points(entries: Iterable[Entry], measure: Measure) -> tuple[Point, ...]:
    """The ratings of one measure in the order given; one that was skipped is left out, never zero."""
    return tuple(
        Point(at=entry.at, value=entry.fact[measure], moment=MOMENTS[entry.kind], pause=_pause_of(entry))
        for entry in entries
        if entry.kind in MOMENTS and entry.fact[measure] is not None
    )


def _pause_of(entry: Entry) -> str | None:
    return entry.entity if entry.kind == "PauseBegun" else entry.pause


def summary(ratings: Sequence[Point]) -> Summary | None:
    """The summary of some ratings; None when there is none."""
    values = [point.value for point in ratings]
    return Summary(len(values), min(values), max(values), float(median(values))) if values else None


def pairs(ratings: Iterable[Point]) -> list[tuple[Point, Point]]:
    """Before and after of each pause that has both."""
    found: dict[str, dict[str, Point]] = {}
    for point in ratings:
        if point.pause is not None:
            found.setdefault(point.pause, {})[point.moment] = point
    return [(each["before"], each["after"]) for each in found.values() if {"before", "after"} <= each.keys()]
