"""People, zones and clocks for the tests of plans and prompts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import settings
from hypothesis import strategies as st

from content.protocol import Protocol, protocol, read_protocol
from study.person import MedicineTimes, Person, Preferences, Travel
from study.plan import Planned, plan

STAMP = protocol()
ENTRY = date(2026, 3, 2)
A_DAY = timedelta(days=1)
ZONES = tuple(sorted(available_timezones() - {"Factory", "localtime"}))
TRICKY = (
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Asuncion",
    "America/Havana",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
"""Shifts of 30 minutes and 2 hours, gaps at midnight, winter time as the exception, zones without a shift."""

steady = settings(derandomize=True, deadline=None)


def someone(**changes: Any) -> Person:
    """Somebody in the course of the year, in New York, with the usual quiet hours."""
    usual = Person(
        study_id="P0007",
        zone="America/New_York",
        quiet_from=time(21),
        quiet_to=time(8),
        arm="mbt",
        consented_on=ENTRY - A_DAY,
        enrolled_on=ENTRY,
        allocated_on=ENTRY,
        first_session_on=ENTRY,
    )
    return replace(usual, **changes)


def protocol_with(*path: str | int, **values: Any) -> Protocol:
    """The protocol with some values of one table changed: `protocol_with("visits", 1, months=4)`."""
    tables = STAMP.model_dump(mode="json")
    table: Any = tables
    for part in path:
        table = table[part]
    table.update(values)
    return read_protocol(with_clocks(tables), "stamp.toml")


def with_clocks(value: Any) -> Any:
    """Tables as TOML has them: times of day without seconds."""
    if isinstance(value, dict):
        return {key: with_clocks(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_clocks(each) for each in value]
    is_clock = isinstance(value, str) and len(value) == 8 and value[2] == value[5] == ":"
    return value[:5] if is_clock else value


def at(day: date, clock: str, zone: str = "America/New_York") -> datetime:
    """An instant by its wall clock, for times that exist once."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def days_of(person: Person, first: date, days: int, study: Protocol = STAMP) -> tuple[Planned, ...]:
    """What is due on some local days of New York or of the person's own zone."""
    begin = at(first, "00:00", person.zone)
    return plan(study, person, begin, begin + timedelta(days=days))


def named(planned: tuple[Planned, ...], item: str) -> list[Planned]:
    """Those of one item, or of one family (`visit.`)."""
    return [each for each in planned if each.item == item or (item.endswith(".") and each.item.startswith(item))]


def transitions(zone: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """The instants at which the clocks of a zone change, to the minute."""
    tz = ZoneInfo(zone)
    days = [since + n * A_DAY for n in range((until - since).days + 1)]
    for early, late in pairwise(days):
        low, high = early, late
        if low.astimezone(tz).utcoffset() == high.astimezone(tz).utcoffset():
            continue
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            same = middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        yield high.replace(second=0, microsecond=0)


clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
medicines = st.lists(st.tuples(st.lists(clocks, max_size=3), st.booleans()), max_size=2).map(
    lambda drawn: tuple(MedicineTimes(f"m{n}", tuple(times), wanted) for n, (times, wanted) in enumerate(drawn))
)
travels = st.lists(
    st.tuples(st.sampled_from(TRICKY), st.integers(-5, 380), st.none() | st.integers(1, 30)), max_size=2
).map(
    lambda drawn: tuple(
        Travel(zone, ENTRY + timedelta(days=n), None if stay is None else ENTRY + timedelta(days=n + stay))
        for zone, n, stay in drawn
    )
)
preferences = st.builds(Preferences, st.none() | clocks, st.none() | clocks, st.booleans())
people = st.builds(
    someone,
    zone=st.sampled_from(TRICKY),
    quiet_from=clocks,
    quiet_to=clocks,
    arm=st.sampled_from(("mbt", "cbt", None)),
    enrolled_on=st.integers(0, 28).map(lambda n: ENTRY + timedelta(days=n)),
    allocated_on=st.none() | st.integers(28, 40).map(lambda n: ENTRY + timedelta(days=n)),
    medicines=medicines,
    preferences=preferences,
    travels=travels,
)
