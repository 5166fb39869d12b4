"""What a plan with own vans leaves behind besides: rounds, prices, vehicles and routes."""

from __future__ import annotations

import geopandas as gpd
from markupsafe import Markup

from fulfill.inputs.network import Network
from fulfill.report.gis.day_layers import route_lines
from fulfill.report.gis.layers import ROUTES
from fulfill.report.gis.places import WGS84
from fulfill.report.html.page import html_table, part
from fulfill.study.integrated import Rounds
from fulfill.study.outputs import ROUNDS

ROUND_COLUMNS = ROUNDS.pick(
    "round",
    "kind",
    "planned_usd",
    "routed_usd",
    "sites",
    "sites_changed",
    "own_orders_day",
    "own_usd_per_order",
    "vehicles_day",
    "stops_per_vehicle",
    "km_per_vehicle",
    "chosen",
)


def van_layers(network: Network, rounds: Rounds) -> dict[str, gpd.GeoDataFrame]:
    """Return the layer of the routes, no layer where there are none."""
    if not rounds.days:
        return {}
    lines = [line for day in rounds.days for line in route_lines(network, day.depot, day.visits)]
    return {ROUTES: gpd.GeoDataFrame(rounds.vehicles, geometry=lines, crs=WGS84)}


def van_section(rounds: Rounds) -> Markup:
    """Return the section of the page that says how location and routing came to this plan."""
    return part("vans.html", table=html_table(rounds.table, ROUND_COLUMNS))
