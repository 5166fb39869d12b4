"""Everything that a run leaves behind, written into the folder that it is given."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfill.model import warm_start as start
from fulfill.model.certificate import FILE
from fulfill.study.optimize import Planned
from fulfill.study.run_folder import manifest, summary, write_json

if TYPE_CHECKING:
    from fulfill.study.integrated import RoutedPlan


def write_run(
    planned: Planned, folder: Path, options: Mapping[str, Any], routed: RoutedPlan | None = None
) -> None:
    """Write manifest.json, summary.json, certificate.npz, the CSV tables, plan.gpkg and report.html.

    Where there is no plan only the JSON files and the certificate are written; a solver's bound has
    no certificate.

    Parameters
    ----------
    folder : an existing empty folder, as `runs.new_folder` hands out
    options : what the user asked for, for the manifest
    routed : how location and routing found the plan: rounds.csv, own_delivery.csv, vehicles.csv and
        the routes' layer
    """
    problem, plan = planned.problem, planned.plan
    begun = time.perf_counter()
    content = summary(plan, planned.audit)
    if routed is not None:
        content["rounds"] = json.loads(routed.rounds.to_json(orient="records"))
    write_json(folder / "summary.json", content)
    if planned.certificate is not None:
        planned.certificate.save(folder / FILE)
    if planned.start is not None:
        planned.start.save(folder / start.FILE)
    if planned.decisions is not None:
        _write_plan(planned, folder, routed)
    seconds = {"plan": plan.outcome.seconds, "writing": time.perf_counter() - begun}
    inputs = {"network": problem.network.folder, "demand": problem.demand.folder}
    write_json(
        folder / "manifest.json",
        manifest(
            inputs, {"as_of": plan.as_of, "channels": list(problem.channels), **options}, seconds
        ),
    )


def _write_plan(planned: Planned, folder: Path, routed: RoutedPlan | None) -> None:
    # Maps and pages need packages that take seconds to load; a run without a plan does not.
    from fulfill.report.gis.layers import plan_layers, write_geopackage
    from fulfill.report.html.plan_page import write_report
    from fulfill.report.private_fleet import van_layers, van_section, write_van_tables
    from fulfill.report.tabular.tables import write_tables

    write_tables(planned.plan, planned.problem, folder)
    layers = plan_layers(planned.plan, planned.problem)
    vans = ""
    if routed is not None:
        write_van_tables(routed, folder)
        layers |= van_layers(routed)
        vans = van_section(routed)
    write_geopackage(layers, folder / "plan.gpkg")
    write_report(planned.plan, planned.problem, planned.audit, layers, folder / "report.html", vans)
