"""Independent key figures of a plan, from its decisions and the input tables.

`study/kpis` derives the figures of summary.json from the unit economics that the solver used. Here
they are computed again, flow by flow, from docs/formulation.md and the data dictionary:
`order_flows` (lead time, cancellation, emissions, last mile, mail, courier tax, returns),
`goods_flows` (goods, freight, gateways, duty, import VAT, holding), `site_costs` (rent, opening,
entry, handling, waiting in bands, storage, safety stock) and `tariff_rules` (the row of tariffs.csv
that applies). None of them uses a formula of `model/economics`, of `study/kpis` or of the solver,
or a price that these computed.

Shared are the checked tables, the orders by zone, product and period derived from them
(`inputs/demand`), the distances (`inputs/geography`), and the index arrays of the instance, which
map lanes and routes to zones, sites, delivery options and legs. One choice is taken from the prices
of the instance: the cheapest route of a site and product. Computed again, a tie could be broken
differently and reported as a fault that is none. `NOT_INDEPENDENT` lists all this for readers of an
audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.audit.goods_flows import Legs, goods_costs, route_legs
from fulfill.audit.order_flows import OrderFlows, order_flows
from fulfill.audit.site_costs import site_costs
from fulfill.inputs.dated_rules import RuleSpan
from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]
Parts = list[Mapping[str, float]]
"""Costs by part, USD a year."""
TOLERANCE = 1e-6
"""Relative difference above which two values of a key figure disagree."""
ROUNDING = 1e-9
"""Absolute difference that is always accepted: figures near zero have no relative precision."""
LOSSES = ("revenue", "payment_loss", "returns", "cancellation", "unserved")
"""Parts of the contribution that do not belong to the landed cost of an order."""
NOT_INDEPENDENT = (
    "key figures: the orders by zone, product and period, which are derived from the demand tables",
    "key figures: the distances",
    "key figures: the zone, site, service and legs of each lane and route of the plan",
    "key figures: the cheapest inbound route, which determines the safety stock of a site",
)
"""Data that the independent key figures share with the plan and do not check."""


@dataclass(frozen=True)
class KeyFigures:
    """Key figures of a plan and its costs.

    Attributes
    ----------
    figures : dict
        By the keys of `kpis` in summary.json; NaN where a figure has no denominator.
    costs : dict of str to float
        USD a year by part, as in costs.csv; income is negative.
    """

    figures: dict[str, Any]
    costs: dict[str, float]


def key_figures(
    problem: Problem,
    distances: Distances,
    instance: LocationInstance,
    decisions: Decisions,
    delivery_options: pd.DataFrame,
    spans: Sequence[RuleSpan] = (),
) -> KeyFigures:
    """Compute the key figures of a plan without the unit economics.

    Parameters
    ----------
    problem : Problem
        What was planned; with merged zones if they were merged.
    distances : Distances
        Of the problem's network and zones.
    instance : LocationInstance
        Its names and index arrays are used, and the cheapest route of each site and product.
    decisions : Decisions
        The plan, in the indices of the instance.
    delivery_options : DataFrame
        `channel` and `service_id` of each delivery option of the instance.
    spans : sequence of RuleSpan
        Parts of the year with rules of their own; empty where those of the problem hold all year.

    Returns
    -------
    KeyFigures
        Keys as in `kpis` of summary.json and as in costs.csv; NaN where a figure has no
        denominator.
    """
    flows = order_flows(problem, distances, instance, decisions, delivery_options)
    legs = route_legs(problem, distances, instance)
    leaving = _leaving(instance, flows)
    at_sites, wait = site_costs(problem, instance, decisions, legs, leaving, spans)
    brought, inbound_co2e = _inbound(problem, instance, decisions, legs)
    missing = _missing(problem, flows)
    moved: Parts = [flows.cost_usd, brought]
    if spans:
        moved = _dated(spans, distances, instance, decisions, delivery_options)
    plants = {"plants": _plants(problem, instance, decisions, flows)}
    penalty = {"unserved": problem.network.parameters["unserved_penalty_usd"] * missing}
    costs = _added([*moved, at_sites, plants, penalty])
    total, dispatched = float(problem.orders.sum()), float(flows.dispatched.sum())
    placed = float(flows.placed.sum())
    landed = sum(usd for name, usd in costs.items() if name not in LOSSES)
    amounts = _channels(problem, instance, decisions, flows) | {"unserved": missing}
    lead_days = flows.lead_days + wait[flows.site, flows.period]
    figures = {
        "orders": total,
        "landed_cost_usd_per_order": _over(landed, dispatched),
        "contribution_usd": -sum(costs.values()),
        "lead_time_days_mean": _mean(lead_days, flows.orders, float(flows.orders.sum())),
        **_in_time(flows, total),
        "cancellation_rate": _over(placed - float(flows.delivered.sum()), placed),
        "unserved_share": _over(missing, total),
        "co2e_kg_per_order": _over(float(flows.co2e_kg.sum()) + inbound_co2e, dispatched),
        "channel_share": {name: _over(amount, total) for name, amount in amounts.items()},
    }
    return KeyFigures(figures, costs)


def _inbound(
    problem: Problem, instance: LocationInstance, decisions: Decisions, legs: Legs
) -> tuple[dict[str, float], float]:
    """Return the cost of the inbound flows by part (USD a year), and their kg CO2e a year."""
    route, k, t = np.nonzero(decisions.inbound > 0)
    orders = decisions.inbound[route, k, t]
    by_part = goods_costs(problem, instance, legs, route, k, t)
    weight = problem.network["products"]["weight_kg"].to_numpy(float)[k]
    co2e = float((legs.co2e_kg_per_kg[route] * weight * orders).sum())
    return {name: float((usd * orders).sum()) for name, usd in by_part.items()}, co2e


def _dated(
    spans: Sequence[RuleSpan],
    distances: Distances,
    instance: LocationInstance,
    decisions: Decisions,
    delivery_options: pd.DataFrame,
) -> Parts:
    """Return the cost of orders and of goods brought in, each span with its part of the flows."""
    costs: Parts = []
    for span in spans:
        part = replace(
            decisions,
            orders=decisions.orders * span.share[decisions.period],
            inbound=decisions.inbound * span.share,
        )
        flows = order_flows(span.problem, distances, instance, part, delivery_options)
        legs = route_legs(span.problem, distances, instance)
        costs += [flows.cost_usd, _inbound(span.problem, instance, part, legs)[0]]
    return costs


def _added(costs: Parts) -> dict[str, float]:
    """Return costs by part, added up."""
    total: dict[str, float] = {}
    for parts in costs:
        for name, usd in parts.items():
            total[name] = total.get(name, 0.0) + usd
    return total


def _in_time(flows: OrderFlows, total: float) -> dict[str, float]:
    """Return the share of all orders that arrives within each number of days."""
    return {
        f"share_within_{days}_days": _mean(share, flows.orders, total)
        for days, share in flows.within.items()
    }


def _plants(
    problem: Problem, instance: LocationInstance, decisions: Decisions, flows: OrderFlows
) -> float:
    """Return the fixed costs of the plants that make anything, USD a year.

    Less than a billionth of all goods is a rounding error.
    """
    orders = pd.Series(decisions.inbound.sum(axis=(1, 2)))
    made = orders.groupby(instance.required_inbound.route_origin).sum()
    straight = pd.Series(flows.dispatched).groupby(flows.plant).sum().drop(-1, errors="ignore")
    made = made.add(straight, fill_value=0.0)
    used = made.index[made > 1e-9 * made.sum()]
    return float(problem.network["origins"]["fixed_usd_year"].iloc[used].sum())


def _mean(value: Array, orders: Array, base: float) -> float:
    """Return the total of a figure over the flows divided by `base` orders."""
    return _over(float((value * orders).sum()), base)


def _over(amount: float, base: float) -> float:
    """Return a quotient; NaN where the denominator is zero."""
    return amount / base if base != 0 else float("nan")


def _leaving(instance: LocationInstance, flows: OrderFlows) -> Array:
    """Return the orders that leave each site, (n_sites, n_products, n_periods)."""
    local = flows.site >= 0
    shape = (len(instance.sites), *instance.shape[1:])
    cell = np.ravel_multi_index(
        (flows.site[local], flows.product[local], flows.period[local]), shape
    )
    weights = flows.dispatched[local]
    leaving = np.bincount(cell, weights=weights, minlength=int(np.prod(shape)))
    return leaving.reshape(shape).astype(float)


def _missing(problem: Problem, flows: OrderFlows) -> float:
    """Return the potential orders that no flow serves."""
    shape = problem.orders.shape
    cell = np.ravel_multi_index((flows.zone, flows.product, flows.period), shape)
    served = np.bincount(cell, weights=flows.orders, minlength=int(np.prod(shape)))
    return float(np.maximum(problem.orders.ravel() - served, 0.0).sum())


def _channels(
    problem: Problem, instance: LocationInstance, decisions: Decisions, flows: OrderFlows
) -> dict[str, float]:
    """Return potential orders by channel.

    Domestic orders of a site count as nearshore in the proportion of its goods of that product and
    period that came from plants.
    """
    plant = (problem.network["origins"]["kind"] == "nearshore").to_numpy()[
        instance.required_inbound.route_origin
    ]
    shape = (len(instance.sites), *instance.shape[1:])
    brought, made_near = np.zeros(shape), np.zeros(shape)
    np.add.at(brought, instance.required_inbound.route_site, decisions.inbound)
    np.add.at(
        made_near, instance.required_inbound.route_site, decisions.inbound * plant[:, None, None]
    )
    home = flows.channel == "local"
    at = flows.site[home], flows.product[home], flows.period[home]
    share = np.where(brought[at] > 0, made_near[at] / np.where(brought[at] > 0, brought[at], 1), 0)
    amounts = {name: float(flows.orders[flows.channel == name].sum()) for name in CHANNELS}
    near = float((flows.orders[home] * share).sum()) + amounts["nearshore"]
    of_sites = near - amounts["nearshore"]
    return amounts | {"local": amounts["local"] - of_sites, "nearshore": near}


def compare_key_figures(
    claimed: Mapping[str, Any], recomputed: Mapping[str, Any]
) -> tuple[str, ...]:
    """Compare two sets of key figures.

    A figure that is absent, None or NaN has no value; two figures without a value agree.

    Parameters
    ----------
    claimed, recomputed : Mapping
        Figures by key; nested mappings are compared key by key.

    Returns
    -------
    tuple of str
        A fault for each figure that differs by more than `TOLERANCE` of its value.
    """
    faults: list[str] = []
    for name in dict.fromkeys([*claimed, *recomputed]):
        ours, theirs = recomputed.get(name), claimed.get(name)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            faults += [f"{name}.{fault}" for fault in compare_key_figures(theirs, ours)]
        elif not _agree(theirs, ours):
            faults.append(f"{name}: claimed {_written(theirs)}, recomputed {_written(ours)}")
    return tuple(faults)


def _is_value(figure: Any) -> bool:
    return figure is not None and figure == figure  # NaN differs from itself


def _agree(claimed: Any, recomputed: Any) -> bool:
    if not _is_value(claimed) or not _is_value(recomputed):
        return not _is_value(claimed) and not _is_value(recomputed)
    if not isinstance(claimed, int | float) or not isinstance(recomputed, int | float):
        return False
    # Infinity is within any relative tolerance of itself and must be compared for equality.
    largest = max(abs(claimed), abs(recomputed))
    near = abs(claimed - recomputed) <= TOLERANCE * largest + ROUNDING
    return claimed == recomputed or bool(near and np.isfinite(largest))


def _written(figure: Any) -> str:
    if not _is_value(figure):
        return "no value"
    return f"{figure:.9g}" if isinstance(figure, int | float) else str(figure)
