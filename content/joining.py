"""Where people join a study, how they are screened, and how they come into an arm: parts of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, model_validator

from content.prompt_rules import Code, Sourced

Arm = Literal["mbt", "cbt"]


class Site(Sourced):
    """Where people are seen: the country decides whom to call in danger, the languages what must be translated."""

    code: Code
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    zone: str
    languages: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _zone_is_known(self) -> Site:
        if self.zone not in available_timezones():
            raise ValueError(f"zone: {self.zone} is no time zone")
        return self


class Allocation(Sourced):
    """How people come into an arm: drawn after the baseline, given by hand when somebody is added, or not at all.

    `ratio` says how often each arm comes in a full turn; the sizes of permuted blocks are whole turns.
    """

    by: Literal["drawn", "given", "none"]
    ratio: Mapping[Arm, Annotated[int, Field(ge=1, le=10)]] = {}
    block_sizes: tuple[Annotated[int, Field(ge=2, le=60)], ...] = ()

    @model_validator(mode="after")
    def _blocks_are_whole(self) -> Allocation:
        turn = sum(self.ratio.values())
        if self.by == "drawn" and not self.ratio:
            raise ValueError("ratio: drawing needs to know how often each arm comes")
        if odd := [size for size in self.block_sizes if not turn or size % turn]:
            raise ValueError(f"block_sizes: {odd[0]} is no multiple of {turn}")
        return self


class ScreeningRule(Sourced):
    """The criteria people are screened by (`content/screening/`), and whether nobody joins without."""

    criteria: Code
    required: bool
