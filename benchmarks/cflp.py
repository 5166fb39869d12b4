"""Solve public facility-location instances; print one JSON line for each path, in the order given.

    python benchmarks/cflp.py PATH... [--seconds S] [--method auto|branching|decomposition|monolith]
    [--gap G]
        [--format F]

Each instance runs in a process of its own, so that its peak memory is its own. capa, capb and capc
are given as ``PATH@CAPACITY``. Best known values come from the table in the instance's folder. The
plan is audited, and so is the certificate, as read back from its file: ``certified`` says whether
it proves the bound.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from own_process import print_line

if TYPE_CHECKING:
    from fulfill.location.solution import LocationSolution
    from fulfill.model.instance import LocationInstance

METHODS = ("auto", "branching", "decomposition", "monolith")
TOLERANCE = 1e-9
"""Share of its value by which a claimed bound may lie above the audited one."""


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.child:
        print(json.dumps(measure(options.paths[0], options)))
        return 0
    given = ["--seconds", str(options.seconds), "--gap", str(options.gap)]
    given += ["--method", options.method, "--seed", str(options.seed)]
    given += ["--format", options.format] if options.format else []
    runs = [print_line(__file__, path, given) for path in options.paths]
    return 0 if all(runs) else 1


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of an instance")
    parser.add_argument("--method", choices=METHODS, default="auto")
    parser.add_argument("--gap", type=float, default=1e-6, help="stop at this relative gap")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--format", choices=("orlib", "holmberg", "tbed1"), help="found from the file by default"
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def measure(path: str, options: argparse.Namespace) -> dict[str, object]:
    """Solve one instance and say what came out."""
    from fulfill.audit.plan import audit_plan
    from fulfill.location.solution import LocationParams
    from fulfill.location.solve import solve_location
    from fulfill.model.public_instances import best_known, read_instance

    instance = read_instance(path, options.format)
    begun = time.perf_counter()
    params = LocationParams(gap=options.gap, time_limit=options.seconds, seed=options.seed)
    answer = solve_location(instance, params, options.method)
    known = best_known(path)
    gap = (
        (answer.objective - answer.bound) / abs(answer.objective)
        if math.isfinite(answer.objective)
        else None
    )
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    seconds = time.perf_counter() - begun
    return {
        "instance": path,
        "objective": answer.objective if math.isfinite(answer.objective) else None,
        "bound": answer.bound if math.isfinite(answer.bound) else None,
        "gap": gap,
        "best_known": known,
        "to_best_known": None if known is None or gap is None else answer.objective / known - 1.0,
        "seconds": round(seconds, 3),
        "peak_mib": round(peak / 1024.0, 1),
        "bound_kind": answer.bound_kind,
        "status": answer.status,
        "audit": list(audit_plan(instance, answer.decisions, answer.objective).faults) or "clean"
        if answer.decisions
        else None,
        **audited_bound(instance, answer),
    }


def audited_bound(instance: LocationInstance, answer: LocationSolution) -> dict[str, object]:
    """Audit the certificate of an answer, as read back from its file."""
    from fulfill.audit.bound import audit_bound
    from fulfill.model.certificate import FILE
    from fulfill.model.certificate_file import load

    if answer.certificate is None:
        return {"certified": False}
    with TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        answer.certificate.save(path)
        size = path.stat().st_size
        begun = time.perf_counter()
        finding = audit_bound(instance, load(path))
    return {
        "certified": not finding.faults
        and finding.bound >= answer.bound - TOLERANCE * abs(answer.bound),
        "audited_bound": finding.bound if math.isfinite(finding.bound) else None,
        "certificate_faults": list(finding.faults),
        "certificate_kib": round(size / 1024.0, 1),
        "leaves": len(answer.certificate.ends()),
        "audit_seconds": round(time.perf_counter() - begun, 3),
    }


if __name__ == "__main__":
    sys.exit(main())
