"""One turn for each input: an update, a due item, an act of staff. Everything it does is in one transaction.

The order is fixed: safety words first, then who it is, then what the talk in front makes of it. No input is met with
silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from bot import alarms, doorway, dues, safety, talking, taps, unreachable
from bot.desk import MENU, Desk
from bot.heard import Heard, heard
from bot.world import World
from content import say
from content.message import Message
from handlers.book import COMMANDS
from records import people, post
from records import talks as stored_talks
from records.database import Tx
from records.post import Address
from records.talks import Stored
from study.steps import Ask, NotUnderstood

NOT_LATE = timedelta(minutes=2)


@dataclass
class Taken:
    """What a turn leaves to be done at once, outside the records: taps to be acknowledged."""

    callbacks: list[str] = field(default_factory=list)


def update_turns(world: World, tx: Tx, rows: Sequence[Row[Any]]) -> list[Taken]:
    """The turns of several rows of the inbox, one after the other; who wrote them is read in one go."""
    said = [heard(tx.keys.open_json(row.sealed_raw)) for row in rows]
    stored_talks.read_ahead(tx, (each.chat_id for each in said if each.kind != "nothing"))
    return [_update_turn(world, tx, row, each) for row, each in zip(rows, said, strict=True)]


def _update_turn(world: World, tx: Tx, row: Row[Any], said: Heard) -> Taken:
    taken = Taken()
    if said.callback_id is not None:
        taken.callbacks.append(said.callback_id)
    if said.kind != "nothing":
        _deal_with(_desk(world, tx, said, row), said)
    post.done(tx, row.seq)
    return taken


def due_turn(world: World, tx: Tx, item: Row[Any]) -> None:
    """The turn of one due item whose time has come."""
    person = people.by_id(tx, item.participant_id)
    chat = people.chat_of(tx, item.participant_id)
    desk = _of(world, tx, person, chat)
    dues.take(desk, item, reachable=chat is not None and chat.unreachable_at is None)


def failed_turn(world: World, tx: Tx, row: Row[Any], trace: str) -> None:
    """An input that broke its turn is set aside; the person gets a plain line, staff an alert."""
    if not post.still_open(tx, row.seq):
        return
    post.set_aside(tx, row.seq, trace)
    said = heard(tx.keys.open_json(row.sealed_raw))
    if said.kind == "nothing":
        return
    desk = _desk(world, tx, said, row)
    desk.send(say.talk.failed())
    alarms.raise_alert(desk, "turn_failed", row.received_at)


def _of(world: World, tx: Tx, person: Row[Any], chat: Row[Any] | None) -> Desk:
    to = Address(person.id, chat.chat_hash, chat.sealed_chat) if chat else Address(person.id, "", b"")
    ambient = alarms.ambient(world, tx, person.zone)
    return Desk(tx, world, person, to, person.language, person.discreet, ambient, tx.now)


def _desk(world: World, tx: Tx, said: Heard, row: Row[Any]) -> Desk:
    person = stored_talks.person_in_chat(tx, said.chat_id)
    to = Address(
        person.id if person is not None else None,
        tx.keys.hash("chat", said.chat_id),
        person.sealed_chat if person is not None else tx.keys.seal(str(said.chat_id)),
    )
    zone = person.zone if person is not None else "UTC"
    late = said.said_at is not None and row.received_at - said.said_at > NOT_LATE
    return Desk(
        tx,
        world,
        person,
        to,
        person.language if person is not None else "en",
        person.discreet if person is not None else False,
        alarms.ambient(world, tx, zone),
        row.received_at,
        row.update_id,
        row.delayed or late,
    )


def _deal_with(desk: Desk, said: Heard) -> None:
    if said.kind == "blocked":
        unreachable.note(desk.tx, desk.to.chat_hash)
        return
    if said.kind == "unblocked":
        people.unreachable(desk.tx, desk.to.chat_hash, None)
        return
    if said.text and said.kind != "tap":
        found = safety.looked_at(desk, said.text)
        if safety.respond(desk, found, said.text, said.said_at):
            return
    if not said.private:
        desk.send(say.start.group() if said.text.startswith("/start") else say.talk.group())
        return
    if desk.person is None or not desk.person.active:
        doorway.stranger(desk, said)
        return
    _from_participant(desk, said)


def _from_participant(desk: Desk, said: Heard) -> None:
    people.heard(desk.tx, desk.participant.id)
    match said.kind:
        case "tap":
            taps.take(desk, said)
        case "edit":
            desk.send(say.talk.edited())
            repeat_question(desk)
        case "other":
            desk.send(say.talk.forwarded() if said.what == "forwarded" else say.talk.not_stored())
            repeat_question(desk)
        case _:
            _text(desk, said)


def _text(desk: Desk, said: Heard) -> None:
    words = said.text.strip()
    if words.startswith("/"):
        command, *rest = words[1:].split(None, 1) or [""]
        _command(desk, command.split("@")[0].lower(), "".join(rest))
    elif (named := menu_choice(desk, words)) is not None:
        _command(desk, named, "")
    else:
        _answer(desk, words)


def menu_choice(desk: Desk, words: str) -> str | None:
    """The command behind a standing button, by its label in any wording this person may see."""
    for row in MENU:
        for name in row:
            if words == desk.text(Message(f"menu.{name}")):
                return name
    return None


def _command(desk: Desk, command: str, rest: str) -> None:
    if command == "start":
        doorway.start(desk, rest)
    elif not doorway.may_talk(desk, command):
        doorway.refuse(desk)
    elif command == "help":
        desk.send(say.help.text(), keyboard=desk.menu())
        repeat_question(desk)
    elif command in COMMANDS:
        begun = COMMANDS[command]
        talking.begin(desk, begun.talk, dict(begun.args) | ({begun.rest: rest} if begun.rest and rest else {}))
    else:
        desk.send(say.talk.unknown_command())
        repeat_question(desk)


def in_front(desk: Desk) -> Stored | None:
    """The talk in front; one past its life is ended on the way."""
    person = desk.participant
    stored = stored_talks.front(desk.tx, person.id)
    if stored is not None and stored.expires_at <= desk.tx.now:
        stored_talks.move(desk.tx, stored.id, "expired")
        return None
    return stored


def repeat_question(desk: Desk) -> None:
    """Ask the open question again, when there is one."""
    stored = in_front(desk)
    if stored is not None:
        talking.ask_again(desk, stored)


def _answer(desk: Desk, words: str) -> None:
    stored = in_front(desk)
    if _wants_to_stop(desk, stored, words):
        _command(desk, "stop", "")
        return
    if stored is None and doorway.has_left(desk):
        doorway.refuse(desk)
        return
    if stored is None:
        _keep(desk, words)
        if not talking.offer_parked(desk):
            desk.send(say.talk.no_talk(), keyboard=desk.menu())
        return
    ask = talking.open_question(desk, stored)
    assert ask is not None  # noqa: S101 - a talk in front has a question
    if words.lower() in ("back", "« back") and ask.back:
        talking.back(desk, stored)
        return
    value = understood(ask, words, desk)
    if isinstance(value, NotUnderstood):
        if value.keep:
            _keep(desk, words)
        else:
            desk.send(value.why)
        talking.ask_again(desk, stored)
        return
    talking.answer(desk, stored, ask, value, "person")


def _wants_to_stop(desk: Desk, stored: Stored | None, words: str) -> bool:
    """True for "stop" where it does not end an exercise, nor is asked about already."""
    if words.lower().rstrip(".!") != "stop":
        return False
    ask = talking.open_question(desk, stored) if stored is not None else None
    return stored is None or (stored.talk != "stop" and (ask is None or ask.option("stop") is None))


def understood(ask: Ask, words: str, desk: Desk) -> Any | NotUnderstood:
    """What typed words mean for a question: a button's label or code, or what its reader makes of them."""
    typed = words.strip().lower()
    answering = (o for row in ask.options for o in row if o.answers or not ask.ticks)
    labels: Mapping[str, str] = {desk.text(o.label).lower(): o.code for o in answering}
    if typed in labels:
        return labels[typed]
    if typed == "stop" and ask.option("stop") is not None:
        return "stop"
    if ask.reads is not None:
        return ask.reads(words)
    return NotUnderstood(say.reading.choose(), keep=True)


def _keep(desk: Desk, words: str) -> None:
    safety.keep_note(desk, words, about="unexpected")
    desk.send(say.talk.kept())
