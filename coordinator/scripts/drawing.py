"""How the pictures of a report are drawn, as Vega-Lite; arms are told apart by shape, not by colour alone.

pictures.py, beside it, says what is drawn. Needs altair. Everything comes as plain rows, check-ins written out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from textwrap import wrap
from typing import Any

import altair as alt

INK, FAINT, GREY = "#222222", "#E6E6E6", "#777777"
COLOURS = ("#0072B2", "#B35900")
"""Blue and dark orange: told apart with any colour vision, and on a grey screen by their shapes."""
SHAPES = ("circle", "diamond")
DASHES = ([1, 0], [5, 3])
FILLS = (COLOURS[0], "#F3DCC4")
"""Of bars: the second is light, within a dark edge."""
FONT, WIDTH = 13, 640
PANEL = 280
NOTE = 96
"""Letters that a line under a picture has room for."""
RATINGS = {"pain": "Pain", "urge": "Wish for a dose"}


def named(arm: str) -> str:
    """An arm as a picture names it."""
    return arm.upper() or "everybody"


def _done(chart: Any) -> dict[str, Any]:
    axis = {"labelFontSize": FONT - 1, "titleFontSize": FONT, "labelColor": INK, "gridColor": FAINT}
    styled = chart.properties(background="white", padding=8).configure(font="sans-serif").configure_view(stroke=None)
    styled = styled.configure_axis(**axis, titleFontWeight="normal", domainColor=GREY, tickColor=GREY)
    legend: dict[str, Any] = {
        "labelFontSize": FONT,
        "title": None,
        "orient": "top",
        "symbolSize": 90,
        "symbolStrokeWidth": 2,
    }
    legend |= {"symbolOpacity": 1, "symbolDash": [1, 0]}
    spec: dict[str, Any] = (
        styled.configure_legend(**legend)
        .configure_title(color=INK, anchor="start", fontSize=FONT)
        .to_dict(validate=False)
    )
    return spec


def _noted(chart: Any, note: str) -> Any:
    """A chart with a line under it that says what it does not show."""
    style: dict[str, Any] = {"orient": "bottom", "anchor": "start", "fontSize": FONT - 1, "fontWeight": "normal"}
    return chart.properties(title=alt.TitleParams(wrap(note, NOTE), color=INK, offset=10, **style)) if note else chart


def _unshown(rows: Sequence[dict[str, Any]], x: Any, height: int, **beside: Any) -> list[Any]:
    """A `text` upright in the place of each point that is not shown."""
    words = alt.Chart(_data([row | {"arm": named(row["arm"])} for row in rows])).mark_text(
        angle=270, align="left", baseline="middle", dx=6, fontSize=FONT - 1, color=GREY
    )
    return [words.encode(x=x, y=alt.value(height), text="text:N", **beside)] if rows else []


def _data(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def _legend(arms: Sequence[str]) -> Any:
    return alt.Legend() if len(arms) > 1 else None


def _of_arms(arms: Sequence[str], marks: Sequence[Any]) -> alt.Scale:
    return alt.Scale(domain=[named(arm) for arm in arms], range=list(marks[: len(arms)]))


def _of_points(arms: Sequence[str]) -> Any:
    """The legend of points: filled, without the dashes of their line for an edge."""
    return alt.Legend(symbolStrokeWidth=0) if len(arms) > 1 else None


def _colour(arms: Sequence[str]) -> Any:
    return alt.Color("arm:N", scale=_of_arms(arms, COLOURS), legend=_of_points(arms))


def _shape(arms: Sequence[str]) -> Any:
    return alt.Shape("arm:N", scale=_of_arms(arms, SHAPES), legend=_of_points(arms))


def _dash(arms: Sequence[str]) -> Any:
    """The dash of a line; the legend has the shapes of its points."""
    return alt.StrokeDash("arm:N", scale=_of_arms(arms, DASHES), legend=None)


# --- from screening on

BOX, ROW, LINE = 36.0, 54.0, 16.0
STEPS = ("invited", "declined", "not_enrolled", "enrolled", "not_allocated")
TRUNK, SIDE = 0.25, 0.76
"""Where the column of boxes stands, and what goes off from it, as shares of the width."""


@dataclass(frozen=True)
class Column:
    """The boxes of one arm, from the top."""

    arm: str
    lines: tuple[str, ...]


def flow(
    screened: int | None, excluded: Sequence[str], rest: Mapping[str, int], columns: Sequence[Column]
) -> dict[str, Any]:
    """Boxes from screening on, a column for each arm at its end.

    `excluded`: the lines of who was sent away and why. `rest`: the people of each of `STEPS`.
    """
    boxes: list[dict[str, Any]] = []
    row = 0.0
    if screened is not None:
        boxes.append(_box(TRUNK, row, [f"Screened: {screened}"]))
        if excluded:
            down = len(excluded) * LINE / ROW / 2
            boxes.append(_box(SIDE, row + max(0.5, down), excluded, wide=0.46) | {"side": True})
            row += max(0.0, 2 * down - 0.6)
        row += 1
    boxes.append(_box(TRUNK, row, [f"Invited: {rest['invited']}"]))
    ways = {"Declined": rest["declined"], "Not enrolled yet": rest["not_enrolled"]}
    if aside := [f"{name}: {people}" for name, people in ways.items() if people]:
        boxes.append(_box(SIDE, row + 0.5, aside, wide=0.46) | {"side": True})
    boxes.append(_box(TRUNK, row + 1, [f"Enrolled: {rest['enrolled']}"]))
    if rest["not_allocated"]:
        text = f"Not allocated yet: {rest['not_allocated']}"
        boxes.append(_box(SIDE, row + 1.5, [text], wide=0.46) | {"side": True})
        row += 1
    for n, column in enumerate(columns):
        x = TRUNK if len(columns) == 1 else 0.25 + 0.5 * n
        boxes += [_box(x, row + 2 + k, [line]) | {"arm": column.arm} for k, line in enumerate(column.lines)]
    return _done(_boxes(boxes))


def _box(x: float, row: float, lines: Sequence[str], wide: float = 0.44) -> dict[str, Any]:
    """One box, high enough for its lines; `row` may lie between two."""
    middle, half = row * ROW + BOX / 2, BOX / 2 + (len(lines) - 1) * LINE / 2
    left, right = (x - wide / 2) * WIDTH, (x + wide / 2) * WIDTH
    box = {"x": left, "x2": right, "mid": x * WIDTH, "y": middle - half, "y2": middle + half}
    first = middle - (len(lines) - 1) * LINE / 2
    place = {"mid": x * WIDTH} if len(lines) == 1 else {"from": left + LINE}
    return box | {"middle": middle, "lines": [place | {"at": first + LINE * n, "text": each}
                                              for n, each in enumerate(lines)]}  # fmt: skip


def _boxes(boxes: list[dict[str, Any]]) -> Any:
    height = max(box["y2"] for box in boxes)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    drawn = [{key: value for key, value in box.items() if key != "lines"} for box in boxes]
    frames = alt.Chart(_data(drawn)).mark_rect(fill="white", stroke=INK).encode(x=x, x2="x2", y=y, y2="y2")
    texts = [line for box in boxes for line in box["lines"]]
    words = [_written([line for line in texts if place in line], place, align)
             for place, align in (("mid", "center"), ("from", "left"))]  # fmt: skip
    lines = alt.Chart(_data(_joined(boxes))).mark_rule(stroke=INK).encode(x=x, x2="x2", y=y, y2="y2")
    return alt.layer(lines, frames, *words).properties(width=WIDTH, height=height)


def _written(lines: list[dict[str, Any]], place: str, align: Any) -> Any:
    x = alt.X(f"{place}:Q", scale=alt.Scale(domain=[0, WIDTH], nice=False), axis=None)
    words = alt.Chart(_data(lines)).mark_text(fontSize=FONT, color=INK, baseline="middle", align=align)
    return words.encode(x=x, y=alt.Y("at:Q"), text="text:N")


def _joined(boxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines from each box down to the next of its column, and across to what stands at the side."""
    trunk = [box for box in boxes if "arm" not in box and "side" not in box]
    columns: dict[str, list[dict[str, Any]]] = {}
    for box in boxes:
        if "arm" in box:
            columns.setdefault(box["arm"], [trunk[-1]]).append(box)
    pairs = [*pairwise(trunk)]
    pairs += [pair for column in columns.values() for pair in pairwise(column)]
    lines = [line for pair in pairs for line in _elbow(*pair)]
    side = [box for box in boxes if "side" in box]
    return lines + [{"x": TRUNK * WIDTH, "x2": box["x"], "y": box["middle"], "y2": box["middle"]} for box in side]


