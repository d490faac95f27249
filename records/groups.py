"""Therapist-led groups in the records: who is in them, when they meet, what is to be told, who came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Row, func, insert, select

from content.protocol import protocol
from records import audit, facts
from records.database import Tx
from records.facts import Where
from records.session_tables import GroupMeeting, TherapyGroup
from records.tables import table
from study.facts import Attendance, GroupAssigned
from study.meetings import MeetingTime, Membership, Notice, notices
from study.person import local_at

groups, times = table(TherapyGroup), table(GroupMeeting)


class NoSuchGroup(LookupError):
    """No group or meeting is called so."""


@dataclass(frozen=True)
class Meeting:
    """A meeting as it stands: `starts_at` is None when it was called off; `starts_local` is the clock in `zone`."""

    meeting: int
    group: int
    session: str
    starts_at: datetime | None
    starts_local: str
    zone: str


def add(tx: Tx, code: str, site: str, arm: str, therapist: str, place: str) -> int:
    """A new group; gives its number."""
    sealed = {"sealed_therapist": tx.keys.seal(therapist), "sealed_place": tx.keys.seal(place)}
    values = {"code": code, "site": site, "arm": arm, "created_at": tx.now} | sealed
    number = int(tx.first(insert(groups).values(**values).returning(groups.c.id)).id)
    audit.note(tx, audit.STUDY, "group:added", f"G{number}")
    return number


def by_code(tx: Tx, code: str) -> Row[Any]:
    """The row of a group; `NoSuchGroup` when there is none."""
    found: Row[Any] | None = tx.first(select(groups).where(groups.c.code == code))
    if found is None:
        raise NoSuchGroup(f"no group is called {code}")
    return found


def by_number(tx: Tx, number: int) -> Row[Any]:
    """The row of a group by its number; `NoSuchGroup` when there is none."""
    found: Row[Any] | None = tx.first(select(groups).where(groups.c.id == number))
    if found is None:
        raise NoSuchGroup(f"no group has the number {number}")
    return found


def everyone(tx: Tx) -> list[Row[Any]]:
    """All groups, by number."""
    return tx.rows(select(groups).order_by(groups.c.id))


def set_meeting(
    tx: Tx, group: int, session: str, starts_at: datetime | None, zone: str, meeting: int | None = None
) -> int:
    """Set the time of a new meeting, or another time of one that was set; None calls it off. Gives its number."""
    number = 1
    if meeting is None:
        meeting = int(tx.first(select(func.coalesce(func.max(times.c.meeting), 0)))[0]) + 1
    else:
        number = int(tx.first(select(func.max(times.c.number)).where(times.c.meeting == meeting))[0]) + 1
    local = local_at(starts_at, zone).isoformat(timespec="minutes") if starts_at is not None else ""
    values = {"meeting": meeting, "number": number, "group_id": group, "session": session, "starts_at": starts_at}
    values |= {"starts_local": local, "zone": zone, "set_at": tx.now, "set_by": tx.actor}
    tx.run(insert(times).values(**values))
    audit.note(
        tx, audit.STUDY, "meeting:set" if starts_at is not None else "meeting:off", f"{meeting}.{number} {local}"
    )
    return meeting


def meeting(tx: Tx, number: int) -> Meeting:
    """A meeting as it stands; `NoSuchGroup` when there is none."""
    found = tx.first(select(times).where(times.c.meeting == number).order_by(times.c.number.desc()).limit(1))
    if found is None:
        raise NoSuchGroup(f"no meeting has the number {number}")
    return _meeting(found)


def meetings_of(tx: Tx, group: int) -> list[Meeting]:
    """The meetings of a group as they stand, in the order in which they were first set."""
    rows = tx.rows(select(times).where(times.c.group_id == group).order_by(times.c.meeting, times.c.number))
    return [_meeting(row) for row in {row.meeting: row for row in rows}.values()]


def _meeting(row: Row[Any]) -> Meeting:
    return Meeting(row.meeting, row.group_id, row.session, row.starts_at, row.starts_local, row.zone)


def planned_start(tx: Tx, number: int) -> datetime | None:
    """The last time that was set for a meeting, called off or not."""
    on = (times.c.meeting == number) & times.c.starts_at.is_not(None)
    found = tx.first(select(times.c.starts_at).where(on).order_by(times.c.number.desc()).limit(1))
    return found.starts_at if found is not None else None


def assign(tx: Tx, row: Row[Any], group: int | None, why: str | None = None) -> None:
    """Put a participant into a group, or take them out of it."""
    fact = GroupAssigned(group=group, at=tx.now)
    facts.write(tx, f"{row.study_id}-group", fact, Where(row.id, row.study_id, "coach group assign"), why=why)


def group_of(tx: Tx, participant_id: int) -> int | None:
    """The number of a participant's group."""
    found = [kept.fact.group for kept in facts.in_force(tx, GroupAssigned, participant_id)]
    return found[-1] if found else None


def members(tx: Tx, group: int) -> list[int]:
    """The participants who are in a group now."""
    return sorted(kept.participant_id for kept in facts.in_force(tx, GroupAssigned, group=group))


def attended(tx: Tx, row: Row[Any], met: Meeting, status: str, starts_at: datetime, why: str | None = None) -> int:
    """Write down whether a participant came; gives the number of the revision."""
    began = datetime.fromisoformat(met.starts_local) if met.starts_local else local_at(starts_at, met.zone)
    local = began.isoformat(timespec="seconds")
    values = {"meeting": met.meeting, "group": met.group, "session": met.session, "status": status}
    fact = Attendance.model_validate(values | {"starts_at": starts_at, "starts_local": local, "zone": met.zone})
    where = Where(row.id, row.study_id, "coach group attendance")
    return facts.write(tx, f"{row.study_id}-meeting-{met.meeting}", fact, where, why=why)


def notices_of(tx: Tx, row: Row[Any]) -> tuple[Notice, ...]:
    """What is to be told to a participant of the meetings of their groups, past ones too."""
    found: list[Notice] = []
    hours = protocol(version=row.protocol_version).groups.remind_hours_before
    for member in _memberships(tx, row.id):
        set_times = _times_of(tx, member.group)
        before = {each.meeting: each.starts_at for each in set_times if each.starts_at is not None}
        found += notices(set_times, member, hours, before)
    return tuple(found)


def _memberships(tx: Tx, participant_id: int) -> Iterator[Membership]:
    if not any(facts.in_force(tx, GroupAssigned, participant_id)):
        return
    every = [kept.fact for kept in facts.history(tx, GroupAssigned, participant_id)]
    for fact, later in zip_longest(every, every[1:]):
        if fact.group is not None:
            yield Membership(fact.group, fact.at, later.at if later is not None else None)


def _times_of(tx: Tx, group: int) -> Sequence[MeetingTime]:
    rows = tx.rows(select(times).where(times.c.group_id == group).order_by(times.c.meeting, times.c.number))
    later = {(row.meeting, row.number - 1): row.set_at for row in rows}
    return [
        MeetingTime(
            row.meeting,
            row.number,
            row.session,
            row.starts_at,
            row.zone,
            row.set_at,
            later.get((row.meeting, row.number)),
        )
        for row in rows
    ]
