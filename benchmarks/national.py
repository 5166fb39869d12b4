"""Solve one instance of national size by one method or several and print one JSON line for each.

    python benchmarks/national.py [--zones N --sites N --periods N --products N --scenarios N
    --seconds S]
        [--method auto|decomposition|monolith|scip ...]

The instance is made of the embedded network's and demand's cost parts (`national_problem.py`), the
same for every method: nothing is pruned. The seller has twice the embedded 12 million orders and no
more mail or gateway capacity, so that the peak fills the sites. Each run has a process of its own,
so that its peak memory is its own. `seconds` is building and solving within the limit `--seconds`;
kernels are compiled before, the plan is audited after.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fulfill.location.solution import LocationParams, LocationSolution, Progress
    from fulfill.model.decisions import Decisions
    from fulfill.model.instance import LocationInstance

METHODS = ("auto", "decomposition", "monolith", "scip")
BEST = Path(__file__).with_name("national_best.csv")
OVERTIME = 300.0
"""Seconds after which a method that does not keep the limit is ended."""


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.child:
        print(json.dumps(measure(options, options.method[0])))
        return 0
    failed = 0
    for method in options.method:
        line = _in_own_process(method, options)
        failed += "error" in line
        print(json.dumps(line), flush=True)
    return 1 if failed else 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--zones", type=int, default=2400)
    parser.add_argument("--sites", type=int, default=120, help="each in up to three sizes")
    parser.add_argument("--periods", type=int, default=16)
    parser.add_argument("--products", type=int, default=8)
    parser.add_argument(
        "--scenarios", type=int, default=1, help="of equal probability; each has all periods"
    )
    parser.add_argument("--orders", type=float, default=24e6, help="potential orders a year")
    parser.add_argument(
        "--seconds", type=float, default=180.0, help="time limit, building included"
    )
    parser.add_argument("--gap", type=float, default=1e-3, help="stop at this relative gap")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--method", choices=METHODS, nargs="+", default=["auto"])
    parser.add_argument(
        "--memory-gib", type=float, default=16.0, help="a process that asks for more fails"
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help=f"keep plans better than the best known in {BEST.name}",
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def name_of(options: argparse.Namespace) -> str:
    """Return the instance's name: what it is made from."""
    parts = [
        f"{getattr(options, part)} {part}"
        for part in ("zones", "sites", "periods", "products", "scenarios")
    ]
    return ", ".join([*parts, f"{options.orders:g} orders", f"seed {options.seed}"])


def _in_own_process(method: str, options: argparse.Namespace) -> dict[str, object]:
    command = [sys.executable, __file__, "--child", "--method", method]
    for part in (
        "zones",
        "sites",
        "periods",
        "products",
        "scenarios",
        "orders",
        "seconds",
        "gap",
        "seed",
    ):
        command += [f"--{part}", str(getattr(options, part))]
    command += ["--memory-gib", str(options.memory_gib)] + ["--record"] * options.record
    try:
        limit = options.seconds + OVERTIME
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=False, timeout=limit
        )
        lines, end = done.stdout.strip().splitlines(), f"exit code {done.returncode}"
    except subprocess.TimeoutExpired:
        lines, end = [], f"ended {OVERTIME:g} s after the time limit"
    if lines and lines[-1].startswith("{"):
        return json.loads(lines[-1])
    return {
        "instance": name_of(options),
        "method": method,
        "error": f"{end}; memory limit {options.memory_gib:g} GiB",
    }


