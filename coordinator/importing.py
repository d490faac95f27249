"""Answers that staff took down, into the records: all of a file or nothing, and with what follows from them.

The same facts are written as by a talk, so that a visit is completed, its reminders stop and alerts are raised in the
same way; what the process does about a fact is handed in (`follow`), since it is no business of this room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from coordinator.answer_file import FileRefused, Line, Wrong, read
from coordinator.taking_over import Told, Visit, VisitDone, VisitResult
from records import audit, people
from records.database import Database, Tx
from records.people import NoSuchParticipant
from records.person import person_of, protocol_of
from study.plan import windows_of
from study.taken_down import says_nothing

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Row

    from coordinator.taking_over import Follow

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
    """What is to be done: the file, who imports it, why values may be replaced (None: never), or only a trial."""

    file: Path
    actor: str
    correct: str | None = None
    dry_run: bool = False


class _OnlyATrial(Exception):
    """Rolls a trial back."""


def import_answers(
    db: Database, order: Order, follow: Follow, *, staffed: bool, progress: Progress = lambda *_: None
) -> Imported:
    """Take a file of answers over, in one transaction; `FileRefused` with everything that is wrong, and nothing kept.

    `follow` does what a fact sets off; `staffed` says whether instruments that need somebody on call are asked.
    """
    lines, sha256 = read(order.file), hashlib.sha256(order.file.read_bytes()).hexdigest()
    done: list[Imported] = []
    try:
        with db.write(order.actor) as tx:
            done.append(_Import(tx, order, sha256, follow, staffed).take_over(lines, progress))
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
    sha256: str
    follow: Follow
    staffed: bool
    wrong: list[Wrong] = field(default_factory=list)
    done: list[VisitDone] = field(default_factory=list)

    def take_over(self, lines: Sequence[Line], progress: Progress) -> Imported:
        filled_in = [line for line in lines if not says_nothing(line.cells)]
        of_people = groupby(sorted(filled_in, key=_study_id), key=_study_id)
        counted = 0
        for study_id, of_one in of_people:
            mine = list(of_one)
            self._of_person(study_id, mine)
            counted += len(mine)
            progress(counted, len(filled_in))
        if self.wrong:
            raise FileRefused(self.order.file.name, self.wrong)
        result = self._result(len(lines), len(lines) - len(filled_in))
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
        visit = Visit(self.tx, row, rules, seen, window, self.order.correct, self.follow, self.staffed)
        found = visit.check(lines)
        self.wrong += visit.wrong
        if not visit.wrong:
            self.done.append(visit.take_over(found, self.sha256))
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
        audit.note(self.tx, audit.STUDY, "import:answers", what, self.sha256)


def _study_id(line: Line) -> str:
    return line.cells["study_id"]
