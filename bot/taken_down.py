"""What answers that staff bring in set off: the same as in a talk; and of an urgent one, the text the person reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from bot import alarms, talking
from bot.consequences import carry_out
from bot.desk import Desk
from bot.world import World
from content import say
from content.medicines import limit
from content.message import Message
from content.safety_data import alerts
from coordinator.one_check_in import Follow
from records import people
from records.database import Tx
from records.post import Address
from study.facts import AlertRaised, Response, ScoreGiven, TlfbDay
from study.person import local_at
from study.steps import Fact

URGENT = 1


def follow(world: World) -> Follow:
    """Does what a fact sets off, for people with a chat and without one."""

    def _follow(tx: Tx, row: Row[Any], entity: str, fact: Fact, revision: int) -> None:
        if revision == 1 and isinstance(fact, Response | ScoreGiven | TlfbDay):
            return  # nothing follows from an answer alone
        chat = people.chat_of(tx, row.id)
        desk = _desk(world, tx, row, chat)
        carry_out(desk, entity, fact, revision)
        if isinstance(fact, AlertRaised) and chat is not None and chat.unreachable_at is None:
            _help(desk, fact)

    return _follow


def _desk(world: World, tx: Tx, row: Row[Any], chat: Row[Any] | None) -> Desk:
    person = people.by_id(tx, row.id)
    to = Address(row.id, chat.chat_hash, chat.sealed_chat) if chat is not None else Address(row.id, "", b"")
    ambient = alarms.ambient(world, tx, person.zone)
    return Desk(tx, world, person, to, person.language, person.discreet, ambient, tx.now)


def _help(desk: Desk, alert: AlertRaised) -> None:
    """The text of an urgent rule, with the day of the form it is about; of an old form only staff are told."""
    rule = alerts().rules[alert.rule]
    recent = desk.tx.now - alert.event_at <= timedelta(days=limit("import_text_days"))
    if rule.text is None or rule.tier > URGENT or not recent:
        return
    on = local_at(alert.event_at, desk.participant.zone).date()
    desk.send(Message(f"safety.{rule.text}"), kind="emergency", prefix=desk.text(say.forms.about(on=on)) + "\n\n")
    desk.send(say.check_in.told(), kind="emergency")
    if desk.participant.status in ("enrolled", "prompts_stopped"):
        talking.begin(desk, "safe_check", {"alerted": True})
