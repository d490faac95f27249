"""Numbers of the watch over logged amounts, of staff's calls, and of the monthly test: schema and loader."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import Field

from content import loading
from content.prompt_rules import Clock, Sourced, Table

FILE = "safety/watching.toml"
Percent = Annotated[int, Field(gt=0, le=100)]
DaysOrHours = Annotated[int, Field(gt=0)]


class Fall(Sourced):
    """The mean of `recent_days` is held against the mean of the `window_days` before, when enough of them are known."""

    recent_days: DaysOrHours
    window_days: DaysOrHours
    at_most_percent: Percent
    complete_days: DaysOrHours


class Nothing(Sourced):
    """Hours with nothing taken, by somebody who took it on so many of a hundred days."""

    hours: DaysOrHours
    used_on_percent: Percent


class Excess(Sourced):
    """More than so many percent of what the list says for a day."""

    over_percent: Annotated[int, Field(ge=100)]


class Again(Sourced):
    """After how many days the same may be told again."""

    after_days: DaysOrHours


class Try(Table):
    """One try of a call: `day` from the alert on, at a time of the participant's day."""

    day: Annotated[int, Field(ge=0)]
    at: Clock


class Calls(Sourced):
    """The tries of a call, in order."""

    tries: Annotated[tuple[Try, ...], Field(min_length=1)]


class Test(Sourced):
    """When the test alert goes out, by the clock of the first site, and how long staff have to acknowledge it."""

    day_of_month: Annotated[int, Field(ge=1, le=28)]
    at: Clock
    acknowledge_within_hours: DaysOrHours


class Today(Sourced):
    """How many days ahead is soon, and how many days back a letter that did not arrive is shown."""

    soon_days: DaysOrHours
    letters_days: DaysOrHours


class Watching(Table):
    """Everything in `safety/watching.toml`."""

    fall: Fall
    nothing: Nothing
    excess: Excess
    again: Again
    calls: Calls
    test: Test
    today: Today

    def rows(self) -> list[tuple[str, str, str]]:
        """Each part with its numbers in words, and where they are from: for the page about alerts."""
        parts = self.model_dump(mode="json", exclude={"today"})
        return [(name, _in_words(part), str(part["source"])) for name, part in parts.items()]


def _in_words(part: dict[str, Any]) -> str:
    numbers = {name: value for name, value in part.items() if name not in ("source", "proposal", "tries")}
    tries = [f"day {each['day']} at {each['at'][:5]}" for each in part.get("tries", [])]
    return ", ".join([*(f"{name.replace('_', ' ')} {value}" for name, value in numbers.items()), *tries])


@cache
def watching() -> Watching:
    """The numbers; `ContentRefused` when the file cannot be used."""
    return loading.one(Watching, FILE)
