"""The calendar of days that a check-in looks back on, and what was said last of several times.

Of the same thing said more than once (a check-in begun again, staff on the phone) what was recorded last counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from coordinator.projections.added_up import Figure, added_up, used
from coordinator.projections.cut import in_force
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import NO_MEDICINE, MedicineEpisode, TlfbDay

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import BindParameter, Row, Select, Subquery

    from content.factors import FactorSet
    from coordinator.projections.cut import Cut
    from coordinator.projections.people import Person
    from records.database import Tx
    from study.steps import Fact

DAY = ("participant_id", "visit", "medicine", "on")


def last(kind: type[Fact], cut: Cut, one: Sequence[str], person: BindParameter[int] | None = None) -> Subquery:
    """The facts of a kind in force at the cut, of several about the same thing the one recorded last; of one or all."""
    rows = table(TABLE_OF[kind])
    mine = [rows.c.participant_id == person] if person is not None else []
    place = func.row_number().over(partition_by=[rows.c[name] for name in one], order_by=rows.c.id.desc())
    every = select(rows, place.label("place")).where(*in_force(kind, cut), *mine).subquery()
    return select(every).where(every.c.place == 1).subquery("last")


def of_person(tx: Tx, cut: Cut, kind: type[Fact], person: Person, one: Sequence[str]) -> list[Row[Any]]:
    """The last facts of a kind about one person, in the order they were recorded."""
    statement = cut.once(("of_person", kind.__name__, *one), lambda: _of_person(kind, cut, one))
    return tx.rows(statement, person=person.id)


def _of_person(kind: type[Fact], cut: Cut, one: Sequence[str]) -> Select[Any]:
    """To be built once: that takes longer than to run it."""
    found = last(kind, cut, one, bindparam("person"))
    return select(found).order_by(found.c.id)


def medicines_of(tx: Tx, cut: Cut, person: Person) -> Mapping[str, Row[Any]]:
    """The medicine episodes of a person by entity."""
    return {row.entity: row for row in of_person(tx, cut, MedicineEpisode, person, ("entity",))}


def remembered(rows: Sequence[Row[Any]], medicines: Mapping[str, Row[Any]], factors: FactorSet) -> dict[date, Figure]:
    """The figure of each day of a calendar that has any answer; zero is zero."""
    by_day = groupby(sorted(rows, key=lambda row: row.on), key=lambda row: row.on)
    return {on: _figure(list(day), medicines, factors) for on, day in by_day}


def calendar(tx: Tx, cut: Cut, person: Person, factors: FactorSet) -> dict[date, Figure]:
    """The figures of all days a person was asked about; of two check-ins about one day the one recorded last counts."""
    rows = of_person(tx, cut, TlfbDay, person, DAY)
    visit_of = {row.on: row.visit for row in rows}
    return remembered([row for row in rows if row.visit == visit_of[row.on]], medicines_of(tx, cut, person), factors)


def _figure(day: Sequence[Row[Any]], medicines: Mapping[str, Row[Any]], factors: FactorSet) -> Figure:
    """The figure of one day; a medicine that was told of it says more than that none was on the list."""
    day = [row for row in day if row.medicine != NO_MEDICINE] or day
    counts = [(row._mapping["count"], row) for row in day]
    if unknown := [row.status for count, row in counts if count is None]:
        return Figure(None, min(unknown))
    if any(row.medicine not in medicines and row.medicine != NO_MEDICINE for row in day):
        return Figure(None, "not_listed")
    taken = [(count, medicines[row.medicine]) for count, row in counts if count > 0]
    return added_up([used(count, medicine) for count, medicine in taken], factors) if taken else Figure(0.0)
