"""Routes met during a search, and the best way to put some of them together: set partitioning over a pool.

Routes of different moments often fit together better than those of any one of them. A linear
programme first drops the routes that no better combination can contain, the rest goes to HiGHS
(Rochat and Taillard 1995, doi 10.1007/BF02430370, were the first to combine routes like this).
"""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, vstack

from fulfill.routing.engines.ruin.route_state import NONE, Task, Tours

LARGEST, HOPEFUL = 10_000, 1_500
"""Routes that are kept, the latest ones, and those that the linear programme prices lowest."""
NODES = 100
"""Nodes of the branch and bound."""
BETTER = 1e-4
"""Cost by which a combination has to be cheaper than the one there is."""

Chosen = list[tuple[int, list[int]]]
"""Routes as their type and their stops in order, as places."""


class RoutePool:
    """The cheapest order met for each set of stops and type of vehicle."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._routes: dict[tuple[int, frozenset[int]], tuple[float, tuple[int, ...]]] = {}
        self._last: set[tuple[int, ...]] = set()

    def __len__(self) -> int:
        return len(self._routes)

    def add(
        self, first: NDArray[np.int64], kinds: NDArray[np.int64], succ: NDArray[np.int64]
    ) -> None:
        """Add routes given by their first stops, their types (`NONE`: no route) and who follows whom."""
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
        for _ in range(len(self._routes) - LARGEST):
            del self._routes[next(iter(self._routes))]

    def _keep(self, kind: int, stops: tuple[int, ...]) -> None:
        key, cost = (kind, frozenset(stops)), self._cost(kind, stops)
        known = self._routes.pop(key, None)
        self._routes[key] = (cost, stops) if known is None or cost < known[0] else known

    def _cost(self, kind: int, stops: tuple[int, ...]) -> float:
        cost, depot = self._task.cost[self._task.rate[kind]], self._task.depot[kind]
        return float(sum(cost[leg] for leg in pairwise((depot, *stops, depot)))) + float(
            self._task.fixed[kind]
        )

    def combine(self, tours: Tours, cost: float, seconds: float) -> tuple[float, Chosen]:
        """Return the cheapest combination found that serves every stop with the fleet, and its cost.

        `inf` and no routes where none is cheaper than a given cost. `seconds` limit the time, `inf`
        for no limit.
        """
        prices = np.array([price for price, _ in self._routes.values()])
        rows, served, limit = self._rows(tours)
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
        if bound.status != 0 or bound.fun > cost - BETTER:
            return np.inf, []
        order = np.argsort(bound.lower.marginals, kind="stable")[:HOPEFUL]
        kept = order[bound.lower.marginals[order] < cost - BETTER - bound.fun]
        found = milp(
            prices[kept],
            integrality=np.ones(len(kept), np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=LinearConstraint(
                rows[:, kept],
                np.concatenate([served, np.full(len(limit), -np.inf)]),
                np.concatenate([served, limit]),
            ),
            options={"time_limit": seconds, "node_limit": NODES, "mip_rel_gap": 0.0},
        )
        if found.x is None or found.fun > cost - BETTER:
            return np.inf, []
        keys = list(self._routes)
        chosen = [keys[index] for index in kept[found.x > 0.5]]
        return float(found.fun), [(key[0], list(self._routes[key][1])) for key in chosen]

    def _rows(self, tours: Tours) -> tuple[csc_array, NDArray[np.float64], NDArray[np.float64]]:
        """Return the rows of the programme: each stop once, the vehicles of each type, what each depot can send."""
        task, routes = self._task, self._routes
        n_depots, n_places, n_kinds = len(task.dispatch), len(task.bulk), len(task.depot)
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
        limits, parts = [tours.fleet.astype(float)], [stops, types]
        for depot, dimension in np.argwhere(np.isfinite(task.dispatch)):
            load = (task.demand[n_depots:, dimension] @ stops) * (task.depot[kinds] == depot)
            parts.append(csc_array(load[None, :]))
            limits.append(task.dispatch[depot, [dimension]])
        return vstack(parts, format="csc"), np.ones(n_places - n_depots), np.concatenate(limits)
