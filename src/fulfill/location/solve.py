"""Which method solves an instance, and the one entry to all of them."""

from __future__ import annotations

from fulfill.instance import LocationInstance
from fulfill.location.cflp.capacitated import is_capacitated
from fulfill.location.cflp.decompose import solve_decomposed as solve_by_branching
from fulfill.location.exact import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.solution import LocationParams, LocationSolution

METHODS = {"branching": solve_by_branching, "decomposition": solve_decomposed, "monolith": solve_exact}
SMALL = 2_500
"""Allocations (lane x product x period) up to which the plain MIP is better; above, the chord that it puts in the place
of safety stock costs more than the decomposition leaves open (docs/benchmarks.md)."""


def best_method(instance: LocationInstance) -> str:
    """Return the method for an instance: one product and period to branching, small ones to the plain MIP."""
    if is_capacitated(instance):
        return "branching"
    _, products, periods = instance.shape
    return "monolith" if len(instance.lane_zone) * products * periods <= SMALL else "decomposition"


def solve_location(instance: LocationInstance, params: LocationParams, method: str = "auto") -> LocationSolution:
    """Solve an instance by a method's name, or by the one that suits its size.

    Raises
    ------
    SolverError
        Where a solver refuses the model or breaks.
    """
    return METHODS[best_method(instance) if method == "auto" else method](instance, params)
