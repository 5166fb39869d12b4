"""Everything that a run leaves behind, written into the folder that it is given."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill import start
from fulfill.certificate import FILE
from fulfill.planner import Planned
from fulfill.runs import manifest, summary, write_json


def write_run(planned: Planned, folder: Path, options: Mapping[str, Any]) -> None:
    """Write manifest.json, summary.json, certificate.npz, the CSV tables, plan.gpkg and report.html.

    Where there is no plan only the JSON files and the certificate are written; a solver's bound has no certificate.

    Parameters
    ----------
    folder : an existing empty folder, as `runs.new_folder` hands out
    options : what the user asked for, for the manifest
    """
    problem, plan = planned.problem, planned.plan
    begun = time.perf_counter()
    write_json(folder / "summary.json", summary(plan, planned.audit))
    if planned.certificate is not None:
        planned.certificate.save(folder / FILE)
    if planned.start is not None:
        planned.start.save(folder / start.FILE)
    if planned.decisions is not None:
        _write_plan(planned, folder)
    seconds = {"plan": plan.outcome.seconds, "writing": time.perf_counter() - begun}
    inputs = {"network": problem.network.folder, "demand": problem.demand.folder}
    write_json(
        folder / "manifest.json",
        manifest(inputs, {"as_of": plan.as_of, "channels": list(problem.channels), **options}, seconds),
    )


def _write_plan(planned: Planned, folder: Path) -> None:
    # Maps and pages need packages that take seconds to load; a run without a plan does not.
    from fulfill.output.layers import write_geopackage
    from fulfill.output.report import write_report
    from fulfill.output.tables import write_tables

    write_tables(planned.plan, planned.problem, folder)
    layers = write_geopackage(planned.plan, planned.problem, folder / "plan.gpkg")
    write_report(planned.plan, planned.problem, planned.audit, layers, folder / "report.html")
