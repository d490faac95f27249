"""A message by its key: what handlers name, and what the catalogue turns into text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Param: TypeAlias = "str | int | float | date | time | datetime | Message"


@dataclass(frozen=True)
class Message:
    """One message of the catalogue with the values of its placeholders.

    Dates and times are given as local values; the catalogue writes them in the reader's language. `variant` says in
    which of its wordings a frequent line is said, 0 being the first; None leaves it to whoever writes the letter.
    """

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)
    variant: int | None = None
