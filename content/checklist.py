"""The checklist of the beginning: what staff talk about instead of being alarmed. Schema and loader."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from content import loading
from content.prompt_rules import Code
from content.safety_data import alerts


class ChecklistItem(BaseModel):
    """One thing to talk about; `rule` is the alert that the same answer raises later, `mme_from` a figure to name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    talk: str
    rule: str | None = None
    mme_from: Annotated[float, Field(gt=0)] | None = None
    source: str

    @field_validator("rule")
    @classmethod
    def _rule_exists(cls, rule: str | None) -> str | None:
        if rule is not None and rule not in alerts().rules:
            raise ValueError(f"there is no alert rule {rule}")
        return rule


class Checklist(BaseModel):
    """All items, in the order they are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: dict[Code, ChecklistItem]


@cache
def checklist() -> Checklist:
    """The items of `safety/checklist.toml`; `ContentRefused` when it cannot be used."""
    return loading.one(Checklist, "safety/checklist.toml")
