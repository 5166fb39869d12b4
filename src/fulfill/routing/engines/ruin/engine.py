"""Engine `ruin`: savings, then ruin and recreate under simulated annealing (`ruin_kernels.py`).

Where the fewest vehicles come first they are sought before the routes (`fewest.py`).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import NO_WAY, build_task
from fulfill.routing.engines.ruin.ejection import squeeze
from fulfill.routing.engines.ruin.fleet_minimisation import fewer_vehicles, refine
from fulfill.routing.engines.ruin.kernels import anneal
from fulfill.routing.engines.ruin.request_bank import anneal_loosely
from fulfill.routing.engines.ruin.search import COLD, Effort, begin, cool, fleet_of, plan_of
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.solution import Plan, RoutingParams

REFINED = 150
"""Stops up to which routes by the fewest vehicles are cooled several times; more want one long cooling."""


def solve_ruin(instance: RoutingInstance, params: RoutingParams, until: float = 1.0) -> Plan:
    """Return routes for an instance without breaks, second trips, ranges or shift lengths.

    Parameters
    ----------
    until : share of the effort after which another engine goes on
    """
    compile_kernels()
    effort = Effort(params)
    search = begin(build_task(instance), fleet_of(instance), params.seed)
    effort.start()
    if instance.fewest_vehicles:
        search = fewer_vehicles(search, effort)
    refined = instance.fewest_vehicles and len(instance.stops) <= REFINED
    (refine if refined else cool)(search, effort, until)
    return plan_of(search)


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
    search = begin(build_task(tiny), fleet_of(tiny), seed=0)
    anneal(search.task, search.tours, search.best, 2, 1.0, 1.0, False)
    anneal_loosely(search.task, search.tours, search.best, 2, 1.0, NO_WAY)
    squeeze(search.task, search.tours, search.best, 1, 1, 1.0)


def first_plan(instance: RoutingInstance, seed: int) -> Plan:
    """Return the savings routes, one trip a vehicle, with what of the rest fits in: a start for any engine.

    Breaks, ranges and shift lengths are not looked at.
    """
    search = begin(build_task(instance), fleet_of(instance), seed)
    cold = COLD * search.leg()
    anneal(search.task, search.tours, search.best, 1, cold, cold, False)
    return plan_of(search)
