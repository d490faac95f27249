"""Pictures: what a letter names is drawn as PNG, offline and outside the event loop."""

from __future__ import annotations

from typing import Any

import vl_convert

from study.charts import progress_chart
from study.trend import ProgressPicture
from study.week import WeekPicture
from study.week_chart import week_chart

SCALE = 2.0
"""Pixels per unit of a chart: one laid out 500 wide comes out 1000 pixels wide."""


def png(picture: dict[str, Any]) -> bytes:
    """The picture a letter carries (`ProgressPicture`, `WeekPicture` as JSON), or a Vega-Lite definition, as PNG."""
    if picture.get("chart") == "progress":
        picture = progress_chart(ProgressPicture.model_validate(picture))
    elif picture.get("chart") == "week":
        picture = week_chart(WeekPicture.model_validate(picture))
    # no address is allowed: a picture comes from its own values
    drawn: bytes = vl_convert.vegalite_to_png(picture, scale=SCALE, allowed_base_urls=[])
    return drawn
