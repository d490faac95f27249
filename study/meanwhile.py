"""What a check-in may ask the records for before each question: whether it has been answered by another way meanwhile.

A talk can stand open for days, while staff bring what was said on the phone; it asks no more about that.
"""

from __future__ import annotations

from datetime import date

from study.responses import Given
from study.steps import Query


class AnsweredMeanwhile(Query[dict[str, Given]]):
    """Which of these items of one version of an instrument have an answer at a visit that is not of this talk."""

    visit: str
    instrument: str
    version: str
    items: tuple[str, ...]


class DaysMeanwhile(Query[tuple[date, ...]]):
    """Which of these days of a calendar have an answer about a medicine at a visit that is not of this talk."""

    visit: str
    medicine: str
    days: tuple[date, ...]
