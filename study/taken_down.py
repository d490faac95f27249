"""What staff write down of one answer given on the phone, face to face or on paper: read, and refused with a reason.

A line that says nothing is no answer; it is never taken for zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from content.medicines import limit
from study.facts import Mode, ResponseStatus
from study.person import local_at
from study.staff_codes import WHAT, is_staff_code
from study.view import instant_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from content.instruments import GivenScore, Instrument, Item
    from study.person import Person
    from study.windows import VisitWindow

MODES = tuple(mode for mode in get_args(Mode) if mode != "chat")
STATUSES = get_args(ResponseStatus)
NOON = time(12)
Timing = Literal["in_window", "late", "early"]
"""When an answer was given, measured by the window of its check-in."""
_day = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_version = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._,/()+-]{0,59}")
_whole = re.compile(r"-?[0-9]{1,4}")
_decimal = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Problem:
    """What is wrong in one column of a line, and what is allowed; `once`: said of the first such line of a check-in."""

    column: str
    reason: str
    once: bool = False


@dataclass(frozen=True)
class Entry:
    """One answer as it is to be kept: an item's value or why there is none, or a score that was given.

    `score` tells which; `version` is the instrument's, of a given score that of its scoring.
    """

    item: str
    score: bool
    value: float | None
    status: ResponseStatus
    version: str


def says_nothing(cells: Mapping[str, str]) -> bool:
    """True for a line in which neither a value nor a status was filled in."""
    return not cells.get("value") and not cells.get("status")


def entry(asked: Instrument, cells: Mapping[str, str]) -> Entry | tuple[Problem, ...]:
    """The answer in a line's cells, or everything that is wrong with it."""
    name = cells["item"].removeprefix(f"{asked.code}.")
    item = next((each for each in asked.items if each.code == name), None)
    given = next((each for each in asked.given if each.name == name), None)
    if item is not None:
        found = list(_item_problems(asked, item, cells))
        return tuple(found) or _answer(asked, item, cells)
    if given is not None:
        found = list(_score_problems(given, cells))
        return tuple(found) or Entry(given.name, True, float(cells["value"]), "answered", cells["version"])
    return (Problem("item", f"{asked.code} has no item '{shown(name)}'; allowed: {', '.join(names(asked))}"),)


def names(asked: Instrument) -> tuple[str, ...]:
    """What may stand in the column `item`: the items of an instrument, then its scores that are given."""
    return (*(item.code for item in asked.items), *(score.name for score in asked.given))


def allowed(asked: Instrument, name: str) -> str:
    """The values an item or a given score may have, in words."""
    for score in asked.given:
        if score.name == name:
            return f"{score.low:g} to {score.high:g}, decimals allowed; version: the scoring used"
    item = asked.item(name)
    return f"1 ticked, 0 left out ({item.code})" if asked.kind == "ticks" else f"{item.low} to {item.high}"


def _answer(asked: Instrument, item: Item, cells: Mapping[str, str]) -> Entry:
    status: ResponseStatus = "answered" if cells["value"] else cells["status"]  # type: ignore[assignment]
    value = int(cells["value"]) if cells["value"] else None
    return Entry(item.code, False, value, status, asked.version)


def _item_problems(asked: Instrument, item: Item, cells: Mapping[str, str]) -> Iterator[Problem]:
    value, status, version = cells["value"], cells.get("status", ""), cells.get("version", "")
    if version and version != asked.version:
        yield Problem("version", f"'{shown(version)}' is not the version kept here; allowed: {asked.version}, or blank")
    if status and status not in STATUSES:
        yield Problem("status", f"'{shown(status)}' is no status; allowed: {', '.join(STATUSES)}, or blank")
    elif value and status not in ("", "answered"):
        yield Problem("status", f"{status} goes with no value; allowed: answered, or blank")
    elif status == "answered" and not value:
        yield Problem("value", f"it is answered and has no value; allowed: {allowed(asked, item.code)}")
    if value and not (_whole.fullmatch(value) and item.low <= int(value) <= item.high):
        where = f"{asked.code}.{item.code}"
        yield Problem("value", f"'{shown(value)}' is no answer to {where}; allowed: {allowed(asked, item.code)}")


