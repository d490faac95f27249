"""Alerts on their way to people: raised in the turn, told to staff by chat and mail, with study id and tier only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.world import World
from content import say
from content.catalogue import catalogue
from content.safety_data import alerts as alert_rules
from content.safety_texts import country_of, numbers_of, spoken
from records import alerts, post, roster
from records.alerts import Raised
from records.database import Tx
from records.post import Address, Letter

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
    on = any(r.from_hour <= _clock(tx.now, r.zone) < r.to_hour and _weekday(tx.now, r.zone) in r.days for r in readers)
    message = say.staff.reading_now if on else say.staff.reading_later
    line = message(who=reader.name, days=reader.days_text, start=reader.from_hour, end=reader.to_hour)
    return catalogue().render(line, STAFF_LANGUAGE, ambient=numbers)


def _clock(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _weekday(now: datetime, zone: str) -> str:
    return str(now.astimezone(ZoneInfo(zone)).isoweekday())


def raise_alert(desk: Desk, rule: str, event_at: datetime, entity: str | None = None) -> Raised:
    """Raise an alert about this participant and tell staff by every channel there is."""
    known = alert_rules().rules[rule]
    person = desk.person
    raised = alerts.raise_(
        desk.tx,
        person.id if person is not None else None,
        rule,
        known.tier,
        known.version,
        event_at,
        entity=entity,
        study_id=person.study_id if person is not None else None,
    )
    if raised.new:
        tell_staff(desk.world, desk.tx, raised, person.study_id if person is not None else "-")
    return raised


def tell_staff(world: World, tx: Tx, raised: Raised, study_id: str) -> None:
    """Letters to the staff chat and by mail: study id, tier and where to look, nothing clinical."""
    notice = alert_rules().rules[raised.rule].notice
    number = f"coach alert list (number {raised.id})"
    link = f"{world.page_url} ({number})" if world.page_url else number
    message = say.staff.alert(notice=notice, study_id=study_id, tier=raised.tier, link=link)
    text = catalogue().render(message, STAFF_LANGUAGE)
    version = catalogue().version
    if world.staff_chat is not None:
        to = Address(None, tx.keys.hash("chat", world.staff_chat), tx.keys.seal(str(world.staff_chat)))
        letter = Letter("staff", "sendMessage", message.key, {"text": text}, occurrence=f"alert.{raised.id}.chat")
        post.put(tx, world.bot, to, letter, version)
    if world.mail:
        to = Address(None, "mail", tx.keys.seal("mail"))
        subject = catalogue().render(say.staff.alert_subject(study_id=study_id, tier=raised.tier), STAFF_LANGUAGE)
        body = {"text": text, "subject": subject}
        letter = Letter("mail", "mail", message.key, body, occurrence=f"alert.{raised.id}.mail")
        post.put(tx, world.bot, to, letter, version)
