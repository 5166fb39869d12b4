"""Routes met during a search, and the cheapest combination of them: set partitioning over a pool.

Routes of different moments often fit together better than those of any one of them (Rochat and
Taillard 1995, doi 10.1007/BF02430370). The linear relaxation first drops the routes that no cheaper
combination can contain, by their reduced costs; the rest goes to HiGHS as an integer programme.
"""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, vstack

from fulfill.routing.engines.ruin.compiled_instance import CompiledInstance, Floats, Ints
from fulfill.routing.engines.ruin.route_state import NONE, RouteState

MAX_ROUTES, MAX_COLUMNS = 10_000, 1_500
"""Routes that are kept, the latest ones, and those of least reduced cost that are combined."""
MAX_NODES = 100
"""Nodes of the branch and bound."""
MIN_SAVING = 1e-4
"""USD by which a combination has to be cheaper than the routes there are."""

Selection = list[tuple[int, list[int]]]
"""Routes as their type and their stops in order, as places."""


class RoutePool:
    """The cheapest order met for each set of stops and vehicle type.

    Parameters
    ----------
    data : CompiledInstance
        Instance whose routes are collected.
    """

    def __init__(self, data: CompiledInstance) -> None:
        self._data = data
        self._routes: dict[tuple[int, frozenset[int]], tuple[float, tuple[int, ...]]] = {}
        self._last: set[tuple[int, ...]] = set()

    def __len__(self) -> int:
        return len(self._routes)

    def add(self, first: Ints, kinds: Ints, succ: Ints) -> None:
        """Add the current routes.

        Parameters
        ----------
        first, kinds : (n_routes,)
            First stop and vehicle type, `NONE` where there is no route.
        succ : (n_places,)
            Next stop.
        """
        follow = succ.tolist()
        seen = set()
        for stop, kind in zip(first.tolist(), kinds.tolist(), strict=True):
            if kind == NONE:
                continue
            route = [kind]
            while stop != NONE:
                route.append(stop)
                stop = follow[stop]
            seen.add(tuple(route))
        for new in seen - self._last:
            self._keep(new[0], new[1:])
        self._last = seen
        for _ in range(len(self._routes) - MAX_ROUTES):
            del self._routes[next(iter(self._routes))]

    def _keep(self, kind: int, stops: tuple[int, ...]) -> None:
        """Keep an order of stops, if it is new or cheapest; either way it counts as the latest."""
        key, cost = (kind, frozenset(stops)), self._cost(kind, stops)
        known = self._routes.pop(key, None)
        self._routes[key] = (cost, stops) if known is None or cost < known[0] else known

    def _cost(self, kind: int, stops: tuple[int, ...]) -> float:
        """Return the cost of a route, USD."""
        cost, depot = self._data.cost[self._data.rate[kind]], self._data.depot[kind]
        return float(sum(cost[leg] for leg in pairwise((depot, *stops, depot)))) + float(
            self._data.fixed_cost[kind]
        )

    def combine(self, state: RouteState, cost: float, seconds: float) -> tuple[float, Selection]:
        """Return the cheapest combination found that serves every stop with the fleet.

        Parameters
        ----------
        state : RouteState
            Whose `available` vehicles are the fleet.
        cost : float
            USD, that a combination must be cheaper than.
        seconds : float
            Limit of each of the two solves, infinite for none.

        Returns
        -------
        tuple
            Cost, USD, and routes of the combination; infinite and none where none is cheaper.
        """
        prices = np.array([price for price, _ in self._routes.values()])
        rows, served, limit = self._rows(state)
        n_stops = len(served)
        bound = linprog(  # type: ignore[call-overload]  # its stubs know no sparse rows
            prices,
            A_ub=rows[n_stops:],
            b_ub=limit,
            A_eq=rows[:n_stops],
            b_eq=served,
            bounds=(0.0, None),
            method="highs-ds",
            options={"time_limit": seconds},
        )
        if bound.status != 0 or bound.fun > cost - MIN_SAVING:
            return np.inf, []
        # A route whose reduced cost exceeds the distance between bound and cost is in no cheaper
        # combination.
        order = np.argsort(bound.lower.marginals, kind="stable")[:MAX_COLUMNS]
        kept = order[bound.lower.marginals[order] < cost - MIN_SAVING - bound.fun]
        found = milp(
            prices[kept],
            integrality=np.ones(len(kept), np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=LinearConstraint(
                rows[:, kept],
                np.concatenate([served, np.full(len(limit), -np.inf)]),
                np.concatenate([served, limit]),
            ),
            options={"time_limit": seconds, "node_limit": MAX_NODES, "mip_rel_gap": 0.0},
        )
        if found.x is None or found.fun > cost - MIN_SAVING:
            return np.inf, []
        keys = list(self._routes)
        chosen = [keys[index] for index in kept[found.x > 0.5]]
        return float(found.fun), [(key[0], list(self._routes[key][1])) for key in chosen]

    def _rows(self, state: RouteState) -> tuple[csc_array, Floats, Floats]:
        """Return the rows of stops, vehicles and depots, and their right-hand sides.

        Each stop is served once (equalities); vehicles and depot capacities are upper bounds.
        """
        data, routes = self._data, self._routes
        n_depots, n_places, n_kinds = len(data.depot_capacity), len(data.demand), len(data.depot)
        kinds = np.array([kind for kind, _ in routes])
        sizes = np.array([len(stops) for _, stops in routes])
        column = np.repeat(np.arange(len(routes)), sizes)
        place = np.fromiter(
            chain.from_iterable(stops for _, stops in routes.values()), np.int64, sizes.sum()
        )
        stops = csc_array(
            (np.ones(len(place)), (place - n_depots, column)), (n_places - n_depots, len(routes))
        )
        types = csc_array(
            (np.ones(len(routes)), (kinds, np.arange(len(routes)))), (n_kinds, len(routes))
        )
        limits, parts = [state.available.astype(float)], [stops, types]
        for depot, dimension in np.argwhere(np.isfinite(data.depot_capacity)):
            load = (data.demand[n_depots:, dimension] @ stops) * (data.depot[kinds] == depot)
            parts.append(csc_array(load[None, :]))
            limits.append(data.depot_capacity[depot, [dimension]])
        return vstack(parts, format="csc"), np.ones(n_places - n_depots), np.concatenate(limits)
