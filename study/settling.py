"""What becomes of everything that is due for one person at a moment: at most one message, never a burst.

What an outage kept from going is told in one message; reminders of the same check-in, doses at the same minute and
items that join another share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from study.person import Person
from study.plan import Planned, family_of, rule_of
from study.prompting import CAP, KEPT_FREE, OUTAGE, SPACING, Decision, Traffic, decide, importance

if TYPE_CHECKING:
    from content.protocol import Protocol

TOGETHER = "asked together"
OVERTAKEN = "a later reminder of the same check-in is due"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A due item and what becomes of it."""

    planned: Planned
    decision: Decision


def settle(
    protocol: Protocol,
    now: datetime,
    due: Sequence[Planned],
    person: Person,
    traffic: Traffic,
    coming: Iterable[Planned] = (),
) -> tuple[Outcome, ...]:
    """What becomes of everything that is due for one person now; at most one message to them goes.

    `coming`: their open items that are not due yet; of these, only reminders that a newer one has overtaken come back.
    What is folded with `into=None` is told by one message of its own, see `tells_by_itself`.
    """
    return _Desk(protocol, now, person, traffic, [*due, *coming]).settled(due)


def tells_by_itself(outcomes: Iterable[Outcome]) -> tuple[Planned, ...]:
    """What one catching-up message tells of, because no other message does; empty when none is needed."""
    return tuple(each.planned for each in outcomes if each.decision.kind == "fold" and each.decision.into is None)


@dataclass
class _Desk:
    """Everything open for one person, at one moment."""

    protocol: Protocol
    now: datetime
    person: Person
    traffic: Traffic
    open: list[Planned]
    sent: Planned | None = None

    def settled(self, due: Iterable[Planned]) -> tuple[Outcome, ...]:
        """Each due item with its decision, the most important first."""
        overtaken = tuple(self._overtaken(due))
        passed = {each.planned.key for each in overtaken}
        settled = [self._settle(planned) for planned in sorted(due, key=importance) if planned.key not in passed]
        return (*overtaken, *(self._told_in(outcome) for outcome in settled))

    def _overtaken(self, due: Iterable[Planned]) -> Iterator[Outcome]:
        """Reminders of a check-in when a newer one of the same check-in is due: they are told by that one."""
        newest = {visit_of(each): each for each in sorted(due, key=self._rung) if self._is_reminder(each)}
        for each in tuple(self.open):
            newer = newest.get(visit_of(each)) if self._is_reminder(each) else None
            if newer is not None and self._rung(each) < self._rung(newer):
                self.open.remove(each)
                yield Outcome(each, Decision("fold", OVERTAKEN, into=newer.key))

    def _is_reminder(self, planned: Planned) -> bool:
        return family_of(self.protocol, planned.item) == "visit"

    def _rung(self, planned: Planned) -> int:
        visit = visit_of(planned)
        steps = self.protocol.ladder(self.protocol.visit(visit)).steps if visit is not None else ()
        return next((number for number, step in enumerate(steps) if planned.item.endswith(f".{step.code}")), -1)

    def _settle(self, planned: Planned) -> Outcome:
        decision = decide(self.protocol, self.now, planned, self.person, self.traffic, self.open)
        if self._goes_along(planned, decision):
            decision = Decision("fold", OUTAGE if self._held_up(planned) else TOGETHER, into=self._key_of_sent())
        self.open.remove(planned)
        if decision.kind == "wait" and decision.until is not None:
            self.open.append(replace(planned, due_at=decision.until))
        if decision.kind == "send" and planned.unsolicited:
            self._count(planned)
        return Outcome(planned, decision)

    def _count(self, planned: Planned) -> None:
        self.sent = planned
        self.traffic = replace(self.traffic, sent_today=self.traffic.sent_today + 1, last_sent_at=self.now)

    def _key_of_sent(self) -> tuple[str, str] | None:
        return self.sent.key if self.sent is not None else None

    def _goes_along(self, planned: Planned, decision: Decision) -> bool:
        """Whether the message that just went tells of this item too, which it alone has kept from going."""
        if self.sent is None or not planned.unsolicited or decision.reason not in (SPACING, CAP, KEPT_FREE):
            return False
        if self.sent.item == "pre_dose":
            return planned.item == "pre_dose" and planned.due_at == self.sent.due_at
        joins = rule_of(self.protocol, planned.item).joins
        return joins == self.sent.item or (planned.then == "fold" and self._held_up(planned))

    def _held_up(self, planned: Planned) -> bool:
        return self.traffic.up_since is not None and planned.due_at < self.traffic.up_since

    def _told_in(self, outcome: Outcome) -> Outcome:
        """What was folded because we were away is told by the message that goes, or by one of its own when one may."""
        if outcome.decision.kind != "fold" or outcome.decision.into is not None:
            return outcome
        if self.traffic.told_in is not None:
            return Outcome(outcome.planned, replace(outcome.decision, into=self.traffic.told_in))
        if self.sent is not None and self.sent.item != "pre_dose":
            return Outcome(outcome.planned, replace(outcome.decision, into=self.sent.key))
        return Outcome(outcome.planned, self._alone(outcome))

    def _alone(self, outcome: Outcome) -> Decision:
        """A catching-up message keeps the rules of any other; what it tells of waits for it, but not for long."""
        timeless = replace(outcome.planned, latest_at=None)
        may = decide(self.protocol, self.now, timeless, self.person, self.traffic)
        if may.kind == "send":
            return outcome.decision
        too_old = (self.traffic.up_since or self.now) + timedelta(hours=self.protocol.prompts.catch_up_hours)
        return Decision("skip", may.reason) if may.until is None or may.until > too_old else may


def visit_of(planned: Planned) -> str | None:
    """The check-in an item belongs to, None for anything else."""
    first, *rest = planned.item.split(".")
    return rest[0] if first == "visit" else None
