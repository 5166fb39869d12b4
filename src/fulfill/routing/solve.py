"""Which engine routes an instance, and the one entry to all of them.

`ruin` is this package's own, `ortools` and `pyvrp` call the packages of these names. An engine
refuses an instance with a feature it does not know; whatever an engine answers passes the auditor
before it is handed on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import numpy as np

from fulfill.inputs.faults import SolverError
from fulfill.routing.audit import audit_routes
from fulfill.routing.infeasibility import hopeless, unserved_after
from fulfill.routing.instance import RoutingInstance, features
from fulfill.routing.schedule import routes_of
from fulfill.routing.solution import Plan, RoutingParams, RoutingSolution, driven_km, price

ENGINES = {
    "ruin": ("fulfill.routing.engines.ruin.engine", "solve_ruin", frozenset({"depot capacity"})),
    "pyvrp": (
        "fulfill.routing.engines.pyvrp_engine",
        "solve_pyvrp",
        frozenset({"second trips", "range", "shift length"}),
    ),
    "ortools": (
        "fulfill.routing.engines.ortools.engine",
        "solve_ortools",
        frozenset({"breaks", "second trips", "range", "shift length"}),
    ),
}
"""By name: module, function, and what it knows of `fulfill.routing.instance.features`. Imported when it is used."""

MANY = 900
"""Stops up to which PyVRP, beginning from the routes of `ruin`, measured better than `ruin` all the time."""


def best_engine(instance: RoutingInstance) -> str:
    """Return the engine that measured best on instances of this kind and knows its features (see docs/routing.md).

    Raises
    ------
    SolverError
        Where none knows them all.
    """
    wanted = features(instance)
    small = len(instance.stops) <= MANY
    for name in ("pyvrp", "ruin", "ortools") if small else ("ruin", "pyvrp", "ortools"):
        if wanted <= ENGINES[name][2]:
            return name
    raise SolverError(f"{instance.name}: no engine knows {', '.join(sorted(wanted))} together")


def solve_routing(
    instance: RoutingInstance, params: RoutingParams, engine: str = "auto"
) -> RoutingSolution:
    """Route an instance by an engine's name, or by the one that suits it; the result has passed the auditor.

    Stops that no vehicle could serve are set aside first, each with its reason. `fewest_vehicles`
    and the number of stops served come before the cost.

    Raises
    ------
    SolverError
        Where the engine does not know a feature of the instance, breaks, or returns routes with a
        fault.
    """
    begun = time.perf_counter()
    name = best_engine(instance) if engine == "auto" else engine
    solver = _engine(name, instance)
    lost = hopeless(instance)
    kept = np.setdiff1d(np.arange(len(instance.stops)), [entry.stop for entry in lost]).astype(
        np.int64
    )
    reduced = instance.only(kept) if lost else instance
    left = replace(params, time_limit=max(params.time_limit - (time.perf_counter() - begun), 0.01))
    plan = solver(reduced, left) if len(kept) else []
    plan = [(vehicle, [kept[trip].tolist() for trip in trips]) for vehicle, trips in plan]
    routes = routes_of(instance, plan)
    solution = RoutingSolution(
        routes=routes,
        unserved=tuple(
            sorted((*lost, *unserved_after(instance, routes, lost)), key=lambda entry: entry.stop)
        ),
        objective=sum(price(instance, route) for route in routes),
        km=sum(driven_km(instance, route) for route in routes),
        engine=name,
        seconds=time.perf_counter() - begun,
    )
    audit = audit_routes(instance, solution)
    if not audit.clean:
        raise SolverError(
            f"{name}: the auditor finds faults in its routes: " + "; ".join(audit.faults)
        )
    return solution


def _engine(
    name: str, instance: RoutingInstance
) -> Callable[[RoutingInstance, RoutingParams], Plan]:
    if name not in ENGINES:
        raise SolverError(f"engine `{name}` is none of {', '.join(ENGINES)}")
    module, function, known = ENGINES[name]
    unknown = features(instance) - known
    if unknown:
        able = [other for other, entry in ENGINES.items() if features(instance) <= entry[2]]
        hint = f"; {' and '.join(able)} would" if able else ""
        raise SolverError(
            f"{instance.name}: engine `{name}` does not know {', '.join(sorted(unknown))}{hint}"
        )
    solver: Callable[[RoutingInstance, RoutingParams], Plan] = getattr(
        import_module(module), function
    )
    return solver
