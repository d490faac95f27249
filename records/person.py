"""A participant as the plan sees them: read from the row and the facts in force."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import Row

from content.loading import ContentRefused
from content.protocol import Protocol, protocol
from records import facts, groups, people
from records.database import Tx
from study.facts import Attendance, Enrolled, MedicineEpisode, SessionPartDone
from study.person import MedicineTimes, Person


def protocol_of(row: Row[Any]) -> Protocol:
    """The protocol a participant is pinned to, in the version they began with."""
    return protocol(version=row.protocol_version)


def versions_lost(tx: Tx) -> dict[str, list[str]]:
    """Versions of the protocol that no file has any more, with the study ids of those who live by them."""
    lost: dict[str, list[str]] = {}
    for row in people.everyone(tx):
        try:
            protocol_of(row)
        except ContentRefused:
            lost.setdefault(row.protocol_version, []).append(row.study_id)
    return lost


def person_of(tx: Tx, row: Row[Any]) -> Person:
    """A participant as the plan sees them now."""
    joined = _joined_on(tx, row.id)
    return Person(
        study_id=row.study_id,
        zone=row.zone,
        quiet_from=time.fromisoformat(row.quiet_from),
        quiet_to=time.fromisoformat(row.quiet_to),
        status=row.status,
        arm=row.arm,
        consented_on=joined,
        enrolled_on=row.enrolled_on,
        allocated_on=row.allocated_on,
        break_until=row.break_until,
        hold=row.hold,
        medicines=tuple(_medicines(tx, row.id)),
        meetings=groups.notices_of(tx, row),
        first_session_on=first_session_on(tx, row.id) if _counts_from_a_session(protocol_of(row)) else None,
    )


def _counts_from_a_session(rules: Protocol) -> bool:
    anchors = {rules.course.anchor, *(rules.anchor_of(visit) for visit in rules.visits)}
    return "first_session" in anchors


def first_session_on(tx: Tx, participant_id: int) -> date | None:
    """The local date on which the first part of a session was done, or a meeting of the group attended."""
    parts = [kept.fact.done_local for kept in facts.in_force(tx, SessionPartDone, participant_id)]
    met = [kept.fact.starts_local for kept in facts.in_force(tx, Attendance, participant_id, status="present")]
    first = min((*parts, *met), default=None)
    return date.fromisoformat(first[:10]) if first is not None else None


def _joined_on(tx: Tx, participant_id: int) -> date | None:
    ends = [kept.fact.on for kept in facts.in_force(tx, Enrolled, participant_id)]
    return min(ends, default=None)


def _medicines(tx: Tx, participant_id: int) -> list[MedicineTimes]:
    standing = facts.in_force(tx, MedicineEpisode, participant_id)
    return [
        MedicineTimes(kept.entity, tuple(time.fromisoformat(t) for t in kept.fact.times.split(",") if t))
        for kept in standing
        if kept.fact.ends_on is None
    ]
