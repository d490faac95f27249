"""Words for the study team: kept, passed on, and told honestly who reads them and when."""

from __future__ import annotations

from content import say
from handlers.asking import typed
from study import facts, queries, reading
from study.steps import Conversation, Option, Record, Say
from study.view import ParticipantView


def tell_team(me: ParticipantView, text: str = "") -> Conversation:
    """The words after the command, or asked for."""
    if not text:
        options = (Option("~leave", say.talk.leave_button()),)
        text = yield from typed("text", say.team.what(), reading.words, "text@1", options)
    if text == "~leave":
        yield Say("left", say.talk.left())
        return
    at = yield queries.now("written_at")
    yield Record("message", facts.Note(text=text, to_team=True, about="team", written_at=at))
    yield Say("kept", say.team.kept())
