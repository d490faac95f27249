"""The watch over taken amounts, person by person: each night, and when a check-in has told about the days before."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from bot import alarms, quiet
from bot.desk import Desk
from bot.world import World
from content import say
from content.watching import watching
from records import alerts, due, facts, people, watched
from records.database import Tx
from study.days import day_there
from study.facts import AlertRaised
from study.view import instant_of
from study.watching import Found, watch

if TYPE_CHECKING:
    from bot.node import Node

WATCHED = ("enrolled", "prompts_stopped")
EXCESS, FALL = "dose_excess", "dose_drop"
ITEM = "amount_check"
HOURS_TO_ASK = 24


async def watch_everybody(node: Node) -> int:
    """The nightly watch, person by person, so that nobody's turn waits for it; gives how many alerts it raised."""
    found = 0
    for number in await node.storage.read(_watched):
        if await node.storage.read(partial(_look_at, number)):
            found += await node.outside_a_turn(partial(_watch_number, node.world, number))
        await asyncio.sleep(0)
    return found


def _look_at(number: int, tx: Tx) -> list[Found]:
    return news_of(tx, people.by_id(tx, number))


def _watch_number(world: World, number: int, tx: Tx) -> int:
    return watch_one(world, tx, people.by_id(tx, number))


def _watched(tx: Tx) -> list[int]:
    return [int(person.id) for person in people.everyone(tx) if person.status in WATCHED and person.hold is None]


def watch_one(world: World, tx: Tx, person: Row[Any]) -> int:
    """Tell staff what the days of one person show that they do not know; gives how many alerts there were."""
    news = news_of(tx, person)
    for each in news:
        _tell(world, tx, person, each)
    return len(news)


def news_of(tx: Tx, person: Row[Any]) -> list[Found]:
    """What the days that are over show and nobody was told of; nothing while the person is on hold."""
    if person.status not in WATCHED or person.hold is not None:
        return []
    today, fall = day_there(tx.now, person.zone), watching().fall
    since = today - timedelta(days=fall.window_days + fall.recent_days)
    found = watch(
        watched.episodes(tx, person.id),
        watched.uses(tx, person, since),
        today,
        held=watched.held_days(tx, person, since),
        told_on=_excess_told(tx, person) | _before_the_study(person, since),
    )
    return [each for each in found if _is_news(tx, person, each)]


def _excess_told(tx: Tx, person: Row[Any]) -> set[date]:
    """Days of which the watch has told, and those the person was asked about when they logged them."""
    logged = facts.in_force(tx, AlertRaised, person.id, rule=EXCESS)
    asked = {day_there(kept.fact.event_at, person.zone) for kept in logged}
    return asked | watched.told_on(tx, person.id, EXCESS)


def _before_the_study(person: Row[Any], since: date) -> set[date]:
    """Days of the first calendar, before enrolment: more than the list is an item of the checklist there."""
    until = person.enrolled_on or date.max
    days = (watching().fall.window_days + watching().fall.recent_days) + 1
    return {day for day in (since + timedelta(days=n) for n in range(days)) if day < until}


def _is_news(tx: Tx, person: Row[Any], found: Found) -> bool:
    if found.rule == EXCESS:
        return True
    told = watched.told_on(tx, person.id, found.rule)
    return not told or found.days[-1] - max(told) >= timedelta(days=watching().again.after_days)


def _tell(world: World, tx: Tx, person: Row[Any], found: Found) -> None:
    event_at = instant_of(datetime.combine(found.days[-1], time(12)), person.zone)
    raised = alarms.raise_about(world, tx, person, found.rule, event_at)
    alerts.add_note(tx, raised.id, f"From the days that are known: {found.detail}.", "coach")
    watched.tell(tx, person.id, found.rule, found.days)
    if found.rule == FALL:
        latest = tx.now + timedelta(hours=HOURS_TO_ASK)
        ask = due.Planned(person.id, ITEM, found.days[-1].isoformat(), tx.now, person.zone, latest)
        due.plan(tx, ask)


def ask(desk: Desk, item: Row[Any]) -> None:
    """Ask the person what changed, once: at a free hour, without a talk, and not at all where nothing may go."""
    why_not = quiet.why_not(desk)
    if item.latest_at is not None and desk.tx.now > item.latest_at:
        due.close(desk.tx, item.id, "expired", "too late")
    elif why_not == quiet.QUIET_HOURS:
        due.postpone(desk.tx, item.id, quiet.ends_at(desk))
    elif why_not is not None:
        due.close(desk.tx, item.id, "skipped", why_not)
    elif quiet.busy(desk):
        due.postpone(desk.tx, item.id, desk.tx.now + timedelta(minutes=1))
    else:
        due.close(desk.tx, item.id, "answered", "sent")
        occurrence = f"due.{item.id}"
        desk.send(say.safety.withdrawal_check(), kind="prompt", occurrence=occurrence, due_item=item.id, doubt="never")
