"""Numbers for why a value is missing, for statistics programs: reader of `content/missing_codes.toml`."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from content import loading

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "missing_codes.toml"
LOWEST, HIGHEST = -9999, -9901


class MissingCode(BaseModel):
    """How a reason is written: a number in SPSS, a letter (`.a`) in Stata."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[int, Field(gt=LOWEST, le=HIGHEST)]
    letter: Annotated[str, Field(pattern="^[a-y]$")]


OTHER = MissingCode.model_construct(number=LOWEST, letter="z")
"""Stands for a reason that has no number of its own."""


class _Codes(RootModel[dict[str, MissingCode]]):
    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _each_its_own(self) -> _Codes:
        numbers = Counter(code.number for code in self.root.values())
        if twice := [number for number, times in numbers.items() if times > 1]:
            raise ValueError(f"the number {twice[0]} comes twice")
        return self


@cache
def missing_codes() -> Mapping[str, MissingCode]:
    """Reason → how it is written; `ContentRefused` names the place of a wrong entry."""
    return loading.one(_Codes, FILE).root


def missing_code(reason: str) -> MissingCode:
    """How a reason is written."""
    return missing_codes().get(reason, OTHER)
