"""Small random instances and their optimum by enumeration, a reference for the tests."""

import itertools
from dataclasses import replace

import numpy as np
from scipy.optimize import linprog

from fulfill.location.cflp.capacitated import Arrays
from fulfill.model.public_instances import Published, to_instance


def random_arrays(seed, n_sites=5, n_cells=12, outside=False):
    rng = np.random.default_rng(seed)
    sites, cells = rng.random((n_sites, 2)), rng.random((n_cells, 2))
    demand = rng.uniform(1, 10, n_cells)
    cost = 10 * np.linalg.norm(sites[:, None] - cells, axis=2)
    capacity = rng.uniform(0.3, 0.9, n_sites) * demand.sum()
    other = np.full(n_cells, 6.0 if outside else np.inf)
    return Arrays(cost, demand, capacity, rng.uniform(20, 60, n_sites), other)


def branched_arrays(seed):
    """Twenty small sites, whose root bound leaves a gap: most seeds need more than 40 leaves."""
    arrays = random_arrays(seed, n_sites=20, n_cells=60)
    return arrays._replace(capacity=0.2 * arrays.capacity)


def instance_of(arrays):
    cost = arrays.cost * arrays.demand
    instance = to_instance(Published("random", arrays.capacity, arrays.fixed, arrays.demand, cost))
    return replace(instance, unserved_usd=arrays.outside[:1])


def cheapest_allocation(arrays, opened):
    """The transport problem by HiGHS, or infinity: an independent reference."""
    rows = np.flatnonzero(opened)
    cost = arrays.cost[rows]
    capacity = arrays.capacity[rows]
    if np.isfinite(arrays.outside).any():
        cost, capacity = np.vstack([cost, arrays.outside]), np.append(capacity, 1e6)
    m, n = cost.shape
    if m == 0:
        return np.inf
    served, used = np.tile(np.eye(n), m), np.kron(np.eye(m), np.ones(n))
    found = linprog(
        cost.ravel(), A_ub=used, b_ub=capacity, A_eq=served, b_eq=arrays.demand, method="highs"
    )
    return found.fun if found.status == 0 else np.inf


def brute_force(arrays):
    costs = {
        sites: cheapest_allocation(arrays, np.array(sites)) + arrays.fixed[np.array(sites)].sum()
        for sites in itertools.product([False, True], repeat=len(arrays.fixed))
    }
    best = min(costs, key=costs.get)
    return costs[best], np.array(best)
