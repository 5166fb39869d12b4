"""Charts of a routed day: load and working time of the vehicles."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from fulfill.report.html.style import BLUE, Chart, Entry, chart, hover
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.language import number
from fulfill.study.language import translated as _

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
    canvas = _vehicle_chart(_("load, %"), len(table))
    top = 100.0 * table["load_share"]
    source = ColumnDataSource(table.assign(x=np.arange(len(table)) + 0.5, top=top))
    bars = canvas.vbar("x", top="top", width=0.8, source=source, color=BLUE)
    text = _("<b>@vehicle</b><br>@parcels parcels, @weight_kg{0} kg, @top{0} %")
    hover(canvas, bars, text)
    canvas.y_range.start = 0
    text = _("{n} vehicles; mean load {load} %.")
    return Chart(canvas, text.format(n=len(table), load=number(top.mean(), "{:.0f}")))


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
    canvas = _vehicle_chart(_("hour on the clock"), len(table))
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
    hover(canvas, out, _("<b>@vehicle</b><br>@stops stops, @km{0} km, @hours{0.0} h"))
    text = _("{n} vehicles; mean time from departure to return {hours} h.").format(
        n=len(table), hours=number(table["hours"].mean(), "{:.1f}")
    )
    key = (Entry(OUT_COLOR, _("on the road")), Entry(BREAK_COLOR, _("break")))
    return Chart(canvas, text, key)


def _vehicle_chart(axis: str, n: int) -> figure:
    """Return an empty chart with a bar position for each vehicle."""
    canvas = chart(260, x_range=(0, max(n, 1)), y_axis_label=axis)
    canvas.xaxis.visible = False
    return canvas
