"""Solve public two-stage, multi-product instances; print one JSON line a path, in the order given.

    python benchmarks/tscflp.py PATH... [--seconds S] [--method decomposition|monolith] [--gap G]

Each instance runs in a process of its own, so that its peak memory is its own. Plan and certificate
are audited. Best known values come from the table in the instance's folder.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import time

from own_process import print_line

METHODS = ("decomposition", "monolith")


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.child:
        print(json.dumps(measure(options.paths[0], options)))
        return 0
    given = ["--seconds", str(options.seconds), "--gap", str(options.gap)]
    given += ["--method", options.method, "--seed", str(options.seed)]
    runs = [print_line(__file__, path, given) for path in options.paths]
    return 0 if all(runs) else 1


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of an instance")
    parser.add_argument("--method", choices=METHODS, default="decomposition")
    parser.add_argument("--gap", type=float, default=1e-6, help="stop at this relative gap")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def measure(path: str, options: argparse.Namespace) -> dict[str, object]:
    """Solve one instance and say what came out."""
    from fulfill.audit.bound import audit_bound
    from fulfill.audit.plan import audit_plan
    from fulfill.location.solution import LocationParams
    from fulfill.location.solve import compile_method, solve_location
    from fulfill.model.public_instances import best_known
    from fulfill.model.two_stage_instances import read_two_stage, to_instance

    instance = to_instance(read_two_stage(path))
    compile_method(options.method)
    begun = time.perf_counter()
    params = LocationParams(gap=options.gap, time_limit=options.seconds, seed=options.seed)
    answer = solve_location(instance, params, options.method)
    known = best_known(path)
    seconds = round(time.perf_counter() - begun, 3)
    gap = (
        (answer.objective - answer.bound) / abs(answer.objective)
        if math.isfinite(answer.objective)
        else None
    )
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "instance": path,
        "objective": answer.objective if math.isfinite(answer.objective) else None,
        "bound": answer.bound if math.isfinite(answer.bound) else None,
        "gap": gap,
        "best_known": known,
        "to_best_known": None if known is None or gap is None else answer.objective / known - 1.0,
        "seconds": seconds,
        "peak_mib": round(peak / 1024.0, 1),
        "bound_kind": answer.bound_kind,
        "status": answer.status,
        "audit": list(audit_plan(instance, answer.decisions, answer.objective).faults) or "clean"
        if answer.decisions
        else None,
        "proven": audit_bound(instance, answer.certificate).bound if answer.certificate else None,
    }


if __name__ == "__main__":
    sys.exit(main())
