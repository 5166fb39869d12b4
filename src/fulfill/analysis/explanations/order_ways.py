"""Why an order goes the way it goes: its ways by mail and from the open sites, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fulfill.analysis.explanations.site_explanation import FULL_USE, check_explainable
from fulfill.inputs.faults import Fault, InputError
from fulfill.model.instance import MAIL, leaving_orders
from fulfill.study.json_file import finite
from fulfill.study.kpis import LOSS_PARTS
from fulfill.study.lane_starts import lane_starts
from fulfill.study.run import Run

NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Way:
    """A way of serving an order.

    Attributes
    ----------
    start : str
        Id of the site or plant, or `direct mail`.
    service_id : str
        Last-mile or mail service.
    days : float
        Mean days from order to delivery.
    parts : Mapping of str to float
        Cost by part of costs.csv, USD for a potential order. What open sites cost whether or not
        they serve it (rent, opening, certification) is left out.
    orders : float
        Orders a year of the product and period in the zone that the run serves this way.
    held_back : str
        Why the run may not use it: ``not_stocked`` (no site of the country stocks the product,
        which needs certification), ``capacity`` (the site is used fully in the period), or empty.
    """

    start: str
    service_id: str
    days: float
    parts: Mapping[str, float]
    orders: float
    held_back: str = ""

    @property
    def cost_usd(self) -> float:
        """All parts: what the order adds to the objective, the reference left out."""
        return float(sum(self.parts.values()))

    @property
    def landed_usd(self) -> float:
        """The parts of the landed cost: revenue and losses left out."""
        return float(sum(usd for part, usd in self.parts.items() if part not in LOSS_PARTS))

    @property
    def record(self) -> dict[str, Any]:
        """The way as JSON."""
        held = {
            "from": self.start,
            "service_id": self.service_id,
            "lead_time_days": self.days,
            "orders": self.orders,
            "held_back": self.held_back,
            "contribution_usd_per_order": -self.cost_usd,
            "landed_cost_usd_per_order": self.landed_usd,
            "parts": dict(self.parts),
        }
        return dict(finite(held))


def order_ways(run: Run, zone: str, product: str, period: str) -> list[Way]:
    """Return the ways of an order by mail and from the open sites, the cheapest first.

    Parameters
    ----------
    run : Run
        With a plan.
    zone, product, period : str
        Ids.

    Returns
    -------
    list of Way
        One a start, by its best service. From a site the goods come by the cheapest route, and are
        handled in the first band; where its capacity is used fully, the plan may take another way.

    Raises
    ------
    InputError
        F308 for every id that the run does not have; F520 and F522 as `explain_sites`.
    """
    check_explainable(run)
    instance, economics, decisions = run.instance, run.economics, run.decisions
    assert decisions is not None
    z, k, t = _places(run, {"zones": zone, "products": product, "periods": period})
    is_open = np.append(decisions.opened.any(axis=1), True)  # the last is MAIL
    lanes = np.flatnonzero((instance.lane_zone == z) & is_open[instance.lane_site])
    served = np.zeros(len(instance.lane_zone))
    here = (decisions.product == k) & (decisions.period == t)
    np.add.at(served, decisions.lane[here], decisions.orders[here])
    ways: dict[str, Way] = {}
    starts, table = lane_starts(instance), economics.delivery_options.table
    for lane in lanes.tolist():
        parts = _parts(run, lane, k, t)
        total = sum(parts.values())
        start = str(starts[lane])
        if not np.isfinite(total):
            continue
        option = instance.lane_option[lane]
        way = Way(
            start,
            str(table["service_id"].iloc[option]),
            float(economics.lead_times.mean[option, t]),
            parts,
            float(served[lane]),
            _held_back(run, int(instance.lane_site[lane]), k, t),
        )
        best = ways.get(start)
        if best is None or (-way.orders, way.cost_usd) < (-best.orders, best.cost_usd):
            ways[start] = way
    return sorted(ways.values(), key=lambda way: (way.cost_usd, way.start))


def _places(run: Run, ids: Mapping[str, str]) -> tuple[int, ...]:
    """Return the position of each id on its axis."""
    unknown = [
        Fault("F308", "--order", value=one, detail=f"not among the {axis} of the run")
        for axis, one in ids.items()
        if one not in getattr(run.instance, axis)
    ]
    if unknown:
        raise InputError(unknown)
    return tuple(getattr(run.instance, axis).index(one) for axis, one in ids.items())


def _held_back(run: Run, site: int, k: int, t: int) -> str:
    """Return what keeps orders of a product from a site in a period; see `Way`."""
    instance, decisions = run.instance, run.decisions
    assert decisions is not None
    if site == MAIL:
        return ""
    if decisions.stocked[k, instance.site_country[site]] < 0.5:
        return "not_stocked"
    size = int(decisions.opened[site].argmax())
    room = float(instance.capacity[site, size, :, t].sum())
    leaving = float(leaving_orders(instance, decisions)[site, :, t].sum())
    return "capacity" if leaving >= FULL_USE * room else ""


def _parts(run: Run, lane: int, k: int, t: int) -> dict[str, float]:
    """Return the cost of a potential order on a lane by part; infinite where it does not go."""
    instance, economics = run.instance, run.economics
    option, site = instance.lane_option[lane], int(instance.lane_site[lane])
    parts = {name: float(usd[option, k, t]) for name, usd in economics.value.parts.items()}
    by_distance = instance.lane_usd[lane] * economics.price_multiplier[option, k, t]
    parts["last_mile"] = parts.get("last_mile", 0.0) + float(by_distance)
    if site != MAIL:
        units = float(instance.units[option, k, t])
        for name, usd in _from_stock(run, site, k, t).items():
            parts[name] = parts.get(name, 0.0) + units * usd
    return {name: usd for name, usd in parts.items() if abs(usd) > NEGLIGIBLE}


def _from_stock(run: Run, site: int, k: int, t: int) -> dict[str, float]:
    """Return what an order of a product in stock at a site costs by part."""
    instance, economics, decisions = run.instance, run.economics, run.decisions
    assert decisions is not None
    inbound = instance.required_inbound
    routes = np.flatnonzero(inbound.route_site == site)
    usd = inbound.route_usd[routes, k, t]
    if not len(routes) or not np.isfinite(usd.min()):
        return {"freight": np.inf}
    route = routes[usd.argmin()]
    size = int(decisions.opened[site].argmax())
    year = np.zeros((len(instance.sites), instance.shape[1]))
    at = instance.lane_site[decisions.lane] == site
    np.add.at(year[site], decisions.product[at], decisions.orders[at])
    safety = instance.required_stock.safety.marginal(np.maximum(year, 1.0))[site, k]
    return {
        **{name: float(value[route, k, t]) for name, value in economics.inbound.parts.items()},
        "handling": float(economics.warehouses.handling_usd[site, size, 0]),
        "storage": float(economics.storage_usd[site, k, t]),
        "safety_stock": float(safety),
    }
