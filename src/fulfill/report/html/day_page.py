"""Page of a routed day: map, load and time of each vehicle, zones and trucks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
from markupsafe import Markup

from fulfill.report.html.day_charts import load_chart, time_chart
from fulfill.report.html.day_map import day_map
from fulfill.report.html.page import html_table, write_page
from fulfill.routing.clock import clock_text
from fulfill.routing.day.tables import further_columns
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.outputs import DAY_KPIS, DAY_ZONES, DRIVER_SHEET, LINEHAUL
from fulfill.study.vocabulary import Figure

SHOWN_ZONES = 40
"""Zones in the table of the page, the largest first."""
SHOWN_STOPS = 500
"""Stops of a list in the table of the page, the first in driving order."""
KEY_FIGURES = DAY_KPIS.pick(
    "vehicles",
    "stops",
    "stops_per_vehicle",
    "km_per_vehicle",
    "hours_per_vehicle",
    "own_usd_per_order",
    "carrier_usd_per_order_same_zones",
    "stops_unserved",
    "km",
    "usd",
)
ZONE_COLUMNS = DAY_ZONES.pick(
    "name",
    "state",
    "orders",
    "depot_km",
    "delivery",
    "own_estimate_usd_per_order",
    "routed_usd_per_order",
    "carrier_usd_per_order",
)
TRUCK_COLUMNS = LINEHAUL.pick(
    "kind",
    "from",
    "to",
    "via",
    "km",
    "hours",
    "m3_week",
    "trips_week",
    "load_share",
    "usd_week",
    "usd_per_order",
)


def write_day_page(day: DayRoutes, layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write the page of a routed day.

    Parameters
    ----------
    day : DayRoutes
        Routed day.
    layers : Mapping of str to GeoDataFrame
        Of `day_layers`.
    path : Path
        File to write.
    """
    zones = day.zones
    if len(zones):
        zones = zones.sort_values("orders", ascending=False).head(SHOWN_ZONES)
    write_page(
        path,
        "day.html",
        _("Routes from {sites}").format(sites=listed(day.depots["name"])),
        {
            "map": day_map(day, layers),
            "load_chart": load_chart(day.vehicles),
            "time_chart": time_chart(day),
        },
        day=day,
        period=_period_name(day),
        orders_own=DAY_KPIS["orders_own"].shown(day.kpis["orders_own"]),
        orders_carrier=DAY_KPIS["orders_carrier"].shown(day.kpis["orders_carrier"]),
        key_figures=[(item, item.with_unit(day.kpis[item.key])) for item in KEY_FIGURES],
        zone_table=html_table(zones, ZONE_COLUMNS) if len(zones) else "",
        stop_table="" if len(day.zones) else stop_table(day),
        linehaul_table=html_table(_with_names(day), TRUCK_COLUMNS) if len(day.linehaul) else "",
    )


def _period_name(day: DayRoutes) -> str:
    calendar = day.network["calendar"]
    names = dict(zip(calendar["period_id"], calendar["name"], strict=True))
    return str(names.get(day.period, day.period))


def _with_names(day: DayRoutes) -> pd.DataFrame:
    """Return the trucks of a week with the names of places in place of their ids."""
    tables = (("sites", "site_id"), ("gateways", "gateway_id"), ("origins", "origin_id"))
    names = {
        str(key): str(name)
        for table, column in tables
        for key, name in zip(day.network[table][column], day.network[table]["name"], strict=True)
    }
    if len(day.zones):
        names |= dict(zip(day.zones["zone_id"].astype(str), day.zones["name"], strict=True))
    ends = {
        column: day.linehaul[column].map(lambda place: names.get(place, place))
        for column in ("from", "to", "via")
    }
    return day.linehaul.assign(**ends)


def stop_table(day: DayRoutes) -> Markup:
    """Render the stops of a user's list in driving order, with the further columns of the list."""
    shown = day.visits.head(SHOWN_STOPS)
    shown = shown.assign(
        stop=shown["sequence"],
        parcels=shown["orders"],
        arrive=shown["arrival"].map(clock_text),
        begin=shown["begin"].map(clock_text),
    )
    columns = DRIVER_SHEET.pick("vehicle", "stop", "arrive", "begin", "parcels", "stop_id")
    further = [Figure(name, "", "", name, "") for name in further_columns(day.stops)]
    return html_table(shown, [*columns, *further])
