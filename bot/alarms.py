"""Alerts on their way to people: raised in the turn, told to staff by chat and mail, with study id and tier only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from bot.world import World
from content import say
from content.catalogue import catalogue
from content.message import Message
from content.safety_data import alerts as alert_rules
from content.safety_texts import country_of, numbers_of, spoken
from records import alerts, escalations, post, roster
from records.alerts import Raised
from records.database import Tx
from records.post import Address, Letter
from records.roster import Reader

if TYPE_CHECKING:
    from bot.desk import Desk

STAFF_LANGUAGE = "en"


def ambient(world: World, tx: Tx, zone: str) -> Mapping[str, str]:
    """What every text may name: whom to call from this zone, and who reads this chat at this hour."""
    known: dict[str, Mapping[str, str]] = tx.memo.setdefault("ambient", {})
    if zone not in known:
        numbers = _spoken(world, zone)
        known[zone] = numbers | {"emergency": numbers["number"], "watching": watching(tx, numbers)}
    return known[zone]


def _spoken(world: World, zone: str) -> dict[str, str]:
    known = numbers_of(country_of(zone))
    own = {name: value for name, value in (("emergency", world.emergency), ("crisis", world.crisis)) if value}
    return spoken(known.model_copy(update=own), STAFF_LANGUAGE)


def watching(tx: Tx, numbers: Mapping[str, str]) -> str:
    """Who reads this chat and when, from the roster; without one: nobody is watching."""
    readers = roster.readers(tx)
    if not readers:
        return catalogue().render(say.safety.watching_nobody(), STAFF_LANGUAGE, ambient=numbers)
    reader = readers[0]
    on = any(r.on_duty(tx.now) for r in readers)
    message = say.staff.reading_now if on else say.staff.reading_later
    line = message(who=reader.name, days=reader.days_text, start=reader.from_hour, end=reader.to_hour)
    return catalogue().render(line, STAFF_LANGUAGE, ambient=numbers)


def raise_alert(desk: Desk, rule: str, event_at: datetime, entity: str | None = None) -> Raised:
    """Raise an alert about this participant and tell staff by every channel there is."""
    return raise_about(desk.world, desk.tx, desk.person, rule, event_at, entity)


def raise_about(
    world: World, tx: Tx, person: Row[Any] | None, rule: str, event_at: datetime, entity: str | None = None
) -> Raised:
    """The same outside a turn; without a person it is about the installation."""
    known = alert_rules().rules[rule]
    raised = alerts.raise_(
        tx,
        person.id if person is not None else None,
        rule,
        known.tier,
        known.version,
        event_at,
        entity=entity,
        study_id=person.study_id if person is not None else None,
    )
    if raised.new or raised.reopened is not None:
        tell_staff(world, tx, raised, person.study_id if person is not None else "-")
    return raised


def tell_staff(world: World, tx: Tx, raised: Raised, study_id: str) -> None:
    """Letters to the staff chat and by mail, and to the first of the roster where it is urgent: nothing clinical."""
    occurrence = f"alert.{raised.id}" if raised.reopened is None else f"alert.{raised.id}.again{raised.reopened}"
    message = say.staff.alert(**said(world, raised.id, raised.rule, raised.tier, study_id))
    to_chat(world, tx, message, world.staff_chat, f"{occurrence}.chat")
    to_mail(world, tx, message, subject(study_id, raised.tier), f"{occurrence}.mail")
    if alert_rules().tiers[str(raised.tier)].escalate_minutes is not None:
        first = next_reader(tx, raised.id)
        step = escalations.tell(tx, raised.id, first.code if first else None, next_step_at(tx, raised.tier))
        if first is not None:
            to_reader(world, tx, message, first, subject(study_id, raised.tier), f"{occurrence}.step{step}")


def said(world: World, alert_id: int, rule: str, tier: int, study_id: str) -> dict[str, Any]:
    """All that leaves about an alert: study id, tier and where to look."""
    number = f"coach alert list (number {alert_id})"
    link = f"{world.page_url} ({number})" if world.page_url else number
    return {"notice": alert_rules().rules[rule].notice, "study_id": study_id, "tier": tier, "link": link}


def subject(study_id: str, tier: int) -> Message:
    """The subject of a mail about an alert."""
    return say.staff.alert_subject(study_id=study_id, tier=tier)


def next_step_at(tx: Tx, tier: int) -> datetime | None:
    """When the next person is told if nobody takes an alert of this tier that somebody is told of now."""
    minutes = alert_rules().tiers[str(tier)].escalate_minutes
    return None if minutes is None else tx.now + timedelta(minutes=minutes)


def next_reader(tx: Tx, alert_id: int) -> Reader | None:
    """Who is told next of an alert: who was told least often, of those who read now before the others."""
    told = Counter(row.staff_code for row in escalations.told(tx, alert_id))
    readers = sorted(roster.readers(tx), key=lambda reader: (told[reader.code], not reader.on_duty(tx.now)))
    return readers[0] if readers else None


def to_reader(world: World, tx: Tx, message: Message, reader: Reader, subject: Message, occurrence: str) -> None:
    """Letters to one of the roster, by the ways that are known of them."""
    to_chat(world, tx, message, reader.chat, f"{occurrence}.chat")
    if reader.mail is not None:
        to_mail(world, tx, message, subject, f"{occurrence}.mail", reader.mail)


def to_chat(world: World, tx: Tx, message: Message, chat: int | None, occurrence: str) -> None:
    """A letter to a chat of staff, where there is one."""
    if chat is not None:
        to = Address(None, tx.keys.hash("chat", chat), tx.keys.seal(str(chat)))
        text = catalogue().render(message, STAFF_LANGUAGE)
        letter = Letter("staff", "sendMessage", message.key, {"text": text}, occurrence=occurrence)
        post.put(tx, world.bot, to, letter, catalogue().version)


def to_mail(
    world: World, tx: Tx, message: Message, subject: Message, occurrence: str, address: str | None = None
) -> None:
    """A letter by mail, where mail is set up: to one person's address, or to the one of the settings."""
    if world.mail:
        to = Address(None, "mail", tx.keys.seal("mail"))
        texts = {"text": message, "subject": subject}
        body: dict[str, Any] = {name: catalogue().render(each, STAFF_LANGUAGE) for name, each in texts.items()}
        body |= {"to": address} if address is not None else {}
        post.put(
            tx, world.bot, to, Letter("mail", "mail", message.key, body, occurrence=occurrence), catalogue().version
        )
