"""Whether a due item may go now: asked again in the transaction that sends it.

Lateness, holds, breaks, silence, caps, spacing, an open talk and quiet hours. `decide` looks at one item;
`study.settling` looks at all that is due for one person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from content.medicines import limit
from study.person import DIED, GONE, ONE_DAY, Person, local_at
from study.plan import Planned, family_of, rule_of
from study.view import instant_of

if TYPE_CHECKING:
    from content.prompt_rules import Family, ItemRule
    from content.protocol import Protocol

Kind = Literal["send", "wait", "skip", "expire", "fold", "hand_over"]
FinalState = Literal["skipped", "expired", "superseded"]

LATE = "too late"
OUTAGE = "we were away"
SPACING = "too soon after another message"
CAP = "enough messages today"
ON_ITS_WAY = "an earlier message is still on its way"
KEPT_FREE = "kept free for something else today"
_FINAL: dict[Kind, FinalState | None] = {
    "send": None,
    "wait": None,
    "skip": "skipped",
    "expire": "expired",
    "fold": "superseded",
    "hand_over": "expired",
}


@dataclass(frozen=True, slots=True)
class Traffic:
    """What has happened with a person up to now.

    `sent_today` counts unsolicited messages of their local day. `silent_days`: days without a sign of theirs since
    the first message they left unanswered. `talk_touched_at` is the last move of the talk in front, None without one.
    `calm`: after an alert, until they are safe. `up_since`: since when we have looked without a gap, None for ever.
    `told_in`: the key of a message of its own that tells them of the gap before that, None without one.
    `on_its_way`: an earlier message has not reached Telegram yet.
    """

    sent_today: int = 0
    last_sent_at: datetime | None = None
    silent_days: int = 0
    talk_touched_at: datetime | None = None
    calm: bool = False
    up_since: datetime | None = None
    told_in: tuple[str, str] | None = None
    on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a due item now, and why in a few plain words.

    `until` goes with `wait`: when to look again. `into` goes with `fold`: the key of the item whose message tells it,
    None when a message of its own tells of everything folded. `silent`: goes without a sound.
    """

    kind: Kind
    reason: str = ""
    until: datetime | None = None
    into: tuple[str, str] | None = None
    silent: bool = False

    @property
    def final_state(self) -> FinalState | None:
        """The final state this gives the item, None while it stays open."""
        return _FINAL[self.kind]


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """A reason against sending now, and when it ends; None when nobody can say."""

    reason: str
    ends_at: datetime | None


def decide(
    protocol: Protocol,
    now: datetime,
    planned: Planned,
    person: Person,
    traffic: Traffic,
    coming: Iterable[Planned] = (),
) -> Decision:
    """Whether one due item goes now, waits, or ends.

    `coming`: further items of this person that are not sent yet; the day's cap keeps a place for the more important
    ones of today. An item waits only when it can go before its `latest_at`; otherwise it ends at once, with the reason.
    """
    return _Case(protocol, now, planned, person, traffic, tuple(coming)).decision()


