"""What an Anura project cannot hold of a network and a demand."""

from __future__ import annotations

from collections.abc import Iterator

from fulfill.inputs.anura.losses import CHANGED, NOT_CARRIED, Loss
from fulfill.inputs.anura.network_tables import NEUTRAL
from fulfill.inputs.columns import ROW
from fulfill.inputs.problem import Problem

CARRIED = {
    "parameters",
    "countries",
    "origins",
    "sites",
    "site_sizes",
    "products",
    "goods_costs",
    "calendar",
    "lane_rates",
    "site_groups",
    "group_limits",
}
"""Tables of a network with a counterpart."""
COLUMNS = {
    "countries": ("vat_rate",),
    "origins": ("minimum_m3_year",),
    "sites": ("storage_usd_m3_month",),
    "site_sizes": ("storage_m3",),
    "products": ("return_rate", "demand_cv", "certification_usd_sku"),
}
"""Columns of these without a counterpart, which say something where they are not 0."""
PARAMETERS = ("unserved_penalty_usd", "horizon_years")
"""Parameters that are carried."""
CALENDAR = (
    "freight_factor",
    "mail_factor",
    "last_mile_factor",
    "mail_delay_days",
    "last_mile_delay_days",
    "capacity_factor",
)
NAMED = 4
"""Parameters that are named."""
REMEDY = "add it to the costs and limits of the project where it matters"


def export_losses(problem: Problem, lanes: int) -> list[Loss]:
    """Name what the tables of a project lack.

    Parameters
    ----------
    problem : Problem
    lanes : int
        Number of lanes that are written.

    Returns
    -------
    list of Loss
    """
    return [
        *_tables(problem),
        *_columns(problem),
        *_parameters(problem),
        *_lanes(problem, lanes),
        *_sites(problem),
        *_calendar(problem),
    ]


def _tables(problem: Problem) -> Iterator[Loss]:
    for name, table in problem.network.written.items():
        rows = int((table[ROW] > 0).sum())
        if name not in CARRIED and rows:
            reason = "a table without a counterpart"
            yield Loss(NOT_CARRIED, name, "", rows, reason, REMEDY)


def _columns(problem: Problem) -> Iterator[Loss]:
    for name, columns in COLUMNS.items():
        table = problem.network[name]
        for column in columns:
            rows = int((table[column] > 0).sum())
            if rows:
                reason = "a column without a counterpart"
                yield Loss(NOT_CARRIED, name, column, rows, reason, REMEDY)
    limited = int(problem.network["goods_costs"]["orders_day"].notna().sum())
    if limited:
        reason = "the limit of a product at a plant would be a production constraint"
        remedy = "add rows to ProductionConstraints"
        yield Loss(NOT_CARRIED, "goods_costs", "orders_day", limited, reason, remedy)


def _parameters(problem: Problem) -> Iterator[Loss]:
    other = [
        name
        for name, value in problem.network.parameters.items()
        if name not in PARAMETERS and value != NEUTRAL.get(name, 0.0)
    ]
    if other:
        named = ", ".join(other[:NAMED]) + (" and others" if len(other) > NAMED else "")
        reason = f"parameters without a counterpart: {named}"
        yield Loss(NOT_CARRIED, "parameters", "value", len(other), reason, REMEDY)


def _lanes(problem: Problem, lanes: int) -> Iterator[Loss]:
    rates = problem.network["lane_rates"]
    without = int((~rates["allowed"]).sum())
    if without:
        reason = "a lane that is forbidden has no policy, which says the same in a project"
        yield Loss(CHANGED, "lane_rates", "allowed", without, reason, "nothing")
    spread = int((rates["days_p90"].notna() & (rates["days_p90"] != rates["days_mean"])).sum())
    if spread:
        reason = "a time has no 90th percentile"
        yield Loss(NOT_CARRIED, "lane_rates", "days_p90", spread, reason, REMEDY)
    if not lanes:
        reason = (
            "no lane has a price of its own: freight, gateways, carriers and mail make prices that "
            "a project has lane by lane; TransportationPolicies is not written"
        )
        remedy = "convert a run: OptimizationFlowSummary has the flows"
        yield Loss(NOT_CARRIED, "lane_rates", "", len(rates), reason, remedy)


def _sites(problem: Problem) -> Iterator[Loss]:
    network = problem.network
    sizes = network["site_sizes"]
    owners = ["ownership", "site_id"]
    dearer = sizes.groupby(owners)[["fixed_usd_month", "area_m2"]].nunique().gt(1).any(axis=1)
    rows = int(dearer.sum())
    if rows:
        reason = "the yearly cost of a larger size is written as paid once for the expansion"
        remedy = "compare StepCosts with site_sizes.csv"
        yield Loss(CHANGED, "site_sizes", "fixed_usd_month", rows, reason, remedy)
    limits = network["group_limits"]
    only_if = int((limits["rule"] == "only_if").sum())
    if only_if:
        reason = "a rule that a site needs another has no counterpart"
        yield Loss(NOT_CARRIED, "group_limits", "rule", only_if, reason, REMEDY)
    limited = network["origins"]["capacity_m3_month"].notna()
    volumes = network["products"].set_index("product_id")["volume_m3"]
    goods = network["goods_costs"]
    uneven = goods["product_id"].map(volumes).groupby(goods["origin_id"]).nunique().gt(1)
    rows = int((limited & network["origins"]["origin_id"].map(uneven).eq(True)).sum())
    if rows:
        reason = "a limit in m3 has no number of units, as the products have different volumes"
        yield Loss(NOT_CARRIED, "origins", "capacity_m3_month", rows, reason, REMEDY)


def _calendar(problem: Problem) -> Iterator[Loss]:
    table = problem.network["calendar"]
    for column in CALENDAR:
        usual = 0.0 if column.endswith("_days") else 1.0
        rows = int((table[column] != usual).sum())
        if rows:
            reason = "a column without a counterpart"
            yield Loss(NOT_CARRIED, "calendar", column, rows, reason, REMEDY)
    ordered = table.sort_values("starts", kind="stable")
    gaps = ordered["starts"].diff().dt.days.iloc[1:].to_numpy()
    apart = int((gaps != ordered["days"].to_numpy()[:-1]).sum())
    if apart:
        reason = "a period ends where the next begins, so that an event inside a month cuts it"
        remedy = "move the demand of the month, or use periods of equal length"
        yield Loss(CHANGED, "calendar", "days", apart, reason, remedy)
    if len(table) > 1 and problem.days.min() < problem.days.max():
        reason = "capacity a day is written for a period of mean length"
        remedy = "add rows to FacilitiesMultiTimePeriod"
        yield Loss(CHANGED, "site_sizes", "orders_day", len(table), reason, remedy)
