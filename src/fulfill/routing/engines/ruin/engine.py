"""Engine `ruin`: savings routes, then ruin and recreate under simulated annealing (`kernels.py`).

Where the fewest vehicles come first they are sought before the routes (`fleet_minimisation.py`).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import NO_LEG, compile_instance
from fulfill.routing.engines.ruin.ejection import insert_by_ejection
from fulfill.routing.engines.ruin.fleet_minimisation import anneal_in_cycles, minimise_fleet
from fulfill.routing.engines.ruin.kernels import anneal
from fulfill.routing.engines.ruin.request_bank import anneal_with_bank
from fulfill.routing.engines.ruin.restarts import anneal_from_restarts
from fulfill.routing.engines.ruin.search import (
    FINAL,
    Effort,
    anneal_until,
    best_plan,
    fleet_sizes,
    start_search,
)
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.solution import RoutePlan, RoutingParams

LONG_ROUTE = 20
"""Mean stops of a route beyond which routes of the fewest vehicles are annealed from restarts."""
CYCLED = 150
"""Stops up to which shorter routes of the fewest vehicles are annealed in cycles; above, once."""


def solve_ruin(
    instance: RoutingInstance, params: RoutingParams, until: float = 1.0, until_long: float = 1.0
) -> RoutePlan:
    """Return routes for an instance without breaks, second trips, ranges or shift lengths.

    Parameters
    ----------
    until, until_long : float
        Share of the effort after which another engine goes on, and the share where routes of the
        fewest vehicles are longer than `LONG_ROUTE`.

    Returns
    -------
    RoutePlan
        Routes that keep capacities, windows, fleets and depot capacities; stops may be missing.
    """
    compile_kernels()
    effort = Effort(params)
    search = start_search(compile_instance(instance), fleet_sizes(instance), params.seed)
    effort.start_steps()
    if not instance.fewest_vehicles:
        anneal_until(search, effort, until)
        return best_plan(search)
    # vehicles outrank cost, and annealing on cost rarely empties a route
    search = minimise_fleet(search, effort)
    n_stops = len(instance.stops)
    if n_stops > LONG_ROUTE * search.state.used.sum():
        search = anneal_from_restarts(search, effort, until_long)
    elif n_stops <= CYCLED:
        anneal_in_cycles(search, effort, until)
    else:
        anneal_until(search, effort, until)
    return best_plan(search)


@cache
def compile_kernels() -> None:
    """Compile the steps, or load them as compiled before, so that no search is charged for it."""
    square = np.ones((3, 3))
    tiny = RoutingInstance(
        name="tiny",
        depots=("depot",),
        stops=("a", "b"),
        demand=np.ones((2, 1)),
        ready=np.zeros(2),
        due=np.ones(2),
        service=np.zeros(2),
        vehicles=(VehicleType("van", 0, (2.0,)),),
        km=(square,),
        hours=(square,),
    )
    search = start_search(compile_instance(tiny), fleet_sizes(tiny), seed=0)
    anneal(search.data, search.state, search.best, 2, 1.0, 1.0, False)
    anneal_with_bank(search.data, search.state, search.best, 2, 1.0, NO_LEG)
    insert_by_ejection(search.data, search.state, search.best, 1, 1, 1.0)


def first_plan(instance: RoutingInstance, seed: int) -> RoutePlan:
    """Return savings routes with what of the other stops fits in, from which any engine can start.

    Returns
    -------
    RoutePlan
        One trip a vehicle; routes may break ranges and shift lengths or have no time for a break.
    """
    search = start_search(compile_instance(instance), fleet_sizes(instance), seed)
    cold = FINAL * search.mean_leg()
    anneal(search.data, search.state, search.best, 1, cold, cold, False)
    return best_plan(search)
