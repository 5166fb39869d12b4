"""The second stage of capacitated location: a transport problem for each scenario.

``C_s(y) = min sum_ij c_ij x_ij``, ``sum_i x_ij >= d_sj``, ``sum_j x_ij <= Q_i y_i``, ``0 <= x_ij <=
d_sj``. For any prices ``u >= 0`` of a unit at the customers::

    C_s(y) >= sum_j d_sj u_j - sum_i y_i K_si(u)
    K_si(u) = max { sum_j (u_j - c_ij) x_j : sum_j x_j <= Q_i, 0 <= x_j <= d_sj }

for every ``y``: the rows of demand are relaxed, and each site fills its capacity with the customers
that gain most. At the prices of an optimal transport it holds with equality. Prices may therefore
be found by any means; the bound is worked out anew from them, with the demand and costs as given.

They come from the network simplex in whole numbers, warm from the last choice of sites, every
scenario a period of one network. Demand is rounded up and capacity down there, so its flows, scaled
back, are a plan of the problem as given; its cost, too, is worked out anew.
"""

from __future__ import annotations

import numpy as np

from fulfill.location.network.network_simplex import (
    Network,
    first_trees,
    price_nodes,
    reoptimise,
)
from fulfill.location.stochastic.decomposition import Cut, Relaxed
from fulfill.model.arrays import Array, Mask
from fulfill.model.kernel_cache import njit
from fulfill.model.stochastic_instances import StochasticLocation

BITS = 61
"""Costs of all flows together stay below 2^61, within an integer of 64 bits."""


class Transport:
    """The transport problems of all scenarios, optimal at the choice last asked for (mutable).

    Parameters
    ----------
    given : StochasticLocation
    """

    def __init__(self, given: StochasticLocation) -> None:
        self.given = given
        self.fixed, self.probability = given.fixed, given.probability
        self.network, flow_scale, self.cost_scale = _network(given)
        self.unit_scale = flow_scale * self.cost_scale
        self.trees = first_trees(self.network)
        self.last = np.zeros(len(given.demand), np.int64)

    def rows(self) -> list[tuple[Array, float]]:
        """Return that open sites must have the required capacity."""
        return [(self.given.capacity, self.given.required)]

    def relax(self, opened: Mask) -> Relaxed:
        """Serve every scenario at least cost.

        Parameters
        ----------
        opened : ndarray of bool, shape (I,)

        Returns
        -------
        Relaxed
            Prices of a unit at each customer as duals, shape (S, J).
        """
        source_and_sites = np.concatenate([[True], opened])
        reoptimise(self.network, source_and_sites, self.trees, self.last, np.inf)
        duals = _customer_prices(self.network, source_and_sites, self.trees)
        prices = np.maximum(duals / self.cost_scale, 0.0)
        usd = _plan_costs(self.network, self.trees, self.given.unit_usd, self.given.demand)
        return Relaxed(self.last / self.unit_scale, usd, prices)

    def cut(self, duals: Array, weights: Array) -> Cut:
        """Return the bound of the module's head, weighted over scenarios.

        Parameters
        ----------
        duals : ndarray, shape (S, J)
        weights : ndarray, shape (S,)

        Returns
        -------
        Cut
        """
        used = weights > 0.0
        prices, demand = duals[used], self.given.demand[used]
        gained = _gains(prices, demand, self.given.unit_usd, self.given.capacity)
        constant = weights[used] @ (prices * demand).sum(axis=1)
        return Cut(float(constant), -(weights[used] @ gained), prices.size)

    def settle(self, opened: Mask) -> tuple[Array, Array]:
        """Return bounds of the cost of every scenario, which differ by rounding only.

        Parameters
        ----------
        opened : ndarray of bool, shape (I,)

        Returns
        -------
        lower, upper : ndarray, shape (S,)
        """
        found, given = self.relax(opened), self.given
        gained = _gains(found.duals, given.demand, given.unit_usd, given.capacity)
        lower = (found.duals * given.demand).sum(axis=1) - gained @ opened.astype(float)
        rounding = found.duals.shape[1] * np.finfo(float).eps
        return lower - rounding * np.abs(lower), found.upper


def _network(given: StochasticLocation) -> tuple[Network, float, float]:
    """Return the network in whole numbers, and how many of them are one unit and one USD."""
    n_scenarios, n_sites = len(given.demand), len(given.fixed)
    # a way around passes each site at most once, so that a unit never goes missing to save cost
    dear = (n_sites + 1.0) * max(float(given.unit_usd.max()), 1e-6)
    total = max(float(given.demand.sum(axis=1).max()), 1.0)
    bits = int(np.floor(BITS - np.log2(2.0 * dear * total)))
    flow_scale, cost_scale = 2.0 ** (bits // 2), 2.0 ** (bits - bits // 2)
    supply = np.full(1, 2 * int(total * flow_scale) + given.demand.size)
    room = np.minimum(np.floor(given.capacity * flow_scale), float(supply[0])).astype(np.int64)
    unit = np.rint(given.unit_usd * cost_scale).astype(np.int64)
    missing = int(np.ceil(dear * cost_scale))
    return (
        Network(
            demand=np.ceil(given.demand * flow_scale).astype(np.int64),
            room=np.tile(np.concatenate([supply, room]), (n_scenarios, 1)),
            first=np.zeros((n_scenarios, 1, n_sites), np.int64),
            second=np.tile(unit, (n_scenarios, 1, 1)),
            dear=missing,
            closed=2 * missing,
        ),
        flow_scale,
        cost_scale,
    )


@njit(nogil=True)
def _customer_prices(network, opened, trees):
    """Return the price of a unit at each customer, shape (S, J), from optimal trees."""
    n_scenarios, n_customers = network.demand.shape
    n_nodes = trees.parent.shape[1]
    found = np.zeros((n_scenarios, n_customers), np.int64)
    price, depth = np.zeros(n_nodes, np.int64), np.zeros(n_nodes, np.int64)
    stack = np.zeros(n_nodes, np.int64)
    for s in range(n_scenarios):
        price_nodes(network, opened, s, trees.parent[s], trees.arc[s], price, depth, stack)
        found[s] = price[n_nodes - n_customers :]
    return found


@njit(nogil=True)
def _plan_costs(network, trees, unit_usd, demand):
    """Return the cost of the flows of each scenario, infinite where some demand goes missing."""
    n_sites, n_customers = unit_usd.shape
    first_arc, n_lanes = 1 + 2 * n_sites, n_sites * n_customers
    cost = np.zeros(len(demand))
    for s in range(len(demand)):
        for node in range(1, trees.parent.shape[1]):
            lane, flow = trees.arc[s, node] - first_arc, trees.flow[s, node]
            if lane < 0 or flow == 0:
                continue
            if lane >= n_lanes + n_customers:
                continue
            if lane >= n_lanes:
                cost[s] = np.inf
                break
            i, j = lane // n_customers, lane % n_customers
            cost[s] += unit_usd[i, j] * demand[s, j] * (flow / network.demand[s, j])
    return cost


@njit(nogil=True)
def _gains(prices, demand, unit_usd, capacity):
    """Return the most that each site gains in each scenario at prices, shape (S, I)."""
    n_sites = len(capacity)
    found = np.zeros((len(prices), n_sites))
    for s in range(len(prices)):
        for i in range(n_sites):
            gain = prices[s] - unit_usd[i]
            left = capacity[i]
            for j in np.argsort(-gain):
                if gain[j] <= 0.0 or left <= 0.0:
                    break
                served = min(left, demand[s, j])
                found[s, i] += served * gain[j]
                left -= served
    return found
