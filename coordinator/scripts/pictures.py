"""Draws every picture of the report, from the tables of this export alone.

    python pictures.py [folder of the export] [folder for results]

Needs altair and vl-convert-python, and drawing.py beside it; pictures.R draws the same in R. What analysis.py and
figures.py write is taken from the folder for results; where it is not there they are run first. Writes an SVG and a PNG
for each picture of `PICTURES` there is something for, and pictures.html with what each shows. Figures of fewer people
than `few` in analysis.dcf are in no picture, as in the report.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from coordinator.scripts import drawing
else:
    try:
        import drawing
        import vl_convert  # noqa: F401
    except ImportError as absent:
        sys.exit(f"{absent}: pictures.py needs `pip install altair vl-convert-python`, and drawing.py beside it")

Plan = Mapping[str, str]
Row = dict[str, Any]

TABLES = {"analysis": ("change", "model"), "figures": ("flow", "completeness", "patterns", "sessions", "practice_weeks",
                                                       "around", "residuals")}  # fmt: skip
"""The tables that pictures are drawn of, by the script that writes them."""

TEXT = {"arm", "visit", "step", "detail", "pattern", "session", "outcome", "what", "reason"}
STATES = {"g": "given", "m": "missing", "n": "not yet due"}
EXCLUDED = {"ineligible": "A criterion not met", "refused": "Did not want to", "open": "Not decided",
            "eligible": "Eligible, not joined yet"}  # fmt: skip
PATTERNS_SHOWN = 10
SPACE = "\u00a0"
"""One that no line is broken at."""
LETTERS = 42
"""Letters that a line of a box at the side has room for."""
PIXELS = 2
"""Pixels of a PNG for each unit of its chart."""
NO_MARK = " Where nothing stands, too few people did, or too few did not, for it to be shown."
NO_CLAIM = (
    "Before and after the same pause, without anything to compare it with: ratings also change by themselves, "
    "and with the dose. This says nothing about what a pause does."
)


class Tables:
    """The tables behind the pictures, and the plan they are drawn by.

    `rows_of` gives the rows of a table, numbers as numbers and None for what is blank. `meetings`: meetings of therapy
    groups are in the data, which a blinded export leaves out.
    """

    def __init__(self, plan: Plan, rows_of: Callable[[str], list[Row]], *, meetings: bool) -> None:
        self.plan, self.rows_of, self.meetings = plan, rows_of, meetings
        self.few = int(plan["few"])
        self.percent = f"{100 * float(plan['level']):g} %"

    @property
    def arms(self) -> list[str]:
        """The arms, in the order of the tables; one without a name where all stand together."""
        return list(dict.fromkeys(row["arm"] for row in self.rows_of("completeness")))

    @property
    def told_apart(self) -> str:
        """How the arms are told apart in a picture; nothing where there are none."""
        shapes = [f"{shape}s are {arm.upper()}" for shape, arm in zip(drawing.SHAPES, self.arms, strict=False)]
        return "" if len(self.arms) < 2 else f" {shapes[0][0].upper()}{', '.join(shapes)[1:]}."


@dataclass(frozen=True)
class Picture:
    """A Vega-Lite chart, and in words what it shows, for who cannot see it."""

    chart: dict[str, Any]
    title: str
    words: str


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


def is_small(part: int, whole: int, few: int) -> bool:
    """Whether a share would tell of too few people: of those it counts, or of the rest."""
    return 0 < part < few or 0 < whole - part < few


def is_answer_shown(row: Row, few: int) -> bool:
    """Whether it may be told who gave the primary figure at a check-in; not where no window is over."""
    return row["due"] > 0 and not is_small(row["given"], row["due"], few)


def changes(rows: list[Row], few: int) -> list[Row]:
    """Rows of the change table; the figures of too few people are left out, and the row says so."""
    hidden = dict.fromkeys(("baseline", "value", "change", "sd", "se", "low", "high"))
    return [row | hidden | {"reason": "too few to be shown"} if 0 < row["n"] < few else row for row in rows]


def by_session(rows: list[Row], few: int) -> list[Row]:
    """Percent of people who did each session, of those whose week for it is over; none that tells of too few."""
    return [
        {"arm": row["arm"], "session": row["session"], "percent": 100 * row["done"] / row["people"]}
        for row in rows
        if row["people"] >= few and not is_small(row["done"], row["people"], few)
    ]


def common(rows: list[Row], few: int) -> list[tuple[int, tuple[str, ...]]]:
    """The most frequent patterns of missing answers with their people, none of too few."""
    enough = [row for row in rows if row["people"] >= few]
    return [(row["people"], tuple(STATES[letter] for letter in row["pattern"])) for row in enough[:PATTERNS_SHOWN]]


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


def found_by_trial(trial: Mapping[str, float]) -> str:
    """What the trial's figures are, where there are any."""
    return (
        " STAMP: the difference of the two changes it published, on the BPI; it found no significant difference, "
        "and no interval could be read."
        if trial
        else ""
    )


# --- the pictures


