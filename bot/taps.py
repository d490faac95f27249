"""Taps: a button names its conversation, the number of its question and its option. An old one changes nothing."""

from __future__ import annotations

from datetime import timedelta

from bot import doorway, talking
from bot.desk import BACK, DONE, Desk
from bot.heard import Heard
from content import say
from content.medicines import limit
from records import talks as stored_talks
from records.talks import Stored
from study.steps import Ask


def take(desk: Desk, said: Heard) -> None:
    """The turn of one tap."""
    kind, _, rest = said.text.partition(".")
    if kind == "c" and rest.count(".") >= 2:
        number, seq, code = rest.split(".", 2)
        _choice(desk, _hex(number), _hex(seq), code, said.message_id)
    elif kind in ("go", "drop"):
        _parked(desk, kind, _hex(rest))
    else:
        desk.send(say.talk.old_button())


def _hex(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return -1


def _choice(desk: Desk, number: int, seq: int, code: str, message_id: int | None) -> None:
    stored = stored_talks.by_id(desk.tx, number)
    person = desk.participant
    if stored is None or stored.participant_id != person.id:
        desk.send(say.talk.old_button())
        return
    alive = stored.state == "front" and stored.expires_at > desk.tx.now
    ask = talking.open_question(desk, stored) if alive else None
    if ask is None:
        _gone(desk, stored, seq, code)
    elif seq == stored.ask_seq and _is_offered(ask, code):
        _act(desk, stored, ask, code, message_id)
    elif (option := ask.option(code)) is not None and option.acts_late:
        talking.answer(desk, stored, ask, code, "person")
    else:
        _old(desk, stored)


def _is_offered(ask: Ask, code: str) -> bool:
    return code in ask.choices() or code == BACK or (code == DONE and ask.ticks)


def _act(desk: Desk, stored: Stored, ask: Ask, code: str, message_id: int | None) -> None:
    if code == BACK:
        talking.back(desk, stored)
    elif not ask.ticks or ((option := ask.option(code)) is not None and option.answers):
        talking.answer(desk, stored, ask, code, "person")
    elif code == DONE:
        ordered = [o.code for row in ask.options for o in row if o.code in stored.ticked]
        talking.answer(desk, stored, ask, ordered, "person")
    else:
        talking.tick(desk, stored, ask, code, message_id)


def _old(desk: Desk, stored: Stored) -> None:
    """A button of an earlier question: kindly answered, unless it is the second tap of a hasty finger."""
    if desk.tx.now - stored.touched_at > timedelta(seconds=limit("old_button_seconds")):
        desk.send(say.talk.old_button())
        talking.ask_again(desk, stored)


def _gone(desk: Desk, stored: Stored, seq: int, code: str) -> None:
    if stored.state == "parked" and stored.expires_at > desk.tx.now:
        _put_aside(desk, stored, seq, code)
        return
    if stored.state == "front":
        stored_talks.move(desk.tx, stored.id, "expired")
    begun = not doorway.has_left(desk) and talking.late_talk(desk, stored)
    if begun or (stored.state == "ended" and _hasty(desk, stored)):
        return
    desk.send(say.talk.old_button(), keyboard=desk.menu())
    front = stored_talks.front(desk.tx, stored.participant_id)
    if front is not None:
        talking.ask_again(desk, front)


def _put_aside(desk: Desk, stored: Stored, seq: int, code: str) -> None:
    """A button of a talk put aside: an offer still stands, and is answered; anything else is offered again."""
    ask = talking.open_question(desk, stored) if talking.is_unanswered_offer(stored) else None
    if ask is None:
        if not talking.offer(desk, stored):
            desk.send(say.talk.old_button(), keyboard=desk.menu())
    elif seq == stored.ask_seq and _is_offered(ask, code):
        talking.take_up(desk, stored)
        talking.answer(desk, stored, ask, code, "person")
    else:
        talking.resume(desk, stored)


def _hasty(desk: Desk, stored: Stored) -> bool:
    return desk.tx.now - stored.touched_at <= timedelta(seconds=limit("old_button_seconds"))


def _parked(desk: Desk, kind: str, number: int) -> None:
    stored = stored_talks.by_id(desk.tx, number)
    person = desk.participant
    mine = stored is not None and stored.participant_id == person.id and stored.state == "parked"
    if stored is None or not mine or stored.expires_at <= desk.tx.now:
        desk.send(say.talk.old_button(), keyboard=desk.menu())
    elif kind == "go":
        talking.resume(desk, stored)
    else:
        stored_talks.move(desk.tx, stored.id, "stopped")
        desk.send(say.talk.left(), keyboard=desk.menu())
