"""Average morphine equivalents before each check-in, by every definition in use, each under a name of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from content.factors import factor_set
from content.medicines import limit
from content.protocol import protocol
from coordinator.projections.added_up import Figure
from coordinator.projections.day_figures import CALENDAR, figures_of
from coordinator.projections.looked_back import DAY, medicines_of, of_person, remembered
from coordinator.projections.people import at_the_cut
from study.days import day_there
from study.facts import Response, TlfbDay, VisitPlanned
from study.mme_summary import averages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Row

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from coordinator.projections.people import Person
    from records.database import Tx

VISIT = ("participant_id", "visit")
ITEM = ("participant_id", "visit", "instrument", "item")
ONE_DAY = timedelta(days=1)


COLUMNS = (
    "visit",
    "source",
    "from_on",
    "to_on",
    "counted_from",
    "days",
    "days_known",
    "low_coverage",
    "mme_mean28_observed",
    "mme_mean28_window",
    "mme_mean28_therapy",
    "mme_max28_day",
    "days_share_at_50",
    "days_share_at_90",
    "mean_at_50",
    "mean_at_90",
    "reason",
    "window_reason",
    "therapy_reason",
)
"""The columns that differ between the rows of one person."""

Figures = Mapping[str, Mapping[date, Figure]]
"""By source the figure of each day."""


class _Window(NamedTuple):
    """The days before a check-in, as one source has them; None for a day it says nothing of."""

    from_on: date
    to_on: date
    counted_from: str
    figures: list[float | None]


def mme_summary(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each check-in whose days are over, and each source that has anything to say of the person."""
    for person in at_the_cut(tx, cut):
        for row in summed_up(tx, cut, person):
            values = dict(zip(COLUMNS, row, strict=True)) | {"study_id": person.study_id, "factor_set": cut.factors}
            yield [values[name] for name in wanted.names]


def summed_up(tx: Tx, cut: Cut, person: Person, figures: Figures | None = None) -> list[tuple[Any, ...]]:
    """What the rows of one person hold, in the order of `COLUMNS`; made once for all tables of an export.

    `figures`: those of the person's days where they are there already.
    """
    return cut.once(("mme_summary", person.id), lambda: list(_summed_up(tx, cut, person, figures)))


def _summed_up(tx: Tx, cut: Cut, person: Person, figures: Figures | None) -> Iterator[tuple[Any, ...]]:
    windows = _windows(tx, cut, person, figures)
    for visit, source in sorted(windows, key=lambda key: (key[0].encode(), key[1])):
        values = {"visit": visit, "source": source} | _described(windows[visit, source])
        yield tuple(values[name] for name in COLUMNS)


def _windows(tx: Tx, cut: Cut, person: Person, figures: Figures | None) -> dict[tuple[str, str], _Window]:
    """By check-in and source."""
    factors, found = factor_set(cut.factors), dict[tuple[str, str], _Window]()
    looked_back = of_person(tx, cut, TlfbDay, person, DAY)
    for visit, on, counted_from in _begun(tx, cut, person, looked_back):
        figures = figures or figures_of(tx, cut, person, factors)
        for source, days in figures.items():
            if days and source != CALENDAR:
                found[visit, source] = _before(on, days, counted_from)
    for visit in {row.visit for row in looked_back}:
        rows = [row for row in looked_back if row.visit == visit]
        found[visit, CALENDAR] = _of_calendar(remembered(rows, medicines_of(tx, cut, person), factors))
    return found


def _begun(tx: Tx, cut: Cut, person: Person, looked_back: Sequence[Row[Any]]) -> Iterator[tuple[str, date, str]]:
    """Each planned check-in whose day has come, that day, and what it is."""
    planned = of_person(tx, cut, VisitPlanned, person, VISIT)
    answered = _first_answers([*of_person(tx, cut, Response, person, ITEM), *looked_back]) if planned else {}
    today = day_there(cut.as_of, person.zone)
    for visit in planned:
        on = answered.get(visit.visit, visit.target_on)
        if on <= today:
            yield visit.visit, on, "answered" if visit.visit in answered else "target"


def _first_answers(rows: Sequence[Row[Any]]) -> dict[str, date]:
    """The local day on which each check-in had its first answer."""
    found: dict[str, date] = {}
    for row in rows:
        on = date.fromisoformat(row.answered_local[:10])
        found[row.visit] = min(on, found.get(row.visit, on))
    return found


def _before(on: date, figures: Mapping[date, Figure], counted_from: str) -> _Window:
    days = [on - number * ONE_DAY for number in range(int(limit("mme_window_days")), 0, -1)]
    return _Window(days[0], days[-1], counted_from, [_whole(figures.get(day)) for day in days])


def _whole(figure: Figure | None) -> float | None:
    """The figure of a day that is known to be whole; part of a day says too little."""
    return figure.mme if figure is not None else None


def _of_calendar(figures: Mapping[date, Figure]) -> _Window:
    """A calendar has as many days as it asks about, of which some may have no answer at all."""
    unanswered = max(0, protocol().forms[CALENDAR].days - len(figures))
    known = [_whole(figure) for figure in figures.values()] + [None] * unanswered
    return _Window(min(figures), max(figures), "calendar", known)


def _described(window: _Window) -> dict[str, Any]:
    made = averages(window.figures, from_50=limit("mme_caution_from"), from_90=limit("mme_high_from"))
    known = made.days_known
    return {
        "from_on": window.from_on,
        "to_on": window.to_on,
        "counted_from": window.counted_from,
        "days": len(window.figures),
        "days_known": known,
        "low_coverage": int(known < limit("calendar_enough_days")),
        "mme_mean28_observed": made.observed,
        "mme_mean28_window": made.window,
        "mme_mean28_therapy": made.therapy,
        "mme_max28_day": made.most,
        "days_share_at_50": _share(made.at_50, known),
        "days_share_at_90": _share(made.at_90, known),
        "mean_at_50": _is_at_least(made.observed, "mme_caution_from"),
        "mean_at_90": _is_at_least(made.observed, "mme_high_from"),
        "reason": made.reason,
        "window_reason": made.window_reason,
        "therapy_reason": made.therapy_reason,
    }


def _share(days: int, known: int) -> float | None:
    return days / known if known else None


def _is_at_least(mme: float | None, name: str) -> int | None:
    return None if mme is None else int(mme >= limit(name))
