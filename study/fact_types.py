"""Words that fields of facts may hold, and how a field is kept."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

FreeText = Annotated[str, Field(json_schema_extra={"sealed": True})]
"""Words a person typed: encrypted at rest, exported only on request."""

MaybeFreeText = Annotated[str | None, Field(json_schema_extra={"sealed": True})]
"""The same where there may be none."""

Later = Annotated[str | None, Field(json_schema_extra={"later": True})]
"""A field that an earlier release did not have: while it is None it is no part of a fact's content and hash."""

LaterDate = Annotated[date | None, Field(json_schema_extra={"later": True})]
"""The same for a local date."""

DoseStatus = Literal["taken", "missed", "not_sure"]
TimeQuality = Literal["now", "said", "delayed", "unknown"]
Decision = Literal["took", "later", "not_needed", "rather_not_say"]
Source = Literal["chat", "staff", "diary"]
ResponseStatus = Literal["answered", "skipped", "rather_not_say", "dont_know", "not_asked"]
DayStatus = Literal["zero", "as_usual", "different", "not_listed", "dont_remember", "skipped", "rather_not_say"]
NO_MEDICINE = "no_medicine"
"""Stands for the medicine of a day of the calendar on which none was on the list."""
Mode = Literal["chat", "phone", "interview", "paper", "other"]
DiaryAnswer = Literal["all_logged", "as_usual", "different", "none", "rather_not_say"]
UseStatus = Literal["as_logged", "as_usual", "different", "zero", "dont_remember", "rather_not_say"]
