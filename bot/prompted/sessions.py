"""Weekly sessions: the message that one is open, which names those of earlier weeks that still are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from bot.desk import Desk
from bot.prompted.prompt import Prompt, begin_for
from records import due, sessions
from study.queries import SessionOpen
from study.view import ParticipantView


def message(prompt: Prompt) -> None:
    """Say that a session is open, unless the person has begun it already."""
    desk, row = prompt.desk, prompt.row
    code = row.payload["session"]
    stands = _open(desk).get(code)
    if stands is None or stands.over or stands.parts:
        due.close(desk.tx, row.id, "superseded", "not open" if stands is None else "begun already")
        return
    prompt.begin("session_offer", {"session": code, "others": _others(desk, code)})


def is_to_come(desk: Desk, row: Row[Any]) -> bool:
    """False for a session that is done by now, or not open to the person any more."""
    stands = _open(desk).get(row.payload["session"])
    return stands is not None and not stands.over


def again(desk: Desk, row: Row[Any], *, silent: bool) -> None:
    """Offer a session once more, at the time the person put it off to."""
    begin_for(desk, row, "session_offer", {"session": row.payload["session"], "again": True}, silent=silent)


def _open(desk: Desk) -> dict[str, SessionOpen]:
    person = desk.participant
    today = ParticipantView(study_id="", zone=person.zone).local(desk.tx.now).date()
    return {each.code: each for each in sessions.open_to(desk.tx, person, today)}


def _others(desk: Desk, code: str) -> list[str]:
    """The sessions of other weeks that can still be done in the chat."""
    return [each.code for each in _open(desk).values() if each.code != code and not each.over and each.way != "group"]
