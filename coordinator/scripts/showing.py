"""What of a table may be shown in a picture, and beside what; pictures.py and drawing.py say how.

Needs nothing but Python. Tables come as plain rows: numbers as numbers, None for what is blank.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby
from typing import Any

Plan = Mapping[str, str]
Row = dict[str, Any]

STATES = {"g": "given", "m": "missing", "n": "not yet due"}
PATTERNS_SHOWN = 10
NOT_SHOWN = "not shown"


def shown(visit: str) -> str:
    """A check-in as people say it: `month 3`, of `month_3` and of `m3`."""
    if visit in ("m0", "baseline"):
        return "baseline"
    return f"month {visit.removeprefix('month_').removeprefix('m')}"


def plain(row: Mapping[str, Any]) -> Row:
    """A row without pandas in it: None where there is no number."""
    found = {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in found.items()}


# --- what may be shown


def is_answer_shown(row: Row, few: int) -> bool:
    """Whether it is told who gave the primary figure at a check-in: of enough people whose window is over."""
    return bool(row["due"] >= few)


def changes(rows: list[Row], few: int) -> list[Row]:
    """Rows of the change table; the figures of too few people are left out, and the row says so."""
    hidden = dict.fromkeys(("baseline", "value", "change", "sd", "se", "low", "high"))
    return [row | hidden | {"reason": "too few to be shown"} if 0 < row["n"] < few else row for row in rows]


def by_session(rows: list[Row], few: int) -> list[Row]:
    """Percent of people who did each session, of those whose week for it is over, where these are not too few.

    `run`: the same number for points that stand side by side, so that no line goes over what is not shown.
    """
    order, points = sessions_of(rows), []
    for _, of_arm in groupby(rows, key=lambda row: row["arm"]):
        known = [row for row in of_arm if row["people"] >= few]
        points += [
            {"arm": row["arm"], "session": row["session"], "percent": 100 * row["done"] / row["people"]}
            | {"run": order.index(row["session"]) - n}
            for n, row in enumerate(known)
        ]
    return points


def sessions_of(rows: list[Row]) -> list[str]:
    """The sessions whose week is over for anybody, in their order."""
    return list(dict.fromkeys(row["session"] for row in rows if row["people"]))


def unshown_sessions(rows: list[Row], few: int) -> str:
    """Which sessions are not shown, as a line under the picture."""
    hidden = [(row["arm"], int(row["session"].removeprefix("S"))) for row in rows if 0 < row["people"] < few]
    return _unshown(hidden, "session", few)


def by_week(rows: list[Row], few: int) -> list[Row]:
    """The weeks of practice that enough people looked back on; `run` as for sessions."""
    points = []
    for _, of_arm in groupby(rows, key=lambda row: row["arm"]):
        points += [row | {"run": row["week"] - n} for n, row in enumerate(each for each in of_arm if each["n"] >= few)]
    return points


def unshown_weeks(rows: list[Row], few: int) -> str:
    """Which weeks of practice are not shown, as a line under the picture."""
    return _unshown([(row["arm"], row["week"]) for row in rows if row["n"] < few], "week", few)


def _unshown(hidden: list[tuple[str, int]], noun: str, few: int) -> str:
    told = []
    for arm, of_arm in groupby(hidden, key=lambda each: each[0]):
        numbers = [number for _, number in of_arm]
        told.append(f"{arm.upper()} {noun}{'s'[: len(numbers) - 1]} {stretches(numbers)}".strip())
    return f"Not shown, of fewer than {few} people: {'; '.join(told)}." if told else ""


def stretches(numbers: list[int]) -> str:
    """`3, 5 to 8` of 3, 5, 6, 7, 8."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0])]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def common(rows: list[Row], few: int) -> list[tuple[int, tuple[str, ...]]]:
    """The most frequent patterns of missing answers with their people, none of too few."""
    enough = [row for row in rows if row["people"] >= few]
    return [(row["people"], tuple(STATES[letter] for letter in row["pattern"])) for row in enough[:PATTERNS_SHOWN]]


def other_patterns(rows: list[Row], few: int) -> str:
    """How many people have patterns that are not shown, as a line under the picture."""
    rest = sum(row["people"] for row in rows) - sum(people for people, _ in common(rows, few))
    return f"People with other patterns, not shown: {f'fewer than {few}' if rest < few else rest}." if rest else ""


# --- beside what the trial found


def published(plan: Plan) -> list[tuple[str, str, str, float]]:
    """Outcome, arm, check-in and change from baseline that the trial published; no arm where none is shown."""
    told = [each.split(":") for each in plan["published"].split()]
    return [(outcome, arm, shown(visit), float(change)) for outcome, arm, visit, change in told]


def trial_contrasts(plan: Plan, outcome: str) -> dict[str, float]:
    """Check-in → the other arm's published change less that of the arm of reference."""
    reference = plan.get("reference", "")
    told = {(visit, arm): change for column, arm, visit, change in published(plan) if column == outcome and arm}
    return {visit: change - told[visit, reference] for (visit, arm), change in told.items()
            if arm != reference and (visit, reference) in told}  # fmt: skip


def found_by_trial(trial: Mapping[str, float], what: str = "STAMP") -> str:
    """What the trial's figures are, where there are any."""
    return (
        f" {what}: the difference of the two changes it published, on the BPI; it found no significant difference, "
        "and no interval could be read."
        if trial
        else ""
    )
