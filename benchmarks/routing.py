"""Route public instances and print one JSON line for each path and engine, in the order given.

    python benchmarks/routing.py PATH... [--engine E] [--seconds S] [--seed N]

Reads CVRPLIB, Solomon and Gehring-Homberger files; ``--engine both`` runs OR-Tools and PyVRP one
after the other. Each run has a process of its own, so that its peak memory is its own. Best known
values come from the table in the instance's folder or one up. There is no bound: the gap to the
best known cost is all that can be said.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time

from own_process import print_line

BOTH = ("ortools", "pyvrp")


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.child:
        print(json.dumps(measure(options.paths[0], options)))
        return 0
    given = ["--seconds", str(options.seconds), "--seed", str(options.seed)]
    engines = BOTH if options.engine == "both" else (options.engine,)
    runs = [
        print_line(__file__, path, [*given, "--engine", engine], engine=engine)
        for path in options.paths
        for engine in engines
    ]
    return 0 if all(runs) else 1


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument(
        "--engine", choices=("auto", "ruin", "ortools", "pyvrp", "both"), default="auto"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def measure(path: str, options: argparse.Namespace) -> dict[str, object]:
    """Route one instance and say what came out.

    `to_best_known` compares distances, whatever the vehicles.
    """
    from fulfill.routing.public_instances import best_known, read_routing
    from fulfill.routing.solution import RoutingParams
    from fulfill.routing.solve import solve_routing

    instance = read_routing(path)
    begun = time.perf_counter()
    answer = solve_routing(
        instance, RoutingParams(time_limit=options.seconds, seed=options.seed), options.engine
    )
    seconds = time.perf_counter() - begun
    known = best_known(path)
    served = not answer.unserved
    return {
        "instance": path,
        "objective": answer.objective if served else None,
        "bound": None,
        "gap": None,
        "best_known": known.cost if known else None,
        "to_best_known": answer.objective / known.cost - 1.0 if known and served else None,
        "seconds": round(seconds, 3),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1),
        "engine": answer.engine,
        "vehicles": len(answer.routes),
        "best_known_vehicles": known.vehicles if known else None,
        "unserved": len(answer.unserved),
    }


if __name__ == "__main__":
    sys.exit(main())
