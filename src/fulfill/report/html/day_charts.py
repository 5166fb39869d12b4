"""Charts of a routed day: load and working time of the vehicles."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from fulfill.report.html.style import BLUE, Chart, Entry, chart, hover
from fulfill.study.delivery_day import DayRoutes

OUT_COLOR, BREAK_COLOR = "#67a9cf", "#8c510a"


def load_chart(vehicles: pd.DataFrame) -> Chart:
    """Draw the load of each vehicle, in descending order.

    Parameters
    ----------
    vehicles : DataFrame
        Vehicles of the day.

    Returns
    -------
    Chart
        Bar chart, per cent of the capacity.
    """
    table = vehicles.sort_values("load_share", ascending=False, ignore_index=True)
    canvas = _vehicle_chart("load, %", len(table))
    top = 100.0 * table["load_share"]
    source = ColumnDataSource(table.assign(x=np.arange(len(table)) + 0.5, top=top))
    bars = canvas.vbar("x", top="top", width=0.8, source=source, color=BLUE)
    hover(canvas, bars, "<b>@vehicle</b><br>@parcels parcels, @weight_kg{0} kg, @top{0} %")
    canvas.y_range.start = 0
    return Chart(canvas, f"{len(table)} vehicles; mean load {top.mean():.0f} %.")


def time_chart(day: DayRoutes) -> Chart:
    """Draw the time on the road and the break of each vehicle.

    Parameters
    ----------
    day : DayRoutes
        Routed day.

    Returns
    -------
    Chart
        Bar chart, hours of the day.
    """
    table = day.vehicles.sort_values("returns", ignore_index=True)
    canvas = _vehicle_chart("hour on the clock", len(table))
    rests = (kind.rest for part in day.districts for kind in part.instance.vehicles)
    hours = max((rest.hours for rest in rests if rest is not None), default=0.0)
    rested = table["break_begins"] + hours
    source = ColumnDataSource(table.assign(x=np.arange(len(table)) + 0.5, rested=rested))
    out = canvas.vbar(
        "x", bottom="leaves", top="returns", width=0.8, source=source, color=OUT_COLOR
    )
    canvas.vbar(
        "x", bottom="break_begins", top="rested", width=0.8, source=source, color=BREAK_COLOR
    )
    hover(canvas, out, "<b>@vehicle</b><br>@stops stops, @km{0} km, @hours{0.0} h")
    text = (
        f"{len(table)} vehicles; mean time from departure to return {table['hours'].mean():.1f} h."
    )
    return Chart(canvas, text, (Entry(OUT_COLOR, "on the road"), Entry(BREAK_COLOR, "break")))


def _vehicle_chart(axis: str, number: int) -> figure:
    """Return an empty chart with a bar position for each vehicle."""
    canvas = chart(260, x_range=(0, max(number, 1)), y_axis_label=axis)
    canvas.xaxis.visible = False
    return canvas
