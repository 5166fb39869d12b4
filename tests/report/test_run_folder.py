from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from fulfill.audit.plan import Audit
from fulfill.model import warm_start
from fulfill.model.certificate import FILE
from fulfill.model.certificate_file import load
from fulfill.model.decisions import INFEASIBLE, Outcome
from fulfill.report.run_folder import write_run
from fulfill.study.plan import Plan
from fulfill.study.run import Run

FILES = {
    "manifest.json", "summary.json", "sites.csv", "flows.csv", "zones.csv", "costs.csv",
    "capacity.csv", "channels.csv", "unserved.csv", "arcs.csv", "plan.gpkg", "plan.qgs",
    "report.html", "tables.npz", "exposures.csv", "inputs",
}  # fmt: skip


def test_a_run_has_its_files(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == FILES


def test_the_manifest_says_what_the_run_rests_on(run: Path) -> None:
    content = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert content["options"]["as_of"] == "2026-11-01"
    assert content["options"]["gap"] == 0.0
    assert set(content["inputs"]) == {"network", "demand"}
    assert "zones.csv" in content["inputs"]["demand"]
    assert set(content["seconds"]) == {"plan", "writing"}
    assert "/" not in json.dumps(content)


def test_without_a_plan_only_the_answer_is_written(planned: Run, tmp_path: Path) -> None:
    outcome = Outcome(INFEASIBLE, np.inf, np.inf, "solver", "the toy", 0.1)
    write_run(
        replace(planned, plan=Plan(outcome, "2026-11-01"), audit=Audit(np.inf, ())),
        tmp_path,
    )
    names = {"manifest.json", "summary.json", "inputs", "report.html"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert json.loads((tmp_path / "summary.json").read_text())["status"] == INFEASIBLE


def test_a_certified_bound_leaves_its_certificate(planned: Run, tmp_path: Path) -> None:
    certified = planned.study.optimize(method="decomposition", gap=0.2)
    write_run(certified, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, FILE, warm_start.FILE}
    assert load(tmp_path / FILE).leaves[0].cell.shape == (3, 2, 2)


def test_a_plan_without_sites_is_written_too(planned: Run, tmp_path: Path) -> None:
    mailed = planned.study.optimize(gap=0.0, closed=("site-a", "site-b"))
    write_run(mailed, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert "No site is opened" in (tmp_path / "report.html").read_text(encoding="utf-8")
    areas = gpd.read_file(tmp_path / "plan.gpkg", layer="service_areas")
    assert areas["site_id"].tolist() == ["direct mail"]
    assert len(gpd.read_file(tmp_path / "plan.gpkg", layer="sites")) == 0
