"""Study days: which one an instant belongs to, and how long a patch was worn on each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from content.medicines import limit
from study.view import instant_of, study_day

if TYPE_CHECKING:
    from collections.abc import Iterator

HOURS_A_DAY = 24
ONE_DAY = timedelta(days=1)


def ends_at() -> time:
    """The hour at which a study day is over, by the wall clock."""
    return time(int(limit("study_day_ends_at_hour")))


def day_there(instant: datetime, zone: str) -> date:
    """The study day that an instant belongs to in a zone."""
    return study_day(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None), ends_at())


def worn_hours(put_on_at: datetime, removed_at: datetime, zone: str) -> Iterator[tuple[date, Decimal]]:
    """Study days a patch was worn on, with the hours of each.

    A study day counts 24 hours also when the clocks change, so that a patch worn all day counts once.
    """
    on = day_there(put_on_at, zone)
    while (begins := _begins(on, zone)) < removed_at:
        ends = _begins(on + ONE_DAY, zone)
        worn = min(ends, removed_at) - max(begins, put_on_at)
        if worn > timedelta():
            yield on, Decimal(worn // timedelta(seconds=1)) * HOURS_A_DAY / ((ends - begins) // timedelta(seconds=1))
        on += ONE_DAY


def _begins(on: date, zone: str) -> datetime:
    return instant_of(datetime.combine(on, ends_at()), zone).astimezone(UTC)
