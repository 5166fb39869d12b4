"""Page of a routed day: map, load and time of each vehicle, zones and trucks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
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
        orders_own=DAY_KPIS["orders_own"].shown(day.kpis["orders_own"]),
        orders_carrier=DAY_KPIS["orders_carrier"].shown(day.kpis["orders_carrier"]),
        key_figures=[(item, item.with_unit(day.kpis[item.key])) for item in KEY_FIGURES],
        zone_table=html_table(zones, ZONE_COLUMNS) if len(zones) else "",
        stop_table="" if len(day.zones) else stop_table(day),
        linehaul_table=html_table(day.linehaul, TRUCK_COLUMNS) if len(day.linehaul) else "",
    )


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
