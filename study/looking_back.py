"""The calendar that a check-in looks back on, as staff write it down: its days, what a cell may say, and what is usual.

A line that says nothing is no answer; none, not remembered, skipped and rather not said are four different ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, get_args

from content.medicines import forms, limit
from study.facts import NO_MEDICINE, DayStatus
from study.taken_down import Problem, day_in, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from study.facts import TlfbDay
    from study.queries import Calendar
    from study.view import MedicineView

ONE_DAY = timedelta(days=1)
STATUSES: tuple[DayStatus, ...] = get_args(DayStatus)
WITHOUT_AMOUNT: tuple[DayStatus, ...] = ("dont_remember", "skipped", "rather_not_say")
OF_A_MEDICINE = tuple(status for status in STATUSES if status != "not_listed")
AMOUNTLESS: tuple[DayStatus, ...] = ("not_listed", *WITHOUT_AMOUNT)
OF_NONE: tuple[DayStatus, ...] = ("zero", *AMOUNTLESS)
"""What a day can be on which no medicine was on the list."""
_whole = re.compile(r"[0-9]{1,4}")
_decimal = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")


@dataclass(frozen=True)
class DayEntry:
    """One medicine on one day as it is to be kept: units of the form in all, or why there is no amount.

    `not_listed`: none was on the list that day, and some was taken all the same.
    """

    count: float | None
    status: DayStatus


def last_day(kept: Iterable[TlfbDay], yesterday: date) -> date:
    """The last day of a check-in's calendar: the one its days were kept with, before the first of them `yesterday`."""
    return max((day.looks_to or day.on for day in kept), default=yesterday)


def ends_on(listed: Iterable[date], answered_on: date, opens_on: date) -> date:
    """The last day of a calendar that staff bring, of which nothing is kept yet.

    It is the newest of the days `listed` that were over when it was answered, so that a list printed for a call still
    fits when the call takes place some days later; but none before the check-in could first be asked.
    """
    yesterday = answered_on - ONE_DAY
    earliest = min(opens_on, answered_on) - ONE_DAY
    return max((day for day in listed if earliest <= day <= yesterday), default=yesterday)


def days_asked(calendar: Calendar) -> dict[str, tuple[date, ...]]:
    """By medicine the days of a calendar it is asked of; by `NO_MEDICINE` those on which none was on the list."""
    listed = {span.medicine.id: span.days for span in calendar.spans}
    return listed | ({NO_MEDICINE: calendar.unlisted} if calendar.unlisted else {})


def days_open(calendar: Calendar) -> set[tuple[str, date]]:
    """The days of a calendar that have no answer of any kind yet, each with its medicine."""
    every = {(medicine, day) for medicine, days in days_asked(calendar).items() for day in days}
    return every - set(calendar.answered)


def is_patch(medicine: MedicineView) -> bool:
    """True for a medicine that is worn."""
    return forms()[medicine.form].patch


def usual_on_list(medicine: MedicineView) -> float | None:
    """Units a day that the list of medicines says are usual, None where it does not say; of a patch those worn."""
    if is_patch(medicine):
        return medicine.usual_count or 1
    if medicine.usual_count is None or not medicine.times:
        return None
    return medicine.usual_count * len(medicine.times)


# --- a line of the file


def named(medicine: MedicineView | None) -> str:
    """A medicine (None: none was on the list) as its label has it, with how it is taken; not by the person's name."""
    if medicine is None:
        return "no opioid was on the list that day; was any taken?"
    how = "worn" if is_patch(medicine) else "as needed" if medicine.as_needed else "at set times"
    return f"{medicine.product} {medicine.strength:g} {medicine.unit} {medicine.form}, {how}"


def allowed(medicine: MedicineView | None) -> str:
    """What may be written down for a day of a medicine, or of none, in words."""
    if medicine is None:
        return f"0 for none; or status not_listed for some, {', '.join(WITHOUT_AMOUNT)}"
    usual = "" if medicine.as_needed else f", as_usual{_usually(medicine)}"
    return f"{_amounts(medicine)}; or status {', '.join(WITHOUT_AMOUNT)}{usual}"


