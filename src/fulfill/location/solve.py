"""Selects the method that solves an instance, and calls it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from fulfill.inputs.faults import Fault, InputError
from fulfill.location.cflp import warmup as branching_warmup
from fulfill.location.cflp.capacitated import is_capacitated
from fulfill.location.cflp.decompose import solve_decomposed as solve_by_branching
from fulfill.location.feasibility.least_change import PROVEN_IMPOSSIBLE, LeastChange
from fulfill.location.feasibility.shown_plan import shown_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network import warmup
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, status_of
from fulfill.model.flow_limits import LANE
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import compile_once

METHODS = {
    "branching": solve_by_branching,
    "decomposition": solve_decomposed,
    "monolith": solve_exact,
}
COMPILERS = {"branching": branching_warmup.compile_kernels, "decomposition": warmup.compile_kernels}
"""Compiles the kernels of a method, if it has any."""
SMALL = 2_500
"""Allocations (lane x product x period) up to which the plain MIP is better.

Below, it is faster and exact; above, it is slower, and its secant approximation of safety stock
costs more than the gap that the decomposition leaves (docs/benchmarks.md)."""
MOST_LIMITED = 500
"""Lanes to consumers with a limit that the decomposition can price: each has its own option."""
MOST = 100_000
"""Allocations up to which the MIP is chosen where more lanes to consumers have a limit.

At 93,000 it proves 0.2 % in 80 s, at 186,000 it leaves 7 % after two minutes (embedded network with
two and with five sites)."""


CHECK = 0.25
"""Share of the time limit after which the proof that service targets leave no plan is given up."""


def best_method(instance: LocationInstance) -> str:
    """Return the name of the method for an instance.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    str
        ``branching`` for capacitated instances (see `is_capacitated`), ``monolith`` (the plain MIP)
        up to `SMALL` allocations and where no other method can plan (see `only_by_program`),
        ``decomposition`` above.

    Raises
    ------
    InputError
        F355 where an instance with more than `MOST_LIMITED` limited lanes to consumers has more
        than `MOST` allocations.
    """
    possible = allocations(instance, without=instance.limits.closed)
    if limited_lanes(instance) > MOST_LIMITED and possible > MOST:
        size = f"{possible:,} allocations"
        detail = f"lane x product x period, without locked sites; at most {MOST:,}"
        raise InputError([Fault("F355", "", value=size, detail=detail)])
    if only_by_program(instance):
        return "monolith"
    # Lagrangian branch and bound needs one product, period, size and band
    if is_capacitated(instance):
        return "branching"
    return "monolith" if allocations(instance) <= SMALL else "decomposition"


def allocations(instance: LocationInstance, without: tuple[int, ...] = ()) -> int:
    """Return the number of allocations: lanes times products times periods.

    Parameters
    ----------
    instance : LocationInstance
    without : tuple of int
        Sites whose lanes do not count.
    """
    _, products, periods = instance.shape
    return int((~np.isin(instance.lane_site, without)).sum()) * products * periods


def only_by_program(instance: LocationInstance) -> str:
    """Return why only the MIP can plan an instance; empty where every method can."""
    if limited_lanes(instance) > MOST_LIMITED:
        return f"more than {MOST_LIMITED} lanes to consumers have a capacity"
    if ships_from_limited_plants(instance):
        return "a plant with a limit or a fixed cost ships straight to consumers"
    return ""


def limited_lanes(instance: LocationInstance) -> int:
    """Return the number of lanes to consumers that have a limit of their own."""
    limits = instance.flow_limits
    if limits is None:
        return 0
    rows = [row for row, kind in enumerate(limits.kinds) if kind == LANE]
    return len(np.unique(limits.lanes[rows].nonzero()[1] // instance.shape[1]))


def ships_from_limited_plants(instance: LocationInstance) -> bool:
    """Tell whether a plant with a capacity, a minimum or a fixed cost ships straight to consumers.

    The decomposition prices plants by what arrives at sites, so only the MIP plans such shipments.
    """
    plants = np.unique(instance.lane_origin[instance.lane_origin >= 0])
    if not len(plants):
        return False
    inbound = instance.required_inbound
    limited = (
        np.isfinite(inbound.origin_m3).any(axis=1)
        | (inbound.origin_min_m3 > 0)
        | (inbound.origin_fixed_usd > 0)
    )
    return bool(limited[plants].any())


def method_of(instance: LocationInstance, method: str) -> str:
    """Resolve ``auto`` to the best method; any other name is returned unchanged.

    Parameters
    ----------
    instance : LocationInstance
    method : str
        A name of `METHODS`, or ``auto``.

    Returns
    -------
    str
        A name of `METHODS`.

    Raises
    ------
    InputError
        F309 where the method cannot plan the instance, see `only_by_program`; F355, see
        `best_method`.
    """
    if method == "auto":
        return best_method(instance)
    reason = only_by_program(instance)
    if method != "monolith" and reason:
        raise InputError(
            [Fault("F309", "--method", value=method, detail=f"{reason}: use monolith")]
        )
    return method


def compile_method(method: str) -> float:
    """Compile the kernels of a method whose machine code is not kept, before its time limit begins.

    Parameters
    ----------
    method : str
        A name of `METHODS`.

    Returns
    -------
    float
        Seconds that this took.
    """
    begun = time.perf_counter()
    if method in COMPILERS:
        compile_once(method, COMPILERS[method])
    return time.perf_counter() - begun


def solve_location(
    instance: LocationInstance, params: LocationParams, method: str = "auto"
) -> LocationSolution:
    """Solve an instance.

    Parameters
    ----------
    instance : LocationInstance
    params : LocationParams
    method : str
        A name of `METHODS`, or ``auto`` for the one that suits the size of the instance.

    Returns
    -------
    LocationSolution

    Raises
    ------
    SolverError
        Where a solver refuses the model or fails.
    """
    chosen = method_of(instance, method)
    if chosen == "decomposition" and instance.limits.targets:  # the program proves it itself
        return _within_targets(instance, params)
    return METHODS[chosen](instance, params)


def _within_targets(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve an instance by decomposition whose service targets may leave no plan.

    Where the search finds no plan, two choices of sites are tried: one that the proof did not rule
    out, and the one that keeps the targets with most to spare.
    """
    begun = time.perf_counter()
    least = LeastChange(instance)
    answer = least.ask({}, CHECK * params.time_limit)
    seconds = time.perf_counter() - begun
    if answer.status == PROVEN_IMPOSSIBLE:
        return LocationSolution(INFEASIBLE, None, np.inf, np.inf, "certified", seconds)
    left = replace(params, time_limit=max(params.time_limit - seconds, 1.0))
    solution = solve_decomposed(instance, left)
    if solution.status != NO_PLAN or solution.interrupted or answer.choice is None:
        return solution
    decisions = shown_plan(least, instance, answer.choice, CHECK * params.time_limit)
    if decisions is None:
        return solution
    objective = price(instance, decisions)
    status = status_of(objective, solution.bound)
    return replace(solution, status=status, decisions=decisions, objective=objective)
