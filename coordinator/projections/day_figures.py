"""Morphine milligram equivalents of a person's study days, each source by itself; a day without entry is missing.

What was logged (doses and patches), what was said in the diary of the day, and what was remembered (the calendar of a
check-in) are told apart and never added up. Only the diary can say that the log of a day is whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, null, select

from content.medicines import limit
from coordinator.projections.added_up import Figure, Use, added_up, used
from coordinator.projections.cut import in_force
from coordinator.projections.looked_back import calendar, of_person
from records.fact_tables import TABLE_OF
from records.tables import table
from study.days import ONE_DAY, day_there, ends_at, worn_hours
from study.diary import Account, Logged, accounts_of, diary_is_short, log_is_short
from study.facts import DiaryDay, DiaryDose, DoseTaken, MedicineEpisode, PatchWear
from study.view import study_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import Row, Select

    from content.factors import FactorSet
    from coordinator.projections.cut import Cut
    from coordinator.projections.people import Person
    from records.database import Tx
    from study.steps import Fact

LOG, DIARY, CALENDAR = "log", "diary", "tlfb"
NOTHING_LISTED = "no_medicine_listed"
ZERO = ("no_entry", NOTHING_LISTED, "no_dose_logged")
"""Reasons for no figure that are a zero on a day whose log is whole."""


@dataclass(frozen=True)
class Day:
    """What was logged of one study day: doses, and patches with the hours (of 24) they were worn."""

    doses: tuple[Row[Any], ...] = ()
    worn: tuple[tuple[Row[Any], Decimal], ...] = ()


@dataclass(frozen=True)
class Evening:
    """What was said in the diary about a study day: the answer, and each medicine by its episode."""

    answer: Row[Any]
    uses: Mapping[str, Row[Any]]

    def accounts(self, day: Day | None) -> list[Account]:
        """What was said beside what is logged by now; of patches those on the skin when it was said."""
        now: dict[str, Logged] = {}
        for medicine, count, unclear in _logged(day, self.answer.answered_at):
            known = now.get(medicine, Logged(medicine=medicine))
            now[medicine] = Logged(medicine=medicine, count=known.count + count, unclear=known.unclear or unclear)
        said = {medicine: (use._mapping["count"], use.logged) for medicine, use in self.uses.items()}
        return accounts_of(said, now)


def figures_of(tx: Tx, cut: Cut, person: Person, factors: FactorSet) -> dict[str, dict[date, Figure]]:
    """The figures of a person's days, each source by itself.

    By the log every study day from enrolment to the last day that is over or the day they left; one on which nothing
    was on the list, and nothing is logged, has a reason of its own: nobody was asked.
    """
    days, evenings = _days(tx, cut, person), _evenings(tx, cut, person)
    medicines = {row.entity: row for row in _rows(tx, cut, MedicineEpisode, person)}
    span = list(_span(cut, person, {*days, *evenings}))
    said = {on: evenings[on] for on in span if on in evenings}
    unlisted = {on for on in span if person.enrolled_on and on >= person.enrolled_on and not _listed(medicines, on)}
    return {
        LOG: {on: figure(days.get(on), factors, evenings.get(on), nothing_listed=on in unlisted) for on in span},
        DIARY: {on: diary_figure(evening, days.get(on), medicines, factors) for on, evening in said.items()},
        CALENDAR: calendar(tx, cut, person, factors),
    }


def _listed(medicines: Mapping[str, Row[Any]], on: date) -> bool:
    """True when a medicine was on the list on a day; the day of a change belongs to what came after it."""
    begun = [row for row in medicines.values() if row.change == "enrolled" or row.starts_on <= on]
    return any(row.ends_on is None or on < row.ends_on for row in begun)


def figure(
    day: Day | None, factors: FactorSet, evening: Evening | None = None, *, nothing_listed: bool = False
) -> Figure:
    """The figure of what is logged; complete when the diary says the log is whole."""
    short = log_is_short(evening.answer.answer, evening.accounts(day)) if evening is not None else "no_diary"
    reason = NOTHING_LISTED if day is None and nothing_listed else _cannot(day)
    found = Figure(None, reason) if day is None or reason is not None else _added_up(day, factors)
    if short is None and found.reason in ZERO:
        return Figure(0.0, None)
    return Figure(found.known, found.reason or short)


def diary_figure(evening: Evening, day: Day | None, medicines: Mapping[str, Row[Any]], factors: FactorSet) -> Figure:
    """The figure of what was said in the diary; not complete when the log has moved on since."""
    short = diary_is_short(evening.answer.answer, evening.accounts(day))
    if short in ("rather_not_say", "diary_unclear"):
        return Figure(None, short)
    said = {medicine: use._mapping["count"] for medicine, use in evening.uses.items()}
    taken = {medicine: count for medicine, count in said.items() if count}
    if not taken.keys() <= medicines.keys():
        return Figure(None, "not_usable")
    found = added_up([used(count, medicines[medicine]) for medicine, count in taken.items()], factors)
    return Figure(found.known, found.reason or short)


def _logged(day: Day | None, at: datetime) -> Iterator[tuple[str, float, bool]]:
    """Medicine, amount and whether it is not clear, of every entry of a day; patches on the skin at an instant."""
    for dose in day.doses if day is not None else ():
        if dose.status != "missed":
            count = dose._mapping["count"]
            yield dose.medicine, count or 0, dose.status == "not_sure" or count is None
    for patch, _ in day.worn if day is not None else ():
        if patch.put_on_at <= at < _removed_at(patch):
            yield patch.medicine, 1, False


def _added_up(day: Day, factors: FactorSet) -> Figure:
    doses = [Use(row.product, row.form, row.strength, row.unit, row._mapping["count"]) for row in _taken(day)]
    worn = [Use(row.product, "patch", row.strength, row.unit, 1.0, hours) for row, hours in day.worn]
    return added_up([*doses, *worn], factors)


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


def _days(tx: Tx, cut: Cut, person: Person) -> dict[date, Day]:
    doses: dict[date, list[Row[Any]]] = defaultdict(list)
    for row in _doses(tx, cut, person):
        on = _day_of(row)
        if on is not None:
            doses[on].append(row)
    worn: dict[date, list[tuple[Row[Any], Decimal]]] = defaultdict(list)
    for row in _rows(tx, cut, PatchWear, person):
        for on, hours in worn_hours(row.put_on_at, _removed_at(row), row.zone):
            worn[on].append((row, hours))
    return {on: Day(tuple(doses[on]), tuple(worn[on])) for on in doses.keys() | worn.keys()}


def _doses(tx: Tx, cut: Cut, person: Person) -> list[Row[Any]]:
    return tx.rows(cut.once(("doses",), lambda: _doses_of_one(cut)), person=person.id)


def _doses_of_one(cut: Cut) -> Select[Any]:
    """What a day needs to know of each dose, and no more: there may be thousands. The instant only where it is used."""
    rows = table(TABLE_OF[DoseTaken])
    names = ("medicine", "product", "form", "strength", "unit", "count", "status", "taken_local", "zone")
    taken_at = case((rows.c.taken_local.is_(None), rows.c.taken_at), else_=null()).label("taken_at")
    mine = [*in_force(DoseTaken, cut), rows.c.participant_id == bindparam("person")]
    return select(*(rows.c[name] for name in names), taken_at).where(*mine).order_by(rows.c.id)


def _evenings(tx: Tx, cut: Cut, person: Person) -> dict[date, Evening]:
    """What the diary says, by day; of several answers the one recorded last, and no amount of an earlier one."""
    answers = {row.on: row for row in _rows(tx, cut, DiaryDay, person)}
    uses: dict[date, dict[str, Row[Any]]] = defaultdict(dict)
    for row in _rows(tx, cut, DiaryDose, person):
        if row.on in answers and row.answered_at == answers[row.on].answered_at:
            uses[row.on][row.medicine] = row
    return {on: Evening(answer, uses[on]) for on, answer in answers.items()}


def _rows(tx: Tx, cut: Cut, kind: type[Fact], person: Person) -> list[Row[Any]]:
    return of_person(tx, cut, kind, person, ("entity",))


def _day_of(dose: Row[Any]) -> date | None:
    """The study day of a dose by the wall clock; a dose of which only the date is known belongs to that date."""
    local: str | None = dose.taken_local
    if local is None:
        return None if dose.taken_at is None else day_there(dose.taken_at, dose.zone)
    date_alone = len(local) == len("2026-01-01")
    return date.fromisoformat(local) if date_alone else study_day(datetime.fromisoformat(local), ends_at())


def _removed_at(patch: Row[Any]) -> datetime:
    """When a patch came off; without a removal it counts as worn its usual time."""
    assumed: datetime = patch.put_on_at + timedelta(hours=limit("patch_worn_hours"))
    return patch.removed_at or assumed


def _span(cut: Cut, person: Person, days: Collection[date]) -> Iterator[date]:
    over = day_there(cut.as_of, person.zone) - ONE_DAY
    on = min([*days, *filter(None, [person.enrolled_on])], default=over + ONE_DAY)
    last = min(over, _last_day(person, days))
    while on <= last:
        yield on
        on += ONE_DAY


def _last_day(person: Person, days: Collection[date]) -> date:
    """The last day to be listed: open-ended for who takes part, else the day they left, or of a later entry."""
    if person.stopped_at is None:
        return date.max
    return max([day_there(person.stopped_at, person.zone), *days])
