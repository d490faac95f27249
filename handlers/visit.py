"""A check-in is offered: begin now, later at a time of one's own, or hear why it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from content import say
from content.message import Message
from handlers.asking import Asking, choose
from handlers.putting_off import ask_when
from handlers.why import why_this
from study.facts import RemindMe
from study.queries import OpenVisit, look
from study.steps import Begin, Conversation, Option, Record, Say
from study.view import ParticipantView


def visit_offer(
    me: ParticipantView,
    visit: str,
    step: str,
    form: str,
    closes_at: str,
    anchor_on: str,
    target_on: str,
    instruments: Sequence[str] = (),
    core: Sequence[str] = (),
    waited: bool = False,
) -> Conversation:
    """Offer one check-in; what is begun is the check-in itself. One that had `waited` on us says so."""
    closes = me.local(datetime.fromisoformat(closes_at) - timedelta(minutes=1)).date()
    name = Message(f"visit.name_{visit}")
    options = [Option("begin", say.visit.begin_button()), Option("later", say.visit.later_button())]
    why = Option("why", say.visit.why_button())
    question = _question(step, form, name, closes)
    told = say.visit.waited(question=question) if waited else question
    choice = yield from choose("offer", told, [*options, why], back=False)
    if choice == "why":
        choice = yield from choose("offer_again", (yield from why_this()), options)
    if choice == "later":
        yield from _put_off(me, visit, name, datetime.fromisoformat(closes_at))
        return
    args: dict[str, Any] = {"visit": visit, "mode": form, "closes_at": closes_at}
    yield Begin("begin", "check_in", args | {"instruments": list(instruments), "core": list(core)})


def _question(step: str, form: str, name: Message, closes: date) -> Message:
    if step in ("core", "again"):
        return Message(f"visit.{step}", {"name": name})
    worded = "last_full" if (step, form) == ("last", "full") else step
    return Message(f"visit.{worded}", {"name": name, "closes": closes})


def _put_off(me: ParticipantView, visit: str, name: Message, closes_at: datetime) -> Asking[None]:
    due_at = yield from ask_when(me, "later", closes_at)
    if due_at is None:
        yield Say("no_later", say.visit.no_later(name=name, time=me.local(closes_at - timedelta(minutes=1))))
        return
    yield Record("remind", RemindMe(visit=visit, due_at=due_at))
    yield Say("put_off", say.visit.put_off(time=me.local(due_at)))


def check_in_now(me: ParticipantView) -> Conversation:
    """`/checkin`: the check-in that is open now, if there is one."""
    found: dict[str, Any] | None = yield look("open_visit", OpenVisit())
    if found is None:
        yield Say("nothing", say.visit.nothing_open())
        return
    yield Begin("begin", "check_in", found)
