"""The tables behind every picture and figure of the report, from the CSV files of this export alone.

    python figures.py [folder of the export] [folder for results]

Needs pandas, and analysis.py beside it; figures.R does the same in R. The plan is the file analysis.dcf; `on` there is
the day the cut is judged by. Writes one CSV for each table of `TABLES`, whole: nothing is left out for being small, as
it is in the report. `arm` is empty where all arms stand together.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING or __package__:
    from coordinator.scripts import analysis as script
else:
    import analysis as script

Plan = Mapping[str, str]
Row = dict[str, Any]

TEXT = ("study_id", "site", "arm", "visit", "session", "status", "not_met", "refusal", "decision", "way", "answer")
WEEK = 7
TOLERANCE = 1e-9
EXCLUDED = ("ineligible", "refused", "open", "eligible")
GIVEN, MISSING, NOT_YET = "g", "m", "n"


class Data:
    """The tables of one export, and the plan they are read by."""

    def __init__(self, folder: Path, plan: Plan | None = None) -> None:
        self.folder, self.plan = folder, plan or script.read_plan(folder)
        self.people = script.read_people(folder)
        self.arms = script.arms_of(self.people, self.plan)
        self._fits: dict[str, script.Fitted | script.NotEstimated] = {}
        self.visits = dict(each.split(":") for each in self.plan["check_ins"].split())

    def table(self, name: str) -> Any:
        """One table of the export, as pandas reads it."""
        return script.read_table(self.folder / f"{name}.csv", dict.fromkeys(TEXT, "str"))

    @property
    def knows_sessions(self) -> bool:
        """Whether it can be known who did a session: a blinded export leaves out the meetings of groups."""
        return self.plan.get("therapy_groups") == "0" or "meeting" in self.table("attendance")

    def fitted(self, outcome: str) -> script.Fitted:
        """The model of an outcome, estimated once; `NotEstimated` says why there is none."""
        if outcome not in self._fits:
            try:
                self._fits[outcome] = script.fit(self.people, self.plan, outcome)
            except script.NotEstimated as why:
                self._fits[outcome] = why
        found = self._fits[outcome]
        if isinstance(found, script.NotEstimated):
            raise found
        return found

    def with_people(self, name: str) -> Any:
        """One table with the arm and the enrolment of its people, of the enrolled only."""
        return self.table(name).merge(self.people[["study_id", "arm", "enrolled_on"]], on="study_id")

    def gone(self) -> Any:
        """Who there are no data of, with an arm that is empty where none is shown."""
        gone = self.table("left_out")
        return gone.assign(arm=gone["arm"].fillna("") if "arm" in gone else "")

    def primary(self, ending: str) -> Any:
        """The primary figure at a check-in, by study id."""
        column = f"{self.plan['primary']}_{ending}"
        value = self.people[column] if column in self.people else pd.Series(float("nan"), self.people.index)
        return value.set_axis(self.people["study_id"])


def of(rows: Any, arm: str) -> Any:
    """The rows of an arm; all of them for one without a name."""
    return rows[(rows["arm"] == arm) | (arm == "")]


# --- from screening on


def flow(data: Data) -> Iterator[Row]:
    """How many came how far: `step`, of `arm`, with a `detail`, `people`."""
    gone, invited = data.gone(), len(data.table("participants"))
    yield from _screened(data)
    yield _step("invited", invited + len(gone))
    declined, enrolled = (gone["reason"] == "declined").sum(), len(data.people) + (gone["enrolled"] == 1).sum()
    yield _step("declined", declined)
    yield _step("not_enrolled", invited + len(gone) - declined - enrolled)
    yield _step("enrolled", enrolled)
    if "reference" in data.plan:
        enrolled_gone = gone[gone["enrolled"] == 1]
        yield _step("not_allocated", (data.people["arm"] == "").sum() + (enrolled_gone["arm"] == "").sum())
    told = list(completeness(data))
    for arm in data.arms:
        here, lost = of(data.people, arm), of(gone[gone["enrolled"] == 1], arm)
        yield _step("allocated", len(here) + len(lost), arm)
        yield _step("removed", (lost["reason"] == "data_removed").sum(), arm)
        yield _step("left", (here["status"] == "stopped").sum(), arm)
        for row in (row for row in told if row["arm"] == arm):
            yield _step("given", row["given"], arm, row["visit"])
            yield _step("missed", row["due"] - row["given"], arm, row["visit"])
            yield _step("not_yet", row["open"], arm, row["visit"])
        known = script.follow_up(here, data.plan, data.plan["primary"])
        yield _step("analysed", known["study_id"].nunique(), arm)


def _step(step: str, people: Any, arm: str = "", detail: str = "") -> Row:
    return {"step": step, "arm": arm, "detail": detail, "people": int(people)}


def _screened(data: Data) -> Iterator[Row]:
    screening = data.table("screening")
    if len(screening):
        yield _step("screened", len(screening))
        stands = Counter(screening["status"])
        yield from (_step("excluded", stands[status], detail=status) for status in EXCLUDED if stands[status])
        named = screening[screening["status"] == "ineligible"]["not_met"].dropna()
        unmet = Counter(code for codes in named for code in str(codes).split(","))
        yield from (_step("criterion", unmet[code], detail=code) for code in sorted(unmet))
        why = Counter(screening[screening["status"] == "refused"]["refusal"].dropna())
        yield from (_step("refusal", why[code], detail=code) for code in sorted(why))


# --- who answered


def completeness(data: Data) -> Iterator[Row]:
    """By arm and check-in, of whose window is over: the primary figure `given`, the `whole` list gone through.

    Who had their data removed has given none: they are among the due from their own days on.
    """
    visits, gone = data.with_people("visits"), data.gone()
    for arm in data.arms:
        for nth, (ending, visit) in enumerate(data.visits.items(), start=1):
            here, lost = of(visits[visits["visit"] == visit], arm), of(gone, arm)
            over = here[here["closes_on"] < data.plan["on"]]
            given = data.primary(ending).reindex(over["study_id"]).notna().sum()
            removed = int((lost["visits_due"] >= nth).sum())
            yield {"arm": arm, "visit": visit, "due": len(over) + removed, "given": int(given),
                   "whole": int((over["status"] == "complete").sum()), "removed": removed,
                   "open": len(here) - len(over)}  # fmt: skip


def patterns(data: Data) -> Iterator[Row]:
    """Who gave the primary figure when: a letter a check-in (g given, m missing, n not yet), most frequent first."""
    visits = data.table("visits")
    over = set(visits[visits["closes_on"] < data.plan["on"]][["study_id", "visit"]].itertuples(index=False, name=None))
    planned = set(visits[["study_id", "visit"]].itertuples(index=False, name=None))
    known = {visit: data.primary(ending).notna() for ending, visit in data.visits.items()}
    found: Counter[str] = Counter()
    for person in data.people["study_id"]:
        states = [
            (GIVEN if known[visit][person] else MISSING if (person, visit) in over else NOT_YET, visit)
            for visit in data.visits.values()
        ]
        if any(state == GIVEN or (person, visit) in planned for state, visit in states):
            found["".join(state for state, _ in states)] += 1
    for pattern, people in sorted(found.items(), key=lambda each: (-each[1], each[0])):
        yield {"pattern": pattern, "people": people}


# --- who takes part


def baseline(data: Data) -> Iterator[Row]:
    """Items and outcomes at baseline: `n` with mean and sd, or for each `value` its `n`; `none`: no answer."""
    first = next(iter(data.visits))
    said = data.table("responses")
    said = said[said["visit"] == data.visits[first]]
    for kind in ("counted", "measured"):
        for asked in data.plan[kind].split():
            instrument, item = asked.split(".")
            mine = said[(said["instrument"] == instrument) & (said["item"] == item)].set_index("study_id")["value"]
            values = pd.to_numeric(data.people["study_id"].map(mine))
            yield from (_counted if kind == "counted" else _measured)(data, asked, values)
    for outcome in data.plan["outcomes"].split():
        yield from _measured(data, outcome, data.people[f"{outcome}_{first}"])


def _measured(data: Data, what: str, values: Any) -> Iterator[Row]:
    for arm in data.arms:
        known = values[(data.people["arm"] == arm) | (arm == "")].dropna()
        yield {"what": what, "arm": arm, "value": "", "n": len(known), "mean": known.mean(), "sd": known.std(ddof=1)}


def _counted(data: Data, what: str, values: Any) -> Iterator[Row]:
    for arm in data.arms:
        mine = values[(data.people["arm"] == arm) | (arm == "")]
        for value in sorted(values.dropna().unique()):
            yield {"what": what, "arm": arm, "value": int(value), "n": int((mine == value).sum())}
        yield {"what": what, "arm": arm, "value": "none", "n": int(mine.isna().sum())}


# --- what they did


def _come(data: Data, day: int) -> Any:
    """Who was enrolled at least so many days before the cut."""
    days = (pd.Timestamp(data.plan["on"]) - pd.to_datetime(data.people["enrolled_on"])).dt.days
    return data.people[days >= day]


def _done(data: Data) -> Any:
    """Sessions done as a whole, in the chat or at a meeting of the group."""
    done = data.with_people("sessions")
    return done[done["part"] == "whole"]


def _weeks(data: Data) -> dict[str, int]:
    """Session → days since enrolment at which its week is over."""
    return {code: int(day) for code, _, day in (each.partition(":") for each in data.plan["sessions"].split())}


def sessions(data: Data) -> Iterator[Row]:
    """By arm and session, of the people whose week for it is over: how many did it, in the chat, in the group.

    None where it cannot be known.
    """
    done, known = _done(data), data.knows_sessions
    for arm in data.arms:
        for session, day in _weeks(data).items():
            people = of(_come(data, day), arm)["study_id"]
            here = done[(done["session"] == session) & done["study_id"].isin(people)]
            did = here["study_id"].nunique()
            chat, group = (here[here["way"] == way]["study_id"].nunique() for way in ("chat", "group"))
            yield {"arm": arm, "session": session, "people": len(people), "done": did if known else None,
                   "chat": chat, "group": group if known else None}  # fmt: skip


def attended(data: Data) -> Iterator[Row]:
    """By arm, of the people whose weeks are all over: who did any session, who enough of them, and the median.

    None where it cannot be known.
    """
    weeks, enough = _weeks(data), int(data.plan["enough_sessions"])
    done = _done(data)
    each = done[done["session"].isin(weeks)].groupby("study_id")["session"].nunique()
    for arm in data.arms:
        people = of(_come(data, max(weeks.values())), arm)["study_id"]
        came = each.reindex(people).fillna(0)
        told = {"any": int((came > 0).sum()), "enough": int((came >= enough).sum()),
                "median": came.median() if len(came) else None}  # fmt: skip
        yield {"arm": arm, "people": len(came)} | (told if data.knows_sessions else dict.fromkeys(told))


def meetings(data: Data) -> Iterator[Row]:
    """What staff entered of meetings of therapy groups: entries and people by arm and status."""
    met = data.with_people("attendance")
    for arm in data.arms:
        for status in ("present", "absent", "excused"):
            here = of(met[met["status"] == status], arm)
            yield {"arm": arm, "status": status, "entries": len(here), "people": here["study_id"].nunique()}


def practised(data: Data) -> Any:
    """One row for each week that was looked back on: person, arm, `week` since enrolment, minutes as `value`."""
    weeks = data.with_people("practice_weeks")
    sum_fits = weeks["led_minutes"] + weeks["reported_minutes"]
    minutes = weeks["minutes"].where(weeks["answer"] != "fits", sum_fits)
    days = (pd.to_datetime(weeks["on"]) - pd.to_datetime(weeks["enrolled_on"])).dt.days
    return weeks.assign(value=pd.to_numeric(minutes), week=days // WEEK + 1).dropna(subset=["value"])


def practice_weeks(data: Data) -> Iterator[Row]:
    """Median and quartiles of the minutes by arm and week."""
    known = practised(data)
    for arm in data.arms:
        for week, here in of(known, arm).groupby("week"):
            low, middle, high = here["value"].quantile([0.25, 0.5, 0.75])
            yield {"arm": arm, "week": int(week), "n": len(here), "low": low, "median": middle, "high": high}


def practice(data: Data) -> Iterator[Row]:
    """Stretches of weeks: people, weeks that are known, their median, and how many reach the minutes asked for."""
    known, goal = practised(data), int(data.plan["practice_minutes"])
    for arm in data.arms:
        for first, last in (each.split("-") for each in data.plan["practice_periods"].split()):
            here = of(known, arm)
            here = here[here["week"].between(int(first), int(last))]
            yield {"arm": arm, "first": int(first), "last": int(last), "people": here["study_id"].nunique(),
                   "weeks": len(here), "median": here["value"].median(),
                   "enough": int((here["value"] >= goal).sum())}  # fmt: skip


# --- how it changed


def responders(data: Data) -> Iterator[Row]:
    """Who fell by at least a percentage of a baseline above zero, and who chose at most a step; of who gave values."""
    for outcome, percent in (each.split(":") for each in data.plan["responders"].split()):
        values = script.follow_up(data.people, data.plan, outcome)
        values = values[values["baseline"] > 0]
        fell = 100 * (values["baseline"] - values["value"]) >= float(percent) * values["baseline"] - TOLERANCE
        yield from _responding(data, values.assign(did=fell), {"outcome": outcome, "rule": f"fall_{percent}"})
    for outcome, step in (each.split(":") for each in data.plan["steps"].split()):
        found = [
            data.people[["study_id", "arm"]].assign(visit=ending, value=data.people[f"{outcome}_{ending}"])
            for ending in data.plan["visits"].split()
            if f"{outcome}_{ending}" in data.people
        ]
        if found:
            values = pd.concat(found).dropna(subset=["value"])
            did = values.assign(did=values["value"] <= float(step))
            yield from _responding(data, did, {"outcome": outcome, "rule": f"at_most_{step}"})


def _responding(data: Data, values: Any, what: Row) -> Iterator[Row]:
    for arm in data.arms:
        for visit in data.plan["visits"].split():
            here = of(values[values["visit"] == visit], arm)
            yield what | {"arm": arm, "visit": visit, "people": len(here), "responders": int(here["did"].sum())}


# --- around a pause


def around(data: Data) -> Iterator[Row]:
    """Pain and urge before and after the same pause: means of people's own means, over pauses that have both."""
    pauses = data.with_people("pauses")
    for what in ("pain", "urge"):
        both = pauses.dropna(subset=[f"{what}_before", f"{what}_after"])
        means = both.groupby("study_id")[[f"{what}_before", f"{what}_after"]].mean()
        before, after = means.mean() if len(means) else (None, None)
        yield {"what": what, "people": len(means), "pauses": len(both), "before": before, "after": after}


