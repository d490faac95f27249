"""Meetings of therapy groups as the plan sees them: each time that was set, and who was in the group then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class MeetingTime:
    """A time set for a meeting, in force from `since` until `until` (UTC; None: still). `starts_at` None: called off.

    `number` counts the times set for one meeting, from 1 on; `zone` is where its wall clock is.
    """

    meeting: int
    number: int
    session: str
    starts_at: datetime | None
    zone: str
    since: datetime
    until: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this time from any other of the group."""
        return f"{self.meeting}.{self.number}"


@dataclass(frozen=True, slots=True)
class Membership:
    """A group, and how long a person was in it (UTC; None: still)."""

    group: int
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a person of a meeting: due at an instant, of no use from `ends_at` on.

    `off`: the meeting was called off.
    """

    key: str
    session: str
    due_at: datetime
    ends_at: datetime
    off: bool = False


def notices(
    times: Sequence[MeetingTime], member: Membership, hours_before: int, known_until: dict[int, datetime]
) -> Iterator[Notice]:
    """What a member is to be told: each meeting some hours before, and at once when it is called off.

    A time that was replaced before its reminder was due, or that lies before the person came, is told to nobody.
    `known_until`: by meeting, the start that was in force before it was called off.
    """
    for each in times:
        starts_at = each.starts_at or known_until.get(each.meeting)
        if starts_at is None or starts_at <= max(each.since, member.since):
            continue
        early = starts_at - timedelta(hours=hours_before) if each.starts_at is not None else each.since
        due_at = max(early, each.since, member.since)
        if each.starts_at is None and member.since > each.since:
            continue
        ended = [at for at in (each.until, member.until) if at is not None]
        if not any(at <= due_at for at in ended):
            yield Notice(each.key, each.session, due_at, starts_at, off=each.starts_at is None)
