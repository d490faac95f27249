"""The book of talks: every conversation by name, how long it may be gone on with, and the command that begins it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from handlers.dose import log_dose
from handlers.enrol import enrol
from handlers.exercise import practice_led
from handlers.pause import check_back, late_pause, mindful_pause
from handlers.safety import safe_check, urgent
from study.conversation import Talk
from study.steps import Conversation
from study.view import Opening

TWO_HOURS = 120
A_DAY = 24 * 60
TWO_WEEKS = 14 * A_DAY


def talk(
    name: str, begin: Callable[..., Conversation], life_minutes: int = TWO_HOURS, *, exercise: bool = False
) -> Talk:
    """A talk whose generator takes the participant and what it was begun with."""

    def opened(opening: Opening) -> Conversation:
        return begin(opening.me, **opening.args)

    return Talk(name, opened, _opening(), life_minutes, exercise)


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
        talk("urgent", urgent, A_DAY),
        talk("safe_check", safe_check, TWO_WEEKS),
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
    "urgent": Command("urgent"),
}
"""Command → what it begins."""

LATE = {"pause": "late_pause"}
"""Talk past its life → the talk that is begun when somebody taps one of its buttons."""
