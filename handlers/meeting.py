"""A meeting of the therapy group: told some hours before, or that it is called off."""

from __future__ import annotations

from datetime import datetime

from content import say
from handlers.asking import choose
from handlers.why import why_this
from study import queries
from study.facts import Note
from study.steps import Conversation, Option, Record, Say
from study.view import ParticipantView

CANNOT_COME = "Cannot come to the meeting of the group on {time} (meeting {meeting})."


def meeting(
    me: ParticipantView, meeting: int, starts_at: str, therapist: str, place: str, off: bool = False
) -> Conversation:
    """Tell of a meeting at the person's own clock; somebody who cannot come has the study team told."""
    time = me.local(datetime.fromisoformat(starts_at))
    question = say.meeting.off(time=time) if off else say.meeting.soon(time=time, therapist=therapist, place=place)
    there, not_there = Option("there", say.meeting.there_button()), Option("not_there", say.meeting.not_there_button())
    options = [Option("there", say.meeting.seen_button())] if off else [there, not_there]
    why = Option("why", say.meeting.why_button())
    choice = yield from choose("meets", question, [*options, why], back=False)
    if choice == "why":
        choice = yield from choose("meets_again", (yield from why_this()), options)
    if choice == "there":
        yield Say("noted", say.meeting.noted())
        return
    at: datetime = yield queries.now("said_at")
    text = CANNOT_COME.format(time=time.isoformat(sep=" ", timespec="minutes"), meeting=meeting)
    yield Record("cannot_come", Note(text=text, to_team=True, written_at=at))
    yield Say("told", say.meeting.told())
