"""Tasks to call somebody: the tries that are planned, those that were made, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from content.safety_data import alerts as rules
from content.watching import watching
from coordinator.reaching import another_way
from records import alerts, due, escalations, people, visits
from records.alert_tables import RESULTS
from records.alerts import NoSuchAlert
from records.database import Database, Tx
from study.person import local_at
from study.view import instant_of

CALLS = ("missed_assessments", "lost_contact")
REACHED = "spoke"


class NoCallTask(ValueError):
    """The alert is no task to call, or the result is none that is known."""


@dataclass(frozen=True)
class Task:
    """A task to call: the check-in it is about (None: no contact), the planned tries by the person's wall clock."""

    number: int
    visit: str | None
    zone: str
    planned: tuple[datetime, ...]
    made: tuple[tuple[datetime, str], ...]
    answered: bool = False

    @property
    def reached(self) -> bool:
        """True once somebody spoke with the person."""
        return any(result == REACHED for _, result in self.made)

    @property
    def next_try(self) -> datetime | None:
        """When to try next, by the person's wall clock; None when no try is left, or the person was reached."""
        left = self.planned[len(self.made) :]
        return None if self.reached or self.answered or not left else left[0]

    def next_at(self) -> datetime | None:
        """The same as an instant."""
        return None if self.next_try is None else instant_of(self.next_try, self.zone)

    def text(self) -> str:
        """What is to be done now, in a sentence."""
        of, close = len(self.planned), f"coach alert close {self.number} --action ..."
        if self.answered:
            return f"The check-in was answered, nobody needs to call: {close}"
        if self.reached:
            return f"Spoken with. What was done closes it: {close}"
        if self.next_try is None:
            return f"All {of} tries were made and nothing more is planned; the next check-in comes in any case."
        return f"Try {len(self.made) + 1} of {of}: {self.next_try:%Y-%m-%d %H:%M} ({self.zone})"


def task_of(tx: Tx, row: Row[Any]) -> Task | None:
    """The task behind an alert; None for an alert that is none."""
    if row.rule not in CALLS or row.participant_id is None:
        return None
    person = people.by_id(tx, row.participant_id)
    call = _call_of(tx, row) if row.rule == "missed_assessments" else None
    planned = _from_plan(call) if call is not None else _from_alert(row.event_at, person.zone)
    # an alert that was still open when the next check-in was missed begins anew with its tries
    since = call.sent_at if call is not None else None
    made = tuple((each.at, each.result) for each in escalations.tries_of(tx, row.id, since))
    visit = call.payload["visit"] if call is not None else None
    end = None if visit is None else visits.finished(tx, row.participant_id, visit)
    return Task(row.id, visit, person.zone, tuple(planned), made, answered=end is not None and end.complete)


def _call_of(tx: Tx, row: Row[Any]) -> Row[Any] | None:
    """The newest call that the plan of a check-in handed to staff."""
    sent = [item for item in due.all_of(tx, row.participant_id) if item.payload.get("tries") and item.sent_at]
    return max(sent, key=lambda item: item.sent_at, default=None)


def _from_plan(call: Row[Any]) -> Sequence[datetime]:
    return [datetime.fromisoformat(local) for local in call.payload["tries"]]


def _from_alert(event_at: datetime, zone: str) -> Sequence[datetime]:
    """The tries of the data, from the day of the alert; all of them a day later when the first one's hour is over."""
    local = local_at(event_at, zone)
    tries = watching().calls.tries
    late = datetime.combine(local.date(), tries[0].at) <= local
    first = local.date() + timedelta(days=int(late))
    return [_at(first + timedelta(days=each.day), each.at) for each in tries]


def _at(day: Any, at: time) -> datetime:
    return datetime.combine(day, at)


def tried(db: Database, number: int, result: str, who: str, note: str | None = None) -> str:
    """Write down a try; gives what is to be done next. `NoSuchAlert`, or `NoCallTask` with the reason."""
    word = result.strip().lower().replace(" ", "_")
    if word not in RESULTS:
        raise NoCallTask(f"the result is one of: {', '.join(each.replace('_', ' ') for each in RESULTS)}")
    with db.write(who) as tx:
        row = alerts.by_id(tx, number)
        if row.state == "closed":
            raise NoSuchAlert(number, "is closed")
        if task_of(tx, row) is None:
            raise NoCallTask(f"alert {number} ({row.rule}) is no task to call; a note goes with: coach alert close")
        escalations.tried(tx, number, word)
        if row.state == "open":
            alerts.acknowledge(tx, number, who)
        if note:
            alerts.add_note(tx, number, note, who)
        task = task_of(tx, row)
        assert task is not None  # noqa: S101 - it was one a moment ago
        return task.text()


def what_to_do(tx: Tx, row: Row[Any]) -> str | None:
    """What staff do about an alert: the task of its rule, and of a call the next try; None where that is free."""
    rule, task = rules().rules.get(row.rule), task_of(tx, row)
    other = another_way(tx, row.participant_id) if task is not None else None
    said = [rule.task if rule is not None else None, task.text() if task is not None else None]
    said.append(f"There is {other}." if other is not None else None)
    return " ".join(each for each in said if each) or None
