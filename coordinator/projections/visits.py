"""Check-ins: their windows and what became of them, every answer, the scores made of them, the days looked back on.

Of an item answered more than once (a check-in begun again, staff on the phone) the answer recorded last counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import func, select

from content.factors import factor_set
from content.instruments import instrument
from content.medicines import limit
from content.protocol import protocol
from coordinator.projections.cut import Query, in_force, included, medicine_codes, recorded_since, streamed
from coordinator.projections.people import at_the_cut
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.tables import table
from study import responses as rules
from study.days import HOURS_A_DAY, day_there
from study.facts import CheckInFinished, MedicineEpisode, Response, ScoreGiven, TlfbDay, VisitPlanned
from study.mme import MmeInput, daily_mme
from study.responses import Given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select, Subquery

    from content.exports import Table
    from content.factors import FactorSet
    from coordinator.projections.cut import Cut
    from coordinator.projections.people import Person
    from records.database import Tx
    from study.steps import Fact

ITEM = ("participant_id", "visit", "instrument", "item")
SCORE = ("participant_id", "visit", "instrument", "score")
DAY = ("participant_id", "visit", "medicine", "on")
CALENDAR = "tlfb"


def responses(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Every item of every instrument that has an answer of some kind."""
    return _one_by_one(tx, cut, wanted, Response, ITEM)


