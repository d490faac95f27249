"""The figures of a report, from the tables of one export; nothing is shown of fewer people than the plan allows.

What is counted is counted by the script `figures.py` that comes with the data; here it is made fit to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from coordinator.scripts import analysis as script
from coordinator.scripts import figures as counted
from coordinator.scripts import pictures, showing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from content.analysis import Analysis, Trait

LANGUAGE: Literal["en"] = "en"
NONE = "none"

Row = dict[str, Any]


@dataclass(frozen=True)
class Data:
    """The tables of one export, the plan they are read by, and the local date the cut is judged by."""

    folder: Path
    plan: Analysis
    by_arm: bool
    on: date

    @cached_property
    def script(self) -> dict[str, str]:
        """The plan as the scripts read it."""
        groups = script.read_plan(self.folder)["therapy_groups"] == "1"
        lines = self.plan.script(by_arm=self.by_arm, on=self.on, groups=groups).splitlines()
        return dict(line.split(": ", 1) for line in lines)

    @cached_property
    def counted(self) -> counted.Data:
        """The same as the script reads it."""
        return counted.Data(self.folder, self.script)

    def people(self) -> Any:
        """One row for each enrolled person: the wide file."""
        return self.counted.people

    @property
    def arms(self) -> list[str]:
        """The arms that are shown; one without a name in a pooled report."""
        return self.counted.arms

    @property
    def few(self) -> int:
        """Fewer people than this are not shown."""
        return self.plan.few.people

    @cached_property
    def knows_meetings(self) -> bool:
        """Whether meetings of therapy groups are in the data; a blinded export leaves them out."""
        return pictures.knows_meetings(self.folder)

    @cached_property
    def drawn(self) -> pictures.Tables:
        """The same as the script draws it."""
        return pictures.Tables(self.script, self.rows, meetings=self.knows_meetings)

    def picture(self, name: str) -> Iterator[pictures.Picture]:
        """A picture as the script draws it; none where there is nothing to be shown."""
        if found := pictures.PICTURES[name](self.drawn):
            yield found

    def rows(self, table: str) -> list[Row]:
        """The rows of one table that the scripts make, without anything left out."""
        if table not in self._rows:
            made = self._analysed(table) if table in pictures.TABLES["analysis"] else self._counted(table)
            self._rows[table] = [showing.plain(row) for row in made]
        return self._rows[table]

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        return {}

    def _counted(self, table: str) -> list[Row]:
        make, _ = counted.TABLES[table]
        return list(make(self.counted))

    def _analysed(self, table: str) -> list[Row]:
        rows: list[Row] = self._table(table).to_dict("records")
        return rows

    def _table(self, table: str) -> Any:
        """The table `change` or `model`."""
        people = self.counted.people
        if table == "change":
            return script.change_table(people, self.script)
        return script.model_table(people, self.script, lambda _, __, outcome: self.counted.fitted(outcome))

    def write(self, folder: Path) -> None:
        """Write the tables behind the pictures, whole."""
        list(counted.write(self.counted, folder))
        for name in pictures.TABLES["analysis"]:
            self._table(name).to_csv(folder / f"{name}.csv", index=False)


def is_small(part: int, whole: int, few: int) -> bool:
    """Whether a share would tell of too few people: of those it counts, or of the rest."""
    return 0 < part < few or 0 < whole - part < few


def count(number: int, few: int) -> str:
    """A count as it may be shown: 0, or at least `few`."""
    return f"fewer than {few}" if 0 < number < few else str(number)


# --- from screening on


@dataclass(frozen=True)
class ArmFlow:
    """What became of the people of an arm; `analysed`: in the model of the primary outcome."""

    allocated: int
    removed: int
    left: int
    analysed: int


@dataclass(frozen=True)
class Flow:
    """How many came how far; `screened` is None where nobody was screened here."""

    screened: int | None
    invited: int
    declined: int
    enrolled: int
    not_enrolled: int
    not_allocated: int
    arms: dict[str, ArmFlow]


def flow(data: Data) -> Flow:
    """From screening on."""
    rows = data.rows("flow")

    def one(step: str, arm: str = "") -> int:
        return sum(row["people"] for row in rows if row["step"] == step and row["arm"] == arm)

    return Flow(
        one("screened") or None,
        one("invited"),
        one("declined"),
        one("enrolled"),
        one("not_enrolled"),
        one("not_allocated"),
        {arm: ArmFlow(*(one(step, arm) for step in ("allocated", "removed", "left", "analysed"))) for arm in data.arms},
    )


# --- who answered


@dataclass(frozen=True)
class Completeness:
    """One check-in of one arm: whose window is over, who of them gave the primary figure, who the whole list.

    `removed`: of the `due`, whose data were removed; they gave none.
    """

    arm: str
    visit: str
    due: int
    given: int
    whole: int
    removed: int
    open: int

    def is_shown(self, few: int) -> bool:
        """Whether it may be told who gave the primary figure: of enough people whose window is over."""
        return showing.is_answer_shown({"due": self.due}, few)


def completeness(data: Data) -> list[Completeness]:
    """By arm and check-in; the denominators are those whose window is over, answered or not."""
    return [Completeness(**row) for row in data.rows("completeness")]


# --- who takes part


def trait(data: Data, known: list[Row], asked: Trait) -> list[tuple[str, list[str]]]:
    """Rows of the baseline table for one item, of those counted: what, and a cell for each arm."""
    mine, item = [row for row in known if row["what"] == asked.item], asked.of[1]
    if not sum(row["n"] for row in mine if row["value"] != NONE):
        return [("(nobody answered)", ["–" for _ in data.arms])]
    if not item.options:
        return [("mean (SD)", [mean_sd(row, data.few) for row in mine])]
    values = [option.value for option in item.options]
    counts = [{row["value"]: row["n"] for row in mine if row["arm"] == arm} for arm in data.arms]
    cells = [_shares([of_arm.get(value, 0) for value in values], data.few) for of_arm in counts]
    rows = [(option.label[LANGUAGE], [cell[n] for cell in cells]) for n, option in enumerate(item.options)]
    return [*rows, ("no answer", [count(of_arm[NONE], data.few) for of_arm in counts])]


def mean_sd(row: Row, few: int) -> str:
    """`6.1 (1.6), n = 40`; without figures for too few."""
    if row["n"] < max(few, 2):
        return f"n: {count(row['n'], few)}"
    return f"{row['mean']:.1f} ({row['sd']:.1f}), n = {row['n']}"


def _shares(counts: list[int], few: int) -> list[str]:
    """Counts and percent; where one count is too small a second goes with it, or it could be worked out.

    None where all of them are few.
    """
    hidden = {n for n, number in enumerate(counts) if 0 < number < few}
    if len(hidden) == 1 and (others := [n for n, number in enumerate(counts) if number and n not in hidden]):
        hidden.add(min(others, key=lambda n: counts[n]))
    whole = sum(counts)
    if 0 < whole < few:
        return ["not shown" for _ in counts]
    return ["not shown" if n in hidden else f"{number} ({100 * number / whole:.0f} %)" if whole else "0"
            for n, number in enumerate(counts)]  # fmt: skip


# --- what they did


@dataclass(frozen=True)
class Attended:
    """How many sessions were done, in the chat or in a group, by the people of an arm whose weeks are all over.

    Nothing is known of sessions where people meet in groups and the export is blinded.
    """

    arm: str
    people: int
    any: int | None
    enough: int | None
    median: float | None


def attended(data: Data) -> list[Attended]:
    """By arm."""
    return [Attended(**row) for row in data.rows("attended")]


# --- how it changed


def changes(data: Data) -> list[Row]:
    """Rows of the change table, without the figures of too few people."""
    return showing.changes(data.rows("change"), data.few)


@dataclass(frozen=True)
class Responders:
    """Who responded by a rule (`fall_30`, `at_most_2`), of those who gave what it takes."""

    outcome: str
    rule: str
    arm: str
    visit: str
    people: int
    responders: int

    def shown(self, few: int) -> str:
        """`12 of 40 (30 %)`, unless either side is too few."""
        if self.people < few:
            return f"of {count(self.people, few)}"
        if is_small(self.responders, self.people, few):
            return f"not shown, of {self.people}"
        return f"{self.responders} of {self.people} ({100 * self.responders / self.people:.0f} %)"


def responders(data: Data) -> list[Responders]:
    """By outcome, rule, arm and follow-up; a fall of exactly the percentage counts."""
    return [Responders(**row) for row in data.rows("responders")]


# --- around a pause


@dataclass(frozen=True)
class Around:
    """A rating before and after the same pause: means of people's own means, over pauses that have both."""

    what: str
    people: int
    pauses: int
    before: float
    after: float


def around(data: Data) -> list[Around]:
    """Pain and urge; none of too few people."""
    return [Around(**row) for row in data.rows("around") if row["people"] >= data.few]


def decisions(data: Data) -> tuple[int, int, dict[str, int]]:
    """People with a pause, their pauses, and how many ended with which decision; `no_answer` is one of them."""
    chosen = {row["decision"]: row["pauses"] for row in data.rows("decisions")}
    people = data.counted.with_people("pauses")["study_id"].nunique()
    return people, sum(chosen.values()), chosen
