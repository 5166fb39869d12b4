"""Independent check of the capacities in lane_rates.csv and goods_costs.csv.

What counts for a row is found by the ids of both ends of each flow; the limits that the instance
was built with are not used.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.audit.lane_rates import BY_RAIL
from fulfill.audit.plan import TOLERANCE
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance

LANE = ["from_id", "to_id", "rail"]
"""A lane of one mode: by rail, or as usual."""


def flow_limit_faults(
    problem: Problem,
    instance: LocationInstance,
    decisions: Decisions,
    delivery_options: pd.DataFrame,
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
    delivery_options : DataFrame
        `service_id` of each delivery option of the instance.

    Returns
    -------
    tuple of str
        One fault for each row of a table that some period breaks.
    """
    network = problem.network
    services = delivery_options["service_id"].astype(str)
    rail = services.str.startswith(BY_RAIL).to_numpy(bool)[instance.lane_option]
    moved = _moved(problem, instance, decisions, rail)
    made = moved[moved["from_id"].isin(set(network["origins"]["origin_id"]))]
    rows = network["lane_rates"].dropna(subset="orders_day")
    products = network["goods_costs"].dropna(subset="orders_day")
    return (
        *_broken(rows.assign(rail=rows["mode"] == "rail"), LANE, moved, problem),
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
            name = " - ".join(str(row[end]) for end in ends[:2]) + f" {row['product_id']}"
            yield (
                f"(16) capacity of {name} in {period}: "
                f"{used[period]:.6g} > {most[period]:.6g} orders"
            )


def _moved(
    problem: Problem, instance: LocationInstance, decisions: Decisions, rail: NDArray[np.bool_]
) -> pd.DataFrame:
    """Return the orders that pass every leg: `LANE`, product_id, period_id, orders.

    Inbound flows in the period of landing, a row for each leg; outbound flows as dispatched, over
    lanes of which `rail` (n_lanes,) tells whether they go by rail.
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
    legs = [(start, zones[instance.lane_zone[lane]], rail[lane], products[k], periods[t], sent)]
    landed = decisions.inbound @ inbound.landing
    route, k, t = np.nonzero(landed > 0)
    orders, gate = landed[route, k, t], inbound.route_gateway[route]
    origin, site = origins[inbound.route_origin[route]], sites[inbound.route_site[route]]
    first = np.where(gate >= 0, gateways[gate], site)
    on, by_rail = gate >= 0, inbound.modes[route] == "rail"
    legs.append((origin, first, by_rail & ~on, products[k], periods[t], orders))
    legs.append(
        (gateways[gate[on]], site[on], by_rail[on], products[k[on]], periods[t[on]], orders[on])
    )
    columns = (*LANE, "product_id", "period_id", "orders")
    return pd.concat(
        [pd.DataFrame(dict(zip(columns, leg, strict=True))) for leg in legs], ignore_index=True
    )
