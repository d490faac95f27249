"""How figures and check-ins are written in a report."""

from __future__ import annotations

import math

MINUS = "−"
NONE = "–"
DECISIONS = {
    "took": "Took the dose",
    "later": "Later",
    "not_needed": "Did not need it this time",
    "rather_not_say": "Would rather not say",
    "no_answer": "No answer",
}


def decimal(value: float | None, places: int = 2) -> str:
    """A figure with its decimals; a dash for none."""
    if value is None or math.isnan(value):
        return NONE
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", MINUS)  # no sign before zero


def signed(value: float | None, places: int = 2) -> str:
    """A change with its sign."""
    text = decimal(value, places)
    return f"+{text}" if value is not None and round(value, places) > 0 else text


def interval(low: float | None, high: float | None) -> str:
    """`−0.90 to −0.10`; a dash where there is none."""
    return NONE if decimal(low) == NONE else f"{decimal(low)} to {decimal(high)}"


def people(number: int) -> str:
    """`1 person`, `12 people`."""
    return f"{number} {'person' if number == 1 else 'people'}"
