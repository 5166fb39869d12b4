"""Open depots and route from them on public instances; print one JSON line for each path.

    python benchmarks/lrp.py PATH... [--seconds S] [--seed N]

Lines come in the order given. Reads the format of Prins et al. Each instance runs in a process of
its own, so that its peak memory is its own. Best known values come from the table in the instance's
folder. There is no bound.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time

from own_process import print_line


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.child:
        print(json.dumps(measure(options.paths[0], options)))
        return 0
    given = ["--seconds", str(options.seconds), "--seed", str(options.seed)]
    runs = [print_line(__file__, path, given) for path in options.paths]
    return 0 if all(runs) else 1


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of an instance")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def measure(path: str, options: argparse.Namespace) -> dict[str, object]:
    """Solve one instance and say what came out."""
    from fulfill.routing.location_routing import solve_location_routing
    from fulfill.routing.public_instances import best_known, read_location_routing
    from fulfill.routing.solution import RoutingParams

    instance = read_location_routing(path)
    begun = time.perf_counter()
    answer = solve_location_routing(
        instance, RoutingParams(time_limit=options.seconds, seed=options.seed)
    )
    seconds = time.perf_counter() - begun
    known = best_known(path)
    return {
        "instance": path,
        "objective": answer.objective,
        "bound": None,
        "gap": None,
        "best_known": known.cost if known else None,
        "to_best_known": answer.objective / known.cost - 1.0 if known else None,
        "seconds": round(seconds, 3),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1),
        "engine": answer.routing.engine,
        "vehicles": len(answer.routing.routes),
        "depots": len(answer.depots),
    }


if __name__ == "__main__":
    sys.exit(main())
