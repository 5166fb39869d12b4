"""Independent check of the capacities in lane_rates.csv and goods_costs.csv.

What counts for a row is found by the ids of both ends of each flow; the limits that the instance
was built with are not used.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from fulfill.audit.plan import TOLERANCE
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance


def flow_limit_faults(
    problem: Problem, instance: LocationInstance, decisions: Decisions
) -> tuple[str, ...]:
    """Find lanes, and products of plants, that a plan uses beyond their capacity (16).

    Parameters
    ----------
    problem : Problem
        What was planned.
    instance : LocationInstance
        Only the indices of its lanes and routes, their units and shares of landing are used.
    decisions : Decisions
        The plan.

    Returns
    -------
    tuple of str
        One fault for each row of a table that some period breaks.
    """
    network = problem.network
    moved = _moved(problem, instance, decisions)
    made = moved[moved["from_id"].isin(set(network["origins"]["origin_id"]))]
    rows = network["lane_rates"].dropna(subset="orders_day")
    products = network["goods_costs"].dropna(subset="orders_day")
    return (
        *_broken(rows, ["from_id", "to_id"], moved, problem),
        *_broken(products.rename(columns={"origin_id": "from_id"}), ["from_id"], made, problem),
    )


def _broken(
    rows: pd.DataFrame, ends: list[str], moved: pd.DataFrame, problem: Problem
) -> Iterator[str]:
    """Yield a fault for each row whose flows exceed its `orders_day` in a period."""
    days = pd.Series(problem.days, problem.periods)
    for row in rows.to_dict("records"):
        counts = moved["product_id"].isin([row["product_id"]]) | (row["product_id"] == "any")
        for end in ends:
            counts &= moved[end] == row[end]
        used = moved[counts].groupby("period_id")["orders"].sum().reindex(days.index, fill_value=0)
        most = row["orders_day"] * days
        excess = used - most
        if (excess > TOLERANCE * np.maximum(most, 1.0)).any():
            period = excess.idxmax()
            name = " - ".join(str(row[end]) for end in ends) + f" {row['product_id']}"
            yield (
                f"(16) capacity of {name} in {period}: "
                f"{used[period]:.6g} > {most[period]:.6g} orders"
            )


def _moved(problem: Problem, instance: LocationInstance, decisions: Decisions) -> pd.DataFrame:
    """Return the orders that pass every leg: from_id, to_id, product_id, period_id, orders.

    Inbound flows in the period of landing, a row for each leg; outbound flows as dispatched.
    """
    network, inbound = problem.network, instance.required_inbound
    sites, gateways, origins = (
        np.append(network[f"{kind}s"][f"{kind}_id"].to_numpy(object), "")
        for kind in ("site", "gateway", "origin")
    )
    zones = problem.demand.zones["zone_id"].to_numpy(object)
    products, periods = (np.array(names, object) for names in (problem.products, problem.periods))
    lane, k, t = decisions.lane, decisions.product, decisions.period
    plant = instance.lane_plant[lane]
    start = np.where(plant >= 0, origins[plant], sites[instance.lane_site[lane]])
    sent = instance.units[instance.lane_option[lane], k, t] * decisions.orders
    legs = [(start, zones[instance.lane_zone[lane]], products[k], periods[t], sent)]
    landed = decisions.inbound @ inbound.landing
    route, k, t = np.nonzero(landed > 0)
    orders, gate = landed[route, k, t], inbound.route_gateway[route]
    origin, site = origins[inbound.route_origin[route]], sites[inbound.route_site[route]]
    first = np.where(gate >= 0, gateways[gate], site)
    legs.append((origin, first, products[k], periods[t], orders))
    on = gate >= 0
    legs.append((gateways[gate[on]], site[on], products[k[on]], periods[t[on]], orders[on]))
    columns = ("from_id", "to_id", "product_id", "period_id", "orders")
    return pd.concat(
        [pd.DataFrame(dict(zip(columns, leg, strict=True))) for leg in legs], ignore_index=True
    )
