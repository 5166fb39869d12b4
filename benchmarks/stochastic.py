"""Solve a public two-stage instance under risk and print a JSON line.

    python benchmarks/stochastic.py CAPFILE SCENARIOS SEED [--alpha A] [--seconds S] [--gap G]
    python benchmarks/stochastic.py INSTANCE.cor [--seconds S] [--gap G]
    python benchmarks/stochastic.py INSTANCE.json [--seconds S] [--gap G]

CAPFILE is an OR-Library file whose demand is sampled; the cost of serving enters as its CVaR.
INSTANCE.cor is the core file of an SMPS instance (.tim and .sto lie beside it), INSTANCE.json a
capacitated location problem with scenarios; both at expected cost.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fulfill.location.stochastic.decomposition import Recourse
    from fulfill.model.risk import RiskMeasure


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    print(json.dumps(measure(options)))
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("scenarios", type=int, nargs="?")
    parser.add_argument("seed", type=int, nargs="?")
    parser.add_argument("--alpha", type=float, default=0.9, help="level of CVaR")
    parser.add_argument("--seconds", type=float, default=900.0, help="time limit")
    parser.add_argument("--gap", type=float, default=1e-4, help="stop at this relative gap")
    options = parser.parse_args(argv)
    if options.path.suffix not in (".cor", ".json") and options.seed is None:
        parser.error("an OR-Library file needs a number of scenarios and a seed")
    return options


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Solve an instance and say what came out."""
    from fulfill.location.stochastic.decomposition import solve_two_stages
    from fulfill.location.stochastic.warmup import compile_kernels

    compile_kernels()
    begun = time.perf_counter()
    recourse, risk = read(options)
    answer = solve_two_stages(recourse, risk, options.gap, options.seconds)
    seconds = time.perf_counter() - begun
    return {
        "instance": options.path.stem,
        "scenarios": len(recourse.probability),
        "seed": options.seed,
        "risk": str(risk),
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap,
        "status": answer.status,
        "seconds": round(seconds, 3),
        "opened": list(answer.opened),
        "cuts": answer.rounds,
        "settled": answer.settled,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1),
    }


def read(options: argparse.Namespace) -> tuple[Recourse, RiskMeasure]:
    """Read an instance; return its second stage, and what is minimised over its scenarios."""
    from fulfill.location.stochastic.binary_recourse import ProgramRecourse
    from fulfill.location.stochastic.transport import Transport
    from fulfill.model.risk import CVAR, RiskMeasure
    from fulfill.model.smps import read_smps
    from fulfill.model.stochastic_instances import read_scenario_file, sampled_demand

    if options.path.suffix == ".cor":
        return ProgramRecourse(read_smps(options.path)), RiskMeasure()
    if options.path.suffix == ".json":
        return Transport(read_scenario_file(options.path)), RiskMeasure()
    sampled = sampled_demand(options.path, options.scenarios, options.seed)
    return Transport(sampled), RiskMeasure(CVAR, options.alpha, 1.0)


if __name__ == "__main__":
    sys.exit(main())
