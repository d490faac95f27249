"""An export without dates: days counted from each person's enrolment stand for them, the day of enrolment being 0.

An instant with a local time beside it gives way to that; another one becomes the day it fell on where the person was.
A date inside any other text (the occurrence of a prompt, an old value in the history) is written as a day as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from content.exports import AT_A_VISIT, WORDY, Column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from content.exports import Kind, Table
    from coordinator.projections.people import Person

DATE = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
NOT_ENROLLED = {"not_enrolled": "Not enrolled: there is no day to count from"}
COUNTED = " (days since enrolment, that day is 0)"
CLOCK = " (time of day)"
LOCAL, INSTANT, DAY, TIME = "_local", "_at", "_day", "_time"
BARE_DATE = "on"


@dataclass(frozen=True)
class Start:
    """Where a person's days count from, and the zone that decides which day an instant is."""

    enrolled_on: date | None
    zone: str

    def day(self, on: date) -> int | None:
        """The study day of a date; None for who is not enrolled."""
        return None if self.enrolled_on is None else (on - self.enrolled_on).days


NOWHERE = Start(None, "UTC")


def starts(people: Iterable[Person]) -> dict[str, Start]:
    """Study id → where the person's days count from."""
    return {person.study_id: Start(person.enrolled_on, person.zone) for person in people}


Cell = Callable[[Any, Start, str], Any]
"""From a cell, where the person's days count from and the zone of the row to what is shown."""


@dataclass(frozen=True)
class _Shown:
    """One column of the file: how it is described, from which place of the row it comes, and how it is made."""

    column: Column
    place: int
    made: Cell


def without_dates(table: Table) -> Table:
    """A table as an export without dates describes it."""
    shown = list(_shown(table))
    renamed = {table.columns[each.place].name: each.column.name for each in reversed(shown)}
    key = tuple(renamed[name] for name in table.key)
    return table.model_copy(update={"columns": tuple(each.column for each in shown), "key": key})


def rows_without_dates(
    table: Table, rows: Iterable[Sequence[Any]], people: Mapping[str, Start]
) -> Iterator[Sequence[Any]]:
    """The rows of a table in the columns of `without_dates`."""
    shown = [(each.place, each.made) for each in _shown(table)]
    study_id = table.names.index("study_id") if "study_id" in table.names else None
    zone = table.names.index("zone") if "zone" in table.names else None
    for row in rows:
        start = NOWHERE if study_id is None else people.get(row[study_id], NOWHERE)
        there = start.zone if zone is None else row[zone] or start.zone
        yield [made(row[place], start, there) for place, made in shown]


def _shown(table: Table) -> Iterator[_Shown]:
    names = set(table.names)
    for place, column in enumerate(table.columns):
        show = partial(_Shown, place=place)
        if column.type == "local":
            yield show(_as_day(column, LOCAL), made=_day_of_local)
            yield show(_as_time(column), made=_time_of_local)
        elif column.type == "date":
            yield show(_as_day(column, "_on"), made=_day_of_date)
        elif column.type == "instant":
            if _renamed(column.name, INSTANT, LOCAL) not in names:
                yield show(_as_day(column, INSTANT), made=_day_of_instant)
        else:
            yield show(column, made=_without if column.type in WORDY else _same)


def _renamed(name: str, old: str, new: str) -> str:
    at_visit = AT_A_VISIT.search(name)
    stem, visit = (name[: at_visit.start()], at_visit.group()) if at_visit else (name, "")
    return stem.removesuffix(old) + new + visit


def _as_day(column: Column, ending: str) -> Column:
    name = DAY[1:] if column.name == BARE_DATE else _renamed(column.name, ending, DAY)
    return _instead(column, name, "integer", COUNTED, NOT_ENROLLED)


def _as_time(column: Column) -> Column:
    return _instead(column, _renamed(column.name, LOCAL, TIME), "text", CLOCK, {"not_known": "The day alone is known"})


def _instead(column: Column, name: str, kind: Kind, label: str, missing: dict[str, str]) -> Column:
    labels = {language: text + label for language, text in column.label.items()}
    return column.model_copy(
        update={"name": name, "type": kind, "label": labels, "missing": column.missing | missing, "unit": ""}
    )


def _same(cell: Any, start: Start, zone: str) -> Any:
    return cell


def _day_of_local(cell: str | None, start: Start, zone: str) -> int | None:
    return start.day(date.fromisoformat(cell[:10])) if cell else None


def _time_of_local(cell: str | None, start: Start, zone: str) -> str | None:
    return cell[11:] or None if cell else None


def _day_of_date(cell: date | str | None, start: Start, zone: str) -> int | None:
    return start.day(cell if isinstance(cell, date) else date.fromisoformat(cell)) if cell else None


def _day_of_instant(cell: str | None, start: Start, zone: str) -> int | None:
    if not cell:
        return None
    instant = datetime.fromisoformat(cell.removesuffix("Z")).replace(tzinfo=UTC)
    return start.day(instant.astimezone(ZoneInfo(zone)).date())


def _without(cell: Any, start: Start, zone: str) -> Any:
    """A text in which each date is written as `day0012`; `day` alone when there is no day to count from."""
    if not cell or "-" not in cell:
        return cell
    return DATE.sub(partial(_counted, start), cell)


def _counted(start: Start, found: re.Match[str]) -> str:
    try:
        day = start.day(date(*(int(part) for part in found.groups())))
    except ValueError:
        return found.group()
    return "day" if day is None else f"day{day:04d}"
