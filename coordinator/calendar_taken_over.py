"""The calendar of one check-in as staff took it down: checked line by line, then written as the talk would write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from coordinator.calendar_file import codes_of
from coordinator.one_check_in import CheckIn, TakenDown, VisitDone
from records import looking_back
from study.facts import TlfbDay
from study.looking_back import WITHOUT_AMOUNT, DayEntry, day_entry, day_of, days_asked, ends_on, not_asked
from study.taken_down import Problem, shown, taken

if TYPE_CHECKING:
    from coordinator.answer_file import Line
    from records.facts import Kept
    from study.queries import Calendar
    from study.view import MedicineView

Place = tuple[str, date]
"""A medicine (`NO_MEDICINE` on days without one) and a day."""


@dataclass(frozen=True)
class Checked:
    """A line that can be taken over: the medicine and the day, what was said, when, how and by whom."""

    place: Place
    said: DayEntry
    taken: TakenDown


@dataclass
class CalendarVisit(CheckIn):
    """A check-in of which days of its calendar are brought; `listed` are all days the file has lines for, blank too."""

    listed: Sequence[date] = ()
    said_in: dict[Place, int] = field(default_factory=dict)

    STEP = "coach import calendar"

    def __post_init__(self) -> None:
        """Read what stands."""
        super().__post_init__()
        self.standing: Mapping[Place, Kept[TlfbDay]] = looking_back.days(self.tx, self.row.id, self.code)
        self.codes = {code: medicine for medicine, code in codes_of(self.tx, self.row.id).items()}

    def bring(self, lines: Sequence[Line], source: str) -> VisitDone | None:
        """Check all lines, then write them."""
        found = self.check(lines)
        return self.take_over(found) if not self.wrong else None

    # --- checking

    def check(self, lines: Sequence[Line]) -> list[Checked]:
        """The lines that can be taken over; every reason why one cannot goes to `wrong`."""
        if not self.asks_calendar:
            for line in lines:
                reason = f"{self.code} looks back on no calendar; allowed: at check-ins that do"
                self.refuse(line, [Problem("visit", reason)])
            return []
        self.calendar = self._calendar(lines)
        return [found for line in lines if (found := self._checked(line)) is not None]

    def _calendar(self, lines: Sequence[Line]) -> Calendar:
        """The days looked back on: those of which some are kept, else by when the first line was answered."""
        instants = [at for line in lines if (at := self.when(line, [])) is not None]
        answered_on = self.day(min(instants, default=self.tx.now))
        last = ends_on(self.listed, answered_on, self.window.opens_on)
        return looking_back.calendar_of(self.tx, self.row.id, self.code, last)

    def _checked(self, line: Line) -> Checked | None:
        problems = list(taken(line.cells))
        at = self.when(line, problems)
        place = self._place(line, problems)
        said = day_entry(self._medicine(place), line.cells) if place is not None else ()
        if isinstance(said, tuple):
            problems += said
        elif place is not None:
            problems += self._said_before(line, place)
            problems += self._there(line, place, said)
            if at is not None and place[1] >= self.day(at):
                problems.append(Problem("on", f"{place[1]} was not over on {self.day(at)}; allowed: days before it"))
        self.refuse(line, problems)
        if problems or place is None or at is None or isinstance(said, tuple):
            return None
        return Checked(place, said, TakenDown(line.number, at, line.cells["mode"], line.cells["taken_by"]))

    def _place(self, line: Line, problems: list[Problem]) -> Place | None:
        """The medicine and the day of a line, None where the check-in does not ask about them."""
        code, on = line.cells["medicine"], day_of(line.cells)
        asked = [known for known, medicine in self.codes.items() if medicine in days_asked(self.calendar)]
        if code not in asked:
            reason = (
                f"'{shown(code)}' is no medicine of these days; allowed: {', '.join(asked) or 'none was on the list'}"
            )
            problems.append(Problem("medicine", reason))
        if isinstance(on, Problem):
            problems.append(on)
        if code not in asked or isinstance(on, Problem):
            return None
        why_not = not_asked(self.calendar, self.codes[code], code, on)
        problems += [why_not] if why_not is not None else []
        return (self.codes[code], on) if why_not is None else None

    def _medicine(self, place: Place) -> MedicineView | None:
        """The medicine of a place; None on a day without one."""
        return next((span.medicine for span in self.calendar.spans if span.medicine.id == place[0]), None)

    def _said_before(self, line: Line, place: Place) -> Iterator[Problem]:
        first = self.said_in.setdefault(place, line.number)
        if first != line.number:
            what = f"line {first} has {line.cells['medicine']} on {place[1]} already"
            yield Problem("on", f"{what}; allowed: one line for each medicine and day")

    def _there(self, line: Line, place: Place, said: DayEntry) -> Iterator[Problem]:
        """An amount that stands is replaced only with a reason; what was not known can be told without one."""
        kept = self.standing.get(place)
        if kept is None or self.correct is not None or _same(kept.fact, said) or kept.fact.status in WITHOUT_AMOUNT:
            return
        told = kept.fact.status if kept.fact.count is None else f"{kept.fact.count:g}"
        how = f"{told} ({kept.fact.mode}, {kept.fact.answered_local[:10]})"
        yield Problem("value", f"{line.cells['medicine']} on {place[1]} is answered: {how}; see --correct")

    # --- taking over

    def take_over(self, checked: Sequence[Checked]) -> VisitDone:
        """Write the days that are new, and end the check-in when nothing of it is left."""
        counts = {"written": 0, "corrected": 0, "there_already": 0}
        for each in checked:
            counts[self._write(each)] += 1
        last = max((each.taken for each in checked), key=lambda one: one.at)
        return VisitDone(self.end(last), alerts=(), **counts)

    def _write(self, each: Checked) -> str:
        kept, fact = self.standing.get(each.place), self._fact(each)
        if kept is not None and (kept.fact == fact or (self.correct is None and _same(kept.fact, each.said))):
            return "there_already"
        # a day that was not known and is told after all is a revision that explains itself
        why = None if kept is None else self.correct or f"told after all ({each.taken.mode})"
        medicine, on = each.place
        entity = kept.entity if kept is not None else self.entity("tlfb", medicine, on.isoformat())
        self.keep(entity, fact, why)
        return "written" if kept is None or self.correct is None else "corrected"

    def _fact(self, each: Checked) -> TlfbDay:
        medicine, on = each.place
        of_day = {"medicine": medicine, "on": on, "count": each.said.count, "status": each.said.status}
        return TlfbDay.model_validate(self.where_and_when(each.taken) | of_day | {"looks_to": self.calendar.last})


def _same(kept: TlfbDay, said: DayEntry) -> bool:
    return (kept.count, kept.status) == (said.count, said.status)
