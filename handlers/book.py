"""The book of talks: every conversation by name, how long it may be gone on with, and the command that begins it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from handlers.before_dose import before_dose, late_before_dose
from handlers.breaks import take_break
from handlers.check_in import check_in, late_check_in
from handlers.closing import closing
from handlers.diary import diary, late_diary
from handlers.dose import log_dose
from handlers.enrol import enrol
from handlers.exercise import practice_led
from handlers.fix import fix
from handlers.medicine_list import medicine_list
from handlers.meeting import meeting
from handlers.mydata import mydata
from handlers.nudge import practice_nudge
from handlers.pain import log_pain
from handlers.pause import check_back, late_pause, mindful_pause
from handlers.practice import log_practice
from handlers.preferences import preferences
from handlers.progress import progress
from handlers.safety import died, held, late_held, safe_check, urgent
from handlers.session import booster, session, session_offer
from handlers.settings import settings
from handlers.stop import stop
from handlers.team import tell_team
from handlers.travel import travel
from handlers.undo import undo
from handlers.visit import check_in_now, visit_offer
from handlers.weekly import late_weekly, week_picture, weekly
from study.conversation import Talk
from study.steps import Conversation
from study.view import Opening

TWO_HOURS = 120
A_DAY = 24 * 60
TWO_WEEKS = 14 * A_DAY


def talk(
    name: str,
    begin: Callable[..., Conversation],
    life_minutes: int = TWO_HOURS,
    *,
    exercise: bool = False,
    offer: bool = False,
) -> Talk:
    """A talk whose generator takes the participant and what it was begun with."""

    def opened(opening: Opening) -> Conversation:
        return begin(opening.me, **opening.args)

    return Talk(name, opened, _opening(), life_minutes, exercise, offer)


@cache
def _opening() -> TypeAdapter[Any]:
    return TypeAdapter(Opening)


@cache
def talks() -> dict[str, Talk]:
    """Every talk by name."""
    every = (
        talk("enrol", enrol, TWO_WEEKS),
        talk("dose", log_dose),
        talk("pause", mindful_pause, exercise=True),
        talk("check_back", check_back),
        talk("late_pause", late_pause),
        talk("practice_led", practice_led, exercise=True),
        talk("pain", log_pain),
        talk("pre_dose", before_dose, offer=True),
        talk("late_pre_dose", late_before_dose),
        talk("practice_nudge", practice_nudge, offer=True),
        talk("closing", closing, TWO_WEEKS, offer=True),
        talk("preferences", preferences),
        talk("travel", travel),
        talk("visit_offer", visit_offer, TWO_WEEKS, offer=True),
        talk("check_in_now", check_in_now),
        talk("check_in", check_in, TWO_WEEKS),
        talk("late_check_in", late_check_in, TWO_WEEKS),
        talk("practice", log_practice),
        talk("session", session, TWO_WEEKS, exercise=True),
        talk("session_offer", session_offer, TWO_WEEKS, offer=True),
        talk("meeting", meeting, A_DAY),
        talk("booster", booster, A_DAY, exercise=True),
        talk("diary", diary, A_DAY),
        talk("late_diary", late_diary),
        talk("weekly", weekly, A_DAY),
        talk("late_weekly", late_weekly),
        talk("week_picture", week_picture, A_DAY),
        talk("medicines", medicine_list),
        talk("settings", settings),
        talk("break", take_break),
        talk("stop", stop, A_DAY),
        talk("team", tell_team, A_DAY),
        talk("undo", undo),
        talk("fix", fix),
        talk("progress", progress),
        talk("mydata", mydata),
        talk("urgent", urgent, A_DAY),
        talk("safe_check", safe_check, TWO_WEEKS),
        talk("died", died, TWO_WEEKS),
        talk("held", held, TWO_WEEKS),
        talk("late_held", late_held),
    )
    return {each.name: each for each in every}


@dataclass(frozen=True)
class Command:
    """What a command begins: a talk, with fixed arguments; `rest` names the argument that takes the words after it."""

    talk: str
    args: Mapping[str, Any] = field(default_factory=dict)
    rest: str = ""


COMMANDS = {
    "dose": Command("dose"),
    "pause": Command("pause"),
    "pain": Command("pain", rest="said"),
    "rate": Command("pain", rest="said"),
    "practice": Command("practice", rest="said"),
    "session": Command("session"),
    "diary": Command("diary"),
    "medicines": Command("medicines"),
    "settings": Command("settings"),
    "break": Command("break", rest="said"),
    "checkin": Command("check_in_now"),
    "stop": Command("stop"),
    "team": Command("team", rest="text"),
    "undo": Command("undo"),
    "fix": Command("fix"),
    "progress": Command("progress"),
    "mydata": Command("mydata"),
    "urgent": Command("urgent"),
}
"""Command → what it begins."""

LATE = {
    "pause": "late_pause",
    "diary": "late_diary",
    "weekly": "late_weekly",
    "check_in": "late_check_in",
    "late_check_in": "late_check_in",
    "pre_dose": "late_pre_dose",
    "held": "late_held",
}
"""Talk past its life → the talk that is begun when somebody taps one of its buttons."""

FLEETING = frozenset({"pre_dose", "late_pre_dose", "practice_nudge", "held"})
"""Talks that nobody is asked to go on with: when another begins they are over."""
