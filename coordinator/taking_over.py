"""One check-in of one participant as staff took it down: checked line by line, then written as a talk would write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from content.instruments import instrument, instruments
from content.safety_data import alerts as alert_rules
from coordinator.answer_file import Line, Wrong
from records import facts, people, visits
from records.facts import Kept, Where
from study import responses
from study.conversation import entity_id
from study.facts import AdverseEvent, AlertRaised, CheckInFinished, Response, ScoreGiven
from study.person import local_at
from study.responses import Given
from study.taken_down import Entry, Problem, answered, entry, taken, too_early

if TYPE_CHECKING:
    from sqlalchemy import Row

    from content.instruments import Instrument
    from content.protocol import Protocol
    from records.database import Tx
    from study.person import Person
    from study.steps import Fact
    from study.windows import VisitWindow

STEP = "coach import answers"
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
    """What became of one check-in: `complete`, `core` (the short form) or `partial`; when, measured by its window."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    visit: str
    status: Literal["complete", "core", "partial"]
    timing: Literal["in_window", "late", "early"]


@dataclass(frozen=True)
class VisitDone:
    """What was done with the lines of one check-in."""

    result: VisitResult
    written: int
    corrected: int
    there_already: int
    alerts: tuple[Told, ...]


@dataclass(frozen=True)
class Checked:
    """A line that can be taken over: its instrument, the answer, when, how and by whom it was taken down."""

    line: int
    asked: Instrument
    entry: Entry
    at: datetime
    mode: Any
    taken_by: str


Standing = Mapping[tuple[str, str], Kept[Response]]


