"""What the terminal shows of a comparison: one table for each date."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from fulfill.analysis.compare.comparison import Comparison
from fulfill.report.html.comparison_page import cell, fallback

LINES = (
    # column of modes, label, form
    ("status", "status", ""),
    ("objective", "cost, USD a year", "{:,.0f}"),
    ("gap", "gap", "{:.2%}"),
    ("contribution_usd", "contribution, USD a year", "{:,.0f}"),
    ("landed_cost_usd_per_order", "landed cost per order, USD", "{:,.2f}"),
    ("lead_time_days_mean", "mean lead time, days", "{:.1f}"),
    ("share_within_3_days", "within 3 days", "{:.1%}"),
    ("share_within_5_days", "within 5 days", "{:.1%}"),
    ("cancellation_rate", "cancelled", "{:.1%}"),
    ("co2e_kg_per_order", "CO2e per order, kg", "{:.2f}"),
    ("n_sites", "open sites", "{:.0f}"),
    ("share_direct_mail", "direct mail", "{:.1%}"),
    ("share_local", "local", "{:.1%}"),
    ("share_nearshore", "nearshore", "{:.1%}"),
    ("share_cross_border", "cross-border", "{:.1%}"),
    ("share_unserved", "not served", "{:.1%}"),
)


def print_comparison(comparison: Comparison, folder: Path) -> None:
    """Print a table for each date on stdout: the modes as columns, the figures as lines."""
    console = Console(highlight=False, width=110)
    for day, rows in comparison.modes.groupby("as_of"):
        table = Table(
            box=None,
            padding=(0, 2),
            header_style="bold",
            title=f"rules of {day}",
            title_justify="left",
        )
        table.add_column("")
        for mode in rows["mode"]:
            table.add_column(mode.replace("_", "-"), justify="right")
        for name, label, form in LINES:
            values = rows[name].tolist()
            if not name.startswith("share_") or any(value > 0 for value in values):
                table.add_row(label, *(cell(value, form) for value in values))
        console.print(table)
        taken = rows.loc[rows["mode"] == "mixed", "taken_from"].item()
        if taken != "mixed":
            console.print(fallback(taken).strip())
        console.print()
    console.print(f"results  {folder}  (comparison.html, CSV tables, summary.json)")
