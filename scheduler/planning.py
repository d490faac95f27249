"""The plan of the protocol, kept as due items: written, moved and superseded, never sent from here.

Planning again changes nothing that went out. An item whose key is there keeps its row; one that the plan no longer
has is superseded; its history stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from content.prompt_rules import Family
from content.protocol import Protocol
from records import due, people, plans, visits
from records.database import Tx
from records.person import person_of, protocol_of
from scheduler import travelling
from scheduler.away import catch_up, looked, row_of
from study.facts import VisitPlanned
from study.person import Person, local_at
from study.plan import Planned, family_of, is_planned, plan, windows_of

HORIZON = timedelta(days=45)
"""How far ahead the plan is computed, and rows of check-ins and sessions are written."""
RECURRING = timedelta(days=8)
"""How far ahead rows are written of what comes every day; the nightly roll writes the next day's."""
LOOK_BACK = timedelta(days=60)
"""How far back a row may have been due that still waits for a free hour; no window is open longer."""
ANSWERED_WITHIN = timedelta(days=1)
"""How long after it went out a prompt of the day can be answered."""
SELDOM: frozenset[Family] = frozenset({"visit", "visit_call", "visit_close", "closing", "session", "meeting"})
NO_LONGER = "no longer in the plan"


@dataclass(frozen=True)
class Replanned:
    """What planning again has changed."""

    added: int = 0
    moved: int = 0
    superseded: int = 0


@dataclass(frozen=True)
class Changes:
    """What the rows of one participant lack, where they stand wrongly, and what is not asked for any more."""

    added: tuple[Planned, ...]
    moved: tuple[tuple[Row[Any], Planned], ...]
    gone: tuple[Row[Any], ...]


def replan(tx: Tx, participant_id: int) -> Replanned:
    """Bring the rows of one participant in line with their plan from now on."""
    row = people.by_id(tx, participant_id)
    person, rules = person_of(tx, row), protocol_of(row)
    _keep_windows(tx, row, rules, person)
    plans.keep(tx, participant_id, person)
    changes = compared(tx, row, rules, person)
    added = due.plan_all(tx, [row_of(participant_id, planned) for planned in changes.added], NO_LONGER)
    for item, planned in changes.moved:
        local = planned.due_local.isoformat(timespec="seconds")
        due.move(tx, item.id, planned.due_at, local, planned.zone, planned.latest_at, dict(planned.payload))
    for item in changes.gone:
        due.close(tx, item.id, "superseded", NO_LONGER)
    return Replanned(added, len(changes.moved), len(changes.gone))


def compared(tx: Tx, row: Row[Any], rules: Protocol, person: Person) -> Changes:
    """The rows of a participant held against what a protocol demands of them from now on; nothing is written."""
    began = max(row.enrolled_at or row.created_at, tx.now - LOOK_BACK)
    asked = {p.key: p for p in plan(rules, person, began, tx.now + HORIZON)}
    wanted = {key: p for key, p in asked.items() if tx.now <= p.due_at < tx.now + _horizon(rules, p)}
    pending = {(r.item, r.occurrence): r for r in due.pending_of(tx, row.id) if is_planned(r.item)}
    added = tuple(p for key, p in wanted.items() if key not in pending)
    moved = tuple((r, wanted[key]) for key, r in pending.items() if key in wanted and _has_moved(r, wanted[key]))
    # one that was put off to a free hour is still asked for, though it was due before now
    gone = tuple(r for key, r in pending.items() if key not in asked and tx.now <= r.look_at < tx.now + HORIZON)
    return Changes(added, moved, gone)


def _horizon(rules: Protocol, planned: Planned) -> timedelta:
    return HORIZON if family_of(rules, planned.item) in SELDOM else RECURRING


def roll(tx: Tx) -> Replanned:
    """Plan everybody again, and end what nobody answered, in one transaction."""
    end_unanswered(tx)
    done = [night(tx, participant_id) for participant_id in planned_for(tx)]
    looked(tx)
    return Replanned(sum(d.added for d in done), sum(d.moved for d in done), sum(d.superseded for d in done))


def end_unanswered(tx: Tx) -> int:
    """End the prompts of the day that went out and were not answered; gives how many."""
    return due.expire_unanswered(tx, tx.now - ANSWERED_WITHIN)


def planned_for(tx: Tx) -> list[int]:
    """The participants the protocol has a plan for."""
    return [row.id for row in people.everyone(tx) if row.status in ("enrolled", "prompts_stopped")]


def night(tx: Tx, participant_id: int) -> Replanned:
    """What a night does for one person: what a long stop left out, the zone of today, their year's end, their plan."""
    catch_up(tx, participant_id, RECURRING)
    if people.by_id(tx, participant_id).home_zone is not None or _is_to_travel(tx, participant_id):
        travelling.settle(tx, participant_id)
    _complete(tx, people.by_id(tx, participant_id))
    return replan(tx, participant_id)


def _is_to_travel(tx: Tx, participant_id: int) -> bool:
    """True before a travel; one that was to begin while we were away has begun all the same."""
    turn = due.newest(tx, participant_id, travelling.ITEM)
    return turn is not None and turn.state == "pending"


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
    """The windows as the protocol has them; one that was over or answered under an older version stays as it was."""
    settled = _settled(tx, row, rules, person)
    for window in windows_of(rules, person):
        if window.visit in settled:
            continue
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


def _settled(tx: Tx, row: Row[Any], rules: Protocol, person: Person) -> set[str]:
    older = [w for w in visits.windows(tx, row.id).values() if w.protocol_version != rules.version]
    today = local_at(tx.now, person.zone).date()
    return {w.visit for w in older if w.closes_on < today or visits.finished(tx, row.id, w.visit) is not None}


def _has_moved(row: Row[Any], planned: Planned) -> bool:
    """True when the wall clock or zone of a pending row has changed; one that waits for a free hour stays."""
    return bool(row.due_local != planned.due_local.isoformat(timespec="seconds") or row.zone != planned.zone)