def _score_problems(given: GivenScore, cells: Mapping[str, str]) -> Iterator[Problem]:
    value, status, version = cells["value"], cells.get("status", ""), cells.get("version", "")
    if not value or status not in ("", "answered"):
        yield Problem("status", f"{given.name} is a score as given: allowed: a value, or a blank line")
    elif not (_decimal.fullmatch(value) and given.low <= float(value) <= given.high):
        range_ = f"{given.low:g} to {given.high:g} with a decimal point"
        yield Problem("value", f"'{shown(value)}' cannot be {given.name}; allowed: {range_}")
    if not _version.fullmatch(version):
        yield Problem("version", f"say by which scoring {given.name} was made; allowed: letters and digits, up to 60")


def taken(cells: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with how and by whom an answer was taken down."""
    if cells["mode"] not in MODES:
        yield Problem("mode", f"'{shown(cells['mode'])}' is no way of answering; allowed: {', '.join(MODES)}")
    if not is_staff_code(cells["taken_by"]):
        yield Problem("taken_by", f"'{shown(cells['taken_by'])}' is no staff code; allowed: {WHAT}")


def answered(cells: Mapping[str, str], person: Person, now: datetime) -> datetime | tuple[Problem, ...]:
    """When it was answered: the wall clock where the person was; noon where only the day is known."""
    day = day_in(cells["answered_on"])
    if day is None:
        return (Problem("answered_on", f"'{shown(cells['answered_on'])}' is no day; allowed: such as 2026-06-02"),)
    said = cells.get("answered_at", "")
    try:
        clock = time.fromisoformat(said) if said else NOON
    except ValueError:
        clock = None
    if clock is None or clock.tzinfo is not None:
        return (Problem("answered_at", f"'{shown(said)}' is no time of day; allowed: such as 14:30, or blank"),)
    zone = person.zone_on(day)
    today = local_at(now, zone)
    if day > today.date() or (said and datetime.combine(day, clock) > today):
        return (Problem("answered_on", f"{day} {said} has not come yet; allowed: until {today:%Y-%m-%d %H:%M}"),)
    return min(instant_of(datetime.combine(day, clock), zone), now)


def day_in(text: str) -> date | None:
    """The day a text such as 2026-06-02 names; None for one that is written in another way, or is none."""
    if not _day.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def too_early(day: date, visit: VisitWindow, *, joins: bool) -> Problem | None:
    """A day that cannot be meant: before the visit's months began to count.

    A form that `joins` (the baseline counts from the consent) may have been filled in some days before it.
    """
    before = int(limit("paper_days_before_joining")) if joins else 0
    first = visit.anchor_on - timedelta(days=before)
    why = f"{visit.visit} counts from {visit.anchor_on}" + (f", less {before} days for paper" if before else "")
    return None if day >= first else Problem("answered_on", f"{day} is too early: {why}; allowed: from {first}")


def timing_of(day: date, visit: VisitWindow) -> Timing:
    """When a day is, measured by the window of a check-in."""
    return "late" if day > visit.closes_on else "early" if day < visit.opens_on else "in_window"


def out_of_window(day: date, visit: VisitWindow, meant: Collection[Timing], *, joins: bool) -> Problem | None:
    """A day that may belong to another check-in: outside the window of this one, and not said to be meant so.

    What was filled in on paper before somebody joined is not early for a form that `joins`.
    """
    timing = timing_of(day, visit)
    if timing == "in_window" or timing in meant or (timing == "early" and joins):
        return None
    when = f"{day} is {'after' if timing == 'late' else 'before'} the window of {visit.visit}"
    allowed = f"{visit.opens_on} to {visit.closes_on}; if the check-in is right, --{timing}"
    return Problem("answered_on", f"{when}; allowed: {allowed}", once=True)


def shown(text: str) -> str:
    """What was typed, short and on one line."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain if len(plain) <= 40 else f"{plain[:40]}..."
