"""Leaving: messages only, the study, or the study with one's data; explained, confirmed once, and done."""

from __future__ import annotations

from content import say
from content.message import Message
from handlers.asking import Asking, choose
from study import queries
from study.facts import Stopped
from study.queries import Standing, look
from study.steps import Conversation, Option, Record, Say
from study.view import ParticipantView


def stop(me: ParticipantView) -> Conversation:
    """Which level, what it means, one confirmation."""
    standing: Standing = yield look("standing", queries.StandingNow())
    level = yield from _level(standing)
    if level == "stay" or not (yield from _confirmed(level)):
        yield Say("nothing", say.stop.nothing())
        return
    yield Record("stopped", Stopped.model_validate({"level": level}), barrier=True)
    yield Say("done", Message(f"stop.done_{level}"))


def _level(standing: Standing) -> Asking[str]:
    prompts = Option("prompts", say.stop.prompts_button())
    study, data = Option("study", say.stop.study_button()), Option("data", say.stop.data_button())
    stay = Option("stay", say.stop.stay_button())
    if standing.left:
        return (yield from choose("level", say.stop.what_left(), (data, stay)))
    levels = (prompts, study, data) if standing.status == "enrolled" else (study, data)
    return (yield from choose("level", say.stop.what(), (*levels, stay)))


def _confirmed(level: str) -> Asking[bool]:
    options = (Option("do", say.stop.do_button()), Option("stay", say.stop.stay_button()))
    return (yield from choose("sure", Message(f"stop.sure_{level}"), options)) == "do"
