"""Choices of plants and sites priced by exact flows, where nothing else joins the periods.

With plants and sites given, an instance with one product and size, without stock, mail or limits
beyond capacities, falls into one minimum-cost flow for each period: plants, sites, zones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.location.network.network_simplex import Network, Trees, first_trees, flows, reoptimise
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance

WHOLE = 10_000_000
"""Largest figure that costs and quantities are rounded to where they are not whole numbers."""


@dataclass(frozen=True)
class Transshipment:
    """An instance in whole units of money and of orders.

    Attributes
    ----------
    network : Network
    fixed_usd : (O + I,)
        Fixed costs of plants, then of sites, USD a year.
    n_plants : int
    lane, route : (I, Z), (O, I) of int
        Number of the lane and of the route, -1 for none.
    unit_usd : float
        USD of a unit of money times a unit of orders.
    """

    network: Network
    fixed_usd: Array
    n_plants: int
    lane: Index
    route: Index
    unit_usd: float


@dataclass(frozen=True)
class Choice:
    """Open plants and sites with their cheapest flows.

    Attributes
    ----------
    opened : (O + I,)
        Plants, then sites.
    trees : Trees
    costs : (T,) of int
        Costs of the flows of each period, in units.
    missing : int
        Units of orders that the capacities leave unserved.
    usd : float
        With fixed costs, USD a year; missing orders at more than any way of serving them.
    """

    opened: Mask
    trees: Trees
    costs: Index
    missing: int
    usd: float

    @property
    def key(self) -> tuple[int, float]:
        """What choices are compared by: orders that are missing, then cost."""
        return self.missing, self.usd


def is_transshipment(instance: LocationInstance) -> bool:
    """Tell whether an instance with given plants and sites is one minimum-cost flow a period.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    bool
    """
    inbound, limits = instance.inbound, instance.limits
    if inbound is None or instance.stock is not None or not (inbound.origin_fixed_usd > 0).any():
        return False
    _, n_products, n_periods = instance.shape
    one = instance.contracts is None and n_products == 1 and instance.capacity.shape[1:3] == (1, 1)
    plain = (
        not (instance.lane_site < 0).any()
        and np.isinf(instance.unserved_usd).all()
        and (instance.units == 1.0).all()
        and np.isinf(instance.carriers.orders).all()
        and (inbound.route_gateway < 0).all()
        and (inbound.origin_min_m3 <= 0).all()
        and np.array_equal(inbound.landing, np.eye(n_periods))
        and (instance.volume_m3 > 0).all()
    )
    joined = limits.targets or limits.rules or limits.single_source or instance.flow_limits
    free = not joined and np.isinf([limits.co2_kg, limits.budget_usd]).all()
    return bool(one and plain and free)


def transshipment(instance: LocationInstance) -> Transshipment:
    """Lay out an instance.

    Parameters
    ----------
    instance : LocationInstance
        See `is_transshipment`.

    Returns
    -------
    Transshipment
        Quantities and costs that are not whole numbers are rounded; demand up, capacity down.
    """
    inbound, n_zones = instance.required_inbound, len(instance.zones)
    n_sites, n_plants = len(instance.sites), len(inbound.origins)
    usd = instance.lane_cost()[:, 0] + instance.handling_usd[instance.lane_site, 0, 0][:, None]
    second, lane = _dense(usd, instance.lane_site, instance.lane_zone, (n_sites, n_zones))
    first, route = _dense(
        inbound.route_usd[:, 0], inbound.route_origin, inbound.route_site, (n_plants, n_sites)
    )
    demand = np.ascontiguousarray(instance.demand[:, 0].T)
    made = inbound.origin_m3.T / instance.volume_m3[0]
    room = np.concatenate([made, instance.capacity[:, 0, 0].T], axis=1)
    room = np.minimum(room, np.ceil(demand.sum(axis=1, keepdims=True)))
    per_usd = _scale(np.concatenate([first.ravel(), second.ravel()]))
    per_order = _scale(np.concatenate([demand.ravel(), room.ravel()]))
    costs = [np.round(leg * per_usd) for leg in (first, second)]
    # an order that goes missing costs more than any way of serving it
    dear = 1 + sum(int(leg[np.isfinite(leg)].max(initial=0.0)) for leg in costs)
    closed = 4 * dear
    legs = [np.where(np.isfinite(leg), leg, closed).astype(np.int64) for leg in costs]
    return Transshipment(
        Network(
            np.ceil(demand * per_order).astype(np.int64),
            np.floor(room * per_order).astype(np.int64),
            legs[0], legs[1], dear, closed,
        ),
        np.concatenate([inbound.origin_fixed_usd, instance.fixed_usd[:, 0]]),
        n_plants, lane, route, 1.0 / (per_usd * per_order),
    )  # fmt: skip


def _dense(usd: Array, start: Index, end: Index, shape: tuple[int, int]) -> tuple[Array, Index]:
    """Return costs by period, start and end, infinite for no connection, and their numbers."""
    table = np.full((usd.shape[1], *shape), np.inf)
    number = np.full(shape, -1)
    table[:, start, end] = usd.T
    number[start, end] = np.arange(len(start))
    return table, number


def _scale(values: Array) -> float:
    """Return what values are multiplied by before they are rounded to whole numbers."""
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=1.0))
    return 1.0 if (finite == np.round(finite)).all() else WHOLE / largest


def choice_of(given: Transshipment, opened: Mask) -> Choice:
    """Return a choice of plants and sites with its cheapest flows.

    Parameters
    ----------
    given : Transshipment
    opened : (O + I,)
        Plants, then sites.

    Returns
    -------
    Choice
    """
    trees, costs = first_trees(given.network), np.zeros(len(given.network.demand), np.int64)
    return _priced(given, opened, trees, costs, np.inf)


def neighbour_of(
    given: Transshipment, near: Choice, opened: Mask, allowance: float
) -> Choice | None:
    """Return a choice that differs little from another one.

    Parameters
    ----------
    given : Transshipment
    near : Choice
        From whose flows to start.
    opened : (O + I,)
        Plants, then sites.
    allowance : float
        What it may cost more, USD a year.

    Returns
    -------
    Choice or None
        None where it is clear after a few periods that it costs more than is allowed.
    """
    parent, arc, flow, full = near.trees
    trees = Trees(parent.copy(), arc.copy(), flow.copy(), full.copy())
    saved = float(given.fixed_usd[near.opened].sum() - given.fixed_usd[opened].sum())
    left = (allowance + saved) / given.unit_usd
    found = _priced(given, opened, trees, near.costs.copy(), left)
    return None if found.missing < 0 else found


def _priced(
    given: Transshipment, opened: Mask, trees: Trees, costs: Index, allowance: float
) -> Choice:
    """Return a choice with its cheapest flows, from trees of another one."""
    missing = int(reoptimise(given.network, opened, trees, costs, allowance))
    usd = float(costs.sum()) * given.unit_usd + float(given.fixed_usd[opened].sum())
    return Choice(opened, trees, costs, missing, usd)


def decisions_of(instance: LocationInstance, given: Transshipment, choice: Choice) -> Decisions:
    """Return the plan of a choice.

    Parameters
    ----------
    instance : LocationInstance
    given : Transshipment
        Of the instance.
    choice : Choice
        Without missing orders.

    Returns
    -------
    Decisions
    """
    (n_sites, n_zones), n_plants = given.lane.shape, given.n_plants
    brought, sent = flows(choice.trees, n_plants, n_sites, n_zones)
    period, site, zone = np.nonzero(sent)
    # what was rounded up is taken off again
    share = instance.demand[zone, 0, period] / given.network.demand[period, zone]
    orders = sent[period, site, zone] * share
    leaving, arrived = np.zeros((len(sent), n_sites)), brought.sum(axis=1)
    np.add.at(leaving, (period, site), orders)
    kept = np.divide(leaving, arrived, out=np.zeros_like(leaving), where=arrived > 0)
    inbound = np.zeros((instance.n_routes, 1, len(sent)))
    t, o, i = np.nonzero(brought)
    inbound[given.route[o, i], 0, t] = brought[t, o, i] * kept[t, i]
    opened = (leaving.sum(axis=0) > 0).astype(float)
    opened[list(instance.limits.opened)] = 1.0
    return Decisions(
        opened=opened[:, None],
        stocked=np.ones((1, len(instance.countries))),
        lane=given.lane[site, zone],
        product=np.zeros(len(site), np.int64),
        period=period,
        orders=orders,
        inbound=inbound,
    )
