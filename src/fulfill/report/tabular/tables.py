"""Table of arcs for kepler.gl."""

from __future__ import annotations

import pandas as pd

from fulfill.inputs.problem import Problem
from fulfill.report.gis.places import ENDS, located, place_table, placed_flows
from fulfill.study.outputs import ARCS
from fulfill.study.plan import Plan


def arcs(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the yearly orders of each start, end, mode and channel.

    kepler.gl draws arcs from a flat table with the coordinates of both ends. Mailed orders start at
    the origin of their service and product. No arc is left out, so that the orders add up to those
    of flows.csv.

    Parameters
    ----------
    plan : Plan
        With flows.
    problem : Problem
        What was planned.

    Returns
    -------
    DataFrame
        Columns of `study.outputs.ARCS`.
    """
    flows = placed_flows(plan, problem)
    flows = flows.assign(order_days=flows["orders"] * flows["lead_time_days"])
    total = (
        flows.groupby(["leg", *ENDS, "transport", "channel"], sort=True)[["orders", "order_days"]]
        .sum()
        .reset_index()
    )
    table = located(total, place_table(problem)).assign(
        leg=total["leg"],
        transport=total["transport"],
        channel=total["channel"],
        orders_year=total["orders"],
        lead_time_days=total["order_days"] / total["orders"],
    )
    return table[list(ARCS.keys)]