def decisions(data: Data) -> Iterator[Row]:
    """How many pauses ended with which decision; `no_answer` is one of them."""
    chosen = data.with_people("pauses")["decision"].fillna("no_answer")
    for decision in sorted(set(chosen)):
        yield {"decision": decision, "pauses": int((chosen == decision).sum())}


def residuals(data: Data) -> Iterator[Row]:
    """What the model of the primary outcome says for each value, and what it leaves over."""
    try:
        fitted = data.fitted(data.plan["primary"])
    except script.NotEstimated:
        return
    for fit, left in zip(fitted.fits, fitted.residuals, strict=True):
        yield {"fit": float(fit), "residual": float(left)}


TABLES: dict[str, tuple[Callable[[Data], Iterator[Row]], tuple[str, ...]]] = {
    "flow": (flow, ("step", "arm", "detail", "people")),
    "completeness": (completeness, ("arm", "visit", "due", "given", "whole", "removed", "open")),
    "patterns": (patterns, ("pattern", "people")),
    "baseline": (baseline, ("what", "arm", "value", "n", "mean", "sd")),
    "sessions": (sessions, ("arm", "session", "people", "done", "chat", "group")),
    "attended": (attended, ("arm", "people", "any", "enough", "median")),
    "meetings": (meetings, ("arm", "status", "entries", "people")),
    "practice_weeks": (practice_weeks, ("arm", "week", "n", "low", "median", "high")),
    "practice": (practice, ("arm", "first", "last", "people", "weeks", "median", "enough")),
    "responders": (responders, ("outcome", "rule", "arm", "visit", "people", "responders")),
    "around": (around, ("what", "people", "pauses", "before", "after")),
    "decisions": (decisions, ("decision", "pauses")),
    "residuals": (residuals, ("fit", "residual")),
}


def write(data: Data, results: Path) -> Iterator[str]:
    """Write all tables; gives a line about each."""
    results.mkdir(parents=True, exist_ok=True)
    for name, (made, columns) in TABLES.items():
        table = pd.DataFrame(list(made(data)), columns=list(columns))
        table.to_csv(results / f"{name}.csv", index=False)
        yield f"{results / name}.csv: {len(table)} rows"


def main(folder: Path, results: Path) -> None:
    """Write all tables."""
    for line in write(Data(folder), results):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    main(here, Path(sys.argv[2]) if len(sys.argv) > 2 else Path("results"))