def _elbow(upper: dict[str, Any], lower: dict[str, Any]) -> list[dict[str, Any]]:
    """Down, across, and down again."""
    a, b, half = upper["mid"], lower["mid"], (upper["y2"] + lower["y"]) / 2
    return [
        {"x": a, "x2": a, "y": upper["y2"], "y2": half},
        {"x": a, "x2": b, "y": half, "y2": half},
        {"x": b, "x2": b, "y": half, "y2": lower["y"]},
    ]


# --- who answered

ROOM_FOR_A_NUMBER = 12
"""Percent from which a bar has room for the number of people at its foot."""


def completeness(
    rows: Sequence[dict[str, Any]],
    hidden: Sequence[dict[str, Any]],
    trial: Sequence[dict[str, Any]],
    order: Sequence[str],
    arms: Sequence[str],
) -> dict[str, Any]:
    """Bars of `percent` by `visit` and `arm` with their `due` people; strokes where the trial stood."""
    known = [{"arm": named(row["arm"]), "visit": row["visit"], "percent": row["percent"], "n": f"n = {row['due']}"}
             for row in rows]  # fmt: skip
    x = alt.X("visit:N", sort=list(order), title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(domain=list(order)))
    y = alt.Y("percent:Q", title="percent", scale=alt.Scale(domain=[0, 100]))
    beside = {"xOffset": alt.XOffset("arm:N", sort=[named(a) for a in arms])} if len(arms) > 1 else {}
    fill = alt.Fill("arm:N", scale=_of_arms(arms, FILLS), legend=_legend(arms))
    edge = alt.Stroke("arm:N", scale=_of_arms(arms, COLOURS), legend=_legend(arms))
    bars = (
        alt.Chart(_data(known))
        .mark_bar(strokeWidth=2, size=34 if len(arms) > 1 else 60)
        .encode(x=x, y=y, fill=fill, stroke=edge, **beside)
    )
    dark = f"datum.percent > {ROOM_FOR_A_NUMBER} && datum.arm == '{named(arms[0])}'"
    inside = alt.condition(dark, alt.value("white"), alt.value(INK))
    foot = alt.Y("foot:Q", title="percent", scale=alt.Scale(domain=[0, 100]))
    words = alt.Chart(_data([row | {"foot": 0} for row in known])).mark_text(dy=-8, fontSize=FONT - 2)
    labels = words.encode(x=x, y=foot, text="n:N", color=inside, **beside)
    strokes = alt.Chart(_data(trial)).mark_tick(thickness=3, size=96, color=INK).encode(x=x, y=y)
    unshown = _unshown(hidden, x, 210, **beside)
    return _done(alt.layer(bars, labels, *unshown, strokes).properties(width=WIDTH, height=210))


