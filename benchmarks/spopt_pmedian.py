"""Solve a capacitated p-median by spopt with PuLP's default solver, CBC, and print one JSON line.

    python benchmarks/spopt_pmedian.py ARRAYS.npz --p N --seconds S

The arrays are cost (zones x sites, USD per order), demand and capacity, as `peers.py` writes them.
Nothing of `fulfill` is imported, so that it runs in an environment of its own that has spopt. spopt
serves each zone from one site only.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("arrays")
    parser.add_argument("--p", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    try:
        import pulp
        import spopt
        from spopt.locate import PMedian
    except ImportError as error:
        print(json.dumps({"skipped": f"spopt is not installed: {error}"}))
        return 0
    arrays = np.load(options.arrays)
    cost, demand, capacity = arrays["cost"], arrays["demand"], arrays["capacity"]
    begun = time.perf_counter()
    model = PMedian.from_cost_matrix(
        cost, demand, p_facilities=options.p, facility_capacities=capacity
    )
    building = time.perf_counter() - begun
    left = max(options.seconds - building, 1.0)
    model.problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=left))
    seconds = time.perf_counter() - begun
    found = model.problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    proven = model.problem.sol_status == pulp.LpSolutionOptimal
    objective = float(pulp.value(model.problem.objective)) if found else None
    print(json.dumps({
        "version": f"spopt {spopt.__version__}, PuLP {pulp.__version__} with CBC",
        "status": pulp.LpSolution[model.problem.sol_status],
        "objective": objective,
        "bound": objective if proven else None,
        "seconds": round(seconds, 1),
        "build_seconds": round(building, 1),
        "gap": 0.0 if proven else None,
        "peak_mib": peak_mib(),
        "sites": [
            j for j, variable in enumerate(model.fac_vars) if found and variable.value() > 0.5
        ],
    }))  # fmt: skip
    return 0


def peak_mib() -> int:
    """Return the peak memory of this process or of its largest child.

    The kernel's own record is read: `ru_maxrss` of a process starts at the size of the one that
    forked it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = int(status.split("VmHWM:")[1].split()[0])
    return round(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024.0)


if __name__ == "__main__":
    sys.exit(main())
