"""What a simulation writes is what `study/simulation_outputs.py` declares."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from fulfill.analysis.simulation.simulation import Simulation
from fulfill.study import simulation_outputs as outputs
from fulfill.study.manifest import SIMULATION, read_manifest
from fulfill.study.output import Output


@pytest.mark.parametrize("table", outputs.SIMULATION_TABLES, ids=lambda table: table.name)
def test_a_table_has_the_declared_columns(simulation_folder: Path, table: Output) -> None:
    assert list(pd.read_csv(simulation_folder / table.name, nrows=0)) == list(table.keys)


def test_the_summary_has_the_declared_keys_and_the_figures_of_the_table(
    simulation_folder: Path, simulation: Simulation
) -> None:
    said = json.loads((simulation_folder / "summary.json").read_text(encoding="utf-8"))
    assert list(said) == list(outputs.SIMULATION_SUMMARY.keys)
    table = pd.read_csv(simulation_folder / "simulated.csv", keep_default_na=False)
    assert len(said["figures"]) == len(table) == len(simulation.figures)
    assert set(table["figure"]) <= set(outputs.SIMULATED_FIGURES)
    by_name = {one["name"]: one for one in said["figures"]}
    assert by_name["backlog[site-a]"]["planned"] is None
    assert by_name["orders_placed"]["planned"] == pytest.approx(3200.0)


def test_the_manifest_names_the_run_and_the_options(simulation_folder: Path) -> None:
    manifest = read_manifest(simulation_folder, SIMULATION)
    assert manifest["options"] == {"replications": 2, "seed": 0}
    assert {"manifest.json", "summary.json", "tables.npz"} == set(manifest["inputs"]["run"])
    assert {"simulated.csv", "backlog.csv", "promises.csv", "simulation.html"} < set(
        manifest["files"]
    )


def test_the_backlog_has_a_row_for_each_day(simulation_folder: Path) -> None:
    backlog = pd.read_csv(simulation_folder / "backlog.csv")
    assert backlog["date"].iloc[[0, -1]].tolist() == ["2026-01-01", "2026-12-31"]
    assert (backlog["backlog"] <= backlog["backlog_high"]).all()
    assert backlog["backlog"].max() > 0
