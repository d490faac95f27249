"""The plan of one person: everything the protocol wants to be due, computed from their anchor dates each time.

The same protocol, person and stretch give the same plan, and every occurrence has a natural key, so that planning
again finds the rows that are there. Caps and spacing are not decided here but when an item is about to be sent
(`study.prompting`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from content.due_items import FAMILY_OF, session_item, visit_item
from content.protocol import WEEKDAYS
from study.person import DIED, GONE, ONE_DAY, Person, local_at
from study.view import instant_of
from study.windows import VisitWindow, window_of

if TYPE_CHECKING:
    from content.prompt_rules import Family, InQuietHours, ItemRule, Then
    from content.protocol import Ladder, Protocol, Step, Visit

WEEK = 7
_MARGIN = 3 * ONE_DAY
"""A local date lies at most a day from the date in UTC, and quiet hours put an item off by at most a day more."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing that is due: `item` and `occurrence` together are its key.

    `due_local` is the wall clock in `zone` at `due_at` (UTC). It may go before `latest_at` (None: at any time); `then`
    says what happens from that moment on. `unsolicited` items count for caps; a lower `priority` goes first.
    """

    item: str
    occurrence: str
    due_at: datetime
    due_local: datetime
    zone: str
    latest_at: datetime | None
    then: Then | None
    payload: Mapping[str, Any] = field(hash=False)
    protocol_version: str
    unsolicited: bool
    priority: int

    @property
    def key(self) -> tuple[str, str]:
        """What makes this one thing and no other, for one person."""
        return self.item, self.occurrence


def plan(protocol: Protocol, person: Person, since: datetime, until: datetime) -> tuple[Planned, ...]:
    """What is due from `since` up to, not including, `until`; in the order in which it is due, every key once.

    A time that falls into quiet hours is moved or left out as the protocol says. Breaks and holds do not change the
    plan: whether an item may go is asked at its time.
    """
    if since >= until or person.status in GONE or person.hold == DIED:
        return ()
    days = _Days(since.astimezone(UTC).date() - _MARGIN, until.astimezone(UTC).date() + _MARGIN)
    stretch = _Planner(protocol, person).everything(days)
    found = [each for each in stretch if since <= each.due_at < until and _wanted(protocol, person, each)]
    return tuple(sorted(found, key=lambda each: (each.due_at, each.priority, each.item, each.occurrence)))


def _wanted(protocol: Protocol, person: Person, planned: Planned) -> bool:
    """A person who stopped prompts still has check-ins, by staff."""
    return person.status != "prompts_stopped" or rule_of(protocol, planned.item).does != "message"


def family_of(protocol: Protocol, item: str) -> Family:
    """Which rule of the protocol an item goes by (`visit.month_6.call` → `visit_call`); `KeyError` for none."""
    first, *rest = item.split(".")
    if first == "visit":
        return FAMILY_OF[_step(protocol, *rest).does]
    if first in protocol.items:
        return first  # type: ignore[return-value]  # a key of `items` is a family
    raise KeyError(item)


def is_planned(item: str) -> bool:
    """True for items that come from the plan, false for timers and what a person asked for."""
    return item.split(".")[0] in _PLANNED


_PLANNED = frozenset(
    {"visit", "closing", "session", "meeting", "diary", "weekly", "pre_dose", "practice_nudge", "week_picture"}
)


def _step(protocol: Protocol, visit: str, step: str) -> Step:
    for each in protocol.ladder(protocol.visit(visit)).steps:
        if each.code == step:
            return each
    raise KeyError(f"visit.{visit}.{step}")


def rule_of(protocol: Protocol, item: str) -> ItemRule:
    """How late an item may go and how it gives way; `KeyError` for an item that the protocol does not know."""
    return protocol.items[family_of(protocol, item)]


def recalled(
    protocol: Protocol,
    item: str,
    occurrence: str,
    due_at: datetime,
    zone: str,
    latest_at: datetime | None,
    payload: Mapping[str, Any],
) -> Planned:
    """A planned item as it was stored, with what its rule says today."""
    rule = rule_of(protocol, item)
    return _planned(protocol, rule, item, occurrence, due_at, zone, latest_at, payload)


def _planned(
    protocol: Protocol,
    rule: ItemRule,
    item: str,
    occurrence: str,
    due_at: datetime,
    zone: str,
    latest_at: datetime | None,
    payload: Mapping[str, Any],
) -> Planned:
    return Planned(
        item=item,
        occurrence=occurrence,
        due_at=due_at,
        due_local=local_at(due_at, zone),
        zone=zone,
        latest_at=latest_at,
        then=rule.then,
        payload=payload,
        protocol_version=protocol.version,
        unsolicited=rule.does == "message",
        priority=rule.priority,
    )


def windows_of(protocol: Protocol, person: Person) -> tuple[VisitWindow, ...]:
    """The windows of the check-ins whose anchor is known, each counted from its own anchor."""
    found = ((visit, person.anchor_on(protocol.anchor_of(visit))) for visit in protocol.visits)
    return tuple(window_of(visit, anchor_on) for visit, anchor_on in found if anchor_on is not None)


def closes_at(window: VisitWindow, person: Person) -> datetime:
    """The instant at which a window is over: midnight after its last day, where the person is."""
    after = window.closes_on + ONE_DAY
    return instant_of(datetime.combine(after, time()), person.zone_on(after))


def ends_on(protocol: Protocol, person: Person) -> date | None:
    """The local date from which nothing recurs any more: the target of the last check-in."""
    last = [window.target_on for window in windows_of(protocol, person) if window.visit == protocol.closing.visit]
    return last[0] if last else None


def course_week(protocol: Protocol, person: Person, day: date) -> int | None:
    """The week of the course a local date lies in, from 1 on; None before it, after it, and before allocation."""
    anchor_on = person.anchor_on(protocol.course.anchor)
    if anchor_on is None or person.arm is None:
        return None
    week = (day - anchor_on).days - protocol.course.starts_after_days
    return week // WEEK + 1 if 0 <= week < protocol.course.weeks * WEEK else None


def opened_sessions(protocol: Protocol, person: Person, today: date) -> tuple[str, ...]:
    """The codes of the sessions that are open on a local date; a session that has opened stays open."""
    anchor_on = person.anchor_on(protocol.course.anchor)
    if anchor_on is None or person.arm is None:
        return ()
    days = (today - anchor_on).days - protocol.course.starts_after_days
    sessions = protocol.arms[person.arm].sessions
    return tuple(session.code for session in sessions if days >= (session.unlock_week - 1) * WEEK)


def unprompted(protocol: Protocol, person: Person) -> tuple[tuple[str, time], ...]:
    """Medicine and time of the doses that get no prompt, because they lie in quiet hours: said at set-up."""
    early = timedelta(minutes=protocol.pre_dose.minutes_before)
    wanted = [(medicine.id, at) for medicine in person.medicines if medicine.prompts for at in medicine.times]
    return tuple((medicine, at) for medicine, at in wanted if person.quiet(at) and person.quiet(_earlier(at, early)))


def _earlier(at: time, by: timedelta) -> time:
    return (datetime.combine(date.min + ONE_DAY, at) - by).time()


@dataclass(frozen=True, slots=True)
class _Days:
    """The local dates that can matter for a stretch of time."""

    first: date
    last: date

    def until(self, end: date) -> Iterator[date]:
        """Its days before `end`."""
        day = self.first
        while day < end and day <= self.last:
            yield day
            day += ONE_DAY


class _Planner:
    """Everything due around some days, for one protocol and person."""

    def __init__(self, protocol: Protocol, person: Person) -> None:
        self.protocol = protocol
        self.person = person
        self.ends_on = ends_on(protocol, person)

    def everything(self, days: _Days) -> Iterator[Planned]:
        """Check-ins and sessions whenever they are; what recurs, around these days."""
        for window in windows_of(self.protocol, self.person):
            yield from self._check_in(self.protocol.visit(window.visit), window)
            if window.visit == self.protocol.closing.visit:
                yield from self._closing(window)
        yield from self._sessions()
        yield from self._meetings()
        if self.ends_on is not None:
            yield from self._recurring(days, self.ends_on)

    def _recurring(self, days: _Days, end: date) -> Iterator[Planned]:
        anchor_on = self.person.anchor_on(self.protocol.anchor)
        for day in days.until(end):
            if anchor_on is not None:
                yield from self._evening(day, (day - anchor_on).days)
            yield from self._course_day(day)

    # --- check-ins

    def _check_in(self, visit: Visit, window: VisitWindow) -> Iterator[Planned]:
        ladder = self.protocol.ladder(visit)
        hours = hours_of(ladder, self.person.preferences.contact_at)
        closed = closes_at(window, self.person)
        for step in ladder.steps:
            item = visit_item(visit.code, step.code)
            payload = self._payload(step, window, closed)
            if step.does == "close":
                yield self._at(item, visit.code, closed, self.person.zone_on(window.closes_on + ONE_DAY), payload)
            else:
                day = window.target_on + timedelta(days=step.day)
                yield from self._on(item, visit.code, day, hours[step.code], payload, closed)

    def _payload(self, step: Step, window: VisitWindow, closed: datetime) -> dict[str, Any]:
        base = {
            "visit": window.visit,
            "form": step.form,
            "target_on": window.target_on.isoformat(),
            "closes_at": closed.isoformat(),
        }
        tries = [datetime.combine(window.target_on + timedelta(days=t.day), t.at) for t in step.tries]
        at = (self._placed(local, "after") for local in tries)
        said = [local_at(*each).isoformat(timespec="minutes") for each in at if each is not None]
        return base | ({"tries": said} if tries else {})

    def _closing(self, window: VisitWindow) -> Iterator[Planned]:
        day = window.closes_on + timedelta(days=self.protocol.closing.days_after_close)
        yield from self._on("closing", window.visit, day, self.protocol.closing.at, {"after": window.visit})

    # --- sessions, practice, pauses

    def _sessions(self) -> Iterator[Planned]:
        course = self.protocol.course
        anchor_on = self.person.anchor_on(course.anchor)
        if anchor_on is None or self.person.arm is None:
            return
        in_chat = (each for each in self.protocol.arms[self.person.arm].sessions if each.way != "group")
        for session in in_chat:
            day = anchor_on + timedelta(days=course.starts_after_days + (session.unlock_week - 1) * WEEK)
            at = self.person.preferences.contact_at or session.at
            payload = {"session": session.code, "week": session.unlock_week, "way": session.way}
            yield from self._on(session_item(session.code), session.code, day, at, payload)

    def _meetings(self) -> Iterator[Planned]:
        """What is told of the group's meetings, outside quiet hours when it is still in time then."""
        rule = rule_of(self.protocol, "meeting")
        for notice in self.person.meetings:
            zone = self.person.zone_at(notice.due_at)
            placed = self._placed(local_at(notice.due_at, zone), rule.in_quiet_hours) or (notice.due_at, zone)
            at = placed if notice.due_at <= placed[0] < notice.ends_at else (notice.due_at, zone)
            meeting, number = notice.key.split(".")
            payload = {"meeting": int(meeting), "number": int(number), "session": notice.session, "off": notice.off}
            yield self._at("meeting", notice.key, *at, payload, notice.ends_at)

    def _course_day(self, day: date) -> Iterator[Planned]:
        week = course_week(self.protocol, self.person, day)
        if week is None:
            return
        yield from self._practice(day, week)
        if week >= self.protocol.pre_dose.from_week:
            for medicine in self.person.medicines:
                for at in sorted(set(medicine.times)) if medicine.prompts else ():
                    yield from self._before_dose(day, medicine.id, at)

    def _practice(self, day: date, week: int) -> Iterator[Planned]:
        for nudges in self.protocol.practice.nudges:
            if nudges.from_week <= week <= nudges.to_week and is_on(day, *nudges.on):
                payload = {"week": week, "booster": is_on(day, *nudges.booster_on)}
                yield from self._on("practice_nudge", day.isoformat(), day, nudges.at, payload)

    def _before_dose(self, day: date, medicine: str, at: time) -> Iterator[Planned]:
        """The dose decides: its prompt comes whole minutes earlier, whatever the clocks do in between."""
        zone = self.person.zone_on(day)
        dose_at = instant_of(datetime.combine(day, at), zone)
        due_at = dose_at - timedelta(minutes=self.protocol.pre_dose.minutes_before)
        silent = self.person.quiet(local_at(due_at, zone).time())
        if silent and self.person.quiet(local_at(dose_at, zone).time()):
            return
        payload = {"medicine": medicine, "dose_local": local_at(dose_at, zone).isoformat(), "silent": silent}
        yield self._at("pre_dose", f"{day.isoformat()}/{medicine}/{at:%H:%M}", due_at, zone, payload, dose_at)

    # --- evenings

    def _evening(self, day: date, number: int) -> Iterator[Planned]:
        weekly, picture = self.protocol.weekly, self.protocol.week_picture
        due = {
            "diary": number >= self.protocol.diary.from_day,
            "weekly": number >= weekly.from_day and is_on(day, weekly.on),
            "week_picture": number >= picture.from_day and is_on(day, picture.on),
        }
        at = diary_time(self.protocol, self.person)
        weeks = {"weekly": {"week": _which(number, weekly.from_day)}, "week_picture": {}}
        for item in (item for item, is_due in due.items() if is_due):
            yield from self._on(item, day.isoformat(), day, at, {"on": day.isoformat(), **weeks.get(item, {})})

    # --- from a wall clock to an instant

    def _on(
        self,
        item: str,
        occurrence: str,
        day: date,
        at: time,
        payload: Mapping[str, Any],
        ends_at: datetime | None = None,
    ) -> Iterator[Planned]:
        """The item at a wall-clock time, moved out of quiet hours, or nothing when its rule drops it there."""
        rule = rule_of(self.protocol, item)
        local = datetime.combine(day, at)
        placed = self._placed(local, rule.in_quiet_hours) if rule.does == "message" else self._exactly(local)
        if placed is not None:
            yield self._at(item, occurrence, *placed, payload, ends_at)

    def _at(
        self,
        item: str,
        occurrence: str,
        due_at: datetime,
        zone: str,
        payload: Mapping[str, Any],
        ends_at: datetime | None = None,
    ) -> Planned:
        rule = rule_of(self.protocol, item)
        late = {"minutes": due_at + timedelta(minutes=rule.minutes or 0), "ever": None}
        latest_at = late.get(rule.until, ends_at)
        return _planned(self.protocol, rule, item, occurrence, due_at, zone, latest_at, payload)

    def _exactly(self, local: datetime) -> tuple[datetime, str]:
        zone = self.person.zone_on(local.date())
        return instant_of(local, zone), zone

    def _placed(self, local: datetime, in_quiet_hours: InQuietHours) -> tuple[datetime, str] | None:
        at, zone = self._exactly(local)
        shown = local_at(at, zone)
        if not self.person.quiet(shown.time()):
            return at, zone
        if in_quiet_hours == "drop":
            return None
        earlier = self._before_quiet(shown) if in_quiet_hours == "before" else None
        return instant_of(earlier or self.person.quiet_ends(shown), zone), zone

    def _before_quiet(self, local: datetime) -> datetime | None:
        """A little before the quiet hours of the same day begin; None when they began the day before."""
        begin = datetime.combine(local.date(), self.person.quiet_from)
        earlier = begin - timedelta(minutes=self.protocol.prompts.before_quiet_minutes)
        usable = begin <= local and earlier.date() == local.date() and not self.person.quiet(earlier.time())
        return earlier if usable else None


def _which(number: int, from_day: int) -> int:
    """Which of the weekly occasions a day is, from 1 on."""
    return (number - from_day) // WEEK + 1


def is_on(day: date, *weekdays: str) -> bool:
    """True for a local date on one of these days of the week (`mon` … `sun`)."""
    return WEEKDAYS[day.weekday()] in weekdays


def diary_time(protocol: Protocol, person: Person) -> time:
    """The time of the evening diary: the person's own, within what the protocol offers."""
    chosen = person.preferences.diary_at or protocol.diary.at
    return min(max(chosen, protocol.diary.earliest), protocol.diary.latest)


def hours_of(ladder: Ladder, contact_at: time | None) -> dict[str, time]:
    """The time of day of each try. A chosen hour takes the place of the first; the nearest other takes the first's."""
    hours = {step.code: step.at for step in ladder.steps if step.does == "message" and step.at is not None}
    fixed = {step.code: step.at for step in ladder.steps if step.does == "staff" and step.at is not None}
    if contact_at is None or not hours:
        return hours | fixed
    first, *others = hours
    nearest = min([first, *others], key=lambda code: abs(_minutes(hours[code]) - _minutes(contact_at)))
    return hours | {nearest: hours[first], first: contact_at} | fixed


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