def patterns(rows: Sequence[tuple[str, Sequence[str]]], visits: Sequence[str], note: str) -> dict[str, Any]:
    """A row for each pattern, a field for each check-in: filled given, empty missing, grey not yet due."""
    order = [label for label, _ in rows]
    cells = [{"row": label, "visit": visit, "state": state} for label, states in rows
             for visit, state in zip(visits, states, strict=True)]  # fmt: skip
    x = alt.X("visit:N", sort=list(visits), title=None, axis=alt.Axis(orient="top", labelAngle=0))
    y = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=220))
    scale = alt.Scale(domain=["given", "missing", "not yet due"], range=[COLOURS[0], "#FFFFFF", "#D0D0D0"])
    colour = alt.Color("state:N", scale=scale, legend=alt.Legend(symbolStrokeColor=INK, symbolType="square"))
    squares = alt.Chart(_data(cells)).mark_rect(stroke=GREY).encode(x=x, y=y, color=colour)
    return _done(_noted(squares.properties(width=460, height=26 * len(rows)), note))


# --- how it changed


@dataclass(frozen=True)
class Panel:
    """An outcome: points by `arm` and `visit` with `change`, `low`, `high`; `hidden` ones; what the trial found."""

    title: str
    scale: str
    visits: tuple[str, ...]
    points: tuple[dict[str, Any], ...]
    hidden: tuple[dict[str, Any], ...]
    trial: tuple[dict[str, Any], ...]


