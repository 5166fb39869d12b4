"""The plain MIP of an instance by SCIP, through the same MathOpt that carries HiGHS."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt

from fulfill.location.mip.formulation import build_model, read_decisions
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.decisions import NO_PLAN, status_of
from fulfill.model.instance import LocationInstance


def solve_by_scip(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve an instance by one MIP of `fulfill.location.mip.formulation`, by SCIP."""
    begun = time.perf_counter()
    model, columns = build_model(instance)
    built = mathopt.Model.from_model_proto(model.proto())
    left = max(params.time_limit - (time.perf_counter() - begun), 1.0)
    asked = mathopt.SolveParameters(
        relative_gap_tolerance=params.gap,
        time_limit=timedelta(seconds=left),
        random_seed=params.seed,
    )
    result = mathopt.solve(built, mathopt.SolverType.GSCIP, params=asked)
    bound = result.dual_bound()
    if not result.has_primal_feasible_solution():
        return LocationSolution(NO_PLAN, None, np.inf, bound, "solver", time.perf_counter() - begun)
    decisions = read_decisions(
        instance, columns, np.array(result.variable_values(list(built.variables())), float)
    )
    objective = price(instance, decisions)
    bound = min(bound, objective)
    status = status_of(objective, bound)
    return LocationSolution(
        status, decisions, objective, bound, "solver", time.perf_counter() - begun
    )
