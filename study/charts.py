"""Charts as data: values in, a Vega-Lite definition out; the chat draws it as a picture, a page may draw it too.

Shapes tell the measures apart, not colours alone, and no colour stands for good or bad. Altair takes a second to
import: whoever draws imports this module, a conversation only names what is to be drawn (`study.trend`).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import altair as alt

from study.trend import Measure, Panel, ProgressPicture, pairs

INK, FAINT, FRAME = "#222222", "#E6E6E6", "#D0D0D0"
COLOUR: dict[Measure, str] = {"pain": "#0072B2", "urge": "#444444"}
"""Okabe and Ito's blue, and a dark grey: told apart with any colour vision, and on a grey screen."""
SHAPE: dict[Measure, str] = {"pain": "circle", "urge": "diamond"}
WIDTH, FONT = 446, 19
"""Units of the plot, two pixels each: on a phone the letters come out about as large as a chat's small print."""
ONE_PANEL, EACH_OF_TWO, BAR = 190, 74, 20
DOT = 60
RING: dict[Measure, int] = {"pain": 140, "urge": 190}
SECONDS_A_DAY = 86_400


def progress_chart(picture: ProgressPicture) -> dict[str, Any]:
    """Ratings over some days, a panel a measure, and practice as a bar; about 500 by 350 units."""
    height = ONE_PANEL if len(picture.panels) == 1 else EACH_OF_TWO
    last = len(picture.panels) - 1
    panels = [_panel(picture, panel, height, labels=n == last) for n, panel in enumerate(picture.panels)]
    chart = alt.vconcat(*panels, _bar(picture), spacing=10).properties(background="white", padding=12)
    axis = {"labelFontSize": FONT, "labelColor": INK, "gridColor": FAINT, "domainColor": FRAME, "tickColor": FRAME}
    styled = chart.configure(font="sans-serif").configure_view(stroke=None).configure_axis(**axis)
    spec: dict[str, Any] = styled.configure_title(color=INK, anchor="start", frame="group").to_dict(validate=False)
    return spec


def _panel(picture: ProgressPicture, panel: Panel, height: int, *, labels: bool) -> alt.LayerChart | alt.FacetChart:
    days = alt.Scale(domain=[0, picture.days], nice=False)
    x = alt.X("day:Q", scale=days, axis=_axis(picture, labels=labels))
    scale = alt.Scale(domain=[0, 10], nice=False)
    y = alt.Y("value:Q", scale=scale, axis=alt.Axis(values=[0, 5, 10], title=None, ticks=False, labelPadding=8))
    colour, shape = COLOUR[panel.measure], SHAPE[panel.measure]
    dots = alt.Chart(_dots(picture, panel, after=False)).mark_point(filled=True, size=DOT, color=colour, shape=shape)
    rings = alt.Chart(_dots(picture, panel, after=True)).mark_point(
        size=RING[panel.measure], strokeWidth=2, color=colour, shape=shape
    )
    joined = alt.Chart(_lines(picture, panel)).mark_rule(color=colour, strokeWidth=1.5, opacity=0.6)
    # a first panel says how dots and rings are to be read
    first = panel == picture.panels[0]
    title = alt.TitleParams(
        panel.title, subtitle=picture.legend if first else "", fontSize=FONT, subtitleFontSize=FONT - 2
    )
    lines = joined.encode(x=x, x2="day2:Q", y=y, y2="value2:Q")
    layers = alt.layer(lines, rings.encode(x=x, y=y, opacity=alt.value(1)), dots.encode(x=x, y=y, opacity=alt.value(1)))
    return layers.properties(width=WIDTH, height=height, title=title)


def _axis(picture: ProgressPicture, *, labels: bool) -> alt.Axis:
    days = list(picture.labels)
    if not labels:
        return alt.Axis(values=days, title=None, labels=False, ticks=False)
    by_day = json.dumps({str(day): text for day, text in picture.labels.items()}, ensure_ascii=False)
    return alt.Axis(values=days, title=None, labelExpr=f"({by_day})[datum.value]", labelFlush=True)


def _dots(picture: ProgressPicture, panel: Panel, *, after: bool) -> alt.InlineData:
    rated = [p for p in panel.ratings if (p.moment == "after") == after]
    return alt.InlineData(values=[{"day": _day(picture, p.at), "value": p.value} for p in rated])


def _lines(picture: ProgressPicture, panel: Panel) -> alt.InlineData:
    rows = [
        {"day": _day(picture, a.at), "value": a.value, "day2": _day(picture, b.at), "value2": b.value}
        for a, b in pairs(panel.ratings)
    ]
    return alt.InlineData(values=rows)


def _day(picture: ProgressPicture, at: datetime) -> float:
    return round((at - picture.first).total_seconds() / SECONDS_A_DAY, 3)


def _bar(picture: ProgressPicture) -> alt.LayerChart | alt.FacetChart:
    """The minutes as a bar inside the frame of the week's minutes; more than those fill the frame."""
    goal = picture.practice_goal
    shown = min(picture.practice_minutes, goal)
    frame = _stretch(goal, goal).mark_rect(fill="white", stroke=COLOUR["urge"], strokeWidth=1.5)
    title = alt.TitleParams(picture.practice_title, fontSize=FONT)
    layers = (frame, _stretch(shown, goal).mark_rect(fill=COLOUR["pain"])) if shown else (frame,)
    return alt.layer(*layers).properties(width=WIDTH, height=BAR, title=title)


def _stretch(minutes: int, goal: int) -> alt.Chart:
    x = alt.X("from:Q", scale=alt.Scale(domain=[0, goal], nice=False), axis=None)
    data = alt.InlineData(values=[{"from": 0, "to": minutes}])
    stretch: alt.Chart = alt.Chart(data).mark_rect().encode(x=x, x2="to:Q", y=alt.value(0), y2=alt.value(BAR))
    return stretch