def changes(panels: Sequence[Panel], arms: Sequence[str]) -> dict[str, Any]:
    """A panel an outcome: mean change from baseline by check-in with its interval; the trial's figures beside."""
    drawn = [_panel(panel, arms) for panel in panels]
    return _done(alt.concat(*drawn, columns=2, spacing=24).resolve_legend(color="shared", shape="shared"))


def _panel(panel: Panel, arms: Sequence[str]) -> Any:
    order = list(panel.visits)
    points, told = ([row | {"arm": named(row["arm"])} for row in rows] for rows in (panel.points, panel.trial))
    x = alt.X("visit:N", sort=order, title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(domain=order))
    offset = {"xOffset": alt.XOffset("arm:N", sort=[named(a) for a in arms])} if len(arms) > 1 else {}
    y = alt.Y("change:Q", title="change from baseline", scale=alt.Scale(zero=True))
    base = alt.Chart(_data(points))
    bars = base.mark_rule(strokeWidth=2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=_colour(arms), **offset)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x, y=y, color=_colour(arms), shape=_shape(arms), **offset
    )
    zero = alt.Chart(_data([{"change": 0}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="change:Q")
    wide = 22 if len(arms) > 1 else 46
    trial = alt.Chart(_data(told)).mark_tick(color=INK, thickness=2, size=wide).encode(x=x, y=y, **offset)
    beside = [*([trial] if told else []), *_unshown(panel.hidden, x, 150, **offset)]
    title = alt.TitleParams(panel.title, subtitle=panel.scale, subtitleColor=GREY)
    return alt.layer(zero, bars, dots, *beside).properties(width=PANEL, height=150, title=title)


# --- what they did


def attendance(rows: Sequence[dict[str, Any]], order: Sequence[str], arms: Sequence[str], note: str) -> dict[str, Any]:
    """Percent by session of who did it, joined within each `run`."""
    points = [row | {"arm": named(row["arm"])} for row in rows]
    scale = alt.Scale(domain=list(order))
    x = alt.X("session:N", title="session", sort=list(order), axis=alt.Axis(labelAngle=0), scale=scale)
    y = alt.Y("percent:Q", title="percent done", scale=alt.Scale(domain=[0, 100]))
    base = alt.Chart(_data(points))
    lines = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=_colour(arms), strokeDash=_dash(arms), detail="run:N")
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, color=_colour(arms), shape=_shape(arms))
    return _done(_noted(alt.layer(lines, dots).properties(width=WIDTH, height=180), note))


def practice(rows: Sequence[dict[str, Any]], goal: int, arms: Sequence[str], note: str) -> dict[str, Any]:
    """Median minutes by week since enrolment with the middle half of the people, and the minutes asked for."""
    points = [row | {"arm": named(row["arm"])} for row in rows]
    x = alt.X("week:Q", title="week since enrolment", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False))
    base = alt.Chart(_data(points))
    bands = base.mark_area(opacity=0.18).encode(
        x=x, y=alt.Y("low:Q", title="minutes a week"), y2="high:Q", color=_colour(arms), detail="run:N"
    )
    lines = base.mark_line(strokeWidth=2).encode(
        x=x, y="median:Q", color=_colour(arms), strokeDash=_dash(arms), detail="run:N"
    )
    dots = base.mark_point(filled=True, size=50, opacity=1).encode(
        x=x, y="median:Q", color=_colour(arms), shape=_shape(arms)
    )
    asked = alt.Chart(_data([{"median": goal}])).mark_rule(color=INK, strokeDash=[6, 4]).encode(y="median:Q")
    return _done(_noted(alt.layer(bands, lines, dots, asked).properties(width=WIDTH, height=200), note))


