"""Weekly sessions in the records: which are open to a person, what they have done of them, what they plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row

from content.protocol import Session
from records import facts
from records.database import Tx
from records.person import person_of, protocol_of
from study.facts import Attendance, PlanMade, SessionDone, SessionPartDone
from study.plan import opened_sessions
from study.queries import Plan, SessionOpen


def open_to(tx: Tx, row: Row[Any], today: date) -> tuple[SessionOpen, ...]:
    """The sessions open to a participant on a local date, in their order, and how each stands."""
    opened = set(opened_sessions(protocol_of(row), person_of(tx, row), today))
    if not opened:
        return ()
    parts, done = _parts(tx, row.id), {k.fact.session for k in facts.in_force(tx, SessionDone, row.id)}
    met = {k.fact.session for k in facts.in_force(tx, Attendance, row.id, status="present")}
    return tuple(
        SessionOpen(
            code=each.code,
            way=each.way,
            parts=tuple(parts.get(each.code, ())),
            done=each.code in done,
            attended=each.code in met and each.way != "chat",
        )
        for each in sessions_of(row)
        if each.code in opened
    )


def sessions_of(row: Row[Any]) -> tuple[Session, ...]:
    """The sessions of a participant's arm, in their order; none before allocation."""
    return protocol_of(row).arms[row.arm].sessions if row.arm is not None else ()


def _parts(tx: Tx, participant_id: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kept in facts.in_force(tx, SessionPartDone, participant_id):
        of_session = found.setdefault(kept.fact.session, [])
        if kept.fact.part not in of_session:
            of_session.append(kept.fact.part)
    return found


def part_done(tx: Tx, participant_id: int, session: str, part: str) -> bool:
    """True when a part of a session was gone through."""
    return part in _parts(tx, participant_id).get(session, ())


def any_before(tx: Tx, participant_id: int, entity: str) -> bool:
    """True when another part of a session had been gone through than the one written under `entity`."""
    return any(kept.entity != entity for kept in facts.in_force(tx, SessionPartDone, participant_id))


def last_plan(tx: Tx, participant_id: int) -> Plan | None:
    """The plan made last, None without one."""
    plans = [(kept.fact.made_at, kept) for kept in facts.in_force(tx, PlanMade, participant_id)]
    if not plans:
        return None
    kept = max(plans, key=lambda each: each[0])[1]
    said = kept.fact
    return Plan(entity=kept.entity, session=said.session, what=said.what, moment=said.moment, often=said.often)
