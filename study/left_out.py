"""Which prompts before a dose will not come, as far as it can be known beforehand: said when they are chosen.

The days of some plain weeks are lived through by the rules that send (`study.prompting`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from study.person import ONE_DAY, Person
from study.plan import WEEK, Planned, plan, unprompted
from study.prompting import CAP, KEPT_FREE, SPACING, Decision, Traffic
from study.settling import settle

if TYPE_CHECKING:
    from content.protocol import Protocol

Why = Literal["quiet", "cap", "spacing"]

_WHY: dict[str, Why] = {CAP: "cap", KEPT_FREE: "cap", SPACING: "spacing"}
_BEGAN_ON = date(2024, 1, 1)
"""Any Monday: the year of a person who begins on it stands for all."""
PLAIN_WEEKS = 2


def left_out(protocol: Protocol, person: Person) -> dict[time, Why]:
    """The times of doses before which no prompt ever comes, earliest first, and what is in its way."""
    found: dict[time, Why] = {at: "quiet" for _, at in unprompted(protocol, person)}
    came: set[time] = set()
    hindered: dict[time, Counter[Why]] = {}
    for prompt in _plain_weeks(protocol, person):
        if prompt.why is None:
            came.add(prompt.at)
        else:
            hindered.setdefault(prompt.at, Counter())[prompt.why] += 1
    found |= {at: reasons.most_common(1)[0][0] for at, reasons in hindered.items() if at not in came}
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class _Prompt:
    """One prompt before a dose at `at`, and what kept it from going; None when it went."""

    at: time
    why: Why | None


def _plain_weeks(protocol: Protocol, person: Person) -> list[_Prompt]:
    """Every prompt of some weeks of the course that hold no check-in, in the person's own hours."""
    usual = replace(
        person,
        zone="UTC",
        status="enrolled",
        arm=person.arm or next(iter(protocol.arms)),
        consented_on=_BEGAN_ON,
        enrolled_on=_BEGAN_ON,
        allocated_on=_BEGAN_ON,
        first_session_on=_BEGAN_ON,
        break_until=None,
        hold=None,
        travels=(),
        meetings=(),
    )
    first = _BEGAN_ON + timedelta(days=protocol.course.starts_after_days + _first_week(protocol) * WEEK)
    days = (first + number * ONE_DAY for number in range(PLAIN_WEEKS * WEEK))
    return [prompt for day in days for prompt in _day(protocol, usual, day)]


def _first_week(protocol: Protocol) -> int:
    """The first week of the course with prompts before doses, once the sessions are over."""
    unlocked = [session.unlock_week for arm in protocol.arms.values() for session in arm.sessions]
    return max([protocol.pre_dose.from_week - 1, *unlocked])


def _day(protocol: Protocol, person: Person, day: date) -> list[_Prompt]:
    """One day, moment by moment, as the sweep would live it with somebody who answers at once."""
    begin = datetime.combine(day, time(), UTC)
    coming = [each for each in plan(protocol, person, begin, begin + ONE_DAY) if each.unsolicited]
    traffic, found = Traffic(), list[_Prompt]()
    while coming:
        now = min(each.due_at for each in coming)
        due, coming = [e for e in coming if e.due_at == now], [e for e in coming if e.due_at > now]
        for outcome in settle(protocol, now, due, person, traffic, coming):
            decision, planned = outcome.decision, outcome.planned
            if decision.kind == "wait" and decision.until is not None:
                coming.append(replace(planned, due_at=decision.until))
                continue
            if decision.kind == "send":
                traffic = replace(traffic, sent_today=traffic.sent_today + 1, last_sent_at=now)
            if planned.item == "pre_dose":
                found.append(_Prompt(_dose_time(planned), _hindered_by(decision)))
    return found


def _dose_time(planned: Planned) -> time:
    return datetime.fromisoformat(planned.payload["dose_local"]).time()


def _hindered_by(decision: Decision) -> Why | None:
    return None if decision.kind in ("send", "fold") else _WHY.get(decision.reason, "spacing")