def around(rows: Sequence[dict[str, Any]], note: str) -> dict[str, Any]:
    """Means before and after, joined; pain and urge (`what`)."""
    names = [RATINGS[row["what"]] for row in rows]
    points = [{"what": RATINGS[row["what"]], "when": when, "value": row[when]}
              for row in rows for when in ("before", "after")]  # fmt: skip
    looks = dict(zip(RATINGS.values(), zip((COLOURS[0], INK), SHAPES, strict=True), strict=True))
    colour, shape = (
        channel("what:N", scale=alt.Scale(domain=names, range=[looks[name][n] for name in names]))
        for n, channel in enumerate((alt.Color, alt.Shape))
    )
    x = alt.X("when:N", sort=["before", "after"], title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", title="0 to 10", scale=alt.Scale(domain=[0, 10]))
    base = alt.Chart(_data(points))
    layers = (base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour),
              base.mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=colour, shape=shape))  # fmt: skip
    return _done(_noted(alt.layer(*layers).properties(width=300, height=180), note))


def contrasts(rows: Sequence[dict[str, Any]], trial: Mapping[str, float], what: str, note: str) -> dict[str, Any]:
    """Difference between arms by `visit` with its interval; strokes where the trial's two changes differ.

    `what`: which arm less which.
    """
    points = [{key: row[key] for key in ("visit", "estimate", "low", "high")} for row in rows]
    order = list(dict.fromkeys(point["visit"] for point in points))
    x = alt.X("visit:N", sort=order, title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("estimate:Q", title=what, scale=alt.Scale(zero=True))
    base = alt.Chart(_data(points))
    bars = base.mark_rule(strokeWidth=2, color=INK).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1, color=INK).encode(x=x, y=y)
    zero = alt.Chart(_data([{"estimate": 0}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="estimate:Q")
    told = [{"visit": visit, "estimate": value} for visit, value in trial.items() if visit in order]
    strokes = (
        [alt.Chart(_data(told)).mark_tick(color=COLOURS[1], thickness=3, size=46).encode(x=x, y=y)] if told else []
    )
    return _done(_noted(alt.layer(zero, bars, dots, *strokes).properties(width=WIDTH, height=180), note))


# --- diagnostics


def residuals(fits: Sequence[float], left: Sequence[float]) -> dict[str, Any]:
    """What the model leaves over, against what it says, and against a normal distribution."""
    points = [{"fit": float(f), "left": float(r)} for f, r in zip(fits, left, strict=True)]
    ordered, n = sorted(float(r) for r in left), len(left)
    normal = [{"normal": NormalDist().inv_cdf((k + 0.5) / n), "left": r} for k, r in enumerate(ordered)]
    spread = (sum(r * r for r in ordered) / n) ** 0.5
    ends = [{"normal": z, "left": z * spread} for z in (normal[0]["normal"], normal[-1]["normal"])]
    zero = alt.Chart(_data([{"left": 0}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="left:Q")
    dot: dict[str, Any] = {"filled": True, "size": 22, "opacity": 0.5, "color": COLOURS[0]}
    y = alt.Y("left:Q", title="residual")
    first = (
        alt.Chart(_data(points))
        .mark_point(**dot)
        .encode(x=alt.X("fit:Q", title="value by the model", scale=alt.Scale(zero=False)), y=y)
    )
    second = alt.Chart(_data(normal)).mark_point(**dot).encode(x=alt.X("normal:Q", title="normal quantile"), y=y)
    line = alt.Chart(_data(ends)).mark_line(color=GREY, strokeDash=[4, 3]).encode(x="normal:Q", y="left:Q")
    panels = [alt.layer(*pair).properties(width=PANEL, height=180) for pair in ((zero, first), (line, second))]
    return _done(alt.hconcat(*panels, spacing=24))
