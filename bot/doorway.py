"""The way in: /start with and without a code, strangers, old phones, and who may talk when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from bot import talking
from bot.consequences import refresh
from bot.desk import Desk
from bot.heard import Heard
from bot.readiness import may_enrol
from content import say
from content.medicines import limit
from records import people, post
from records import talks as stored_talks
from records.person import protocol_of

ALWAYS = ("urgent", "help", "start", "mydata", "stop", "team")


def stranger(desk: Desk, said: Heard) -> None:
    """Somebody who is not linked, or writes from an old phone."""
    words = said.text.strip()
    if said.kind == "text" and words.lower().startswith("/start"):
        start(desk, words[len("/start") :].strip())
    elif desk.person is not None:
        desk.send(say.talk.old_phone())
    elif words == "/urgent":
        desk.send(say.safety.urgent())
        desk.send(say.safety.watching_stranger())
    elif said.kind == "text" and _looks_like_a_code(words):
        start(desk, words)
    else:
        desk.send(say.start.no_code())


def _looks_like_a_code(words: str) -> bool:
    letters = words.replace("-", "").replace(" ", "").upper()
    return len(letters) == people.CODE_LENGTH and all(c in people.CODE_LETTERS for c in letters)


def start(desk: Desk, given: str) -> None:
    """`/start`, from anybody, with or without a code: a clear answer, and nothing changed unless the code is good."""
    person = desk.person
    if person is not None and person.active:
        _start_again(desk, given)
    elif not given:
        desk.send(say.start.no_code())
    elif people.wrong_codes(desk.tx, _chat_id(desk), _window()) >= limit("wrong_codes"):
        desk.send(say.start.too_many())
    else:
        _with_code(desk, given)


def _window() -> timedelta:
    return timedelta(hours=limit("wrong_codes_within_hours"))


def _chat_id(desk: Desk) -> int:
    return int(desk.tx.keys.open(desk.to.sealed_chat))


def _start_again(desk: Desk, given: str) -> None:
    person = desk.participant
    invitation = people.invitation(desk.tx, given) if given else None
    if invitation is not None and invitation.participant_id != person.id:
        desk.send(say.start.other_chat())
    elif not may_talk(desk, "dose"):
        refuse(desk)
        return
    else:
        desk.send(say.start.already(), keyboard=desk.menu())
    front = stored_talks.front(desk.tx, person.id)
    if front is not None:
        talking.ask_again(desk, front)


def _with_code(desk: Desk, given: str) -> None:
    invitation = people.invitation(desk.tx, given)
    if invitation is None:
        people.wrong_code(desk.tx, _chat_id(desk), _window())
        desk.send(say.start.unknown_code())
    elif invitation.used_at is not None:
        desk.send(say.start.used_code())
    elif invitation.expires_at <= desk.tx.now:
        desk.send(say.start.expired_code())
    else:
        _come_in(desk, invitation)


def _come_in(desk: Desk, invitation: Row[Any]) -> None:
    person = people.by_id(desk.tx, invitation.participant_id)
    if not may_enrol(desk.world, person.test):
        desk.send(say.start.not_ready())
        return
    people.use(desk.tx, invitation.id)
    post.cancel(desk.tx, person.id, tuple(post.PRIORITY), "the chat was moved")
    if person.status == "declined":
        people.change(desk.tx, person.id, "participant:invited", status="invited")
    people.link(desk.tx, person.id, _chat_id(desk))
    desk.person = people.by_id(desk.tx, person.id)
    desk.to = type(desk.to)(person.id, desk.to.chat_hash, desk.to.sealed_chat)
    refresh(desk)
    if invitation.relink and person.status != "invited":
        desk.send(say.start.relinked(study_id=person.study_id), keyboard=desk.menu())
        desk.send(say.start.lost_phone())
        front = stored_talks.front(desk.tx, person.id)
        if front is not None:
            talking.ask_again(desk, front)
    elif (front := stored_talks.front(desk.tx, person.id)) is not None:
        talking.ask_again(desk, front)
    else:
        talking.begin(desk, "enrol")


def may_talk(desk: Desk, command: str) -> bool:
    """Safety and one's own data are open to everybody linked; the rest to those enrolled and in the study."""
    person = desk.participant
    if command in ALWAYS:
        return True
    return person.status in ("enrolled", "prompts_stopped") and not year_is_closed(desk)


def year_is_closed(desk: Desk) -> bool:
    """True for somebody whose year is over in a study that leads and logs nothing after it."""
    person = desk.participant
    return person.completed_on is not None and protocol_of(person).closing.afterwards == "closed"


def has_left(desk: Desk) -> bool:
    """True for somebody who has left the study: safety and one's own data are open, nothing else."""
    return bool(desk.participant.status == "stopped")


def refuse(desk: Desk) -> None:
    """What somebody reads who has not finished joining, or has left."""
    if desk.participant.status == "invited":
        _first_join(desk)
    elif not has_left(desk) and year_is_closed(desk):
        desk.send(say.closing.refused(), keyboard=desk.menu())
    else:
        desk.send(say.start.left(), keyboard=desk.menu())


def _first_join(desk: Desk) -> None:
    """Back to joining: its open question, if it was begun."""
    person = desk.participant
    front = stored_talks.front(desk.tx, person.id)
    begun = [s for s in (front, *stored_talks.parked(desk.tx, person.id)) if s is not None and s.talk == "enrol"]
    if not begun:
        talking.begin(desk, "enrol")
        return
    desk.send(say.start.first_join())
    if begun[0] == front:
        talking.ask_again(desk, front)
    else:
        talking.resume(desk, begun[0])