@dataclass(frozen=True)
class _Case:
    """One item, at one moment."""

    protocol: Protocol
    now: datetime
    planned: Planned
    person: Person
    traffic: Traffic
    coming: tuple[Planned, ...]

    @cached_property
    def zone(self) -> str:
        """The zone the person lives by now."""
        return self.person.zone_at(self.now)

    @cached_property
    def family(self) -> Family:
        """Which rule the item goes by."""
        return family_of(self.protocol, self.planned.item)

    @property
    def rule(self) -> ItemRule:
        """That rule."""
        return self.protocol.items[self.family]

    def decision(self) -> Decision:
        """What becomes of the item."""
        if self.rule.does == "close":
            return Decision("send")
        if gone := self._gone():
            return Decision("skip", gone)
        if self.planned.latest_at is not None and self.now >= self.planned.latest_at:
            return self._too_late(self.planned.latest_at)
        if self.rule.does == "staff":
            return self._staff()
        return self._message()

    def _gone(self) -> str | None:
        status, hold = self.person.status, self.person.hold
        if status in GONE or (status == "prompts_stopped" and self.rule.does == "message"):
            return f"status {status}"
        return f"on hold: {hold}" if hold == DIED else None

    def _too_late(self, latest_at: datetime) -> Decision:
        """An item we could have sent in time but were kept from by the rules is left out, without a word about it."""
        up_since = self.traffic.up_since
        if up_since is None or latest_at >= up_since:
            return Decision("expire" if self.planned.then == "expire" else "skip", LATE)
        kind = self.planned.then or "skip"
        if kind in ("fold", "hand_over") and (silenced := self._silenced()):
            return Decision("skip", silenced)
        return Decision(kind, OUTAGE)

    def _staff(self) -> Decision:
        """A call needs no free hour in the chat; it waits for the end of a hold, and of a break if that is in time."""
        if self.person.hold is not None:
            return self._after([_Obstacle(f"on hold: {self.person.hold}", None)])
        on_break = self._after(list(self._break()))
        return on_break if on_break.kind == "wait" else Decision("send")

    def _message(self) -> Decision:
        if silenced := self._silenced():
            return Decision("skip", silenced)
        return self._after(list(self._obstacles()))

    def _silenced(self) -> str | None:
        """Why this kind of item does not go to this person at all at the moment."""
        prompts, days = self.protocol.prompts, self.traffic.silent_days
        if self.person.preferences.fewer_messages and self.family in prompts.fewer.without:
            return "fewer messages"
        quietly = prompts.silence
        if days >= quietly.staff_after_days and self.family not in quietly.to_the_end:
            return f"silent for {days} days, staff know"
        if days >= quietly.gentle_after_days and self.family not in quietly.gently:
            return f"silent for {days} days"
        return None

    # --- obstacles

    def _obstacles(self) -> Iterator[_Obstacle]:
        if self.person.hold is not None:
            yield _Obstacle(f"on hold: {self.person.hold}", None)
        if self.traffic.calm:
            yield _Obstacle("after an alert", None)
        yield from self._break()
        yield from self._gentle()
        yield from self._cap()
        yield from self._spacing()
        yield from self._line()
        yield from self._talk()

    def _break(self) -> Iterator[_Obstacle]:
        if self.person.break_until is not None and self.person.break_until > self.now:
            yield _Obstacle("on a break", self.person.break_until)

    def _gentle(self) -> Iterator[_Obstacle]:
        """One message in some days for somebody who does not answer."""
        silence, last = self.protocol.prompts.silence, self.traffic.last_sent_at
        if self.traffic.silent_days < silence.gentle_after_days or last is None:
            return
        again = self._midnight(self._date(last) + timedelta(days=silence.gentle_every_days))
        if again > self.now:
            yield _Obstacle(f"silent for {self.traffic.silent_days} days", again)

    def _cap(self) -> Iterator[_Obstacle]:
        tomorrow = self._midnight(self._date(self.now) + ONE_DAY)
        kept_free = self._kept_free(tomorrow)
        if self.traffic.sent_today + kept_free >= cap_of(self.protocol, self.person):
            reason = KEPT_FREE if kept_free else CAP
            yield _Obstacle(reason, tomorrow)

    def _kept_free(self, before: datetime) -> int:
        """How many messages of today belong to more important items that are still to come."""
        items = (each for each in self.coming if each.key != self.planned.key)
        ahead = [each for each in items if each.due_at < before and each.priority < self.planned.priority]
        return len(messages_of(self.protocol, ahead))

    def _spacing(self) -> Iterator[_Obstacle]:
        if self.traffic.last_sent_at is not None:
            free = self.traffic.last_sent_at + spacing_of(self.protocol, self.family)
            if free > self.now:
                yield _Obstacle(SPACING, free)

    def _line(self) -> Iterator[_Obstacle]:
        """While the line is down nothing piles up behind a message that waits: one comes when it is back."""
        if self.traffic.on_its_way:
            minutes = self.protocol.prompts.line_again_minutes
            yield _Obstacle(ON_ITS_WAY, self.now + timedelta(minutes=minutes))

    def _talk(self) -> Iterator[_Obstacle]:
        if self.traffic.talk_touched_at is not None:
            idle = self.traffic.talk_touched_at + timedelta(minutes=limit("idle_minutes"))
            if idle > self.now:
                yield _Obstacle("in a talk", idle)

    # --- the first free moment

    def _after(self, obstacles: list[_Obstacle]) -> Decision:
        """Send when nothing is in the way; else wait for the first free moment, if that is still in time."""
        free, reason = self.now, ""
        for obstacle in obstacles:
            if obstacle.ends_at is None:
                return self._hidden(obstacle.reason)
            if obstacle.ends_at > free:
                free, reason = obstacle.ends_at, obstacle.reason
        later = self._outside_quiet(free)
        if later > free:
            free, reason = later, reason or "quiet hours"
        if free == self.now:
            return Decision("send", silent=self._silent)
        return self._wait(free, reason)

    def _hidden(self, reason: str) -> Decision:
        """Nobody knows when this ends: what moves is looked at again, the rest is left out."""
        if not self.rule.moves:
            return Decision("skip", reason)
        return self._wait(self.now + timedelta(minutes=self.protocol.prompts.look_again_minutes), reason)

    def _wait(self, until: datetime, reason: str) -> Decision:
        latest_at = self.planned.latest_at
        if latest_at is None or until < latest_at:
            return Decision("wait", reason, until=until)
        return Decision("skip", reason)

    @property
    def _silent(self) -> bool:
        return self.family == "pre_dose" and bool(self.planned.payload.get("silent"))

    def _outside_quiet(self, instant: datetime) -> datetime:
        """The first moment outside quiet hours; a prompt before a dose may go silently at their edge."""
        local = local_at(instant, self.zone)
        if self._silent or self.rule.does == "staff" or not self.person.quiet(local.time()):
            return instant
        return instant_of(self.person.quiet_ends(local), self.zone)

    def _date(self, instant: datetime) -> date:
        return local_at(instant, self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return instant_of(datetime.combine(day, time()), self.zone)


def cap_of(protocol: Protocol, person: Person) -> int:
    """The most unsolicited messages of a day for this person."""
    prompts = protocol.prompts
    return prompts.fewer.cap_a_day if person.preferences.fewer_messages else prompts.cap_a_day


def spacing_of(protocol: Protocol, family: Family) -> timedelta:
    """How long after another message an item of this family may go."""
    minutes = protocol.pre_dose.spacing_minutes if family == "pre_dose" else protocol.prompts.spacing_minutes
    return timedelta(minutes=minutes)


def messages_of(protocol: Protocol, planned: Sequence[Planned]) -> tuple[Planned, ...]:
    """Those that are messages of their own: what joins another is part of it, doses at one minute share a prompt."""
    found: dict[object, Planned] = {}
    present = {(each.item, each.due_at) for each in planned if each.unsolicited}
    for each in sorted(planned, key=importance):
        joins = rule_of(protocol, each.item).joins
        if each.unsolicited and (joins, each.due_at) not in present:
            found.setdefault(("pre_dose", each.due_at) if each.item == "pre_dose" else each.key, each)
    return tuple(found.values())


def importance(planned: Planned) -> tuple[int, datetime, str, str]:
    """By this items are sorted when several are due: the most important first."""
    return planned.priority, planned.due_at, planned.item, planned.occurrence


def silent_days(today: date, first_unanswered_on: date | None) -> int:
    """Days since the first message that was left unanswered, both local dates; 0 when everything was answered."""
    return max(0, (today - first_unanswered_on).days) if first_unanswered_on is not None else 0


def staff_take_over(protocol: Protocol, days: int) -> bool:
    """True when somebody has been silent so long that staff get a task."""
    return days >= protocol.prompts.silence.staff_after_days