def taken_down(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Every answer in force that staff took down, with who did."""
    return _one_by_one(tx, cut, wanted, Response, ITEM, having="taken_by")


def given_scores(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Every score that was made elsewhere."""
    return _one_by_one(tx, cut, wanted, ScoreGiven, SCORE)


def _one_by_one(
    tx: Tx, cut: Cut, wanted: Table, kind: type[Fact], one: Sequence[str], having: str | None = None
) -> Iterator[Sequence[Any]]:
    last, person = last_of(kind, cut, one), included(cut)
    columns = {column.name: as_written(column) for column in last.c} | {"study_id": person.c.study_id}
    order = [ByBytes(person.c.study_id), *(ByBytes(last.c[name]) for name in one[1:])]
    where = recorded_since(cut, last.c.recorded_at)
    where += [last.c[having].is_not(None)] if having else []
    return streamed(tx, Query(columns, last.join(person, person.c.id == last.c.participant_id), where, order), wanted)


def tlfb_days(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One medicine on one day, as remembered at a visit."""
    last, person, codes = last_of(TlfbDay, cut, DAY), included(cut), medicine_codes()
    columns = {column.name: as_written(column) for column in last.c}
    columns |= {"tlfb_id": last.c.entity, "study_id": person.c.study_id, "medicine": codes.c.code}
    source = last.join(person, person.c.id == last.c.participant_id).outerjoin(codes, codes.c.entity == last.c.medicine)
    where = recorded_since(cut, last.c.recorded_at)
    return streamed(tx, Query(columns, source, where, [ByBytes(last.c.entity)]), wanted)


def last_of(kind: type[Fact], cut: Cut, one: Sequence[str]) -> Subquery:
    """The facts of a kind in force at the cut, of several about the same thing (`one`) the one recorded last."""
    rows = table(TABLE_OF[kind])
    place = func.row_number().over(partition_by=[rows.c[name] for name in one], order_by=rows.c.id.desc())
    every = select(rows, place.label("place")).where(*in_force(kind, cut)).subquery()
    return select(every).where(every.c.place == 1).subquery("last")


def _of_person(tx: Tx, cut: Cut, kind: type[Fact], person: Person, one: Sequence[str]) -> list[Row[Any]]:
    last = last_of(kind, cut, one)
    mine: Select[Any] = select(last).where(last.c.participant_id == person.id)
    return tx.rows(mine.order_by(last.c.id))


# --- what became of each check-in


def visits(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each check-in that was planned, with its window and how it stands at the cut."""
    for person in at_the_cut(tx, cut):
        windows = _of_person(tx, cut, VisitPlanned, person, ("participant_id", "visit"))
        answered = _by_visit(_of_person(tx, cut, Response, person, ITEM))
        ends = _by_visit(_of_person(tx, cut, CheckInFinished, person, ("participant_id", "visit", "complete")))
        today = day_there(cut.as_of, person.zone)
        for window in sorted(windows, key=lambda row: row.visit.encode()):
            values = _visit(window, answered.get(window.visit, []), ends.get(window.visit, []), today)
            if _is_news(cut, window, answered.get(window.visit, []), ends.get(window.visit, [])):
                yield [({"study_id": person.study_id} | values)[name] for name in wanted.names]


def _by_visit(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.visit, []).append(row)
    return found


def _is_news(cut: Cut, window: Row[Any], *others: list[Row[Any]]) -> bool:
    rows = [window, *(row for each in others for row in each)]
    return cut.since is None or any(row.recorded_at >= cut.since for row in rows)


def _visit(window: Row[Any], answered: list[Row[Any]], ends: list[Row[Any]], today: date) -> dict[str, Any]:
    complete = [end.at for end in ends if end.complete]
    days = [date.fromisoformat(row.answered_local[:10]) for row in answered]
    modes = {row.mode for row in answered}
    return {
        **{name: getattr(window, name) for name in ("visit", "anchor_on", "target_on", "opens_on", "closes_on")},
        "status": "complete" if complete else "partial" if answered else _unanswered(window, today),
        "completed_at": f"{complete[0].replace(tzinfo=None).isoformat(timespec='seconds')}Z" if complete else None,
        "in_window": int(window.opens_on <= max(days) <= window.closes_on) if days else None,
        "mode": None if not modes else modes.pop() if len(modes) == 1 else "mixed",
    }


def _unanswered(window: Row[Any], today: date) -> str:
    if today < window.opens_on:
        return "planned"
    return "open" if today <= window.closes_on else "missed"


# --- scores


class _Line(NamedTuple):
    instrument: str
    score: str
    value: float | None
    n_missing: int | None
    scorer_version: str
    reason: str | None


def scores(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Every score that the answers of a visit allow, and why where they do not; made anew at each export."""
    factors = factor_set(cut.factors)
    for person in at_the_cut(tx, cut):
        said = _of_person(tx, cut, Response, person, ITEM)
        days = _of_person(tx, cut, TlfbDay, person, DAY)
        given = _of_person(tx, cut, ScoreGiven, person, SCORE)
        for visit in sorted({row.visit for row in (*said, *days, *given)}, key=str.encode):
            of_visit = [row for row in said if row.visit == visit]
            looked_back = [row for row in days if row.visit == visit]
            lines = [*_scored(cut, of_visit), *_looked_back(tx, cut, person, looked_back, factors)]
            lines += [_as_given(row) for row in given if row.visit == visit and _is_recent(cut, row)]
            for line in sorted(lines, key=lambda line: (line.instrument.encode(), line.score.encode())):
                values = {"study_id": person.study_id, "visit": visit, **line._asdict()}
                yield [values[name] for name in wanted.names]


def _scored(cut: Cut, rows: list[Row[Any]]) -> Iterator[_Line]:
    by_instrument = sorted(rows, key=lambda row: row.instrument)
    for code, group in groupby(by_instrument, key=lambda row: row.instrument):
        answers = list(group)
        if cut.since is None or any(row.recorded_at >= cut.since for row in answers):
            yield from _of_instrument(code, answers)


def _of_instrument(code: str, rows: list[Row[Any]]) -> Iterator[_Line]:
    try:
        instrument(code)
    except KeyError:
        return
    given = {row.item: Given(value=row.value, status=row.status) for row in rows}
    versions = {row.instrument_version for row in rows}
    for each in rules.scores(code, given, versions.pop() if len(versions) == 1 else ""):
        value = None if each.value is None else float(each.value)
        yield _Line(code, each.name, value, each.n_missing, each.version, each.reason)


def _as_given(row: Row[Any]) -> _Line:
    return _Line(row.instrument, row.score, row.value, None, f"given {row.version}", None)


def _is_recent(cut: Cut, row: Row[Any]) -> bool:
    return cut.since is None or row.recorded_at >= cut.since


def _looked_back(tx: Tx, cut: Cut, person: Person, rows: list[Row[Any]], factors: FactorSet) -> Iterator[_Line]:
    """Days known of the calendar, and the mean of their morphine equivalents in mg; few days are said to be few."""
    if not rows or not (cut.since is None or any(row.recorded_at >= cut.since for row in rows)):
        return
    medicines = {row.entity: row for row in _of_person(tx, cut, MedicineEpisode, person, ("entity",))}
    by_day = groupby(sorted(rows, key=lambda row: row.on), key=lambda row: row.on)
    known = [mme for _, day in by_day if (mme := _mme_of(list(day), medicines, factors)) is not None]
    asked = protocol().forms[CALENDAR].days
    missing, version = asked - len(known), f"{CALENDAR}-1 {factors.id}"
    few = "low_coverage" if len(known) < limit("calendar_enough_days") else None
    yield _Line(CALENDAR, "days_known", float(len(known)), missing, version, None)
    mean = sum(known) / len(known) if known else None
    yield _Line(CALENDAR, "mean_daily_mme", mean, missing, version, few if known else "not_answered")


def _mme_of(day: list[Row[Any]], medicines: dict[str, Row[Any]], factors: FactorSet) -> float | None:
    """The figure of one day, None when a medicine is not remembered, not known or has no factor; zero is zero."""
    counts = [row._mapping["count"] for row in day]
    if any(count is None for count in counts) or any(row.medicine not in medicines for row in day):
        return None
    taken = [(count, medicines[row.medicine]) for count, row in zip(counts, day, strict=True) if count > 0]
    if not taken:
        return 0.0
    try:
        return daily_mme([_input(count, medicine) for count, medicine in taken], factors).value
    except ValidationError:
        return None


def _input(count: float, medicine: Row[Any]) -> MmeInput:
    patch = medicine.form == "patch"
    return MmeInput(
        name=medicine.product,
        form=medicine.form,
        strength=Decimal(str(medicine.strength)),
        unit=medicine.unit,
        count=Decimal(str(count)),
        hours_worn=Decimal(HOURS_A_DAY) if patch else None,
    )
