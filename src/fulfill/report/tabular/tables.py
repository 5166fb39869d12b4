"""The CSV tables of a run folder, and the arcs table that kepler.gl reads."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Plan
from fulfill.report.gis.places import ENDS, located, place_table, placed_flows

TABLES = ("sites", "flows", "zones", "costs", "capacity", "channels")
"""Tables of a plan that become a CSV file of the same name."""
DIGITS = "%.15g"
"""Fifteen digits drop the last noise of floating point and let `fulfill audit` recompute every figure to 1e-9."""
ARC_COLUMNS = (
    "start_name",
    "end_name",
    "start_lat",
    "start_lon",
    "end_lat",
    "end_lon",
    "leg",
    "channel",
    "orders_year",
    "lead_time_days",
)


def write_tables(plan: Plan, problem: Problem, folder: Path) -> None:
    """Write sites, flows, zones, costs, capacity, channels and arcs as CSV: UTF-8, LF, comma, point."""
    for name in TABLES:
        write_csv(getattr(plan, name), folder / f"{name}.csv")
    write_csv(arcs(plan, problem), folder / "arcs.csv")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write one table in the form that all tables of a run have."""
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", float_format=DIGITS)


def arcs(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return one row for each start, end and channel with its orders a year: `ARC_COLUMNS`.

    kepler.gl draws arcs only from a flat table that holds both ends. Mailed orders start at the
    Chinese origin of their product. No arc is left out, so that the orders add up to those of
    flows.csv.
    """
    flows = placed_flows(plan, problem)
    flows = flows.assign(order_days=flows["orders"] * flows["lead_time_days"])
    total = (
        flows.groupby(["leg", *ENDS, "channel"], sort=True)[["orders", "order_days"]]
        .sum()
        .reset_index()
    )
    table = located(total, place_table(problem)).assign(
        leg=total["leg"],
        channel=total["channel"],
        orders_year=total["orders"],
        lead_time_days=total["order_days"] / total["orders"],
    )
    return table[list(ARC_COLUMNS)]
