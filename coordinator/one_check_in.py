"""One check-in of one participant of which staff bring what they took down: what is known of it, and how it ends.

Facts are written as a talk would write them; what follows from each is handed in (`Follow`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from content.instruments import instruments
from coordinator.answer_file import Line, Wrong
from records import facts, looking_back, people, visits
from records.facts import Kept, Where
from study import responses
from study.conversation import entity_id
from study.facts import CheckInFinished, Response
from study.looking_back import ONE_DAY, days_open
from study.person import local_at
from study.responses import Given
from study.taken_down import Problem, Timing, answered, out_of_window, timing_of, too_early

if TYPE_CHECKING:
    from sqlalchemy import Row

    from content.protocol import Protocol
    from records.database import Tx
    from study.person import Person
    from study.steps import Fact
    from study.windows import VisitWindow

Follow = Callable[["Tx", "Row[Any]", str, "Fact", int], None]
"""Does what a fact sets off, in the same transaction: the participant, the entity, the fact, its revision."""


class Told(BaseModel):
    """An alert an answer raised."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    visit: str
    rule: str
    tier: int


class VisitResult(BaseModel):
    """What became of one check-in: `complete`, `core` (the short form) or `partial`; when, measured by its window.

    `calendar_open` counts the days of its calendar that have no answer yet, each medicine by itself.
    """

    model_config = ConfigDict(frozen=True)

    study_id: str
    visit: str
    status: Literal["complete", "core", "partial"]
    timing: Timing
    calendar_open: int


@dataclass(frozen=True)
class VisitDone:
    """What was done with the lines of one check-in."""

    result: VisitResult
    written: int
    corrected: int
    there_already: int
    alerts: tuple[Told, ...]


@dataclass(frozen=True)
class TakenDown:
    """When, how and by whom something was taken down, in which line of the file."""

    line: int
    at: datetime
    mode: Any
    taken_by: str


@dataclass
class CheckIn(ABC):
    """A check-in and what is known of it; `wrong` collects what cannot be taken over.

    `outside`: on which side of its window answers may lie.
    """

    tx: Tx
    row: Row[Any]
    rules: Protocol
    seen: Person
    window: VisitWindow
    correct: str | None
    follow: Follow
    staffed: bool
    wrong: list[Wrong] = field(default_factory=list)
    outside: Sequence[Timing] = ()

    STEP: ClassVar[str]

    def __post_init__(self) -> None:
        """Read what stands."""
        self.code = self.window.visit
        self.left_at = people.left_at(self.tx, self.row.study_id) if self.row.status == "stopped" else None

    @abstractmethod
    def bring(self, lines: Sequence[Line], source: str) -> VisitDone | None:
        """Take the lines of a file over, `source` being its hash; None, and nothing written, when one is wrong."""

    # --- checking

    def refuse(self, line: Line, problems: Iterable[Problem]) -> None:
        """Keep what is wrong with a line."""
        told = {each.problem for each in self.wrong}
        new = [each for each in problems if not (each.once and each.reason in told)]
        self.wrong += [Wrong(line.number, each.column, each.reason) for each in new]

    def when(self, line: Line, problems: list[Problem]) -> datetime | None:
        """The instant a line was answered at; None, with the reason among the problems, where that cannot be."""
        at = answered(line.cells, self.seen, self.tx.now)
        if isinstance(at, tuple):
            problems += at
            return None
        joins = self.rules.anchor_of(self.rules.visit(self.code)) == "consent"
        day = self.day(at)
        why_not = too_early(day, self.window, joins=joins) or out_of_window(day, self.window, self.outside, joins=joins)
        problems += [why_not] if why_not is not None else []
        if self.left_at is not None and at > self.left_at:
            day = self.day(self.left_at)
            problems.append(Problem("answered_on", f"{self.row.study_id} left the study; allowed: until {day}"))
        return at

    def day(self, at: datetime) -> date:
        """The local date of an instant."""
        return local_at(at, self.seen.zone_at(at)).date()

    # --- writing

    def entity(self, *parts: str) -> str:
        """The entity of what an import writes first: the same for the same thing."""
        return entity_id(f"{self.row.study_id}/import", "/".join((self.code, *parts)))

    def keep(self, entity: str, fact: Fact, why: str | None = None) -> None:
        """Write a fact as the next revision of its entity, and do what it sets off."""
        where = Where(self.row.id, self.row.study_id, self.STEP)
        revision = facts.write(self.tx, entity, fact, where, why=why)
        self.follow(self.tx, self.row, entity, fact, revision)

    def where_and_when(self, taken: TakenDown) -> dict[str, Any]:
        """The fields that tell of which check-in, when, how and by whom."""
        zone = self.seen.zone_at(taken.at)
        return {
            "visit": self.code,
            "mode": taken.mode,
            "taken_by": taken.taken_by,
            "answered_at": taken.at,
            "answered_local": local_at(taken.at, zone).isoformat(timespec="seconds"),
            "zone": zone,
        }

    # --- the end

    def end(self, last: TakenDown) -> VisitResult:
        """Finish the check-in when its full form or its core is answered, unless that has been said before."""
        after = answers_in(visits.standing(self.tx, self.row.id, self.code))
        asked = self.rules.visit(self.code)
        core, left = self._parts("core"), self._days_open(last)
        complete = responses.is_complete(self._parts("full"), after, asked.core) and not left
        short = self.rules.has_short_form(asked) and responses.is_complete(core, after, asked.core)
        done = visits.finished(self.tx, self.row.id, self.code)
        if (complete and not (done and done.complete)) or (short and done is None):
            end = CheckInFinished(visit=self.code, complete=complete, mode=last.mode, at=self._last_at(last))
            self.keep(self.entity("end"), end)
        timing = timing_of(self.day(last.at), self.window)
        status = "complete" if complete else "core" if short else "partial"
        who = self.row.study_id
        return VisitResult(study_id=who, visit=self.code, status=status, timing=timing, calendar_open=left)

    def _parts(self, mode: responses.Mode) -> tuple[responses.Part, ...]:
        asked = self.rules.visit(self.code)
        return responses.parts(self.code, asked.instruments, asked.core, mode=mode, staffed=self.staffed)

    @property
    def asks_calendar(self) -> bool:
        """True for a check-in whose full form looks back on a calendar."""
        return any(part.calendar for part in self._parts("full"))

    def _days_open(self, last: TakenDown) -> int:
        """How many days of the calendar, if the check-in has one, have no answer of any kind."""
        if not self.asks_calendar:
            return 0
        yesterday = self.day(last.at) - ONE_DAY
        return len(days_open(looking_back.calendar_of(self.tx, self.row.id, self.code, yesterday)))

    def _last_at(self, last: TakenDown) -> datetime:
        """When the last of what is known of the check-in was answered."""
        said = [kept.fact.answered_at for kept in visits.standing(self.tx, self.row.id, self.code).values()]
        days = [kept.fact.answered_at for kept in looking_back.days(self.tx, self.row.id, self.code).values()]
        return max(last.at, *said, *days)


Standing = Mapping[tuple[str, str], Kept[Response]]
Answers = dict[str, dict[str, Given]]


def answers_in(standing: Standing) -> Answers:
    """The answers of this version of each instrument, by instrument and item."""
    found: Answers = {}
    for (code, item), kept in standing.items():
        if code in instruments() and kept.fact.instrument_version == instruments()[code].version:
            found.setdefault(code, {})[item] = plain(kept.fact)
    return found


def plain(said: Response) -> Given:
    """An answer as scores and signals are made of it."""
    return Given(value=said.value, status=said.status)