def measure(options: argparse.Namespace, method: str) -> dict[str, object]:
    """Build and solve the instance by a method and say what came out."""
    import numpy as np

    from fulfill.audit.plan import audit_plan
    from fulfill.location.solution import LocationParams
    from fulfill.location.solve import compile_method, method_of

    room = int(options.memory_gib * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    begun = time.perf_counter()
    instance = build_national(options)
    built, build_mib = time.perf_counter() - begun, _peak_mib()
    method = method_of(instance, method)
    compile_method(method)
    firsts = Firsts()
    params = LocationParams(
        options.gap, max(options.seconds - built, 1.0), options.seed, firsts.listen
    )
    answer = solver_of(method)(instance, params)
    seconds, peak = time.perf_counter() - begun, _peak_mib()
    line = {
        "instance": name_of(options),
        "method": method,
        **_outcome(answer),
        **_to_best(options, instance, answer),
        "seconds": round(seconds, 1),
        "peak_mib": round(peak),
        "build_seconds": round(built, 1),
        "build_mib": round(build_mib),
        **firsts.seconds(built),
        "bound_of": f"all {len(instance.lane_zone)} lanes",
        "allocations": len(instance.lane_zone) * instance.shape[1] * instance.shape[2],
    }
    if answer.decisions is not None:
        with np.errstate(invalid="ignore"):  # routes that bring nothing have an infinite price
            audit = audit_plan(instance, answer.decisions, answer.objective)
        line |= {**plan_facts(instance, answer.decisions), "audit": list(audit.faults) or "clean"}
    return line


def build_national(options: argparse.Namespace) -> LocationInstance:
    """Return the instance of the options' size."""
    from fulfill.model.scenarios import with_scenarios
    from fulfill.study.run import build_model
    from fulfill.study.study import PlanOptions
    from national_problem import Size, national_problem, national_scenarios

    size = Size(
        options.zones,
        options.sites,
        options.periods,
        options.products,
        options.orders,
        options.seed,
    )
    instance = build_model(national_problem(size), PlanOptions()).instance
    return with_scenarios(instance, national_scenarios(instance, options.scenarios, options.seed))


def solver_of(method: str) -> Callable[[LocationInstance, LocationParams], LocationSolution]:
    """Return the function that solves by a method of this benchmark."""
    if method == "scip":
        from scip import solve_by_scip

        return solve_by_scip
    from fulfill.location.solve import METHODS as OWN

    return OWN[method]


class Firsts:
    """When the first bound and the first plan were reported (private to one run)."""

    def __init__(self) -> None:
        self.bound: float | None = None
        self.plan: float | None = None

    def listen(self, report: Progress) -> None:
        """Take a report of a running method."""
        if self.bound is None and math.isfinite(report.bound):
            self.bound = report.seconds
        if self.plan is None and math.isfinite(report.incumbent):
            self.plan = report.seconds

    def seconds(self, built: float) -> dict[str, float | None]:
        """Return the seconds since building began; None for what was never reported."""
        pairs = (("first_bound_seconds", self.bound), ("first_plan_seconds", self.plan))
        return {name: None if when is None else round(built + when, 1) for name, when in pairs}


def _outcome(answer: LocationSolution) -> dict[str, object]:
    from fulfill.model.decisions import relative_gap

    gap = relative_gap(answer.objective, answer.bound)
    return {
        "status": answer.status,
        "objective": answer.objective if math.isfinite(answer.objective) else None,
        "bound": answer.bound if math.isfinite(answer.bound) else None,
        "bound_kind": answer.bound_kind,
        "gap": gap if math.isfinite(gap) else None,
    }


def plan_facts(instance: LocationInstance, decisions: Decisions) -> dict[str, object]:
    """Describe the plan: open sites, use of their throughput at the peak, shares of the orders."""
    from fulfill.model.instance import MAIL, leaving_orders

    size, is_open = decisions.opened.argmax(axis=1), decisions.opened.any(axis=1)
    room = instance.capacity[range(len(size)), size].sum(axis=1)[is_open].sum(axis=0)
    used = leaving_orders(instance, decisions).sum(axis=(0, 1)) / room if is_open.any() else room
    total = float(instance.demand.sum())
    mailed = instance.lane_site[decisions.lane] == MAIL
    by_mail, local = float(decisions.orders[mailed].sum()), float(decisions.orders[~mailed].sum())
    return {
        "open_sites": int(is_open.sum()),
        "peak_utilisation": round(float(used.max(initial=0.0)), 4),
        "mail_share": round(by_mail / total, 4),
        "local_share": round(local / total, 4),
        "unserved_share": round(max(0.0, 1.0 - (by_mail + local) / total), 4),
    }


def fingerprint(instance: LocationInstance) -> str:
    """Return a hash of the figures of an instance, for which alone a best known value holds."""
    arrays = (
        instance.demand, instance.lane_usd, instance.option_cost, instance.fixed_usd,
        instance.capacity, instance.handling_usd, instance.required_inbound.route_usd,
        instance.required_stock.entry_usd,
    )  # fmt: skip
    return hashlib.sha256(b"".join(array.round(6).tobytes() for array in arrays)).hexdigest()[:12]


def _to_best(
    options: argparse.Namespace, instance: LocationInstance, answer: LocationSolution
) -> dict[str, object]:
    """Return the best objective recorded for these figures and the relative distance to it.

    A better one is recorded if the options say so.
    """
    rows = list(csv.DictReader(BEST.open(encoding="utf-8"))) if BEST.is_file() else []
    mark = fingerprint(instance)
    known = next((float(row["objective"]) for row in rows if row["fingerprint"] == mark), None)
    found = answer.objective if math.isfinite(answer.objective) else None
    if options.record and found is not None and (known is None or found < known):
        row = {"instance": name_of(options), "fingerprint": mark, "objective": f"{found:.2f}"}
        rows = sorted(
            [*(old for old in rows if old["instance"] != row["instance"]), row],
            key=lambda r: r["instance"],
        )
        with BEST.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, row, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return {
        "best_known": known,
        "to_best_known": None if known is None or found is None else found / known - 1.0,
    }


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    sys.exit(main())