def excluded(rows: list[Row], plan: Plan) -> Iterator[tuple[str, int]]:
    """Why people who were screened did not come in, with how many: by kind, and below by criterion and by reason."""
    below = {"ineligible": "criterion", "refused": "refusal"}
    counts = {row["detail"]: row["people"] for row in rows if row["step"] == "excluded"}
    for kind, name in EXCLUDED.items():
        yield name, counts.get(kind, 0)
        for row in (row for row in rows if row["step"] == below.get(kind)):
            code = row["detail"]
            yield f"–  {plan.get('_'.join((row['step'], code)), code)}", row["people"]


def _flow(tables: Tables) -> Picture:
    rows = tables.rows_of("flow")
    counts = {row["step"]: row["people"] for row in rows if not row["detail"] and not row["arm"]}
    rest = {step: counts.get(step, 0) for step in ("invited", "declined", "enrolled", "not_allocated")}
    sent_away = [f"{name}:{SPACE}{people}" for name, people in excluded(rows, tables.plan) if people]
    broken = [line for each in sent_away for line in textwrap.wrap(each, LETTERS)]
    screened = counts.get("screened")
    columns = [drawing.Column(arm, tuple(_column(tables, rows, arm))) for arm in tables.arms]
    return Picture(
        drawing.flow(screened, broken, rest, columns),
        "From screening on" if screened is not None else "From the invitation on",
        f"At each check-in: who gave the primary figure ({tables.plan['title_' + tables.plan['primary']]}) and who "
        "missed it, of those whose window is over, with whose data were removed since. Analysed: "
        "who has it at baseline and at least once later.",
    )


def _column(tables: Tables, rows: list[Row], arm: str) -> Iterator[str]:
    here = {row["step"]: row["people"] for row in rows if row["arm"] == arm and not row["detail"]}
    if arm:
        yield f"{drawing.named(arm)}: {here['allocated']}"
    answered = [row for row in tables.rows_of("completeness") if row["arm"] == arm]
    yield from (f"{shown(row['visit'])}: {_answered(row, tables.few)}" for row in answered)
    yield from (f"{name}: {here[step]}" for step, name in
                (("left", "Left the study"), ("removed", "Data removed"), ("analysed", "Analysed")))  # fmt: skip


def _answered(row: Row, few: int) -> str:
    due, given, waiting = row["due"], row["given"], row["open"]
    told = [f"{given} given", f"{due - given} missed"] if is_answer_shown(row, few) else ["not shown"][:due]
    if waiting or not told:
        told.append(f"{f'fewer than {few}' if 0 < waiting < few else waiting} not due yet")
    return ", ".join(told)


def _completeness(tables: Tables) -> Picture | None:
    rows = [row for row in tables.rows_of("completeness") if row["due"]]
    known = [
        {"arm": row["arm"], "visit": shown(row["visit"]), "due": row["due"], "percent": 100 * row["given"] / row["due"]}
        for row in rows
        if is_answer_shown(row, tables.few)
    ]
    told = [each.split(":") for each in tables.plan["completeness"].split()]
    trial = [{"visit": shown(visit), "percent": float(percent)} for visit, percent in told]
    about = "; ".join(f"{each['percent']:g} % at {each['visit']}" for each in trial)
    order = list(dict.fromkeys(shown(row["visit"]) for row in rows))
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    if not known:
        return None
    return Picture(
        drawing.completeness(known, trial, order, arms),
        "Who gave the primary figure",
        f"Percent of those whose window is over. The strokes are the STAMP trial: about {about}."
        f"{'' if len(known) == len(rows) else NO_MARK}",
    )


def _changes(tables: Tables) -> Picture | None:
    rows = [row for row in changes(tables.rows_of("change"), tables.few) if row["change"] is not None]
    told = published(tables.plan)
    panels = []
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        mine = [row for row in rows if row["outcome"] == outcome]
        points = tuple({"arm": row["arm"], "visit": shown(row["visit"]), "change": row["change"], "low": row["low"],
                        "high": row["high"]} for row in mine)  # fmt: skip
        there = {point["visit"] for point in points}
        trial = tuple({"visit": visit, "change": change} for column, _, visit, change in told
                      if column == outcome and visit in there)  # fmt: skip
        plan = tables.plan
        panels.append(drawing.Panel(plan[f"title_{outcome}"], plan[f"scale_{outcome}"], points, trial))
    if not panels:
        return None
    return Picture(
        drawing.changes(panels, tables.arms),
        "Change from baseline",
        f"Mean of who gave both values, with {tables.percent} interval; below zero is a fall. The strokes "
        f"at pain are what the two arms of the STAMP trial published, on the BPI.{tables.told_apart}",
    )


def _contrasts(tables: Tables) -> Picture | None:
    primary = tables.plan["primary"]
    rows = [row for row in tables.rows_of("model") if row["what"] == "contrast" and row["outcome"] == primary]
    if not rows:
        return None
    trial = trial_contrasts(tables.plan, primary)
    return Picture(
        drawing.contrasts([row | {"visit": shown(row["visit"])} for row in rows], trial),
        "Difference between the arms",
        f"Adjusted change of one arm less the other, with {tables.percent} interval; below zero the first "
        f"fell by more.{found_by_trial(trial)}",
    )


