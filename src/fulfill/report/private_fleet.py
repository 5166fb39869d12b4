"""What a plan with own vans leaves behind besides the plan: rounds, prices, vehicles and routes of the mean day."""

from __future__ import annotations

import geopandas as gpd

from fulfill.inputs.network import Network
from fulfill.report.gis.day_layers import route_lines
from fulfill.report.gis.layers import ROUTES
from fulfill.report.gis.places import WGS84
from fulfill.report.html.plan_page import html_table
from fulfill.study.integrated import Rounds


def van_layers(network: Network, rounds: Rounds) -> dict[str, gpd.GeoDataFrame]:
    """Return the layer of the routes, no layer where there are none."""
    if not rounds.days:
        return {}
    lines = [line for day in rounds.days for line in route_lines(network, day.depot, day.visits)]
    return {ROUTES: gpd.GeoDataFrame(rounds.vehicles, geometry=lines, crs=WGS84)}


def van_section(rounds: Rounds) -> str:
    """Return the section of the page that says how location and routing came to this plan."""
    table = html_table(
        rounds.table.assign(chosen=rounds.table["chosen"].map({True: "chosen", False: ""})),
        (
            ("round", "round", "{:.0f}"),
            ("kind", "last mile", ""),
            ("planned_usd", "USD a year as planned", "{:,.0f}"),
            ("routed_usd", "as routed", "{:,.0f}"),
            ("sites", "sites", "{:.0f}"),
            ("sites_changed", "opened, closed or resized", "{:.0f}"),
            ("own_orders_day", "own orders a mean day", "{:,.0f}"),
            ("own_usd_per_order", "own, USD an order", "{:.2f}"),
            ("vehicles_day", "vans", "{:,.0f}"),
            ("stops_per_vehicle", "stops a van", "{:.0f}"),
            ("km_per_vehicle", "km a van", "{:.0f}"),
            ("chosen", "", ""),
        ),
    )
    return (
        '<section><h2>Own vans or the carrier</h2><p class="soft">Sites are chosen by prices of the last mile, the '
        "mean delivery day of each is routed, and what routes cost takes the place of the price, until a round saves "
        "next to nothing. The cheapest plan as routed is the one of this page; the map shows its routes. Vehicles, "
        f"speeds and the places of doors are assumptions.</p>{table}</section>"
    )