def _usually(medicine: MedicineView) -> str:
    usual = usual_on_list(medicine)
    return " with the amount as value" if usual is None else f" ({usual:g})"


def _amounts(medicine: MedicineView) -> str:
    form = forms()[medicine.form]
    what = f"{form.unit_name} worn" if form.patch else form.unit_name
    parts = "with a decimal point" if form.halves else "whole ones only"
    return f"0 to {limit('most_units'):g} {what}, {parts}"


def day_entry(medicine: MedicineView | None, cells: Mapping[str, str]) -> DayEntry | tuple[Problem, ...]:
    """What a line says of one medicine on its day (None: of a day without one), or everything that is wrong with it."""
    value, status = cells["value"], cells.get("status", "")
    statuses = OF_NONE if medicine is None else OF_A_MEDICINE
    if status and status not in statuses:
        return (Problem("status", f"'{shown(status)}' is no status here; allowed: {', '.join(statuses)}, or blank"),)
    if value and not _is_amount(medicine, value):
        return (Problem("value", f"'{shown(value)}' is no amount of a day; allowed: {allowed(medicine)}"),)
    found = tuple(_contradictions(medicine, float(value) if value else None, status))
    return found or _entry(medicine, float(value) if value else None, status)


def _is_amount(medicine: MedicineView | None, value: str) -> bool:
    if medicine is None:
        return bool(_decimal.fullmatch(value)) and not float(value)
    written = _decimal if forms()[medicine.form].halves else _whole
    return bool(written.fullmatch(value)) and float(value) <= limit("most_units")


def _contradictions(medicine: MedicineView | None, value: float | None, status: str) -> Iterator[Problem]:
    if value is not None and status in AMOUNTLESS:
        yield Problem("status", f"{status} goes with no value; allowed: blank, or no value")
    if status == "zero" and value:
        yield Problem("value", f"zero is none at all, not {value:g}; allowed: 0, or blank")
    if status == "different" and not value:
        yield Problem("value", f"different needs an amount above 0; allowed: {allowed(medicine)}")
    if medicine is not None and status == "as_usual":
        yield from _not_usual(medicine, value)


def _not_usual(medicine: MedicineView, value: float | None) -> Iterator[Problem]:
    usual = usual_on_list(medicine)
    if medicine.as_needed:
        yield Problem("status", f"what is taken as needed has no usual day; allowed: {allowed(medicine)}")
    elif not (value if usual is None else usual):
        yield Problem("value", "the list of medicines does not say what is usual; allowed: the amount of a usual day")
    elif usual is not None and value not in (None, usual):
        yield Problem("value", f"as usual is {usual:g}; allowed: {usual:g} or blank, or the status different")


def _entry(medicine: MedicineView | None, value: float | None, status: str) -> DayEntry:
    if status in AMOUNTLESS:
        return DayEntry(None, status)
    if medicine is not None and status == "as_usual":
        return DayEntry(usual_on_list(medicine) if value is None else value, "as_usual")
    return DayEntry(value, "different") if value else DayEntry(0, "zero")


def day_of(cells: Mapping[str, str]) -> date | Problem:
    """The day a line is about."""
    return day_in(cells["on"]) or Problem("on", f"'{shown(cells['on'])}' is no day; allowed: such as 2026-06-02")


def not_asked(calendar: Calendar, medicine: str, code: str, on: date) -> Problem | None:
    """Why a day of a medicine is none of the calendar: out of its days, or the medicine was not on the list then."""
    if not calendar.first <= on <= calendar.last:
        reach = f"{calendar.first} to {calendar.last}"
        return Problem("on", f"{on} is not among the days this check-in looks back on; allowed: {reach}")
    days = days_asked(calendar)[medicine]
    if on in days:
        return None
    if medicine == NO_MEDICINE:
        return Problem("on", f"not asked of {on}: a medicine was on the list, or none was yet; allowed: other days")
    return Problem("on", f"{code} was not on the list on {on}; allowed: {min(days)} to {max(days)}")
