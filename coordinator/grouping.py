"""Therapist-led groups as coordinators handle them: added, filled, set to meet, and who came.

What is shown names no arm unless it is asked for; a code that would name one is refused. Functions that change what
is due take `replan`, which brings the rows of one participant in line with their plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from content.protocol import protocol
from records import facts, groups, people
from records.database import Database, Tx
from records.groups import Meeting
from study.facts import Attendance
from study.view import instant_of

Replan = Callable[[Tx, int], object]
CODE = re.compile(r"[A-Z][A-Z0-9-]{0,11}")
TELLING = ("MBT", "CBT", "MIND", "COGN")
STATUSES = ("present", "absent", "excused")


class Refused(ValueError):
    """Something a group cannot have; says what."""


class Listed(BaseModel):
    """One group in a list; `arm` is None unless it was asked for, `next_meeting` its wall clock."""

    model_config = ConfigDict(frozen=True)

    group: str
    site: str
    arm: str | None
    therapist: str
    place: str
    members: int
    next_meeting: str | None


def add(db: Database, code: str, *, site: str, arm: str, therapist: str, place: str, who: str) -> None:
    """A new group. Raises Refused for a code that is taken, or that would tell the arm."""
    if not CODE.fullmatch(code) or any(word in code for word in TELLING):
        raise Refused(f"{code}: a code is up to 12 capital letters and digits, and does not tell the arm")
    if site not in {each.code for each in protocol().sites}:
        raise Refused(f"the protocol has no site {site}")
    with db.write(who) as tx:
        if any(each.code == code for each in groups.everyone(tx)):
            raise Refused(f"there is a group {code} already")
        groups.add(tx, code, site, arm, therapist, place)


def listed(db: Database, *, unblind: bool = False) -> list[Listed]:
    """All groups, in the order in which they were added."""
    with db.read() as tx:
        return [_listed(tx, row, unblind=unblind) for row in groups.everyone(tx)]


def _listed(tx: Tx, row: Row[Any], *, unblind: bool) -> Listed:
    ahead = [each for each in groups.meetings_of(tx, row.id) if each.starts_at is not None and each.starts_at > tx.now]
    first = min(ahead, key=_starts, default=None)
    return Listed(
        group=row.code,
        site=row.site,
        arm=row.arm if unblind else None,
        therapist=tx.keys.open(row.sealed_therapist),
        place=tx.keys.open(row.sealed_place),
        members=len(groups.members(tx, row.id)),
        next_meeting=f"{first.starts_local} {first.zone}" if first is not None else None,
    )


def _starts(met: Meeting) -> datetime:
    assert met.starts_at is not None  # noqa: S101 - only meetings with a time are compared
    return met.starts_at


def shown(db: Database, code: str, *, unblind: bool = False) -> dict[str, Any]:
    """One group with its members and meetings, and who came to each. Raises NoSuchGroup."""
    with db.read() as tx:
        row = groups.by_code(tx, code)
        members = [people.by_id(tx, number).study_id for number in groups.members(tx, row.id)]
        met = [_met(tx, each) for each in groups.meetings_of(tx, row.id)]
        return _listed(tx, row, unblind=unblind).model_dump() | {"members": sorted(members), "meetings": met}


def _met(tx: Tx, met: Meeting) -> dict[str, Any]:
    came = {
        people.by_id(tx, kept.participant_id).study_id: kept.fact.status
        for kept in facts.in_force(tx, Attendance, meeting=met.meeting)
    }
    shown_at = f"{met.starts_local} {met.zone}" if met.starts_at is not None else "called off"
    return {"meeting": met.meeting, "session": met.session, "at": shown_at, "attendance": dict(sorted(came.items()))}


def assign(db: Database, code: str | None, study_id: str, *, who: str, replan: Replan, why: str | None = None) -> None:
    """Put a participant into a group, or with None take them out. Raises NoSuchGroup, NoSuchParticipant, Refused."""
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        group = groups.by_code(tx, code) if code is not None else None
        if group is not None and (person.arm, person.site) != (group.arm, group.site):
            raise Refused(
                f"{study_id} does not belong to {code}: a group is for one site, and for those allocated to it"
            )
        groups.assign(tx, person, group.id if group is not None else None, why)
        replan(tx, person.id)


def meet(db: Database, code: str, session: str, at: datetime, zone: str, *, who: str, replan: Replan) -> int:
    """Set a meeting at a wall-clock time, of the site when no zone is named; gives its number.

    Raises NoSuchGroup, and Refused for a session that is none or not given in groups.
    """
    with db.write(who) as tx:
        group = groups.by_code(tx, code)
        plan = {each.code: each for each in protocol().arms[group.arm].sessions}.get(session)
        if plan is None or plan.way == "chat":
            raise Refused(
                f"{session} is not given in groups" if plan is not None else f"no session is called {session}"
            )
        there = zone or next(site.zone for site in protocol().sites if site.code == group.site)
        number = groups.set_meeting(tx, group.id, session, instant_of(at, there), there)
        _replan_all(tx, group.id, replan)
        return number


def move(db: Database, meeting: int, at: datetime | None, *, who: str, replan: Replan) -> None:
    """Set another wall-clock time for a meeting, in its zone; None calls it off. Raises NoSuchGroup, Refused."""
    with db.write(who) as tx:
        met = groups.meeting(tx, meeting)
        if any(facts.in_force(tx, Attendance, meeting=meeting)):
            raise Refused(f"meeting {meeting} has been held: attendance was entered")
        starts_at = instant_of(at, met.zone) if at is not None else None
        groups.set_meeting(tx, met.group, met.session, starts_at, met.zone, meeting)
        _replan_all(tx, met.group, replan)


def _replan_all(tx: Tx, group: int, replan: Replan) -> None:
    for number in groups.members(tx, group):
        if people.by_id(tx, number).status in ("enrolled", "prompts_stopped"):
            replan(tx, number)


def attend(
    db: Database, meeting: int, study_id: str, status: str, *, who: str, replan: Replan, why: str | None = None
) -> int:
    """Write down who came; entered again it is a correction, a further revision. Gives the revision's number.

    Raises NoSuchGroup, NoSuchParticipant, Refused.
    """
    if status not in STATUSES:
        raise Refused(f"one of {', '.join(STATUSES)}")
    with db.write(who) as tx:
        met, person = groups.meeting(tx, meeting), people.by_study_id(tx, study_id)
        if met.starts_at is None:
            raise Refused(f"meeting {meeting} was called off")
        if status != "excused" and met.starts_at > tx.now:
            raise Refused(f"meeting {meeting} has not begun yet")
        known = any(k.fact.meeting == meeting for k in facts.in_force(tx, Attendance, person.id))
        if not known and groups.group_of(tx, person.id) != met.group:
            raise Refused(f"{study_id} is not in that group")
        revision = groups.attended(tx, person, met, status, met.starts_at, why)
        replan(tx, person.id)
        return revision
