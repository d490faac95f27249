"""One check-in of one participant as staff took it down: checked line by line, then written as a talk would write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from content.instruments import instrument, instruments
from content.safety_data import alerts as alert_rules
from coordinator.one_check_in import Answers, CheckIn, Standing, TakenDown, Told, VisitDone, answers_in, plain
from records import visits
from study import responses
from study.facts import AdverseEvent, AlertRaised, Response, ScoreGiven
from study.responses import Given
from study.taken_down import Entry, Problem, entry, taken

if TYPE_CHECKING:
    from content.instruments import Instrument
    from coordinator.answer_file import Line
    from records.facts import Kept


@dataclass(frozen=True)
class Checked:
    """A line that can be taken over: its instrument, the answer, when, how and by whom it was taken down."""

    asked: Instrument
    entry: Entry
    taken: TakenDown


@dataclass
class Visit(CheckIn):
    """A check-in of which answers are brought."""

    said_in: dict[tuple[str, str], int] = field(default_factory=dict)

    STEP = "coach import answers"

    def __post_init__(self) -> None:
        """Read what stands."""
        super().__post_init__()
        self.standing: Standing = visits.standing(self.tx, self.row.id, self.code)
        self.scores = visits.given_scores(self.tx, self.row.id, self.code)

    def bring(self, lines: Sequence[Line], source: str) -> VisitDone | None:
        """Check all lines, then write them."""
        found = self.check(lines)
        return self.take_over(found, source) if not self.wrong else None

    # --- checking

    def check(self, lines: Sequence[Line]) -> list[Checked]:
        """The lines that can be taken over; every reason why one cannot goes to `wrong`."""
        return [found for line in lines if (found := self._checked(line)) is not None]

    def _checked(self, line: Line) -> Checked | None:
        problems = list(taken(line.cells))
        at = self.when(line, problems)
        asked = self._instrument(line, problems)
        said = entry(asked, line.cells) if asked is not None else ()
        if isinstance(said, tuple):
            problems += said
        else:
            problems += self._said_before(line.number, asked, said)
            problems += self._there(asked, said)
        self.refuse(line, problems)
        if problems or asked is None or at is None or isinstance(said, tuple):
            return None
        return Checked(asked, said, TakenDown(line.number, at, line.cells["mode"], line.cells["taken_by"]))

    def _said_before(self, line: int, asked: Instrument | None, said: Entry) -> Iterator[Problem]:
        place = (asked.code if asked is not None else "", said.item)
        first = self.said_in.setdefault(place, line)
        if first != line:
            yield Problem("item", f"line {first} has {place[0]}.{said.item} already; allowed: one line for each item")

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
        before = answers_in(self.standing)
        counts = {"written": 0, "corrected": 0, "there_already": 0}
        for each in checked:
            counts[self._write(each)] += 1
        new = [each for each in checked if not each.entry.score]
        for code in dict.fromkeys(each.asked.code for each in new):
            self._left_out(code, [each for each in new if each.asked.code == code][-1])
        after = answers_in(visits.standing(self.tx, self.row.id, self.code))
        alerts = tuple(self._signals(before, after, checked, source))
        self._events(before, after, checked, source)
        last = max((each.taken for each in checked), key=lambda taken: taken.at)
        return VisitDone(self.end(last), alerts=alerts, **counts)

    def _write(self, each: Checked) -> str:
        kept = self._kept(each.asked.code, each.entry)
        fact = self._fact(each)
        if kept is not None and (kept.fact == fact or (self.correct is None and _same(kept.fact, each.entry))):
            return "there_already"
        # a skipped question that is answered after all is a revision that explains itself
        why = None if kept is None else self.correct or f"answered after all ({each.taken.mode})"
        entity = kept.entity if kept is not None else self.entity(each.asked.code, each.entry.item)
        self.keep(entity, fact, why)
        return "written" if kept is None or self.correct is None else "corrected"

    def _fact(self, each: Checked) -> Response | ScoreGiven:
        said = each.entry
        common = self.where_and_when(each.taken) | {"instrument": each.asked.code, "value": said.value}
        if said.score:
            return ScoreGiven.model_validate(common | {"score": said.item, "version": said.version})
        more = {"item": said.item, "status": said.status, "instrument_version": said.version}
        return Response.model_validate(common | more | {"language": self.row.language})

    def _left_out(self, code: str, last: Checked) -> None:
        """Items that a rule of the instrument leaves out are kept as not asked, as in the chat."""
        given = answers_in(visits.standing(self.tx, self.row.id, self.code)).get(code, {})
        for item in last.asked.items:
            first = [given.get(each) for each in item.asked_when_above_zero]
            if first and all(first) and item.code not in given and not responses.is_due(item, given):
                skipped = Entry(item.code, False, None, "not_asked", last.asked.version)
                fact = self._fact(Checked(last.asked, skipped, last.taken))
                self.keep(self.entity(code, item.code), fact)

    # --- what follows

    def _signals(self, before: Answers, after: Answers, checked: Sequence[Checked], source: str) -> Iterator[Told]:
        for code in dict.fromkeys(each.asked.code for each in checked):
            at = max(each.taken.at for each in checked if each.asked.code == code)
            earlier = self._at_other_visits(code)
            known = {(s.rule, s.detail) for s in responses.signals(code, self.code, before.get(code, {}), earlier)}
            for signal in responses.signals(code, self.code, after.get(code, {}), earlier):
                if signal.new and (signal.rule, signal.detail) not in known:
                    entity = self.entity("alert", source, code, signal.rule)
                    self.keep(entity, AlertRaised(rule=signal.rule, event_at=at, detail=signal.detail))
                    tier = alert_rules().rules[signal.rule].tier
                    yield Told(study_id=self.row.study_id, visit=self.code, rule=signal.rule, tier=tier)

    def _at_other_visits(self, code: str) -> list[Mapping[str, Given]]:
        found = visits.answers(self.tx, self.row.id)
        others = [said for (visit, name), said in found.items() if name == code and visit != self.code]
        others.sort(key=lambda said: max(each.answered_at for each in said.values()))
        version = instrument(code).version
        return [{i: plain(each) for i, each in said.items() if each.instrument_version == version} for said in others]

    def _events(self, before: Answers, after: Answers, checked: Sequence[Checked], source: str) -> None:
        for code in dict.fromkeys(each.asked.code for each in checked):
            known = {item.code for item, _ in responses.events(code, before.get(code, {}))}
            for item, serious in responses.events(code, after.get(code, {})):
                if item.code not in known:
                    label = item.text["en"] if item.text is not None else item.code
                    event = AdverseEvent(
                        description=label, related_to=None, serious=True if serious else None, aware_at=self.tx.now
                    )
                    self.keep(self.entity("event", source, code, item.code), event)


def _same(fact: Response | ScoreGiven, said: Entry) -> bool:
    if isinstance(fact, ScoreGiven):
        return fact.value == said.value and fact.version == said.version
    return (fact.value, fact.status, fact.instrument_version) == (said.value, said.status, said.version)


def _has_no_value(fact: Response | ScoreGiven) -> bool:
    return fact.value is None
