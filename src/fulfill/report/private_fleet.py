"""Layers and page section of a plan with own vans."""

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
    """Return the map layer of the van routes.

    Parameters
    ----------
    network : Network
        Its roads are followed.
    rounds : Rounds
        With the routed mean days.

    Returns
    -------
    dict of str to GeoDataFrame
        The layer `ROUTES`; empty where the plan uses no vans.
    """
    if not rounds.days:
        return {}
    lines = [line for day in rounds.days for line in route_lines(network, day.depot, day.visits)]
    return {ROUTES: gpd.GeoDataFrame(rounds.vehicles, geometry=lines, crs=WGS84)}


def van_section(rounds: Rounds) -> Markup:
    """Return the section of the page on the rounds of planning and routing."""
    return part("vans.html", table=html_table(rounds.table, ROUND_COLUMNS))
