"""Alternatives to `fulfill`, each on the problem that it can model; one JSON line for each.

    python benchmarks/peers.py [--zones N --sites N --seconds S] [--peer-python PATH]

The peer is spopt's capacitated p-median with PuLP's default solver, run by the Python of an
environment that has it; the line says why where it is skipped. What it can model is one product,
one period, one size: the year's orders by zone, the yearly base throughput of each site's largest
size, the mean landed cost of an order on the cheapest lane, a number of sites. It knows no fixed
cost that differs from site to site, no choice of size, no peak, no mail, no inbound limits, no
stock, no service level, and serves each zone from one site. It has no bound before its plan is
proven.

`fulfill` solves the same arrays with one fixed cost for all sites; that fixes the number of sites,
which the peer is then given. With the fixed cost taken off, the p-median of that number has the
same optimum, except that `fulfill` may split a zone between sites: its bound holds for the peer
too. `full_model_usd` is what the sites cost in the whole instance, each at its largest size, with
products, periods and mail allocated by `fulfill`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fulfill.location.network.lane_costs import mean_cost
from fulfill.location.network.planning import cost_of_sites
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import solve_location
from fulfill.model.decisions import relative_gap
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.public_instances import Published, to_instance
from fulfill.study.run import build_model
from fulfill.study.study import PlanOptions
from national_problem import Size, national_problem
from spopt_pmedian import peak_mib

Array = NDArray[np.float64]
PERIODS, PRODUCTS, ORDERS = 16, 8, 24e6
"""Of the whole instance that the means are taken over."""
NO_LANE_USD = 1000.0
"""Cost of an order where there is no lane: the peer takes finite numbers only."""
OVERTIME = 300.0
"""Seconds after which a solver that does not keep the limit is ended."""


class Reduced(NamedTuple):
    """An instance reduced to a p-median problem.

    USD per order (zones x sites), orders, orders a year, USD a year.
    """

    cost: Array
    demand: Array
    capacity: Array
    fixed_usd: Array


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.child:
        print(json.dumps(by_fulfill(options.child, options)))
        return 0
    compile_kernels()
    size = Size(options.zones, options.sites, PERIODS, PRODUCTS, ORDERS, options.seed)
    instance = build_model(national_problem(size), PlanOptions()).instance
    seconds = ["--seconds", str(options.seconds)]
    with tempfile.TemporaryDirectory() as folder:
        arrays = str(Path(folder) / "arrays.npz")
        np.savez(arrays, **reduce(instance)._asdict())
        own = _in_own_process([sys.executable, __file__, "--child", arrays, *seconds], options)
        p = len(own.get("sites", []))
        script = str(Path(__file__).with_name("spopt_pmedian.py"))
        peer = _in_own_process(
            [options.peer_python, script, arrays, "--p", str(p), *seconds], options
        )
    name = f"{options.zones} zones, {options.sites} sites, {p} open, seed {options.seed}"
    for solver, line in (("fulfill", own), ("spopt", peer)):
        sites = line.pop("sites", [])
        if sites:
            line["full_model_usd"] = round(
                cost_of_sites(instance, _opened_largest(instance, sites))
            )
        print(json.dumps({"instance": name, "solver": solver, **line}), flush=True)
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--zones", type=int, default=150)
    parser.add_argument("--sites", type=int, default=30)
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="time limit of each solver, building included"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--peer-python", default=sys.executable, help="Python of an environment that has spopt"
    )
    parser.add_argument("--child", metavar="ARRAYS", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _in_own_process(command: list[str], options: argparse.Namespace) -> dict[str, object]:
    """Return the JSON line of a solver's process, or why there is none."""
    try:
        limit = options.seconds + OVERTIME
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=False, timeout=limit
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"skipped": str(error)}
    lines = done.stdout.strip().splitlines()
    return (
        {"skipped": f"exit code {done.returncode}"}
        if done.returncode or not lines
        else json.loads(lines[-1])
    )


def reduce(instance: LocationInstance) -> Reduced:
    """Return the p-median problem of an instance.

    Year and products are one, and each site has its largest size.
    """
    local = instance.lane_site != MAIL
    per_order = mean_cost(instance)[local] + instance.constant_usd / instance.demand.sum()
    cost = np.full((len(instance.zones), len(instance.sites)), NO_LANE_USD)
    np.minimum.at(cost, (instance.lane_zone[local], instance.lane_site[local]), per_order)
    rows, largest = np.arange(len(instance.sites)), _largest(instance)
    return Reduced(
        cost=cost + instance.handling_usd[rows, largest, 0],
        demand=instance.demand.sum(axis=(1, 2)),
        capacity=instance.capacity[rows, largest, 0].sum(axis=1),
        fixed_usd=np.full(len(rows), instance.fixed_usd[rows, largest].mean()),
    )


def _largest(instance: LocationInstance) -> NDArray[np.int64]:
    offered = np.isfinite(instance.fixed_usd)
    return np.asarray(offered.shape[1] - 1 - offered[:, ::-1].argmax(axis=1))


def _opened_largest(instance: LocationInstance, sites: list[int]) -> Array:
    """Return the choice of these sites, each at its largest size, (n_sites, n_sizes) 0/1."""
    opened = np.zeros(instance.fixed_usd.shape)
    opened[sites, _largest(instance)[sites]] = 1.0
    return opened


def by_fulfill(arrays: str, options: argparse.Namespace) -> dict[str, object]:
    """Solve the reduced problem by `fulfill`; the uniform fixed cost is deducted again."""
    reduced = Reduced(**np.load(arrays))
    few = reduced._replace(cost=reduced.cost[:5], demand=reduced.demand[:5])
    _solve(few, options)  # so that kernels are compiled
    begun = time.perf_counter()
    instance, answer = _solve(reduced, options)
    seconds = time.perf_counter() - begun
    if answer.decisions is None:
        return {"status": answer.status, "seconds": round(seconds, 1)}
    opened = answer.decisions.opened[:, 0] > 0.5
    paid = float(reduced.fixed_usd @ opened)
    flows = np.bincount(instance.lane_zone[answer.decisions.lane], minlength=len(reduced.demand))
    return {
        "status": answer.status,
        "objective": answer.objective - paid,
        "bound": answer.bound - paid,
        "gap": relative_gap(answer.objective - paid, answer.bound - paid),
        "seconds": round(seconds, 1),
        "peak_mib": peak_mib(),
        "split_zones": int((flows > 1).sum()),
        "sites": np.flatnonzero(opened).tolist(),
    }


def _solve(
    reduced: Reduced, options: argparse.Namespace
) -> tuple[LocationInstance, LocationSolution]:
    whole = reduced.cost.T * reduced.demand
    instance = to_instance(
        Published("reduced", reduced.capacity, reduced.fixed_usd, reduced.demand, whole)
    )
    return instance, solve_location(instance, LocationParams(1e-6, options.seconds, options.seed))


if __name__ == "__main__":
    sys.exit(main())
