"""What a plan with own vans leaves behind besides the plan: rounds, prices, vehicles and routes of the mean day."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from fulfill.report.gis.day_layers import route_lines
from fulfill.report.gis.layers import ROUTES
from fulfill.report.gis.places import WGS84
from fulfill.report.html.plan_page import html_table
from fulfill.report.tabular.tables import write_csv
from fulfill.study.integrated import RoutedPlan


def write_van_tables(routed: RoutedPlan, folder: Path) -> None:
    """Write rounds.csv and, if the plan has own vans, own_delivery.csv and vehicles.csv of the mean day."""
    write_csv(routed.rounds, folder / "rounds.csv")
    if routed.table is not None:
        write_csv(routed.table, folder / "own_delivery.csv")
        write_csv(_vehicles(routed), folder / "vehicles.csv")


def van_layers(routed: RoutedPlan) -> dict[str, gpd.GeoDataFrame]:
    """Return the layer of the routes, no layer where there are none."""
    if not routed.days:
        return {}
    network = routed.planned.problem.network
    lines = [line for day in routed.days for line in route_lines(network, day.depot, day.visits)]
    return {ROUTES: gpd.GeoDataFrame(_vehicles(routed), geometry=lines, crs=WGS84)}


def _vehicles(routed: RoutedPlan) -> pd.DataFrame:
    """Return the vehicles of all sites."""
    return pd.concat([day.vehicles for day in routed.days], ignore_index=True)


def van_section(routed: RoutedPlan) -> str:
    """Return the section of the page that says how location and routing came to this plan."""
    table = html_table(
        routed.rounds.assign(chosen=routed.rounds["chosen"].map({True: "chosen", False: ""})),
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
