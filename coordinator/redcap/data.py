"""The rows of the REDCap data file: for each person and check-in, each week's questions, each entry that was logged.

They are made one after the other: what is held is a person's answers, and the number of each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from content.exports import exported
from content.protocol import protocol
from coordinator.projections import changes, rows_of
from coordinator.projections.cut import CHUNK
from coordinator.redcap.dictionary import ENROLMENT, MME, OF_A_WEEK, SCREENING, VISIT, Plan, event_of
from coordinator.redcap.logs import DIARY, LOGS, instances, key_of, weeks_said
from coordinator.redcap.questionnaires import COMPLETE, INCOMPLETE, WEEK, form_of
from coordinator.redcap.shape import EVENT, RECORD_ID, REPEAT_INSTANCE, REPEAT_INSTRUMENT, Event

if TYPE_CHECKING:
    from datetime import datetime

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from coordinator.redcap.fields import Filled
    from coordinator.redcap.questionnaires import Form
    from records.database import Tx

SIDES = ("visits", "responses", "scores", "given_scores", "mme_summary")
"""Tables of check-ins, each sorted by person."""
DIARY_EVENT = Event(DIARY, ()).unique_name

Values = dict[str, Any]
Row = dict[str, str]

Progress = Callable[[str, int], None]
"""Called with the name of a table and its rows so far."""


class Rows:
    """Makes the rows of one cut."""

    def __init__(self, tx: Tx, cut: Cut, made: Plan, progress: Progress) -> None:
        self._tx, self._cut, self._plan, self._progress = tx, cut, made, progress
        shown = exported(unblinded=cut.unblinded, free_text=cut.free_text)
        self._tables: Mapping[str, Table] = {each.name: each for each in shown}
        self.taken_back: list[Row] = []
        """Where entries stood that are there no more; whole once all rows were made."""

    def all(self) -> Iterator[Row]:
        """Check-ins and weeks person by person, then what was logged, form by form."""
        yield from self._people()
        if self._cut.visit is None:
            for name in LOGS:
                yield from self._log(name)

    def _of(self, name: str, cut: Cut) -> Iterator[Values]:
        self._progress(name, 0)
        names = self._tables[name].names
        for number, row in enumerate(rows_of(self._tx, cut, self._tables[name]), start=1):
            if number % CHUNK == 0:
                self._progress(name, number)
            yield dict(zip(names, row, strict=True))

    def _people(self) -> Iterator[Row]:
        """With `since`, a check-in of which anything is new is there whole, so that no blank says it was taken back."""
        whole, news, weeks = replace(self._cut, since=None), self._news(), self._weeks_said()
        screened = {row["study_id"]: row for row in self._of("screening", whole) if row["study_id"]}
        sides = {name: _Side(self._of(name, whole)) for name in SIDES}
        for person in self._of("participants", whole):
            study_id = person["study_id"]
            seen = _Seen({name: side.of(study_id) for name, side in sides.items()})
            first = self._enrolment(person, screened.get(study_id))
            for visit, cells in self._visits(seen, first):
                if news is None or (study_id, visit) in news or ENROLMENT_STATE in cells:
                    yield {RECORD_ID: study_id, EVENT: event_of(visit)} | cells
            for week, form, cells in self._weeks(seen):
                weeks.discard((study_id, week, form.asked.code))
                if news is None or (study_id, week) in news:
                    yield _place(study_id, form.name, _number(week)) | cells
        self.taken_back += [
            _place(who, form_of(code, weekly=True).name, _number(week)) for who, week, code in sorted(weeks)
        ]

    def _news(self) -> frozenset[tuple[str, str]] | None:
        """Who has anything new at which check-in or week, or less than before; None when all is asked for."""
        since = self._cut.since
        return None if since is None else frozenset(one for name in SIDES for one in self._news_of(name, since))

    def _news_of(self, name: str, since: datetime) -> Iterator[tuple[str, str]]:
        self._progress(name, 0)
        shown, gone = self._tables[name], list[Sequence[Any]]()
        whose, when = shown.names.index("study_id"), shown.names.index("visit")
        for rows in (changes(self._tx, self._cut, since, shown, gone.append), gone):
            yield from ((row[whose], row[when]) for row in rows)

    def _enrolment(self, person: Values, screened: Values | None) -> Row:
        cells = _filled(self._plan.people, person, ENROLMENT)
        return cells | (_filled(self._plan.screening, screened, SCREENING) if screened else {})

    def _visits(self, seen: _Seen, first: Row) -> Iterator[tuple[str, Row]]:
        for at, visit in enumerate(each.code for each in protocol().visits):
            if self._cut.visit in (None, visit):
                cells = (first if at == 0 else {}) | self._at_visit(visit, seen)
                if cells:
                    yield visit, cells

    def _at_visit(self, visit: str, seen: _Seen) -> Row:
        cells: Row = {}
        for window in seen.at("visits", visit):
            cells |= _filled(self._plan.visit, window, VISIT)
        answers = [seen.at(name, visit) for name in ("responses", "scores", "given_scores")]
        for form in self._plan.at_visits[visit]:
            cells |= form.cells(*answers)
        for row in seen.at("mme_summary", visit):
            cells |= _filled(self._plan.mme[row["source"]], row, MME)
        return cells

    def _weeks_said(self) -> set[tuple[str, str, str]]:
        if self._cut.visit is not None:
            return set()
        asked = {form.asked.code: {item.code for item in form.asked.items} for form in self._plan.weekly}
        said = weeks_said(self._tx, self._cut, asked)
        return {one for one in said if OF_A_WEEK.fullmatch(one[1])}

    def _weeks(self, seen: _Seen) -> Iterator[tuple[str, Form, Row]]:
        if self._cut.visit is not None:
            return
        for week in seen.weeks():
            answers = [seen.at(name, week) for name in ("responses", "scores", "given_scores")]
            for form in self._plan.weekly:
                if cells := form.cells(*answers):
                    yield week, form, {form.own("week"): str(_number(week))} | cells

    def _log(self, name: str) -> Iterator[Row]:
        log, numbers = LOGS[name], instances(self._tx, self._cut, name)
        missing = set(numbers)
        for row in self._of(name, self._cut):
            key = key_of(log, row)
            missing.discard(key)
            yield _place(key[0], log.form, numbers[key]) | _filled(self._plan.logs[name], row, log.form)
        if missing and self._cut.since is not None:
            missing -= {key_of(log, row) for row in self._of(name, replace(self._cut, since=None))}
        self.taken_back += [_place(key[0], log.form, number) for key, number in numbers.items() if key in missing]


ENROLMENT_STATE = f"{ENROLMENT}_complete"


class _Side:
    """Rows that come sorted by person, handed out person by person in that order."""

    def __init__(self, rows: Iterator[Values]) -> None:
        self._groups = groupby(rows, key=itemgetter("study_id"))
        self._next = next(self._groups, None)

    def of(self, study_id: str) -> list[Values]:
        """The rows of this person; of those before it nothing can be had any more."""
        while self._next is not None and self._next[0].encode() < study_id.encode():
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != study_id:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found


class _Seen:
    """What a person's check-ins and weeks hold, by table."""

    def __init__(self, tables: Mapping[str, Sequence[Values]]) -> None:
        self._tables = tables

    def at(self, name: str, visit: str) -> list[Values]:
        """The rows of one table at one check-in or week."""
        return [row for row in self._tables[name] if row["visit"] == visit]

    def weeks(self) -> list[str]:
        """The weeks that have answers."""
        rows = (*self._tables["responses"], *self._tables["given_scores"])
        return sorted({row["visit"] for row in rows if OF_A_WEEK.fullmatch(row["visit"])})


def _number(week: str) -> int:
    return int(week.removeprefix(WEEK))


def _place(study_id: str, form: str, number: int) -> Row:
    return {RECORD_ID: study_id, EVENT: DIARY_EVENT, REPEAT_INSTRUMENT: form, REPEAT_INSTANCE: str(number)}


def _filled(fields: Sequence[Filled], row: Values, form: str) -> Row:
    cells = {each.field.name: "" if row[each.column] is None else each.made(row[each.column]) for each in fields}
    return cells | {f"{form}_complete": _state(row, form)}


def _state(row: Values, form: str) -> str:
    return INCOMPLETE if form == VISIT and row["status"] != "complete" else COMPLETE
