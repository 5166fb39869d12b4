"""The flows, sites and costs of a run as output tables of an Anura project."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fulfill.inputs.anura.losses import CHANGED, Loss
from fulfill.report.anura.project_tables import Scale, scale_of, with_plain_numbers
from fulfill.study.run import Run

DECIMALS = 6
"""Of differences of quantities, which solvers leave near 0."""
SCENARIO = "Baseline"
FLOW_TYPES = {"outbound": "Customer Fulfillment", "inbound": "Replenishment"}
COSTS = {
    "TotalTransportationCost": ("freight", "gateway", "last_mile", "mail_freight"),
    "TotalDutyCost": ("duty", "courier_tax", "import_vat"),
    "TotalProductionCost": ("goods",),
    "TotalFixedOperatingCost": ("rent_and_overhead", "plants"),
    "TotalFixedStartupCost": ("opening",),
    "TotalOutboundHandlingCost": ("handling",),
    "TotalTurnEstimatedHoldingCost": ("holding", "safety_stock"),
    "TotalStorageCost": ("storage",),
    "TotalUnservedDemandPenaltyCost": ("unserved",),
}
"""Parts of costs.csv by column of OptimizationNetworkSummary; the total also has all others."""
REVENUE = "revenue"


def result_tables(run: Run, days: int | None = None) -> dict[str, pd.DataFrame]:
    """Return the output tables that the flows and costs of a run fill.

    Parameters
    ----------
    run : Run
        With a plan.
    days : int, optional
        Days of the project, see `project_tables.scale_of`.

    Returns
    -------
    dict of str to DataFrame
        By the name of the table in the schema.
    """
    scale = scale_of(run.study.problem, days)
    periods = run.study.problem.network["calendar"]["period_id"]
    named = dict(zip(periods, scale.periods, strict=True))
    tables = {
        "OptimizationFlowSummary": _flows(run, scale, named),
        "OptimizationFacilitySummary": _facilities(run, scale, named),
        "OptimizationDemandSummary": _demand(run, scale),
        "OptimizationNetworkSummary": _network(run, scale),
    }
    return {name: with_plain_numbers(table) for name, table in tables.items()}


def result_losses(tables: Mapping[str, pd.DataFrame], facilities: pd.DataFrame) -> list[Loss]:
    """Name the flows that start at no facility.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of `result_tables`.
    facilities : DataFrame
        Facilities of the project.

    Returns
    -------
    list of Loss
    """
    origins = tables["OptimizationFlowSummary"]["OriginName"]
    mailed = int((~origins.isin(facilities["FacilityName"])).sum())
    if not mailed:
        return []
    reason = "direct mail has the origin 'direct mail', which is no facility"
    remedy = "leave these rows out, or add a supplier of this name"
    return [Loss(CHANGED, "flows", "from", mailed, reason, remedy)]


def _flows(run: Run, scale: Scale, named: Mapping[str, str]) -> pd.DataFrame:
    """Return the flows by lane, product, mode and period."""
    flows = run.flows
    product = run.study.problem.network["products"].set_index("product_id")
    period = flows["period"].map(named)
    sent = flows["orders"].where(flows["leg"] == "outbound", flows["dispatched"])
    table = pd.DataFrame(
        {
            "ScenarioName": SCENARIO,
            "DepartingPeriodName": period,
            "ArrivingPeriodName": period,
            "FlowType": flows["leg"].map(FLOW_TYPES),
            "OriginName": flows["from"],
            "DestinationName": flows["to"],
            "ProductName": flows["product"],
            "ModeName": flows["transport"],
            "FlowQuantity": sent * scale.share,
        }
    )
    key = [name for name in table if name != "FlowQuantity"]
    total: pd.DataFrame = table.groupby(key, sort=False)[["FlowQuantity"]].sum().reset_index()
    quantity = total["FlowQuantity"]
    return total.assign(
        FlowQuantityUOM="EA",
        FlowVolume=quantity * total["ProductName"].map(product["volume_m3"]),
        FlowVolumeUOM="M3",
        FlowWeight=quantity * total["ProductName"].map(product["weight_kg"]),
        FlowWeightUOM="KG",
    )


def _facilities(run: Run, scale: Scale, named: Mapping[str, str]) -> pd.DataFrame:
    """Return what sites cost and send, in every period; closed ones are rows too."""
    sites = run.study.problem.network["sites"]["site_id"]
    index = pd.MultiIndex.from_product([named, sites], names=["period", "site"])

    def of(table: pd.DataFrame, value: str) -> np.ndarray:
        total = table.groupby(["period", "site"])[value].sum()
        return total.reindex(index, fill_value=0.0).to_numpy() * scale.share

    costs = run.costs

    def cost(*parts: str) -> np.ndarray:
        return of(costs[costs["part"].isin(parts)], "usd_year")

    outbound = run.flows[run.flows["leg"] == "outbound"].rename(columns={"from": "site"})
    opened = index.get_level_values("site").isin(run.sites["site_id"])
    operating, startup, handling = cost("rent_and_overhead"), cost("opening"), cost("handling")
    return pd.DataFrame(
        {
            "ScenarioName": SCENARIO,
            "PeriodName": index.get_level_values("period").map(named),
            "FacilityName": index.get_level_values("site"),
            "OptimizedStatus": np.where(opened, "Open", "Closed"),
            "TotalFacilityCost": operating + startup + handling,
            "OperatingCost": operating,
            "StartupCost": startup,
            "TotalOutboundHandlingCost": handling,
            "TotalOutboundQuantity": of(outbound, "orders"),
            "QuantityUOM": "EA",
        }
    )


def _demand(run: Run, scale: Scale) -> pd.DataFrame:
    """Return demand and what is served of it."""
    problem = run.study.problem
    zone, product, period = np.nonzero(problem.orders)
    key = ["to", "product", "period"]
    outbound = run.flows[run.flows["leg"] == "outbound"]
    served = outbound.groupby(key)["orders"].sum()
    wanted = pd.MultiIndex.from_arrays(
        [
            problem.demand.zones["zone_id"].to_numpy()[zone],
            problem.network["products"]["product_id"].to_numpy()[product],
            problem.network["calendar"]["period_id"].to_numpy()[period],
        ]
    )
    original = problem.orders[zone, product, period] * scale.share
    served_quantity = served.reindex(wanted, fill_value=0.0).to_numpy() * scale.share
    return pd.DataFrame(
        {
            "ScenarioName": SCENARIO,
            "PeriodName": np.array(scale.periods)[period],
            "CustomerName": wanted.get_level_values(0),
            "ProductName": wanted.get_level_values(1),
            "OriginalDemandQuantity": original,
            "ServedDemandQuantity": served_quantity,
            "UnservedDemandQuantity": np.round(original - served_quantity, DECIMALS),
            "DemandQuantityUOM": "EA",
        }
    )


def _network(run: Run, scale: Scale) -> pd.DataFrame:
    """Return one row of totals."""
    parts = run.costs.groupby("part")["usd_year"].sum() * scale.share
    revenue = -float(parts.get(REVENUE, 0.0))
    total = float(parts.drop(REVENUE, errors="ignore").sum())
    columns = {
        column: float(parts.reindex(list(names), fill_value=0.0).sum())
        for column, names in COSTS.items()
    }
    orders = float(run.study.problem.orders.sum()) * scale.share
    unserved = round(orders * float(run.kpis["unserved_share"]), DECIMALS)
    row = {
        "ScenarioName": SCENARIO,
        "OptimizationGapPercentage": 100.0 * run.outcome.gap,
        "SolveStatus": run.outcome.status.capitalize(),
        "TotalSupplyChainCost": total,
        "TotalRevenue": revenue,
        "TotalProfit": revenue - total,
        "TotalServedDemandQuantity": orders - unserved,
        "TotalUnservedDemandQuantity": unserved,
        "QuantityUOM": "EA",
        **columns,
    }
    return pd.DataFrame([row])
