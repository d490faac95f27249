"""The figures of a report, from the tables of one export; nothing is shown of fewer people than the plan allows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from content.protocol import protocol
from coordinator.scripts import analysis as script

if TYPE_CHECKING:
    from content.analysis import Analysis, Outcome, Trait

LANGUAGE: Literal["en"] = "en"
IDS = {"study_id": "str", "site": "str", "arm": "str", "visit": "str", "session": "str", "therapy_group": "str"}
WEEK = 7
TOLERANCE = 1e-9
GIVEN, MISSING, NOT_YET = "given", "missing", "not yet"


@dataclass(frozen=True)
class Data:
    """The tables of one export, the plan they are read by, and the local date the cut is judged by."""

    folder: Path
    plan: Analysis
    by_arm: bool
    on: date

    def table(self, name: str) -> Any:
        """One table of the export, as pandas reads it."""
        return pd.read_csv(self.folder / f"{name}.csv", dtype=IDS)

    @property
    def script(self) -> dict[str, str]:
        """The plan as the scripts read it."""
        lines = self.plan.script(by_arm=self.by_arm).splitlines()
        return dict(line.split(": ", 1) for line in lines)

    def people(self) -> Any:
        """One row for each enrolled person: the wide file."""
        return script.read_people(self.folder)

    def arms(self, people: Any) -> list[str]:
        """The arms that are shown; one without a name in a pooled report."""
        return script.arms_of(people, self.script)

    @property
    def few(self) -> int:
        """Fewer people than this are not shown."""
        return self.plan.few.people


def count(number: int, few: int) -> str:
    """A count as it may be shown: 0, or at least `few`."""
    return f"fewer than {few}" if 0 < number < few else str(number)


def of(people: Any, arm: str) -> Any:
    """The people of an arm; all of them for one without a name."""
    return people[(people["arm"] == arm) | (arm == "")]


# --- from screening on


@dataclass(frozen=True)
class Flow:
    """How many came how far; `screened` is None where nobody was screened here."""

    screened: int | None
    sent_away: dict[str, int]
    joined: int
    enrolled: int
    not_allocated: int
    arms: dict[str, int]
    left: dict[str, int]


def flow(data: Data, people: Any) -> Flow:
    """From screening on."""
    screening, invited = data.table("screening"), data.table("participants")
    names = {"ineligible": "A criterion not met", "refused": "Did not want to", "open": "Not decided", "eligible": ""}
    names["eligible"] = "Eligible, not joined yet"
    stands = Counter(screening["status"])
    arms = data.arms(people)
    return Flow(
        len(screening) or None,
        {name: stands[status] for status, name in names.items() if stands[status]},
        len(invited),
        len(people),
        int((people["arm"] == "").sum()) if data.by_arm else 0,
        {arm: len(of(people, arm)) for arm in arms},
        {arm: int((of(people, arm)["status"] == "stopped").sum()) for arm in arms},
    )


# --- who answered


@dataclass(frozen=True)
class Completeness:
    """One check-in of one arm: whose window is over, who of them gave the primary figure, who the whole list."""

    arm: str
    visit: str
    over: int
    given: int
    whole: int
    open: int


def states(data: Data, people: Any) -> dict[str, dict[str, str]]:
    """For each person and check-in that is planned: the primary figure is given, missing, or its window not over."""
    visits = data.table("visits")
    over = set(visits[visits["closes_on"] < data.on.isoformat()][["study_id", "visit"]].itertuples(index=False))
    planned = set(visits[["study_id", "visit"]].itertuples(index=False))
    found: dict[str, dict[str, str]] = {}
    for visit in protocol().visits:
        value = people.set_index("study_id")[f"{data.plan.primary.column}_m{visit.months}"]
        for person, known in value.notna().items():
            state = GIVEN if known else MISSING if (person, visit.code) in over else NOT_YET
            if (person, visit.code) in planned or known:
                found.setdefault(person, {})[visit.code] = state
    return found


def completeness(data: Data, people: Any) -> list[Completeness]:
    """By arm and check-in; the denominators are those whose window is over, answered or not."""
    visits = data.table("visits").merge(people[["study_id", "arm"]], on="study_id")
    rows = []
    for arm in data.arms(people):
        for visit in protocol().visits:
            here = of(visits[visits["visit"] == visit.code], arm)
            over = here[here["closes_on"] < data.on.isoformat()]
            value = people.set_index("study_id")[f"{data.plan.primary.column}_m{visit.months}"]
            given = int(value.reindex(over["study_id"]).notna().sum())
            whole = int((over["status"] == "complete").sum())
            rows.append(Completeness(arm, visit.code, len(over), given, whole, len(here) - len(over)))
    return rows


def patterns(data: Data, people: Any) -> list[tuple[tuple[str, ...], int]]:
    """Who gave the primary figure when: each pattern over the check-ins with its people, the most frequent first."""
    codes = [visit.code for visit in protocol().visits]
    found = Counter(tuple(of_one.get(code, NOT_YET) for code in codes) for of_one in states(data, people).values())
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


# --- who takes part


def trait(data: Data, people: Any, asked: Trait) -> list[tuple[str, list[str]]]:
    """Rows of the baseline table for one item: what, and a cell for each arm."""
    instrument, item = asked.of
    said = data.table("responses")
    mine = (said["visit"] == protocol().visits[0].code) & (said["instrument"] == instrument.code)
    said = said[mine & (said["item"] == item.code)]
    values = people.assign(value=people["study_id"].map(said.set_index("study_id")["value"]))
    arms = data.arms(people)
    known = [pd.to_numeric(of(values, arm)["value"]).dropna() for arm in arms]
    if not sum(len(each) for each in known):
        return [("(nobody answered)", ["–" for _ in arms])]
    if not item.options:
        return [("mean (SD)", [mean_sd(each, data.few) for each in known])]
    cells = [_shares(each, [option.value for option in item.options], data.few) for each in known]
    rows = [(option.label[LANGUAGE], [cell[n] for cell in cells]) for n, option in enumerate(item.options)]
    not_said = [count(len(of(people, arm)) - len(each), data.few) for arm, each in zip(arms, known, strict=True)]
    return [*rows, ("no answer", not_said)]


def mean_sd(values: Any, few: int) -> str:
    """`6.1 (1.6), n = 40`; without figures for too few."""
    if len(values) < max(few, 2):
        return f"n: {count(len(values), few)}"
    return f"{values.mean():.1f} ({values.std(ddof=1):.1f}), n = {len(values)}"


def _shares(values: Any, options: list[int], few: int) -> list[str]:
    """Counts and percent; where one count is too small a second goes with it, or it could be worked out."""
    counts = [int((values == option).sum()) for option in options]
    hidden = {n for n, number in enumerate(counts) if 0 < number < few}
    if len(hidden) == 1 and (others := [n for n, number in enumerate(counts) if number and n not in hidden]):
        hidden.add(min(others, key=lambda n: counts[n]))
    whole = len(values)
    return ["not shown" if n in hidden else f"{number} ({100 * number / whole:.0f} %)" if whole else "0"
            for n, number in enumerate(counts)]  # fmt: skip


# --- what they did


@dataclass(frozen=True)
class Attended:
    """How many meetings the people of an arm came to, of those that staff entered."""

    arm: str
    people: int
    any: int
    enough: int
    median: float | None


def attended(data: Data, people: Any) -> list[Attended]:
    """By arm, people with an entry of attendance only."""
    met = data.table("attendance").merge(people[["study_id", "arm"]], on="study_id")
    rows = []
    for arm in data.arms(people):
        came = of(met, arm).groupby("study_id")["status"].apply(lambda all_of: int((all_of == "present").sum()))
        enough = int((came >= data.plan.attendance.enough).sum())
        rows.append(Attended(arm, len(came), int((came > 0).sum()), enough, came.median() if len(came) else None))
    return rows


def by_session(data: Data, people: Any) -> list[dict[str, Any]]:
    """Share of people present by arm and session, of those with an entry for it."""
    met = data.table("attendance").merge(people[["study_id", "arm"]], on="study_id")
    return [
        {"arm": arm, "session": session, "n": len(here), "percent": 100 * float((here["status"] == "present").mean())}
        for arm in data.arms(people)
        for session, here in of(met, arm).groupby("session")
        if len(here) >= data.few
    ]


def practice(data: Data, people: Any) -> Any:
    """One row for each week that was looked back on: person, arm, week since enrolment, minutes; none when skipped."""
    weeks = data.table("practice_weeks").merge(people[["study_id", "arm", "enrolled_on"]], on="study_id")
    sum_fits = weeks["led_minutes"] + weeks["reported_minutes"]
    minutes = weeks["minutes"].where(weeks["answer"] != "fits", sum_fits)
    days = pd.to_datetime(weeks["on"]) - pd.to_datetime(weeks["enrolled_on"])
    found = weeks.assign(value=pd.to_numeric(minutes), week=days.dt.days // WEEK + 1)
    return found.dropna(subset=["value"])


def by_week(data: Data, people: Any) -> list[dict[str, Any]]:
    """Median and quartiles of the minutes by arm and week, of at least the least number of people."""
    known = practice(data, people)
    rows = []
    for arm in data.arms(people):
        for week, here in of(known, arm).groupby("week"):
            if len(here) >= data.few:
                low, middle, high = here["value"].quantile([0.25, 0.5, 0.75])
                rows.append({"arm": arm, "week": int(week), "n": len(here), "low": low, "median": middle, "high": high})
    return rows


# --- how it changed


def changes(data: Data, people: Any) -> list[dict[str, Any]]:
    """Rows of the change table; the figures of too few people are left out, and the row says so."""
    rows: list[dict[str, Any]] = script.change_table(people, data.script).to_dict("records")
    for row in rows:
        if 0 < row["n"] < data.few:
            row |= dict.fromkeys(("baseline", "value", "change", "sd", "se", "low", "high"))
            row["reason"] = "too few to be shown"
    return rows


@dataclass(frozen=True)
class Responders:
    """Who fell by enough, of those with both values and a baseline above zero."""

    arm: str
    visit: str
    people: int
    responders: int

    def shown(self, few: int) -> str:
        """`12 of 40 (30 %)`, unless either side is too few."""
        if self.people < few:
            return f"of {count(self.people, few)}"
        if 0 < self.responders < few or 0 < self.people - self.responders < few:
            return f"not shown, of {self.people}"
        return f"{self.responders} of {self.people} ({100 * self.responders / self.people:.0f} %)"


def responders(data: Data, people: Any, outcome: Outcome) -> list[Responders]:
    """By arm and follow-up; a fall of exactly the percentage counts."""
    if outcome.responder is None:
        return []
    values = script.follow_up(people, data.script, outcome.column)
    values = values[values["baseline"] > 0]
    fell = 100 * (values["baseline"] - values["value"]) >= outcome.responder * values["baseline"] - TOLERANCE
    values = values.assign(fell=fell)
    return [
        Responders(arm, visit, len(here), int(here["fell"].sum()))
        for arm in data.arms(people)
        for visit in data.script["visits"].split()
        for here in [of(values[values["visit"] == visit], arm)]
    ]


# --- around a pause


@dataclass(frozen=True)
class Around:
    """A rating before and after the same pause: means of people's own means, over pauses that have both."""

    what: str
    people: int
    pauses: int
    before: float
    after: float


def around(data: Data, people: Any) -> list[Around]:
    """Pain and urge; none of too few people."""
    pauses = data.table("pauses").merge(people[["study_id"]], on="study_id")
    rows = []
    for what in ("pain", "urge"):
        both = pauses.dropna(subset=[f"{what}_before", f"{what}_after"])
        means = both.groupby("study_id")[[f"{what}_before", f"{what}_after"]].mean()
        if len(means) >= data.few:
            before, after = means.mean()
            rows.append(Around(what, len(means), len(both), before, after))
    return rows


def decisions(data: Data, people: Any) -> tuple[int, int, dict[str, int]]:
    """People with a pause, their pauses, and how many ended with which decision; `no_answer` is one of them."""
    pauses = data.table("pauses").merge(people[["study_id"]], on="study_id")
    chosen = Counter(each if isinstance(each, str) else "no_answer" for each in pauses["decision"])
    return pauses["study_id"].nunique(), len(pauses), dict(chosen)
