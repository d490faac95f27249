"""What staff took down, answers or days of a calendar, into the records: all of a file or nothing, and what follows.

The same facts are written as by a talk, so that a visit is completed, its reminders stop and alerts are raised in the
same way; what the process does about a fact is handed in (`follow`), since it is no business of this room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from coordinator.answer_file import ANSWERS, Columns, FileRefused, Line, Wrong, read
from coordinator.calendar_file import CALENDAR
from coordinator.calendar_taken_over import CalendarVisit
from coordinator.one_check_in import CheckIn, Told, VisitDone, VisitResult
from coordinator.taking_over import Visit
from records import audit, people
from records.database import Database, Tx
from records.people import NoSuchParticipant
from records.person import person_of, protocol_of
from study.looking_back import day_of
from study.plan import windows_of
from study.taken_down import says_nothing

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Row

    from content.protocol import Protocol
    from coordinator.one_check_in import Follow
    from study.person import Person
    from study.taken_down import Timing
    from study.windows import VisitWindow

Progress = Callable[[int, int], None]

NOT_JOINED = "has not joined yet: no consent is recorded"
NOTHING_KEPT = "has declined or had the data removed: nothing may be kept"


class Imported(BaseModel):
    """What an import did, or would do."""

    model_config = ConfigDict(frozen=True)

    file: str
    dry_run: bool
    lines: int
    written: int
    corrected: int
    there_already: int
    left_blank: int
    visits: tuple[VisitResult, ...]
    alerts: tuple[Told, ...]


@dataclass(frozen=True)
class Order:
    """What is to be done: the file, who imports it, why values may be replaced (None: never), or only a trial.

    `early` and `late`: answers dated before a check-in's window opened, or after it closed, are meant so.
    """

    file: Path
    actor: str
    correct: str | None = None
    dry_run: bool = False
    early: bool = False
    late: bool = False

    @property
    def outside(self) -> tuple[Timing, ...]:
        """Which times outside a window are meant."""
        return (*(("early",) if self.early else ()), *(("late",) if self.late else ()))


class _OnlyATrial(Exception):
    """Rolls a trial back."""


def import_answers(
    db: Database, order: Order, follow: Follow, *, staffed: bool, progress: Progress = lambda *_: None
) -> Imported:
    """Take a file of answers over, in one transaction; `FileRefused` with everything that is wrong, and nothing kept.

    `follow` does what a fact sets off; `staffed` says whether instruments that need somebody on call are asked.
    """
    return _import(db, order, _ANSWERS, follow, staffed, progress)


def import_calendar(
    db: Database, order: Order, follow: Follow, *, staffed: bool, progress: Progress = lambda *_: None
) -> Imported:
    """Take a file of calendars over in the same way."""
    return _import(db, order, _CALENDAR, follow, staffed, progress)


def _import(db: Database, order: Order, kind: _Kind, follow: Follow, staffed: bool, progress: Progress) -> Imported:
    lines, sha256 = read(order.file, kind.columns), hashlib.sha256(order.file.read_bytes()).hexdigest()
    done: list[Imported] = []
    try:
        with db.write(order.actor) as tx:
            done.append(_Import(tx, order, kind, sha256, follow, staffed, lines).take_over(progress))
            if order.dry_run:
                raise _OnlyATrial
    except _OnlyATrial:
        pass
    return done[0]


@dataclass
class _Import:
    """One run over a file, inside its transaction."""

    tx: Tx
    order: Order
    kind: _Kind
    sha256: str
    follow: Follow
    staffed: bool
    lines: Sequence[Line]
    wrong: list[Wrong] = field(default_factory=list)
    done: list[VisitDone] = field(default_factory=list)

    def take_over(self, progress: Progress) -> Imported:
        filled_in = [line for line in self.lines if not says_nothing(line.cells)]
        of_people = groupby(sorted(filled_in, key=_study_id), key=_study_id)
        counted = 0
        for study_id, of_one in of_people:
            mine = list(of_one)
            self._of_person(study_id, mine)
            counted += len(mine)
            progress(counted, len(filled_in))
        if self.wrong:
            raise FileRefused(self.order.file.name, self.wrong)
        result = self._result(len(self.lines), len(self.lines) - len(filled_in))
        if result.written or result.corrected:
            self._note(result)
        return result

    def _of_person(self, study_id: str, lines: Sequence[Line]) -> None:
        try:
            row = people.by_study_id(self.tx, study_id)
        except NoSuchParticipant:
            self._refuse(lines, "study_id", f"there is no participant '{study_id}'; `coach participant list` shows all")
            return
        if row.status in ("declined", "data_removed"):
            self._refuse(lines, "study_id", f"{study_id} {NOTHING_KEPT}")
        elif row.status == "invited":
            self._refuse(lines, "study_id", f"{study_id} {NOT_JOINED}")
        else:
            self._visits_of(row, lines)

    def _visits_of(self, row: Row[Any], lines: Sequence[Line]) -> None:
        """Check-in by check-in in the order of the protocol: the others may count from the baseline of this file."""
        known = [visit.code for visit in protocol_of(row).visits]
        strange = [line for line in lines if line.cells["visit"] not in known]
        self._refuse(strange, "visit", f"there is no such check-in; allowed: {', '.join(known)}")
        wrong_before = len(self.wrong)
        for code in known:
            mine = [line for line in lines if line.cells["visit"] == code]
            if mine and not self._visit(row.study_id, code, mine) and len(self.wrong) == wrong_before:
                self._refuse(mine, "visit", f"{code} counts from a day not known yet: bring the baseline in first")

    def _visit(self, study_id: str, code: str, lines: Sequence[Line]) -> bool:
        """Take one check-in over; False when nobody knows yet when it is."""
        row = people.by_study_id(self.tx, study_id)
        rules, seen = protocol_of(row), person_of(self.tx, row)
        window = next((each for each in windows_of(rules, seen) if each.visit == code), None)
        if window is None:
            return False
        visit = self.kind.opened(self, row, rules, seen, window)
        found = visit.bring(lines, self.sha256)
        self.wrong += visit.wrong
        self.done += [found] if found is not None else []
        return True

    def _refuse(self, lines: Iterable[Line], column: str, reason: str) -> None:
        self.wrong += [Wrong(line.number, column, reason) for line in lines]

    def _result(self, lines: int, left_blank: int) -> Imported:
        return Imported(
            file=self.order.file.name,
            dry_run=self.order.dry_run,
            lines=lines,
            written=sum(each.written for each in self.done),
            corrected=sum(each.corrected for each in self.done),
            there_already=sum(each.there_already for each in self.done),
            left_blank=left_blank,
            visits=tuple(each.result for each in self.done),
            alerts=tuple(told for each in self.done for told in each.alerts),
        )

    def _note(self, result: Imported) -> None:
        what = f"{result.file[:60]} written={result.written} corrected={result.corrected}"
        audit.note(self.tx, audit.STUDY, f"import:{self.kind.name}", what, self.sha256)


def _study_id(line: Line) -> str:
    return line.cells["study_id"]


@dataclass(frozen=True)
class _Kind:
    """What a file may hold: its name in the audit, its columns, and how a check-in is opened for its lines."""

    name: str
    columns: Columns
    opened: Callable[[_Import, Row[Any], Protocol, Person, VisitWindow], CheckIn]


def _answers(of: _Import, row: Row[Any], rules: Protocol, seen: Person, window: VisitWindow) -> CheckIn:
    order = of.order
    return Visit(of.tx, row, rules, seen, window, order.correct, of.follow, of.staffed, outside=order.outside)


def _calendar(of: _Import, row: Row[Any], rules: Protocol, seen: Person, window: VisitWindow) -> CheckIn:
    mine = [line for line in of.lines if (_study_id(line), line.cells["visit"]) == (row.study_id, window.visit)]
    listed = [on for line in mine if isinstance(on := day_of(line.cells), date)]
    order = of.order
    return CalendarVisit(
        of.tx, row, rules, seen, window, order.correct, of.follow, of.staffed, outside=order.outside, listed=listed
    )


_ANSWERS = _Kind("answers", ANSWERS, _answers)
_CALENDAR = _Kind("calendar", CALENDAR, _calendar)
