"""Solve a family of made-up networks by the decomposition and print one JSON line for each.

    python benchmarks/robust.py [--cases N] [--first N] [--seconds S] [--exact-seconds S]

`optimum` is the cost that the plain MIP proves to within 0.01 % (null where it does not within
`--exact-seconds`) in `exact_seconds`, `above` the share by which our plan costs more, `below` the
share by which our bound is lower. Every plan and every bound goes through the auditor. Exit code 1
if any plan is more than 0.5 % or any bound more than 1 % off, a fault is found, or a site stands
open and empty.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from typing import TYPE_CHECKING

from robust_networks import generated

if TYPE_CHECKING:
    from fulfill.location.solution import LocationSolution
    from fulfill.model.instance import LocationInstance

EXACT_GAP = 1e-4
PLAN, BOUND = 0.005, 0.01
"""Largest shares by which a plan and a bound may be off."""


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="seed of the first network")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--exact-seconds", type=float, default=120.0)
    options = parser.parse_args(argv)
    passed = True
    for seed in range(options.first, options.first + options.cases):
        line = measure(seed, options.seconds, options.exact_seconds)
        passed &= bool(line["passed"])
        print(json.dumps(line), flush=True)
    return 0 if passed else 1


def measure(seed: int, seconds: float, exact_seconds: float) -> dict[str, object]:
    """Solve one network by both methods and compare.

    Parameters
    ----------
    seed : int
    seconds, exact_seconds : float
        Time limits.

    Returns
    -------
    dict
        See the module.
    """
    from fulfill.location.mip.formulation import solve_exact
    from fulfill.location.network.decomposition import solve_decomposed
    from fulfill.location.network.warmup import compile_kernels
    from fulfill.location.solution import LocationParams

    compile_kernels()
    instance = generated(seed)
    begun = time.perf_counter()
    found = solve_decomposed(instance, LocationParams(gap=1e-3, time_limit=seconds))
    used = time.perf_counter() - begun
    exact = solve_exact(instance, LocationParams(gap=EXACT_GAP, time_limit=exact_seconds))
    n_allocations = len(instance.lane_zone) * instance.shape[1] * instance.shape[2]
    proven = exact.objective - exact.bound <= 2 * EXACT_GAP * abs(exact.objective)
    # the better plan and the better bound of the two stand for the optimum where none is proven
    least, most = min(exact.objective, found.objective), max(exact.bound, found.bound)
    above = found.objective / (least if proven else most) - 1.0
    below = 1.0 - found.bound / least
    faults = _faults(instance, found)
    return {
        "instance": f"robust {seed}: {instance!r}",
        "objective": found.objective,
        "bound": found.bound,
        "gap": round(1.0 - found.bound / found.objective, 6),
        "seconds": round(used, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "allocations": n_allocations,
        "optimum": exact.objective if proven else None,
        "exact_seconds": round(exact.seconds, 2),
        "above": round(above, 6),
        "below": round(below, 6),
        "faults": faults,
        "passed": above <= PLAN and below <= BOUND and not faults,
    }


def _faults(instance: LocationInstance, found: LocationSolution) -> list[str]:
    """Return what the auditor says of a plan and its bound, and empty sites that are paid."""
    from fulfill.audit.bound import audit_bound
    from fulfill.audit.plan import audit_plan
    from fulfill.model.instance import leaving_orders

    if found.decisions is None:
        return ["no plan"]
    faults = [str(fault) for fault in audit_plan(instance, found.decisions, found.objective).faults]
    if found.certificate is not None:
        proof = audit_bound(instance, found.certificate)
        faults += proof.faults
        if found.bound > proof.bound:
            faults.append(f"a bound of {found.bound} is claimed, {proof.bound} proven")
    leaving = leaving_orders(instance, found.decisions).sum(axis=(1, 2))
    empty = found.decisions.opened.any(axis=1) & (leaving <= 0)
    return faults + [f"{instance.sites[site]} is open and empty" for site in empty.nonzero()[0]]


if __name__ == "__main__":
    sys.exit(main())
