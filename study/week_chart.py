"""The picture of a week as a chart: ratings over seven days, practice minutes and diary by day, one above the other.

Looks like the picture of `/progress` (`study.charts`): shapes tell the measures apart, no colour is good or bad.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from study.charts import COLOUR, DOT, FAINT, FONT, FRAME, INK, RING, SHAPE, WIDTH
from study.week import Mark, WeekPanel, WeekPicture

DAYS = 7
ONE_PANEL, EACH_OF_TWO = 190, 92
BAR, ROW = 18, 26


def week_chart(picture: WeekPicture) -> dict[str, Any]:
    """Ratings, practice against the minutes of a week, and the days of the diary; about 500 by 450 units."""
    height = ONE_PANEL if len(picture.panels) == 1 else EACH_OF_TWO
    panels = [_panel(picture, panel, height) for panel in picture.panels]
    by_day = [
        *([_minutes(picture)] if any(picture.minutes) else []),
        *([_diary(picture)] if any(picture.diary) else []),
    ]
    chart = alt.vconcat(*panels, _practice(picture), *by_day, _labels(picture), spacing=6)
    axis = {"labelFontSize": FONT, "labelColor": INK, "gridColor": FAINT, "domainColor": FRAME, "tickColor": FRAME}
    styled = chart.properties(background="white", padding=12).configure(font="sans-serif")
    styled = styled.configure_view(stroke=None).configure_axis(**axis)
    spec: dict[str, Any] = styled.configure_title(color=INK, anchor="start", frame="group").to_dict(validate=False)
    return spec


def _panel(picture: WeekPicture, panel: WeekPanel, height: int) -> alt.LayerChart | alt.FacetChart:
    x = alt.X(
        "day:Q", scale=_days(), axis=alt.Axis(values=list(range(DAYS + 1)), title=None, labels=False, ticks=False)
    )
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[0, 10], nice=False),
        axis=alt.Axis(values=[0, 5, 10], title=None, ticks=False, labelPadding=8),
    )
    colour, shape = COLOUR[panel.measure], SHAPE[panel.measure]
    lines = alt.Chart(_joined(panel)).mark_rule(color=colour, strokeWidth=1.5, opacity=0.6)
    rings = alt.Chart(_marks(panel, after=True)).mark_point(
        size=RING[panel.measure], strokeWidth=2, color=colour, shape=shape
    )
    dots = alt.Chart(_marks(panel, after=False)).mark_point(filled=True, size=DOT, color=colour, shape=shape)
    first = panel == picture.panels[0]
    title = alt.TitleParams(
        panel.title, subtitle=picture.legend if first else "", fontSize=FONT, subtitleFontSize=FONT - 2
    )
    solid = alt.value(1)
    layers = alt.layer(
        lines.encode(x=x, x2="day2:Q", y=y, y2="value2:Q"),
        rings.encode(x=x, y=y, opacity=solid),
        dots.encode(x=x, y=y, opacity=solid),
    )
    return layers.properties(width=WIDTH, height=height, title=title)


def _days() -> alt.Scale:
    return alt.Scale(domain=[0, DAYS], nice=False)


def _marks(panel: WeekPanel, *, after: bool) -> alt.InlineData:
    return alt.InlineData(values=[_values(mark) for mark in panel.marks if mark.after == after])


def _joined(panel: WeekPanel) -> alt.InlineData:
    rows = [_values(a) | {"day2": b.day, "value2": b.value} for a, b in panel.joined]
    return alt.InlineData(values=rows)


def _values(mark: Mark) -> dict[str, float]:
    return {"day": mark.day, "value": mark.value}


def _practice(picture: WeekPicture) -> alt.LayerChart | alt.FacetChart:
    """The minutes as a bar inside the frame of the week's minutes; more than those fill the frame."""
    goal, shown = picture.goal, min(sum(picture.minutes), picture.goal)
    frame = _stretch(goal, goal).mark_rect(fill="white", stroke=COLOUR["urge"], strokeWidth=1.5)
    layers = (frame, _stretch(shown, goal).mark_rect(fill=COLOUR["pain"])) if shown else (frame,)
    title = alt.TitleParams(picture.practice_title, fontSize=FONT)
    return alt.layer(*layers).properties(width=WIDTH, height=BAR, title=title)


def _stretch(minutes: int, goal: int) -> alt.Chart:
    x = alt.X("from:Q", scale=alt.Scale(domain=[0, goal], nice=False), axis=None)
    data = alt.InlineData(values=[{"from": 0, "to": minutes}])
    stretch: alt.Chart = alt.Chart(data).mark_rect().encode(x=x, x2="to:Q", y=alt.value(0), y2=alt.value(BAR))
    return stretch


def _minutes(picture: WeekPicture) -> alt.Chart:
    """The minutes of each day in figures; a day without any has none."""
    return _row([str(minutes) if minutes else "" for minutes in picture.minutes])


def _labels(picture: WeekPicture) -> alt.Chart:
    return _row(list(picture.labels))


def _row(words: list[str]) -> alt.Chart:
    values = [{"day": place + 0.5, "words": each} for place, each in enumerate(words)]
    text = alt.Chart(alt.InlineData(values=values)).mark_text(fontSize=FONT - 1, color=INK)
    row: alt.Chart = text.encode(x=alt.X("day:Q", scale=_days(), axis=None), y=alt.value(ROW / 2), text="words:N")
    return row.properties(width=WIDTH, height=ROW)


def _diary(picture: WeekPicture) -> alt.LayerChart | alt.FacetChart:
    """A filled square for each day with a diary, an open one for each without."""
    values = [{"day": place + 0.5, "kept": kept} for place, kept in enumerate(picture.diary)]
    layers = [_squares([v for v in values if v["kept"] == kept], filled=kept) for kept in (True, False)]
    title = alt.TitleParams(picture.diary_title, fontSize=FONT)
    return alt.layer(*layers).properties(width=WIDTH, height=ROW, title=title)


def _squares(values: list[dict[str, Any]], *, filled: bool) -> alt.Chart:
    colour = COLOUR["urge"] if filled else FRAME
    mark = alt.Chart(alt.InlineData(values=values)).mark_point(
        shape="square", size=150, filled=filled, color=colour, strokeWidth=1.5
    )
    x = alt.X("day:Q", scale=_days(), axis=None)
    squares: alt.Chart = mark.encode(x=x, y=alt.value(ROW / 2), opacity=alt.value(1))
    return squares
