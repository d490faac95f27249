"""How prompts give way, as data: caps, spacing, quiet hours, silence, and how late each kind of item may still go.

Part of a protocol (`content.protocol`); read by `study.prompting`.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Does = Literal["message", "staff", "close"]
Then = Literal["skip", "fold", "hand_over", "expire"]
Until = Literal["minutes", "window", "dose", "ever"]
InQuietHours = Literal["after", "before", "drop"]
Family = Literal[
    "visit",
    "visit_call",
    "visit_close",
    "closing",
    "session",
    "meeting",
    "diary",
    "weekly",
    "pre_dose",
    "practice_nudge",
    "week_picture",
]

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _clock(value: object) -> object:
    if not isinstance(value, time) and not (isinstance(value, str) and _CLOCK.fullmatch(value)):
        raise ValueError("a time of day is written HH:MM")
    return value


Clock = Annotated[time, BeforeValidator(_clock)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 31)]


class Table(BaseModel):
    """A frozen table of a content file: an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Table):
    """A table of numbers: where they are from, and whether they are only proposed."""

    source: str = Field(min_length=1)
    proposal: bool = False


class Silence(Sourced):
    """What still goes to somebody who does not answer, by silent days."""

    gentle_after_days: Annotated[int, Field(ge=1)]
    gentle_every_days: Annotated[int, Field(ge=1)]
    staff_after_days: Annotated[int, Field(ge=1)]
    gently: tuple[Family, ...]
    to_the_end: tuple[Family, ...]

    @model_validator(mode="after")
    def _grows(self) -> Silence:
        if self.gentle_after_days >= self.staff_after_days:
            raise ValueError("gentle_after_days is below staff_after_days")
        if set(self.to_the_end) - set(self.gently):
            raise ValueError("what goes to the end goes gently too")
        return self


class Fewer(Sourced):
    """What "fewer messages" means."""

    cap_a_day: Annotated[int, Field(ge=1)]
    without: tuple[Family, ...]


class PromptPolicy(Sourced):
    """When a prompt may go: the most a day, how far apart, and the quiet hours a new person has."""

    cap_a_day: Annotated[int, Field(ge=1)]
    spacing_minutes: Minutes
    quiet_from: Clock
    quiet_to: Clock
    before_quiet_minutes: Annotated[int, Field(ge=1, le=240)]
    look_again_minutes: Annotated[int, Field(ge=1, le=1440)]
    line_again_minutes: Annotated[int, Field(ge=1, le=120)]
    catch_up_hours: Annotated[int, Field(ge=1, le=168)]
    silence: Silence
    fewer: Fewer


class ItemRule(Sourced):
    """How late an item may still go, what happens then, and how it gives way."""

    does: Does
    priority: Annotated[int, Field(ge=0, le=9)]
    until: Until
    minutes: Minutes | None = None
    then: Then | None = None
    moves: bool = False
    in_quiet_hours: InQuietHours
    joins: Family | None = None

    @model_validator(mode="after")
    def _says_how_late(self) -> ItemRule:
        if (self.until == "minutes") != (self.minutes is not None):
            raise ValueError("minutes go with until = minutes, and only with it")
        if (self.until == "ever") != (self.then is None):
            raise ValueError("`then` says what happens after the latest moment; until = ever has none")
        return self
