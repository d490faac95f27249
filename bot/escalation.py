"""Urgent alerts that nobody takes: the next of the roster is told, and the next, until somebody does.

Every step is written with the letters it sends, in one transaction; a restart or an outage neither loses nor doubles
one. After an outage the step that is late goes at once, and the next one is counted from then.
"""

from __future__ import annotations

from bot import alarms
from bot.world import World
from content import say
from records import alerts, escalations, people
from records.database import Tx


def escalate(world: World, tx: Tx) -> int:
    """Tell the next person of every open alert whose time has come; gives how many alerts there were."""
    numbers = escalations.due(tx)
    for number in numbers:
        _next_step(world, tx, number)
    return len(numbers)


def _next_step(world: World, tx: Tx, number: int) -> None:
    row, reader = alerts.by_id(tx, number), alarms.next_reader(tx, number)
    study_id = "-" if row.participant_id is None else people.by_id(tx, row.participant_id).study_id
    code = None if reader is None else reader.code
    step = escalations.tell(tx, number, code, alarms.next_step_at(tx, row.tier))
    said = alarms.said(world, number, row.rule, row.tier, study_id)
    occurrence, subject = f"alert.{number}.step{step}", alarms.subject(study_id, row.tier)
    again = say.staff.alert_again(**said)
    if reader is not None and reader.chat is not None:
        alarms.to_chat(world, tx, again, reader.chat, f"{occurrence}.chat")
    else:
        named = again if reader is None else say.staff.alert_for(who=reader.name, **said)
        alarms.to_chat(world, tx, named, world.staff_chat, f"{occurrence}.chat")
    alarms.to_mail(world, tx, again, subject, f"{occurrence}.mail", None if reader is None else reader.mail)
