"""The plan of the protocol, kept as due items: written, moved and superseded, never sent from here.

Planning again changes nothing that went out. An item whose key is there keeps its row; one that the plan no longer
has is superseded; its history stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from content.prompt_rules import Family
from content.protocol import Protocol
from records import due, people, plans, visits
from records.database import Tx
from records.person import person_of, protocol_of
from scheduler import travelling
from study.facts import VisitPlanned
from study.person import Person, local_at
from study.plan import WIRED, Planned, family_of, is_planned, plan, windows_of

HORIZON = timedelta(days=45)
"""How far ahead the plan is computed, and rows of check-ins and sessions are written."""
RECURRING = timedelta(days=8)
"""How far ahead rows are written of what comes every day; the nightly roll writes the next day's."""
LOOK_BACK = timedelta(days=60)
"""How far back a row may have been due that still waits for a free hour; no window is open longer."""
ANSWERED_WITHIN = timedelta(days=1)
"""How long after it went out a prompt of the day can be answered."""
SELDOM: frozenset[Family] = frozenset({"visit", "visit_call", "visit_close", "closing", "session"})
NO_LONGER = "no longer in the plan"


@dataclass(frozen=True)
class Replanned:
    """What planning again has changed."""

    added: int = 0
    moved: int = 0
    superseded: int = 0


def replan(tx: Tx, participant_id: int) -> Replanned:
    """Bring the rows of one participant in line with their plan from now on."""
    row = people.by_id(tx, participant_id)
    person, rules = person_of(tx, row), protocol_of(row)
    _keep_windows(tx, row, rules, person)
    plans.keep(tx, participant_id, person)
    began = max(row.enrolled_at or row.created_at, tx.now - LOOK_BACK)
    asked = {p.key: p for p in demanded(rules, person, began, tx.now + HORIZON)}
    wanted = {key: p for key, p in asked.items() if tx.now <= p.due_at < tx.now + _horizon(rules, p)}
    pending = {(r.item, r.occurrence): r for r in due.pending_of(tx, participant_id) if is_planned(r.item)}
    added = due.plan_all(tx, [_row(participant_id, p) for key, p in wanted.items() if key not in pending], NO_LONGER)
    moved = sum(_move(tx, r, wanted[key]) for key, r in pending.items() if key in wanted)
    # one that was put off to a free hour is still asked for, though it was due before now
    gone = [r for key, r in pending.items() if key not in asked and tx.now <= r.due_at < tx.now + HORIZON]
    for item in gone:
        due.close(tx, item.id, "superseded", NO_LONGER)
    return Replanned(added, moved, len(gone))


def demanded(rules: Protocol, person: Person, since: datetime, until: datetime) -> tuple[Planned, ...]:
    """What the protocol demands of the families that are sent."""
    return tuple(p for p in plan(rules, person, since, until) if family_of(rules, p.item) in WIRED)


def _horizon(rules: Protocol, planned: Planned) -> timedelta:
    return HORIZON if family_of(rules, planned.item) in SELDOM else RECURRING


def roll(tx: Tx) -> Replanned:
    """Plan everybody again, and end what nobody answered: the nightly roll, and after a start."""
    due.expire_unanswered(tx, tx.now - ANSWERED_WITHIN)
    for row in people.everyone(tx):
        if row.home_zone is not None:
            travelling.settle(tx, row.id)
    for row in people.everyone(tx):
        _complete(tx, row)
    done = [replan(tx, row.id) for row in people.everyone(tx) if row.status in ("enrolled", "prompts_stopped")]
    return Replanned(sum(d.added for d in done), sum(d.moved for d in done), sum(d.superseded for d in done))


def _complete(tx: Tx, row: Row[Any]) -> None:
    """The year of somebody whose closing talk was due is over, whether it could be sent or not."""
    if row.completed_on is not None or row.status not in ("enrolled", "prompts_stopped"):
        return
    rules, seen = protocol_of(row), person_of(tx, row)
    last = [each.closes_on for each in windows_of(rules, seen) if each.visit == rules.closing.visit]
    ends_on = last[0] + timedelta(days=rules.closing.days_after_close) if last else None
    if ends_on is not None and local_at(tx.now, row.zone).date() > ends_on:
        people.change(tx, row.id, "participant:completed", completed_on=ends_on)


def _keep_windows(tx: Tx, row: Row[Any], rules: Protocol, person: Person) -> None:
    for window in windows_of(rules, person):
        kept = VisitPlanned(
            visit=window.visit,
            anchor=rules.anchor_of(rules.visit(window.visit)),
            anchor_on=window.anchor_on,
            opens_on=window.opens_on,
            target_on=window.target_on,
            closes_on=window.closes_on,
            protocol_version=rules.version,
        )
        visits.plan(tx, row.id, row.study_id, kept)


def _row(participant_id: int, planned: Planned) -> due.Planned:
    return due.Planned(
        participant_id,
        planned.item,
        planned.occurrence,
        planned.due_at,
        planned.zone,
        planned.latest_at,
        dict(planned.payload),
        planned.protocol_version,
    )


def _move(tx: Tx, row: Row[Any], planned: Planned) -> bool:
    """Move a pending row when its wall clock or zone has changed; one that waits for a free hour stays where it is."""
    local = planned.due_local.isoformat(timespec="seconds")
    if row.due_local == local and row.zone == planned.zone:
        return False
    due.move(tx, row.id, planned.due_at, local, planned.zone, planned.latest_at, dict(planned.payload))
    return True
