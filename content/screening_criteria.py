"""The criteria of a screening as data: schema and loader of `content/screening/`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from content import loading
from content.prompt_rules import Code, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "screening"


class Criterion(Table):
    """One thing to be decided: an inclusion is met by yes or a number in its range, an exclusion by no.

    `blinded`: its text where no arm may be named.
    """

    code: Code
    kind: Literal["inclusion", "exclusion"]
    answer: Literal["yes_no", "number"]
    text: str
    blinded: str | None = None
    unit: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    most_possible: float | None = None
    source: str

    @model_validator(mode="after")
    def _has_what_its_answer_needs(self) -> Criterion:
        limits = (self.at_least, self.at_most)
        if (self.answer == "number") != any(limit is not None for limit in limits):
            raise ValueError("a number, and only that, has at_least or at_most")
        if (self.answer == "number") != (self.unit is not None and self.most_possible is not None):
            raise ValueError("a number, and only that, has a unit and most_possible")
        if self.answer == "number" and self.kind == "exclusion":
            raise ValueError("an exclusion is answered by yes or no")
        return self


class Reason(Table):
    """Why somebody who could join does not."""

    code: Code
    text: str


class Criteria(Table):
    """All criteria of one study, in one version."""

    name: Code
    version: str
    source: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    refusals: tuple[Reason, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Criteria:
        for what in (self.criteria, self.refusals):
            codes = [each.code for each in what]
            if len(set(codes)) < len(codes):
                raise ValueError("a code comes twice")
        return self

    def criterion(self, code: str) -> Criterion:
        """The criterion with this code; `KeyError` when there is none."""
        for criterion in self.criteria:
            if criterion.code == code:
                return criterion
        raise KeyError(code)


def criteria(name: str, version: str | None = None) -> Criteria:
    """The criteria of `screening/<name>.toml`; `ContentRefused` names file, place and reason.

    An older `version`, with which screenings were begun, stands beside it as `<name>@<version>.toml`.
    """
    newest = _read(f"{name}.toml")
    return newest if version in (None, newest.version) else _read(f"{name}@{version}.toml")


@cache
def _read(file: str) -> Criteria:
    return loading.one(Criteria, f"{FOLDER}/{file}")


def every() -> Iterator[Criteria]:
    """All criteria there are files of; older versions after the newest of the same name."""
    names = (file.name for file in loading.files(FOLDER))
    yield from (_read(name) for name in sorted(names, key=lambda name: ("@" in name, name)))
