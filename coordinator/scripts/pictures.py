"""Draws every picture of the report, from the tables of this export alone.

    python pictures.py [folder of the export] [folder for results]

Needs altair and vl-convert-python, and drawing.py and showing.py beside it; pictures.R draws the same in R. What
analysis.py and figures.py write is taken from the folder for results; where it is not there they are run first. Writes
an SVG and a PNG for each picture of `PICTURES` there is something for, and pictures.html with what each shows. Figures
of fewer people than `few` in analysis.dcf are in no picture, as in the report.
"""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from coordinator.scripts import drawing, showing
    from coordinator.scripts.showing import Plan, Row, shown
else:
    try:
        import drawing
        import showing
        import vl_convert  # noqa: F401
        from showing import Plan, Row, shown
    except ImportError as absent:
        sys.exit(
            f"{absent}: pictures.py needs `pip install altair vl-convert-python`, drawing.py and showing.py beside it"
        )

TABLES = {"analysis": ("change", "model"), "figures": ("flow", "completeness", "patterns", "sessions", "practice_weeks",
                                                       "around", "residuals")}  # fmt: skip
"""The tables that pictures are drawn of, by the script that writes them."""

TEXT = {"arm", "visit", "step", "detail", "pattern", "session", "outcome", "what", "reason"}
EXCLUDED = {"ineligible": "A criterion not met", "refused": "Did not want to", "open": "Not decided",
            "eligible": "Eligible, not joined yet"}  # fmt: skip
SPACE = "\u00a0"
"""One that no line is broken at."""
LETTERS = 42
"""Letters that a line of a box at the side has room for."""
PIXELS = 2
"""Pixels of a PNG for each unit of its chart."""
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
    def unshown(self) -> str:
        """Why something in a picture is not shown."""
        return f" Not shown: what stands for fewer than {self.few} people."

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
    rest = {step: counts.get(step, 0) for step in drawing.STEPS}
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
    told = (
        [f"{given} given", f"{due - given} missed"] if showing.is_answer_shown(row, few) else [showing.NOT_SHOWN][:due]
    )
    if waiting or not told:
        told.append(f"{f'fewer than {few}' if 0 < waiting < few else waiting} not due yet")
    return ", ".join(told)


def _completeness(tables: Tables) -> Picture | None:
    every = tables.rows_of("completeness")
    order = list(dict.fromkeys(shown(row["visit"]) for row in every if row["due"]))
    rows = [row | {"visit": shown(row["visit"])} for row in every if shown(row["visit"]) in order]
    known = [row | {"percent": 100 * row["given"] / row["due"]} for row in rows
             if showing.is_answer_shown(row, tables.few)]  # fmt: skip
    told = [each.split(":") for each in tables.plan["completeness"].split()]
    trial = [{"visit": shown(visit), "percent": float(percent)} for visit, percent in told if shown(visit) in order]
    about = "; ".join(f"{float(percent):g} % at {shown(visit)}" for visit, percent in told)
    hidden = [row | {"text": showing.NOT_SHOWN if row["due"] else "none due yet"} for row in rows
              if not showing.is_answer_shown(row, tables.few)]  # fmt: skip
    if not known:
        return None
    return Picture(
        drawing.completeness(known, hidden, trial, order, tables.arms),
        "Who gave the primary figure",
        f"Percent of those whose window is over. The strokes are the STAMP trial: about {about}."
        f"{tables.unshown if any(row['due'] for row in hidden) else ''}",
    )


def _changes(tables: Tables) -> Picture | None:
    rows = [row for row in tables.rows_of("change") if row["n"]]
    known = [row for row in showing.changes(rows, tables.few) if row["change"] is not None]
    panels = [_panel(tables, rows, outcome) for outcome in dict.fromkeys(row["outcome"] for row in known)]
    hidden = any(panel.hidden for panel in panels)
    if not panels:
        return None
    return Picture(
        drawing.changes(panels, tables.arms),
        "Change from baseline",
        f"Mean of who gave both values, with {tables.percent} interval; below zero is a fall. The strokes "
        f"at pain are what the two arms of the STAMP trial published, on the BPI{_each_its_own(tables)}."
        f"{tables.told_apart}{tables.unshown if hidden else ''}",
    )


def _each_its_own(tables: Tables) -> str:
    return ", each beside its own arm" if len(tables.arms) > 1 else ""


