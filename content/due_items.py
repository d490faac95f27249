"""Everything that can be due to a person, by its name: what the plan makes of a protocol, and what comes of itself."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Self, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from content import loading
from content.prompt_rules import Code, Family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from content.prompt_rules import Does
    from content.protocol import Protocol

FILE = "due_items.toml"

FAMILY_OF: Mapping[Does, Family] = {"message": "visit", "staff": "visit_call", "close": "visit_close"}
"""What a step of a check-in does → the rule it goes by."""

NAMED_BY_MORE = frozenset({*FAMILY_OF.values(), "session"})
"""Families whose items have the check-in or the session in their name."""


class DueItems(BaseModel):
    """What each item is, in words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    planned: dict[Family, str]
    unplanned: dict[Code, str]

    @model_validator(mode="after")
    def _leaves_none_out(self) -> Self:
        if missing := [family for family in get_args(Family) if family not in self.planned]:
            raise ValueError(f"planned: nothing is said about {missing[0]}")
        return self


@cache
def due_items() -> DueItems:
    """The words for what is due, read once; `ContentRefused`."""
    return loading.one(DueItems, FILE)


def visit_item(visit: str, step: str) -> str:
    """The name of one step of a check-in: `visit.month_6.call`."""
    return f"visit.{visit}.{step}"


def session_item(session: str) -> str:
    """The name of the opening of a session: `session.S3.open`."""
    return f"session.{session}.open"


def meanings(protocols: Iterator[Protocol]) -> dict[str, str]:
    """Every item that protocols plan or that comes of itself → what it is."""
    found: dict[str, str] = {}
    for protocol in protocols:
        found |= dict(_of_check_ins(protocol)) | dict(_of_sessions(protocol))
    words = due_items()
    alone = {family: words.planned[family] for family in get_args(Family) if family not in NAMED_BY_MORE}
    return found | alone | words.unplanned


def _of_check_ins(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for visit in protocol.visits:
        for step in protocol.ladder(visit).steps:
            said = due_items().planned[FAMILY_OF[step.does]]
            yield visit_item(visit.code, step.code), said.format(visit=visit.code, step=step.code)


def _of_sessions(protocol: Protocol) -> Iterator[tuple[str, str]]:
    every = {each.code for arm in protocol.arms.values() for each in arm.sessions}
    for code in sorted(every, key=lambda code: int(code[1:])):
        yield session_item(code), due_items().planned["session"].format(session=code)
