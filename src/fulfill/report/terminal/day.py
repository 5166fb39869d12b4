"""What the terminal shows of a routed day."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from fulfill.report.cells import shown
from fulfill.study.delivery_day import DayRoutes

LINES = (
    ("orders", "orders of the day", "{:,.0f}"),
    ("orders_own", "by own vehicles", "{:,.0f}"),
    ("orders_carrier", "by the carrier", "{:,.0f}"),
    ("stops", "stops", "{:,.0f}"),
    ("stops_unserved", "stops not served", "{:,.0f}"),
    ("vehicles", "vehicles", "{:,.0f}"),
    ("stops_per_vehicle", "stops a vehicle", "{:,.1f}"),
    ("km_per_vehicle", "km a vehicle", "{:,.1f}"),
    ("hours_per_vehicle", "hours a vehicle", "{:,.1f}"),
    ("km", "km in all", "{:,.0f}"),
    ("usd", "cost of own delivery", "{:,.0f} USD"),
    ("own_usd_per_order", "own, an order", "{:,.2f} USD"),
    ("carrier_usd_per_order_same_zones", "carrier's price there", "{:,.2f} USD"),
)


def print_day(day: DayRoutes, folder: Path) -> None:
    """Print the one summary of a day on stdout."""
    console = Console(highlight=False, width=110)
    sites = ", ".join(day.depots["name"])
    console.print(
        f"\n[bold]{sites}[/bold]  a day of {day.period}, {len(day.districts)} districts, {day.seconds:.1f} s"
    )
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for key, label, form in LINES:
        table.add_row(label, shown(day.kpis[key], form))
    console.print(table)
    for kind, part in day.linehaul.groupby("kind", sort=True):
        console.print(
            f"{kind}: {part['trips_week'].sum():,.0f} trucks a week, {part['usd_week'].sum():,.0f} USD"
        )
    console.print("audit    clean")
    console.print(f"results  {folder}  (route.html, driver_sheet.csv, routes.gpkg, CSV tables)")