def _panel(tables: Tables, rows: list[Row], outcome: str) -> drawing.Panel:
    mine = [row | {"visit": shown(row["visit"])} for row in rows if row["outcome"] == outcome]
    there = {row["visit"] for row in mine}
    trial = tuple({"arm": arm, "visit": visit, "change": change}
                  for column, arm, visit, change in showing.published(tables.plan)
                  if column == outcome and visit in there)  # fmt: skip
    return drawing.Panel(
        tables.plan[f"title_{outcome}"],
        tables.plan[f"scale_{outcome}"],
        tuple(dict.fromkeys(row["visit"] for row in mine)),
        tuple({name: row[name] for name in ("arm", "visit", "change", "low", "high")}
              for row in mine if row["n"] >= tables.few),
        tuple({"arm": row["arm"], "visit": row["visit"], "text": showing.NOT_SHOWN}
              for row in mine if row["n"] < tables.few),
        trial,
    )  # fmt: skip


def _contrasts(tables: Tables) -> Picture | None:
    primary = tables.plan["primary"]
    mine = [row for row in tables.rows_of("model") if row["outcome"] == primary]
    rows = [row for row in mine if row["what"] == "contrast"]
    if not rows:
        return None
    trial = showing.trial_contrasts(tables.plan, primary)
    absent = [shown(row["visit"]) for row in mine if row["what"] == "left_out" and row["visit"]]
    first, second = (arm.upper() for arm in rows[0]["arm"].split(" - "))
    return Picture(
        drawing.contrasts(
            [row | {"visit": shown(row["visit"])} for row in rows],
            trial,
            f"{first} less {second}",
            f"Not every arm has values yet at {', '.join(absent)}." if absent else "",
        ),
        "Difference between the arms",
        f"Adjusted change of {first} less that of {second}, with {tables.percent} interval; below zero {first} "
        f"fell by more.{showing.found_by_trial(trial, 'The strokes are the STAMP trial')}",
    )


def _patterns(tables: Tables) -> Picture | None:
    every = tables.rows_of("patterns")
    rows = showing.common(every, tables.few)
    if not rows:
        return None
    visits = [shown(each.split(":")[1]) for each in tables.plan["check_ins"].split()]
    labelled = [(f"{n}.  {people} people", states) for n, (people, states) in enumerate(rows, start=1)]
    return Picture(
        drawing.patterns(labelled, visits, showing.other_patterns(every, tables.few)),
        "Which check-ins are missing",
        "Each row is a pattern of who gave the primary figure when, the most frequent first.",
    )


def _sessions(tables: Tables) -> Picture | None:
    rows = tables.rows_of("sessions")
    if any(row["done"] is None for row in rows):
        return None  # a blinded export cannot know who did them at a meeting of a group
    points, note = showing.by_session(rows, tables.few), showing.unshown_sessions(rows, tables.few)
    where = "in the chat or in a group" if tables.meetings else "in the chat"
    whose = "of the people whose week for it is over, counted from enrolment"
    words = f"Percent who did it, {where}, {whose}.{tables.told_apart}"
    chart = drawing.attendance(points, showing.sessions_of(rows), tables.arms, note)
    return Picture(chart, "Who did the sessions", words) if points else None


def _practice(tables: Tables) -> Picture | None:
    every = tables.rows_of("practice_weeks")
    weeks = showing.by_week(every, tables.few)
    goal, note = int(tables.plan["practice_minutes"]), showing.unshown_weeks(every, tables.few)
    words = (
        f"Median and middle half of people, weeks they looked back on. Dashed: the {goal} minutes asked for."
        f"{tables.told_apart}"
    )
    return Picture(drawing.practice(weeks, goal, tables.arms, note), "Home practice", words) if weeks else None


def _around(tables: Tables) -> Picture | None:
    every = tables.rows_of("around")
    rows = [row for row in every if row["people"] >= tables.few]
    hidden = [drawing.RATINGS[row["what"]] for row in every if 0 < row["people"] < tables.few]
    note = f"Not shown, of fewer than {tables.few} people: {', '.join(hidden)}." if hidden else ""
    words = f"Means of people's own means. {NO_CLAIM}"
    return Picture(drawing.around(rows, note), "Around a pause", words) if rows else None


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
