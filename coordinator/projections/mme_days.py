"""Morphine milligram equivalents of each study day, for each source by itself; a day without entry is missing.

What was logged (doses and patches) and what was remembered (the calendar of a check-in) are told apart and never added
up. A further source is an entry of `SOURCES`, and of the values of `mme_days.source` in `content/exports.toml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import select

from content.factors import factor_set
from content.medicines import limit
from coordinator.projections.cut import in_force
from coordinator.projections.looked_back import HOURS_A_DAY, Figure, calendar
from coordinator.projections.people import at_the_cut
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import DoseTaken, PatchWear
from study.mme import MmeInput, daily_mme
from study.view import instant_of, study_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Row

    from content.exports import Table
    from content.factors import FactorSet
    from coordinator.projections.cut import Cut
    from coordinator.projections.people import Person
    from records.database import Tx
    from study.steps import Fact

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """What was logged of one study day: doses, and patches with the hours (of 24) they were worn."""

    doses: tuple[Row[Any], ...] = ()
    worn: tuple[tuple[Row[Any], Decimal], ...] = ()


def mme_days(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each day of each person that a source says something of, in the order of days."""
    factors = factor_set(cut.factors)
    for person in at_the_cut(tx, cut):
        found = {source: figures(tx, cut, person, factors) for source, figures in SOURCES.items()}
        days = sorted((on, source) for source, figures in found.items() for on in figures)
        for on, source in days:
            mme, reason = found[source][on]
            values = {"study_id": person.study_id, "on": on, "mme": mme, "complete": int(mme is not None)}
            values |= {"factor_set": factors.id, "source": source, "reason": reason}
            yield [values[name] for name in wanted.names]


def logged(tx: Tx, cut: Cut, person: Person, factors: FactorSet) -> dict[date, Figure]:
    """Every study day of a person, from enrolment to the last day that is over or the day they left."""
    days = _days(tx, cut, person)
    return {on: figure(days.get(on), factors) for on in _span(cut, person, days)}


SOURCES: Mapping[str, Callable[[Tx, Cut, Person, FactorSet], dict[date, Figure]]] = {
    "log": logged,
    "tlfb": calendar,
}
"""Where figures come from, each by itself: source → the figures of a person's days."""


def figure(day: Day | None, factors: FactorSet) -> Figure:
    """The figure of a day that was logged."""
    reason = _cannot(day)
    return Figure(None, reason) if day is None or reason is not None else _added_up(day, factors)


def _added_up(day: Day, factors: FactorSet) -> Figure:
    try:
        inputs = [*map(_dose, _taken(day)), *(_patch(row, hours) for row, hours in day.worn)]
    except ValidationError:
        return Figure(None, "not_usable")
    result = daily_mme(inputs, factors)
    return Figure(result.value, result.reason)


def _cannot(day: Day | None) -> str | None:
    """Why a day has no figure whatever its medicines are."""
    if day is None:
        return "no_entry"
    if any(dose.status == "not_sure" for dose in day.doses):
        return "not_sure"
    if any(dose.count is None for dose in _taken(day)):
        return "amount_unknown"
    return None if _taken(day) or day.worn else "no_dose_logged"


def _taken(day: Day) -> list[Row[Any]]:
    return [dose for dose in day.doses if dose.status == "taken"]


def _dose(row: Row[Any]) -> MmeInput:
    return MmeInput(
        name=row.product,
        form=row.form,
        strength=Decimal(str(row.strength)),
        unit=row.unit,
        count=Decimal(str(row.count)),
    )


def _patch(row: Row[Any], hours: Decimal) -> MmeInput:
    strength = Decimal(str(row.strength))
    return MmeInput(
        name=row.product, form="patch", strength=strength, unit=row.unit, count=Decimal(1), hours_worn=hours
    )


def _days(tx: Tx, cut: Cut, person: Person) -> dict[date, Day]:
    doses: dict[date, list[Row[Any]]] = defaultdict(list)
    for row in _rows(tx, cut, DoseTaken, person):
        on = _day_of(row)
        if on is not None:
            doses[on].append(row)
    worn: dict[date, list[tuple[Row[Any], Decimal]]] = defaultdict(list)
    for row in _rows(tx, cut, PatchWear, person):
        for on, hours in worn_hours(row.put_on_at, _removed_at(row), row.zone):
            worn[on].append((row, hours))
    return {on: Day(tuple(doses[on]), tuple(worn[on])) for on in doses.keys() | worn.keys()}


def _rows(tx: Tx, cut: Cut, kind: type[Fact], person: Person) -> list[Row[Any]]:
    rows = table(TABLE_OF[kind])
    mine = select(rows).where(*in_force(kind, cut), rows.c.participant_id == person.id)
    return tx.rows(mine.order_by(rows.c.id))


def _ends_at() -> time:
    return time(int(limit("study_day_ends_at_hour")))


def _day_of(dose: Row[Any]) -> date | None:
    """The study day of a dose by the wall clock; a dose of which only the date is known belongs to that date."""
    local: str | None = dose.taken_local
    if local is None:
        return None if dose.taken_at is None else day_there(dose.taken_at, dose.zone)
    date_alone = len(local) == len("2026-01-01")
    return date.fromisoformat(local) if date_alone else study_day(datetime.fromisoformat(local), _ends_at())


def day_there(instant: datetime, zone: str) -> date:
    """The study day that an instant belongs to in a zone."""
    return study_day(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None), _ends_at())


def _removed_at(patch: Row[Any]) -> datetime:
    """When a patch came off; without a removal it counts as worn its usual time."""
    assumed: datetime = patch.put_on_at + timedelta(hours=limit("patch_worn_hours"))
    return patch.removed_at or assumed


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
    return instant_of(datetime.combine(on, _ends_at()), zone).astimezone(UTC)


def _span(cut: Cut, person: Person, days: dict[date, Day]) -> Iterator[date]:
    over = day_there(cut.as_of, person.zone) - ONE_DAY
    on = min([*days, *filter(None, [person.enrolled_on])], default=over + ONE_DAY)
    last = min(over, _last_day(person, days))
    while on <= last:
        yield on
        on += ONE_DAY


def _last_day(person: Person, days: dict[date, Day]) -> date:
    """The last day to be listed: open-ended for who takes part, else the day they left, or of a later entry."""
    if person.stopped_at is None:
        return date.max
    return max([day_there(person.stopped_at, person.zone), *days])