@dataclass
class Visit:
    """A check-in and what is known of it; `wrong` collects what cannot be taken over."""

    tx: Tx
    row: Row[Any]
    rules: Protocol
    seen: Person
    window: VisitWindow
    correct: str | None
    follow: Follow
    staffed: bool
    wrong: list[Wrong] = field(default_factory=list)
    said_in: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what stands."""
        self.code = self.window.visit
        self.standing: Standing = visits.standing(self.tx, self.row.id, self.code)
        self.scores = visits.given_scores(self.tx, self.row.id, self.code)
        self.left_at = people.left_at(self.tx, self.row.study_id) if self.row.status == "stopped" else None

    # --- checking

    def check(self, lines: Sequence[Line]) -> list[Checked]:
        """The lines that can be taken over; every reason why one cannot goes to `wrong`."""
        return [found for line in lines if (found := self._checked(line)) is not None]

    def _checked(self, line: Line) -> Checked | None:
        problems = list(taken(line.cells))
        at = self._when(line, problems)
        asked = self._instrument(line, problems)
        said = entry(asked, line.cells) if asked is not None else ()
        if isinstance(said, tuple):
            problems += said
        else:
            problems += self._said_before(line.number, asked, said)
            problems += self._there(asked, said)
        self.wrong += [Wrong(line.number, each.column, each.reason) for each in problems]
        if problems or asked is None or at is None or isinstance(said, tuple):
            return None
        return Checked(line.number, asked, said, at, line.cells["mode"], line.cells["taken_by"])

    def _said_before(self, line: int, asked: Instrument | None, said: Entry) -> Iterator[Problem]:
        place = (asked.code if asked is not None else "", said.item)
        first = self.said_in.setdefault(place, line)
        if first != line:
            yield Problem("item", f"line {first} has {place[0]}.{said.item} already; allowed: one line for each item")

    def _when(self, line: Line, problems: list[Problem]) -> datetime | None:
        at = answered(line.cells, self.seen, self.tx.now)
        if isinstance(at, tuple):
            problems += at
            return None
        joins = self.rules.anchor_of(self.rules.visit(self.code)) == "consent"
        early = too_early(self._day(at), self.window, joins=joins)
        problems += [early] if early is not None else []
        if self.left_at is not None and at > self.left_at:
            day = self._day(self.left_at)
            problems.append(Problem("answered_on", f"{self.row.study_id} left the study; allowed: until {day}"))
        return at

    def _day(self, at: datetime) -> Any:
        return local_at(at, self.seen.zone_at(at)).date()

    def _instrument(self, line: Line, problems: list[Problem]) -> Instrument | None:
        name = line.cells["instrument"]
        try:
            asked = instrument(name)
        except KeyError:
            reason = f"there is no instrument '{name[:40]}'; allowed: {', '.join(sorted(instruments()))}"
            problems.append(Problem("instrument", reason))
            return None
        if self.code in asked.not_at:
            problems.append(
                Problem("instrument", f"{asked.code} is not asked at {self.code}; allowed: at other check-ins")
            )
        return asked

    def _there(self, asked: Instrument | None, said: Entry) -> Iterator[Problem]:
        """A value that stands is replaced only with a reason; the same value again is no problem."""
        kept = self._kept(asked.code if asked is not None else "", said)
        if kept is None or self.correct is not None or _same(kept.fact, said) or _has_no_value(kept.fact):
            return
        fact = kept.fact
        how = f"{fact.value:g} ({fact.mode}, {fact.answered_local[:10]})"
        yield Problem("value", f"{asked.code if asked else ''}.{said.item} is answered: {how}; see --correct")

    def _kept(self, code: str, said: Entry) -> Kept[Response] | Kept[ScoreGiven] | None:
        return self.scores.get((code, said.item)) if said.score else self.standing.get((code, said.item))

    # --- taking over

    def take_over(self, checked: Sequence[Checked], source: str) -> VisitDone:
        """Write what is new, then what follows: alerts, unwanted events, the end of the check-in."""
        before = _given(self.standing)
        counts = {"written": 0, "corrected": 0, "there_already": 0}
        for each in checked:
            counts[self._write(each)] += 1
        new = [each for each in checked if not each.entry.score]
        for code in dict.fromkeys(each.asked.code for each in new):
            self._left_out(code, [each for each in new if each.asked.code == code][-1])
        after = _given(visits.standing(self.tx, self.row.id, self.code))
        alerts = tuple(self._signals(before, after, checked, source))
        self._events(before, after, checked, source)
        return VisitDone(self._end(after, checked), alerts=alerts, **counts)

    def _write(self, each: Checked) -> str:
        kept = self._kept(each.asked.code, each.entry)
        fact = self._fact(each)
        if kept is not None and (kept.fact == fact or (self.correct is None and _same(kept.fact, each.entry))):
            return "there_already"
        # a skipped question that is answered after all is a revision that explains itself
        why = None if kept is None else self.correct or f"answered after all ({each.mode})"
        entity = kept.entity if kept is not None else self._entity(each.asked.code, each.entry.item)
        self._keep(entity, fact, why)
        return "written" if kept is None or self.correct is None else "corrected"

    def _entity(self, *parts: str) -> str:
        return entity_id(f"{self.row.study_id}/import", "/".join((self.code, *parts)))

    def _keep(self, entity: str, fact: Fact, why: str | None = None) -> None:
        where = Where(self.row.id, self.row.study_id, STEP)
        revision = facts.write(self.tx, entity, fact, where, why=why)
        self.follow(self.tx, self.row, entity, fact, revision)

    def _fact(self, each: Checked) -> Response | ScoreGiven:
        said, zone = each.entry, self.seen.zone_at(each.at)
        common = {
            "visit": self.code,
            "instrument": each.asked.code,
            "value": said.value,
            "mode": each.mode,
            "taken_by": each.taken_by,
            "answered_at": each.at,
            "answered_local": local_at(each.at, zone).isoformat(timespec="seconds"),
            "zone": zone,
        }
        if said.score:
            return ScoreGiven.model_validate(common | {"score": said.item, "version": said.version})
        more = {"item": said.item, "status": said.status, "instrument_version": said.version}
        return Response.model_validate(common | more | {"language": self.row.language})

    def _left_out(self, code: str, last: Checked) -> None:
        """Items that a rule of the instrument leaves out are kept as not asked, as in the chat."""
        given = _given(visits.standing(self.tx, self.row.id, self.code)).get(code, {})
        for item in last.asked.items:
            first = [given.get(each) for each in item.asked_when_above_zero]
            if first and all(first) and item.code not in given and not responses.is_due(item, given):
                skipped = Entry(item.code, False, None, "not_asked", last.asked.version)
                fact = self._fact(Checked(last.line, last.asked, skipped, last.at, last.mode, last.taken_by))
                self._keep(self._entity(code, item.code), fact)

    # --- what follows

    def _signals(self, before: _Given, after: _Given, checked: Sequence[Checked], source: str) -> Iterator[Told]:
        for code in dict.fromkeys(each.asked.code for each in checked):
            at = max(each.at for each in checked if each.asked.code == code)
            earlier = self._at_other_visits(code)
            known = {(s.rule, s.detail) for s in responses.signals(code, self.code, before.get(code, {}), earlier)}
            for signal in responses.signals(code, self.code, after.get(code, {}), earlier):
                if signal.new and (signal.rule, signal.detail) not in known:
                    entity = self._entity("alert", source, code, signal.rule)
                    self._keep(entity, AlertRaised(rule=signal.rule, event_at=at, detail=signal.detail))
                    tier = alert_rules().rules[signal.rule].tier
                    yield Told(study_id=self.row.study_id, visit=self.code, rule=signal.rule, tier=tier)

    def _at_other_visits(self, code: str) -> list[Mapping[str, Given]]:
        found = visits.answers(self.tx, self.row.id)
        others = [said for (visit, name), said in found.items() if name == code and visit != self.code]
        others.sort(key=lambda said: max(each.answered_at for each in said.values()))
        version = instrument(code).version
        return [{i: _plain(each) for i, each in said.items() if each.instrument_version == version} for said in others]

    def _events(self, before: _Given, after: _Given, checked: Sequence[Checked], source: str) -> None:
        for code in dict.fromkeys(each.asked.code for each in checked):
            known = {item.code for item, _ in responses.events(code, before.get(code, {}))}
            for item, serious in responses.events(code, after.get(code, {})):
                if item.code not in known:
                    label = item.text["en"] if item.text is not None else item.code
                    event = AdverseEvent(
                        description=label, related_to=None, serious=True if serious else None, aware_at=self.tx.now
                    )
                    self._keep(self._entity("event", source, code, item.code), event)

    def _end(self, after: _Given, checked: Sequence[Checked]) -> VisitResult:
        """Finish the check-in when its full form or its core is answered, unless that has been said before."""
        asked = self.rules.visit(self.code)
        parts = responses.parts(self.code, asked.instruments, asked.core, staffed=self.staffed)
        core = responses.parts(self.code, asked.instruments, asked.core, mode="core", staffed=self.staffed)
        complete = responses.is_complete(parts, after, asked.core)
        short = self.rules.has_short_form(asked) and responses.is_complete(core, after, asked.core)
        done = visits.finished(self.tx, self.row.id, self.code)
        last = max((each for each in checked), key=lambda each: each.at)
        if (complete and not (done and done.complete)) or (short and done is None):
            end = CheckInFinished(visit=self.code, complete=complete, mode=last.mode, at=last.at)
            self._keep(self._entity("end"), end)
        day = self._day(last.at)
        timing = "late" if day > self.window.closes_on else "early" if day < self.window.opens_on else "in_window"
        status = "complete" if complete else "core" if short else "partial"
        return VisitResult(study_id=self.row.study_id, visit=self.code, status=status, timing=timing)


_Given = dict[str, dict[str, Given]]


def _given(standing: Standing) -> _Given:
    """The answers of this version of each instrument, by instrument and item."""
    found: _Given = {}
    for (code, item), kept in standing.items():
        if code in instruments() and kept.fact.instrument_version == instruments()[code].version:
            found.setdefault(code, {})[item] = _plain(kept.fact)
    return found


def _plain(said: Response) -> Given:
    return Given(value=said.value, status=said.status)


def _same(fact: Response | ScoreGiven, said: Entry) -> bool:
    if isinstance(fact, ScoreGiven):
        return fact.value == said.value and fact.version == said.version
    return (fact.value, fact.status, fact.instrument_version) == (said.value, said.status, said.version)


def _has_no_value(fact: Response | ScoreGiven) -> bool:
    return fact.value is None
