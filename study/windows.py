"""The windows of check-ins: calendar months from the anchor date, clamped to the end of the month.

Each window is computed from the anchor, never from the check-in before it. Dates are local dates of the person.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from content.protocol import Protocol, Visit

State = Literal["before", "open", "closed"]


@dataclass(frozen=True, slots=True)
class VisitWindow:
    """When one check-in can be answered: from `opens_on` through `closes_on`, both included."""

    visit: str
    anchor_on: date
    opens_on: date
    target_on: date
    closes_on: date

    def contains(self, on: date) -> bool:
        """True for a day inside the window: the `in_window` of an answer given on it."""
        return self.opens_on <= on <= self.closes_on

    def overlaps(self, other: VisitWindow) -> bool:
        """True when some day lies in both."""
        return self.opens_on <= other.closes_on and other.opens_on <= self.closes_on


def add_months(day: date, n: int) -> date:
    """The same day of the month `n` months later, or the last day of a month that is too short.

    31 August and 3 months give 30 November. Source: clinical.md 7.3.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def window_of(visit: Visit, anchor_on: date) -> VisitWindow:
    """The window of one check-in from its anchor date."""
    target_on = add_months(anchor_on, visit.months)
    return VisitWindow(
        visit=visit.code,
        anchor_on=anchor_on,
        opens_on=target_on - timedelta(days=visit.opens_before_days),
        target_on=target_on,
        closes_on=target_on + timedelta(days=visit.closes_after_days),
    )


def windows(protocol: Protocol, anchor_on: date) -> tuple[VisitWindow, ...]:
    """The windows of all check-ins, in the order of the protocol, when one date is the anchor of each of them."""
    return tuple(window_of(visit, anchor_on) for visit in protocol.visits)


def state_on(window: VisitWindow, today: date) -> State:
    """Whether a window is still to come, open or over on a local date."""
    if today < window.opens_on:
        return "before"
    return "open" if today <= window.closes_on else "closed"


def overlapping(found: Iterable[VisitWindow]) -> Iterator[tuple[VisitWindow, VisitWindow]]:
    """Neighbours in time that share a day."""
    ordered = sorted(found, key=lambda window: (window.opens_on, window.visit))
    yield from ((one, next_one) for one, next_one in pairwise(ordered) if one.overlaps(next_one))
