"""Somebody does not answer for many days: staff get the task to look, once for each silence."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from bot import alarms, prompts
from bot.desk import Desk
from bot.world import World
from records import alerts, people
from records.database import Tx
from records.person import person_of, protocol_of
from records.post import Address
from scheduler import planning
from study.prompting import Traffic, staff_take_over

RULE = "lost_contact"


def night(world: World, tx: Tx, participant_id: int) -> None:
    """One person's night: their plan in line with their protocol, and a task for staff when nobody heard of them."""
    planning.night(tx, participant_id)
    row = people.by_id(tx, participant_id)
    taking_part = row.status == "enrolled" and row.hold is None and row.completed_on is None
    if taking_part and row.last_heard_at is not None:
        desk = _desk(world, tx, row)
        note(desk, prompts.traffic(desk, person_of(tx, row)))


def note(desk: Desk, seen: Traffic) -> None:
    """Hand a long silence over to staff, unless that was done since the person was last heard from."""
    person = desk.participant
    if not staff_take_over(protocol_of(person), seen.silent_days) or person.hold is not None:
        return
    since = person.last_heard_at or person.created_at
    if not any(row.rule == RULE and row.aware_at > since for row in alerts.of_person(desk.tx, person.id)):
        alarms.raise_alert(desk, RULE, desk.tx.now)


def _desk(world: World, tx: Tx, row: Row[Any]) -> Desk:
    to = Address(row.id, "", b"")
    return Desk(tx, world, row, to, row.language, row.discreet, alarms.ambient(world, tx, row.zone), tx.now)
