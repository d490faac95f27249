"""Which lines are read so often that they come in several wordings: by rule, from `content/frequent.toml`."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from content import loading
from content.catalogue import TELEGRAM_LIMIT, Text

FIRST_END = re.compile(r"[.?!](?=\s|$)")


class Frequent(BaseModel):
    """The message files of talks people have every day or week, and the questions that open a prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: tuple[str, ...]
    openings: tuple[str, ...]
    source: str


@cache
def frequent() -> Frequent:
    """The rule in force."""
    return loading.one(Frequent, "frequent.toml")


def is_frequent(key: str, text: Text) -> bool:
    """True for a line that needs several wordings; labels of buttons and questions that are data need none."""
    if text.single is not None:
        return False
    return key in frequent().openings or (key.split(".")[0] in frequent().files and is_statement(text))


def is_statement(text: Text) -> bool:
    """True for a text of a message whose first sentence ends with a full stop."""
    ends = (FIRST_END.search(form) for form in text.every_form("en"))
    return text.limit == TELEGRAM_LIMIT and any(end is not None and end.group() == "." for end in ends)
