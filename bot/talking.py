"""Leading a talk within a turn: the engine says what comes next, this carries it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import lookups
from bot.consequences import carry_out
from bot.desk import Desk, choice_keyboard
from content import say
from content.message import Message
from handlers.book import FLEETING, LATE, talks
from records import due, facts
from records import talks as stored_talks
from records.due import Planned
from records.facts import Where
from records.post import Kind
from records.talks import Stored
from study import conversation
from study.conversation import Advanced, Talk, Voided, Written
from study.steps import Answer, Ask, By, Look
from study.view import Opening

STEP = "step"


def begin(desk: Desk, name: str, args: dict[str, Any] | None = None, *, prompt: int | None = None) -> None:
    """Begin a talk in front; the one that was there is parked with its timer cancelled.

    `prompt`: the due item that the person answers when they answer anything in this talk.
    """
    person = desk.participant
    standing = stored_talks.front(desk.tx, person.id)
    if standing is not None:
        park(desk, standing)
    talk = talks()[name]
    life = _life(talk, args or {}, desk.tx.now)
    number = stored_talks.start(desk.tx, person.id, name, life, desk.world.release)
    opening = Opening(me=lookups.view(desk), args=args or {}, prompt=prompt)
    advanced = conversation.begin(talk, _id(desk, number), opening, desk.at, _look(desk, number))
    _follow(desk, talk, number, 0, advanced, "person")


def _life(talk: Talk, args: dict[str, Any], now: datetime) -> timedelta:
    """How long a talk may be gone on with: until its window closes when it has one that is still open."""
    closes_at = datetime.fromisoformat(args["closes_at"]) if args.get("closes_at") else now
    return closes_at - now if closes_at > now else timedelta(minutes=talk.life_minutes)


def open_question(desk: Desk, stored: Stored) -> Ask | None:
    """The question a stored talk waits with."""
    return _standing(desk, stored).open


def _standing(desk: Desk, stored: Stored) -> Advanced:
    """How a talk stands, replayed once a turn."""
    if desk.standing is None or desk.standing[0] is not stored:
        talk, look = talks()[stored.talk], _look(desk, stored.id)
        desk.standing = stored, conversation.reopen(talk, _id(desk, stored.id), stored.log, desk.at, look)
    return desk.standing[1]


def answer(desk: Desk, stored: Stored, ask: Ask, value: Any, by: By) -> None:
    """Go on with an answer to the open question."""
    talk = talks()[stored.talk]
    standing = replace(_standing(desk, stored), open=ask)
    desk.answering = _prompt_of(stored)
    desk.standing = None  # its run goes on, and stands there no more
    advanced = conversation.go_on(standing, Answer(value, desk.at, desk.delayed, by))
    due.cancel_one(desk.tx, stored.participant_id, STEP, "answered", _step(stored.id, stored.ask_seq))
    if by == "person" and desk.answering is not None:
        due.answered(desk.tx, desk.answering)
    _follow(desk, talk, stored.id, stored.ask_seq, advanced, by)


def _prompt_of(stored: Stored) -> int | None:
    opening = stored.log[0].value
    return opening.get("prompt") if isinstance(opening, dict) else None


def back(desk: Desk, stored: Stored) -> None:
    """Back to the last answer the person gave; a list to tick shows what was ticked then."""
    talk = talks()[stored.talk]
    advanced = conversation.back(talk, _id(desk, stored.id), stored.log, desk.at, _look(desk, stored.id))
    due.cancel_one(desk.tx, stored.participant_id, STEP, "back", _step(stored.id, stored.ask_seq))
    before = _ticked_before(stored, advanced.open)
    _follow(desk, talk, stored.id, stored.ask_seq, advanced, "person", ticked=before)


def _ticked_before(stored: Stored, ask: Ask | None) -> tuple[str, ...] | None:
    """What was ticked of a list when it was answered; None for a question that is no list, or was skipped."""
    if ask is None or not ask.ticks:
        return None
    replies = [r.value for r in stored.log if (r.key, r.shape) == (ask.key, ask.shape)]
    last = replies[-1] if replies else None
    return tuple(str(code) for code in last) if isinstance(last, list) else None


def ask_again(desk: Desk, stored: Stored, *, first: Message | None = None, timed: bool = True) -> None:
    """Repeat the open question under a new number, so that only the newest buttons act."""
    talk, advanced = talks()[stored.talk], _standing(desk, stored)
    due.cancel_one(desk.tx, stored.participant_id, STEP, "asked again", _step(stored.id, stored.ask_seq))
    if first is not None:
        desk.send(first)
    calm = replace(advanced, open=replace(advanced.open, urgent=False)) if advanced.open is not None else advanced
    # a repeated question keeps its place behind what this turn has just said
    _follow(desk, talk, stored.id, stored.ask_seq, calm, "person", timed=timed, ticked=stored.ticked)


def tick(desk: Desk, stored: Stored, ask: Ask, code: str, message_id: int | None) -> None:
    """Tick or untick one option; the list is a draft until Done is tapped."""
    ticked = tuple(c for c in stored.ticked if c != code) if code in stored.ticked else (*stored.ticked, code)
    stored_talks.tick(desk.tx, stored.id, ticked)
    back_too = _standing(desk, stored).can_go_back
    keyboard = desk.question_keyboard(ask, stored.id, stored.ask_seq, back=back_too, ticked=ticked)
    if message_id is not None and keyboard is not None:
        desk.edit_keyboard(message_id, keyboard, stored.id)


def park(desk: Desk, stored: Stored) -> None:
    """Put a talk aside, for good when it is one of the moment; its timer is cancelled."""
    due.cancel_one(desk.tx, stored.participant_id, STEP, "parked", _step(stored.id, stored.ask_seq))
    stored_talks.move(desk.tx, stored.id, "stopped" if stored.talk in FLEETING else "parked")


def resume(desk: Desk, stored: Stored) -> None:
    """Take a parked talk to the front and repeat its question."""
    take_up(desk, stored)
    ask_again(desk, stored, timed=False)


def take_up(desk: Desk, stored: Stored) -> None:
    """Take a parked talk to the front; the one that was there is parked."""
    standing = stored_talks.front(desk.tx, stored.participant_id)
    if standing is not None:
        park(desk, standing)
    stored_talks.move(desk.tx, stored.id, "front")


def is_unanswered_offer(stored: Stored) -> bool:
    """True for an invitation or session that was offered, and that the person has not answered at all."""
    return talks()[stored.talk].offer and not any(reply.by == "person" for reply in stored.log)


def offer_parked(desk: Desk) -> bool:
    """Offer the newest parked talk that is still in its life; it is never resumed unasked."""
    parked = stored_talks.parked(desk.tx, desk.participant.id)
    return any(offer(desk, stored) for stored in parked if not is_unanswered_offer(stored))


def offer(desk: Desk, stored: Stored) -> bool:
    """Offer to go on with a parked talk; False when there is nobody to go on with it."""
    if not lookups.still_linked(desk):
        return False
    rows = [
        [(say.talk.go_on_button(), f"go.{stored.id:x}")],
        [(say.talk.leave_button(), f"drop.{stored.id:x}")],
    ]
    name = Message(f"talk.name_{stored.talk}")
    desk.send(say.talk.parked(name=name), keyboard=choice_keyboard(desk, rows))
    return True


def late_talk(desk: Desk, stored: Stored) -> bool:
    """Begin what a talk past its life leaves to ask (a pause: was the dose taken?); False when nothing is left."""
    name = LATE.get(stored.talk)
    if name is None or stored.state == "ended":
        return False
    begin(desk, name, {"log": [r.model_dump(mode="json") for r in stored.log], "conversation": stored.id})
    return True


def _follow(
    desk: Desk,
    talk: Talk,
    number: int,
    seq: int,
    advanced: Advanced,
    by: By,
    *,
    timed: bool = True,
    ticked: tuple[str, ...] | None = None,
) -> None:
    _write(desk, number, advanced)
    ask = advanced.open
    draft = ticked if ticked is not None else ask.ticked if ask is not None else ()
    next_seq = seq + 1 if ask is not None else seq
    stored_talks.save(
        desk.tx,
        number,
        advanced.log,
        state="front" if ask is not None else "ended",
        ask_seq=next_seq,
        ask_key=ask.key if ask is not None else None,
        ticked=draft,
    )
    last = len(advanced.said) - 1
    for place, said in enumerate(advanced.said):
        closing = ask is None and place == last and not advanced.begins
        desk.send(
            said.message,
            kind="emergency" if said.urgent else _kind(desk, by),
            conversation=number,
            picture=said.picture,
            document=said.document,
            pin=said.pin,
            keyboard=desk.menu() if closing and not (said.picture or said.document) else None,
        )
    if ask is not None:
        _ask(desk, talk, number, next_seq, ask, advanced, by, timed, draft)
    else:
        _end(desk, advanced)


def _ask(
    desk: Desk,
    talk: Talk,
    number: int,
    seq: int,
    ask: Ask,
    advanced: Advanced,
    by: By,
    timed: bool,
    ticked: tuple[str, ...],
) -> None:
    back_too = advanced.can_go_back
    desk.send(
        ask.message,
        kind="emergency" if ask.urgent else _kind(desk, by),
        keyboard=desk.question_keyboard(ask, number, seq, back=back_too, ticked=ticked),
        conversation=number,
        silent=ask.silent or desk.silent,
        occurrence=f"due.{desk.prompting}" if desk.prompting else None,
        due_item=desk.prompting,
        doubt=desk.doubt,
        not_after=desk.not_after,
    )
    if ask.seconds is not None and timed:
        person = desk.participant
        when = desk.tx.now + timedelta(seconds=ask.seconds)
        due.plan(desk.tx, Planned(person.id, STEP, _step(number, seq), when, person.zone))


def _kind(desk: Desk, by: By) -> Kind:
    """How urgent an ordinary message of a talk is: a prompt of ours, a step on a timer, or an answer."""
    return "prompt" if desk.prompting else "step" if by == "timer" else "answer"


def _end(desk: Desk, advanced: Advanced) -> None:
    if advanced.begins:
        first = advanced.begins[0]
        begin(desk, first.talk, first.args)
        return
    if not advanced.said:
        desk.send(say.talk.done(), keyboard=desk.menu())
    if desk.person is not None:
        offer_parked(desk)


def _write(desk: Desk, number: int, advanced: Advanced) -> None:
    person = desk.participant
    for item in advanced.wrote:
        match item:
            case Written():
                where = Where(person.id, person.study_id, item.key, number, desk.update_id)
                revision = facts.write(desk.tx, item.entity, item.fact, where, why=item.why)
                carry_out(desk, item.entity, item.fact, revision)
            case Voided():
                where = Where(person.id, person.study_id, item.why, number, desk.update_id)
                kept = facts.void(desk.tx, item.entity, where, item.why)
                if kept is not None:
                    carry_out(desk, item.entity, kept.fact, kept.revision + 1, voided=True)


def _look(desk: Desk, number: int) -> conversation.LookUp:
    def look(step: Look) -> Any:
        desk.looking = number
        return lookups.answer(desk, step.query)

    return look


def _id(desk: Desk, number: int) -> str:
    return f"{desk.participant.study_id}/{number}"


def _step(number: int, seq: int) -> str:
    return f"{number}.{seq}"