def _patterns(tables: Tables) -> Picture | None:
    rows = common(tables.rows_of("patterns"), tables.few)
    if not rows:
        return None
    visits = [shown(each.split(":")[1]) for each in tables.plan["check_ins"].split()]
    labelled = [(f"{n}.  {people} people", states) for n, (people, states) in enumerate(rows, start=1)]
    return Picture(
        drawing.patterns(labelled, visits),
        "Which check-ins are missing",
        "Each row is a pattern of who gave the primary figure when, the most frequent first.",
    )


def _sessions(tables: Tables) -> Picture | None:
    rows = tables.rows_of("sessions")
    points = by_session(rows, tables.few)
    where = "in the chat or in a group" if tables.meetings else "in the chat"
    whose = "of the people whose week for it is over, counted from enrolment"
    hidden = "" if len(points) == len([row for row in rows if row["people"]]) else NO_MARK
    words = f"Percent who did it, {where}, {whose}.{hidden}{tables.told_apart}"
    return Picture(drawing.attendance(points, tables.arms), "Who did the sessions", words) if points else None


def _practice(tables: Tables) -> Picture | None:
    weeks = [row for row in tables.rows_of("practice_weeks") if row["n"] >= tables.few]
    goal = int(tables.plan["practice_minutes"])
    words = f"Median and middle half of people, weeks they looked back on. Dashed: the {goal} minutes asked for."
    return Picture(drawing.practice(weeks, goal, tables.arms), "Home practice", words) if weeks else None


def _around(tables: Tables) -> Picture | None:
    rows = [row for row in tables.rows_of("around") if row["people"] >= tables.few]
    words = f"Means of people's own means. {NO_CLAIM}"
    return Picture(drawing.around(rows), "Around a pause", words) if rows else None


def _residuals(tables: Tables) -> Picture | None:
    rows = tables.rows_of("residuals")
    words = "Left: a band without a shape is what the model takes for granted. Right: points on the line are normal."
    found = [row["fit"] for row in rows], [row["residual"] for row in rows]
    return Picture(drawing.residuals(*found), "What the model leaves over", words) if rows else None


PICTURES: dict[str, Callable[[Tables], Picture | None]] = {
    "flow": _flow,
    "completeness": _completeness,
    "changes": _changes,
    "contrasts": _contrasts,
    "patterns": _patterns,
    "sessions": _sessions,
    "practice": _practice,
    "around": _around,
    "residuals": _residuals,
}
"""Each gives None where there is nothing to draw, or nothing that may be shown."""


# --- as files


def knows_meetings(folder: Path) -> bool:
    """Whether meetings of therapy groups are in an export."""
    with (folder / "attendance.csv").open(encoding="utf-8", newline="") as file:
        return "meeting" in next(csv.reader(file))


def read_tables(folder: Path, results: Path) -> Tables:
    """The tables as they were written into `results`, and the plan of the export."""
    lines = (folder / "analysis.dcf").read_text(encoding="utf-8").splitlines()

    def rows_of(table: str) -> list[Row]:
        with (results / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return [{name: _cell(name, cell) for name, cell in row.items()} for row in csv.DictReader(file)]

    return Tables(dict(line.split(": ", 1) for line in lines if line), rows_of, meetings=knows_meetings(folder))


def _cell(name: str, cell: str) -> Any:
    if name in TEXT:
        return cell
    if cell in ("", "NA"):
        return None
    return int(cell) if cell.lstrip("-").isdigit() else float(cell)


def svg(chart: Mapping[str, Any]) -> str:
    """A chart drawn; nothing is fetched for it."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(json.dumps(chart), allowed_base_urls=[])
    return drawn


def png(chart: Mapping[str, Any], scale: float) -> bytes:
    """A chart drawn, with so many pixels for each of its units."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(json.dumps(chart), scale=scale, allowed_base_urls=[])
    return drawn


def write(tables: Tables, results: Path) -> Iterator[str]:
    """Draw all pictures; gives a line about each."""
    page = ['<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>The pictures</title>\n']
    for name, made in PICTURES.items():
        if picture := made(tables):
            (results / f"{name}.svg").write_text(svg(picture.chart), encoding="utf-8")
            (results / f"{name}.png").write_bytes(png(picture.chart, PIXELS))
            page.append(f'<h2>{escape(picture.title)}</h2>\n<img src="{name}.svg" alt="{escape(picture.title)}">\n'
                        f"<p>{escape(picture.words)}</p>\n")  # fmt: skip
        yield f"{results / name}.svg, .png" if picture else f"{name}: nothing to draw"
    (results / "pictures.html").write_text("".join(page), encoding="utf-8")


def main(folder: Path, results: Path) -> None:
    """Draw all pictures, after the tables they are drawn of."""
    for script, tables in TABLES.items():
        if not all((results / f"{table}.csv").exists() for table in tables):
            import_module(script).main(folder, results)
    for line in write(read_tables(folder, results), results):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    main(here, Path(sys.argv[2]) if len(sys.argv) > 2 else Path("results"))
