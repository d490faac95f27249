"""A participant as the plan sees them: zone, quiet hours, anchor dates, dosing times, and what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from content.protocol import Anchor, Arm
    from study.meetings import Notice

ONE_DAY = timedelta(days=1)
GONE = frozenset({"invited", "stopped", "data_removed", "declined"})
"""Statuses for which nothing is due."""

DIED = "died"
"""The hold after which nothing is due, for staff either."""


@dataclass(frozen=True, slots=True)
class MedicineTimes:
    """A medicine's usual times of day, and whether the person wants the prompt before them."""

    id: str
    times: tuple[time, ...]
    prompts: bool = True


@dataclass(frozen=True, slots=True)
class Travel:
    """From `from_on` on, a local date, the person lives by another zone; at home again on `back_on`, or never."""

    zone: str
    from_on: date
    back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose: the time of the diary, the hour of first contact, and fewer messages."""

    diary_at: time | None = None
    contact_at: time | None = None
    fewer_messages: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What a plan needs to know of a participant. Dates are local dates; an anchor that is not known yet is None.
    `meetings`: what is to be told of the meetings of their group.

    `consented_on` is the day the set-up in the chat was finished, `enrolled_on` the day the baseline was completed.
    """

    study_id: str
    zone: str
    quiet_from: time
    quiet_to: time
    status: str = "enrolled"
    arm: Arm | None = None
    consented_on: date | None = None
    enrolled_on: date | None = None
    allocated_on: date | None = None
    first_session_on: date | None = None
    break_until: datetime | None = None
    hold: str | None = None
    medicines: tuple[MedicineTimes, ...] = ()
    preferences: Preferences = Preferences()
    travels: tuple[Travel, ...] = ()
    meetings: tuple[Notice, ...] = ()

    def anchor_on(self, anchor: Anchor) -> date | None:
        """The date an anchor stands for, None while it is not known."""
        dates = {
            "consent": self.consented_on,
            "enrolment": self.enrolled_on,
            "allocation": self.allocated_on,
            "first_session": self.first_session_on,
        }
        return dates[anchor]

    def zone_on(self, day: date) -> str:
        """The zone this person lives by on a local date."""
        there = [t.zone for t in self.travels if t.from_on <= day and (t.back_on is None or day < t.back_on)]
        return there[-1] if there else self.zone

    def zone_at(self, instant: datetime) -> str:
        """The zone this person lives by at an instant: a travel begins and ends at midnight of its own zone."""
        there = [t.zone for t in self.travels if _is_there(t, instant)]
        return there[-1] if there else self.zone

    def quiet(self, at: time) -> bool:
        """True for a time of day inside the quiet hours, which may go over midnight."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def quiet_ends(self, local: datetime) -> datetime:
        """The first allowed minute after a wall-clock time inside the quiet hours."""
        end = datetime.combine(local.date(), self.quiet_to)
        return end if end > local else end + ONE_DAY


def _is_there(travel: Travel, instant: datetime) -> bool:
    today = local_at(instant, travel.zone).date()
    return travel.from_on <= today and (travel.back_on is None or today < travel.back_on)


def local_at(instant: datetime, zone: str) -> datetime:
    """The wall clock of a zone at an instant, without a zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
