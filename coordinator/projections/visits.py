"""Check-ins: their windows and what became of them, every answer, the scores made of them, the days looked back on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from content.export_lists import CALENDAR, DAYS_KNOWN, MEAN_DAILY_MME
from content.factors import factor_set
from content.instruments import instrument
from content.medicines import limit
from content.protocol import protocol
from coordinator.projections.cut import Query, in_force, included, medicine_codes, medicine_of_day, streamed
from coordinator.projections.looked_back import DAY, last, medicines_of, of_person, remembered
from coordinator.projections.people import at_the_cut
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.tables import table
from study import responses as rules
from study.days import day_there
from study.facts import CheckInFinished, Response, ScoreGiven, TlfbDay, VisitPlanned
from study.responses import Given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from content.exports import Table
    from content.factors import FactorSet
    from coordinator.projections.cut import Cut
    from coordinator.projections.people import Person
    from records.database import Tx
    from study.steps import Fact

ITEM = ("participant_id", "visit", "instrument", "item")
SCORE = ("participant_id", "visit", "instrument", "score")


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
    found, person = last(kind, cut, one), included(cut)
    columns = {column.name: as_written(column) for column in found.c} | {"study_id": person.c.study_id}
    order = [ByBytes(person.c.study_id), *(ByBytes(found.c[name]) for name in one[1:])]
    where = [found.c[having].is_not(None)] if having else []
    return streamed(tx, Query(columns, found.join(person, person.c.id == found.c.participant_id), where, order), wanted)


def answered_at(tx: Tx, cut: Cut) -> set[tuple[str, str]]:
    """Each instrument with the check-ins at which it has an answer or a score of somebody, by the cut."""
    found = set[tuple[str, str]]()
    for kind in (Response, ScoreGiven):
        rows, person = table(TABLE_OF[kind]), included(cut)
        said = select(rows.c.instrument, rows.c.visit).join_from(rows, person, person.c.id == rows.c.participant_id)
        found |= {(row.instrument, row.visit) for row in tx.rows(said.where(*in_force(kind, cut)).distinct())}
    return found


def tlfb_days(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One medicine on one day, as remembered at a visit."""
    found, person, codes = last(TlfbDay, cut, DAY), included(cut), medicine_codes()
    columns = {column.name: as_written(column) for column in found.c}
    columns |= {
        "tlfb_id": found.c.entity,
        "study_id": person.c.study_id,
        "medicine": medicine_of_day(found.c.medicine, codes.c.code),
    }
    source = found.join(person, person.c.id == found.c.participant_id).outerjoin(
        codes, codes.c.entity == found.c.medicine
    )
    return streamed(tx, Query(columns, source, (), [ByBytes(found.c.entity)]), wanted)


# --- what became of each check-in


def visits(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each check-in that was planned, with its window and how it stands at the cut."""
    for person in at_the_cut(tx, cut):
        windows = of_person(tx, cut, VisitPlanned, person, ("participant_id", "visit"))
        days = of_person(tx, cut, TlfbDay, person, DAY)
        answered = _by_visit([*of_person(tx, cut, Response, person, ITEM), *days])
        ends = _by_visit(of_person(tx, cut, CheckInFinished, person, ("participant_id", "visit", "complete")))
        today = day_there(cut.as_of, person.zone)
        for window in sorted(windows, key=lambda row: row.visit.encode()):
            values = _visit(window, answered.get(window.visit, []), ends.get(window.visit, []), today)
            yield [({"study_id": person.study_id} | values)[name] for name in wanted.names]


def _by_visit(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.visit, []).append(row)
    return found


def _visit(window: Row[Any], answered: list[Row[Any]], ends: list[Row[Any]], today: date) -> dict[str, Any]:
    complete = [end.at for end in ends if end.complete]
    days = [date.fromisoformat(row.answered_local[:10]) for row in answered]
    modes = {row.mode for row in answered}
    return {
        **{name: getattr(window, name) for name in ("visit", "anchor_on", "target_on", "opens_on", "closes_on")},
        "status": "complete" if complete else "partial" if answered else _unanswered(window, today),
        "completed_at": f"{complete[0].replace(tzinfo=None).isoformat(timespec='seconds')}Z" if complete else None,
        "in_window": int(window.opens_on <= max(days) <= window.closes_on) if days else None,
        "last_answered_on": max(days, default=None),
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
        said = of_person(tx, cut, Response, person, ITEM)
        days = of_person(tx, cut, TlfbDay, person, DAY)
        given = of_person(tx, cut, ScoreGiven, person, SCORE)
        for visit in sorted({row.visit for row in (*said, *days, *given)}, key=str.encode):
            of_visit = [row for row in said if row.visit == visit]
            looked_back = [row for row in days if row.visit == visit]
            lines = [*_scored(of_visit), *_looked_back(tx, cut, person, looked_back, factors)]
            lines += [_as_given(row) for row in given if row.visit == visit]
            for line in sorted(lines, key=lambda line: (line.instrument.encode(), line.score.encode())):
                values = {"study_id": person.study_id, "visit": visit, **line._asdict()}
                yield [values[name] for name in wanted.names]


def _scored(rows: list[Row[Any]]) -> Iterator[_Line]:
    by_instrument = sorted(rows, key=lambda row: row.instrument)
    for code, group in groupby(by_instrument, key=lambda row: row.instrument):
        yield from _of_instrument(code, list(group))


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


def _looked_back(tx: Tx, cut: Cut, person: Person, rows: list[Row[Any]], factors: FactorSet) -> Iterator[_Line]:
    """Days known of the calendar, and the mean of their morphine equivalents in mg; few days are said to be few."""
    if not rows:
        return
    figures = remembered(rows, medicines_of(tx, cut, person), factors)
    known = [figure.mme for figure in figures.values() if figure.mme is not None]
    asked = protocol().forms[CALENDAR].days
    missing, version = asked - len(known), f"{CALENDAR}-1 {factors.id}"
    few = "low_coverage" if len(known) < limit("calendar_enough_days") else None
    yield _Line(CALENDAR, DAYS_KNOWN, float(len(known)), missing, version, None)
    mean = sum(known) / len(known) if known else None
    yield _Line(CALENDAR, MEAN_DAILY_MME, mean, missing, version, few if known else "not_answered")
