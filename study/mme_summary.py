"""The averages that go by the name of "average daily MME", each under a name of its own, over one window of days.

The same entries give figures that differ threefold by definition alone, so none stands without its name and how many
days it is made of. A day that is missing is never counted as zero. Source: clinical.md 3.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Reason: TypeAlias = Literal["no_days", "days_missing", "all_zero"]


@dataclass(frozen=True)
class Averages:
    """Averages of one window, in mg a day, not rounded; None where there is none, with the reason.

    `observed`: mean over the days that are known, days of zero among them (the headline). `window`: total over all days
    of the window, None unless each is known. `therapy`: total over the days with any opioid. `most`: the highest day
    known. `at_50` and `at_90`: on how many of the known days the figure was at least that.
    """

    days_known: int
    observed: float | None
    window: float | None
    therapy: float | None
    most: float | None
    at_50: int
    at_90: int
    reason: Reason | None
    window_reason: Reason | None
    therapy_reason: Reason | None


def averages(days: Sequence[float | None], *, from_50: float, from_90: float) -> Averages:
    """The averages of a window, of which each day has a figure in mg or None; the two limits belong to "at least"."""
    known = [figure for figure in days if figure is not None]
    if not known:
        return Averages(0, None, None, None, None, 0, 0, "no_days", "no_days", "no_days")
    total, on_therapy = sum(known), sum(figure > 0 for figure in known)
    whole = len(known) == len(days)
    return Averages(
        days_known=len(known),
        observed=total / len(known),
        window=total / len(days) if whole else None,
        therapy=total / on_therapy if on_therapy else None,
        most=max(known),
        at_50=sum(figure >= from_50 for figure in known),
        at_90=sum(figure >= from_90 for figure in known),
        reason=None,
        window_reason=None if whole else "days_missing",
        therapy_reason=None if on_therapy else "all_zero",
    )
