"""Which method solves an instance, and the one entry to all of them."""

from __future__ import annotations

from fulfill.instance import LocationInstance
from fulfill.location.decompose import solve_decomposed
from fulfill.location.exact import solve_exact
from fulfill.location.solution import LocationParams, LocationSolution

METHODS = {"auto": solve_decomposed, "decomposed": solve_decomposed, "monolith": solve_exact}


def solve_location(instance: LocationInstance, params: LocationParams, method: str = "auto") -> LocationSolution:
    """Solve an instance by a method's name.

    Raises
    ------
    SolverError
        Where a solver refuses the model or breaks.
    """
    return METHODS[method](instance, params)
