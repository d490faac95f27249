"""Due items in their turn: an exercise's next step, a check-back, a patch assumed off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot import asked_for, lookups, outage, prompts, quiet, reasons, talking, watching
from bot.desk import Desk
from bot.prompted import evening, sessions, visits
from bot.prompted.prompt import begin_for
from content import say
from content.medicines import limit
from content.message import Message
from records import due, facts, post
from records import talks as stored_talks
from records.facts import Where
from scheduler import planning, travelling
from study.facts import PatchWear
from study.plan import is_planned


def take(desk: Desk, item: Row[Any], *, reachable: bool) -> None:
    """The turn of one due item; it ends in exactly one final state, now or when it was answered."""
    if is_planned(item.item):
        prompts.take(desk, item, reachable=reachable)
        return
    if not reachable and item.item != travelling.ITEM:
        due.close(desk.tx, item.id, "undeliverable", "no chat, or blocked")
        return
    TAKEN[item.item](desk, item)


def _step(desk: Desk, item: Row[Any]) -> None:
    """The next step of an open exercise; after more than a minute only "We were interrupted"."""
    number, seq = (int(part) for part in item.occurrence.split("."))
    stored = stored_talks.by_id(desk.tx, number)
    ask = talking.open_question(desk, stored) if stored is not None and stored.state == "front" else None
    if stored is None or ask is None or stored.ask_seq != seq:
        due.close(desk.tx, item.id, "superseded", "the talk went on")
        return
    if _is_late(desk, item.due_at, number):
        due.close(desk.tx, item.id, "expired", "too late")
        talking.ask_again(desk, stored, first=say.talk.interrupted(), timed=False)
        return
    due.close(desk.tx, item.id, "answered", "in time")
    talking.answer(desk, stored, ask, "tick", "timer")


def _is_late(desk: Desk, due_at: datetime, conversation: int) -> bool:
    """True for a step over a minute late, and for one whose last words have not reached the person for so long."""
    unread_since = post.undelivered_since(desk.tx, desk.world.bot, desk.participant.id, "step", conversation)
    return desk.tx.now - min(due_at, unread_since or due_at) > timedelta(seconds=limit("late_timer_seconds"))


def _check_back(desk: Desk, item: Row[Any]) -> None:
    """The one check-back that the person chose; it never goes late and never comes twice."""
    if asked_for.may_go(desk, item):
        due.close(desk.tx, item.id, "answered", "sent")
        desk.silent = asked_for.is_silent(desk)
        talking.begin(desk, "check_back", dict(item.payload))


def _patch_assumed(desk: Desk, item: Row[Any]) -> None:
    """A patch nobody took off in three days is noted as taken off, flagged as assumed."""
    kept = facts.find(desk.tx, item.payload["patch"])
    person = desk.person
    if person is None or kept is None or kept.state == "voided":
        due.close(desk.tx, item.id, "superseded", "taken back")
        return
    worn = kept.fact
    assert isinstance(worn, PatchWear)  # noqa: S101 - the payload names a patch
    if worn.removal != "wearing":
        due.close(desk.tx, item.id, "superseded", "removed")
        return
    ended = worn.model_copy(update={"removal": "assumed", "removed_at": item.due_at, "removed_local": item.due_local})
    where = Where(person.id, person.study_id, "patch assumed off")
    facts.write(desk.tx, kept.entity, ended, where, why="worn for 72 hours, no removal logged")
    due.close(desk.tx, item.id, "answered", "assumed off")
    if quiet.why_not(desk) is None and not quiet.waits_for_line(desk):
        view = lookups.view(desk)
        medicine = view.medicine(worn.medicine)
        name = medicine.nickname if medicine is not None else worn.product
        message = say.dose.patch_assumed(medicine=name, time=view.local(worn.put_on_at))
        until = quiet.begins_at(desk)
        desk.send(message, kind="prompt", occurrence=f"due.{item.id}", due_item=item.id, not_after=until)


def _outage(desk: Desk, item: Row[Any]) -> None:
    outage.tell(desk, item.id, item.occurrence)


def _visit_again(desk: Desk, item: Row[Any]) -> None:
    """A check-in the person put off to a time of their own."""
    found = lookups.open_visit(desk)
    if found is None or found["visit"] != item.payload["visit"]:
        due.close(desk.tx, item.id, "superseded", "answered, or its window is over")
    elif asked_for.may_go(desk, item):
        due.close(desk.tx, item.id, "answered", "sent")
        visits.offer(desk, item, "again", found["mode"], silent=asked_for.is_silent(desk))


def _allocated(desk: Desk, item: Row[Any]) -> None:
    """The person was allocated: they hear when their sessions begin, and nothing that tells the arm."""
    why_not = quiet.why_not(desk)
    if item.latest_at is not None and desk.tx.now > item.latest_at:
        due.close(desk.tx, item.id, "expired", why_not or "too late")
    elif why_not is not None:
        due.postpone(desk.tx, item.id, desk.tx.now + timedelta(hours=1))
    elif quiet.busy(desk):
        due.postpone(desk.tx, item.id, desk.tx.now + timedelta(minutes=1))
    else:
        due.close(desk.tx, item.id, "answered", "told")
        desk.send(_place_is_set(desk), kind="prompt", occurrence=f"due.{item.id}", due_item=item.id)


def _place_is_set(desk: Desk) -> Message:
    begins_on = reasons.course_begins_on(desk)
    today = lookups.view_local(desk.tx.now, desk.participant.zone).date()
    if begins_on is None or begins_on < today:
        return say.allocation.told_late()
    return say.allocation.told_today() if begins_on == today else say.allocation.told(day=begins_on)


def _session_again(desk: Desk, item: Row[Any]) -> None:
    """A session the person put off to a time of their own."""
    if not sessions.is_to_come(desk, item):
        due.close(desk.tx, item.id, "superseded", "done by now")
    elif asked_for.may_go(desk, item):
        due.close(desk.tx, item.id, "answered", "sent")
        sessions.again(desk, item, silent=asked_for.is_silent(desk))


def _again(desk: Desk, item: Row[Any]) -> None:
    """A prompt the person put off to a time of their own."""
    talk, args = evening.still_to_ask(desk, item.payload["talk"], dict(item.payload["args"]))
    if talk is None:
        due.close(desk.tx, item.id, "superseded", "answered by now")
    elif asked_for.may_go(desk, item):
        due.close(desk.tx, item.id, "answered", "sent")
        begin_for(desk, item, talk, args, silent=asked_for.is_silent(desk))


def _travel(desk: Desk, item: Row[Any]) -> None:
    """Midnight at which a travel begins or ends: the zone changes without a word, as it was said when it was set."""
    due.close(desk.tx, item.id, "answered", "in time")
    travelling.settle(desk.tx, desk.participant.id)
    planning.replan(desk.tx, desk.participant.id)


TAKEN: dict[str, Callable[[Desk, Row[Any]], None]] = {
    "step": _step,
    "check_back": _check_back,
    "visit_again": _visit_again,
    "session_again": _session_again,
    "patch_assumed": _patch_assumed,
    "again": _again,
    travelling.ITEM: _travel,
    outage.ITEM: _outage,
    "allocated": _allocated,
    watching.ITEM: watching.ask,
}
"""Item that no protocol plans → what takes its turn."""
