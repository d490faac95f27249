"""Numbers of codes for statistics programs, the same in every export: reader of `content/code_numbers.toml`."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from pydantic import ConfigDict, PositiveInt, RootModel, model_validator

from content import loading

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "code_numbers.toml"

Closed = Literal["exercises", "forms", "factor_sets", "alert_rules", "visits", "instruments", "languages"]
"""Lists kept elsewhere whose codes have numbers."""

Numbered = Literal[Closed, "neutral_exercises"]

MADE_FROM, MADE_TO = 1_000_000, 10_000_000
"""Between them lie the numbers that are made of the letters of a code."""


class _Numbers(RootModel[dict[Numbered, dict[str, PositiveInt]]]):
    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _each_its_own_and_none_lost(self) -> _Numbers:
        for name, numbers in self.root.items():
            if twice := [number for number, times in Counter(numbers.values()).items() if times > 1]:
                raise ValueError(f"{name}: the number {twice[0]} comes twice")
            if gone := sorted(set(range(1, len(numbers) + 1)) - set(numbers.values())):
                raise ValueError(f"{name}: no code has the number {gone[0]}; one that is used no more keeps its line")
        return self


@cache
def code_numbers() -> Mapping[Numbered, Mapping[str, int]]:
    """List → code → number, codes that are used no more among them; `ContentRefused` names what is wrong."""
    return loading.one(_Numbers, FILE).root


def number_of(code: str, name: Numbered | None) -> int:
    """The number of a code of a list; one made of its letters where the list has none for it."""
    given = code_numbers().get(name, {}).get(code) if name else None
    return MADE_FROM + crc32(code.encode()) % (MADE_TO - MADE_FROM) if given is None else given
