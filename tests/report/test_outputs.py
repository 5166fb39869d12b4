"""What runs, comparisons and days write is what `study/outputs.py` declares, in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from fulfill.study import layer_outputs, outputs
from fulfill.study.optimize import optimize
from fulfill.study.output import Output
from fulfill.study.run import Run
from fulfill.study.vocabulary import figure


def columns(folder: Path, table: Output) -> list[str]:
    return list(pd.read_csv(folder / table.name, nrows=0).columns)


def read(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return content


def layer_columns(path: Path) -> dict[str, list[str]]:
    return {
        str(name): [column for column in gpd.read_file(path, layer=name) if column != "geometry"]
        for name, kind in pyogrio.list_layers(path)
        if kind is not None
    }


@pytest.mark.parametrize("table", outputs.PLAN_TABLES, ids=lambda table: table.name)
def test_a_table_of_a_plan_has_the_declared_columns(run: Path, table: Output) -> None:
    assert columns(run, table) == list(table.keys)


@pytest.mark.parametrize("table", outputs.VAN_TABLES, ids=lambda table: table.name)
def test_a_table_of_own_vans_has_the_declared_columns(routed_run: Path, table: Output) -> None:
    assert columns(routed_run, table) == list(table.keys)


@pytest.mark.parametrize("table", outputs.COMPARISON_TABLES, ids=lambda table: table.name)
def test_a_table_of_a_comparison_has_the_declared_columns(
    comparison_folder: Path, table: Output
) -> None:
    assert columns(comparison_folder, table) == list(table.keys)


@pytest.mark.parametrize("table", outputs.DAY_TABLES, ids=lambda table: table.name)
def test_a_table_of_a_day_has_the_declared_columns(day_folder: Path, table: Output) -> None:
    assert columns(day_folder, table) == list(table.keys)


def test_no_table_is_written_that_is_not_declared(
    run: Path, routed_run: Path, comparison_folder: Path, day_folder: Path
) -> None:
    written = {
        run: outputs.PLAN_TABLES,
        routed_run: (*outputs.PLAN_TABLES, *outputs.VAN_TABLES),
        comparison_folder: outputs.COMPARISON_TABLES,
        day_folder: outputs.DAY_TABLES,
    }
    for folder, tables in written.items():
        names = {path.name for path in folder.glob("*.csv")}
        assert names == {table.name for table in tables}


def test_the_layers_have_the_declared_columns(routed_run: Path, day_folder: Path) -> None:
    plan = {layer.name: list(layer.keys) for layer in layer_outputs.PLAN_LAYERS}
    assert layer_columns(routed_run / "plan.gpkg") == plan
    day = {layer.name: list(layer.keys) for layer in layer_outputs.DAY_LAYERS}
    written = layer_columns(day_folder / "routes.gpkg")
    assert {"routes", "stops", "depots"} <= set(written)
    assert written == {name: day[name] for name in written}


def test_a_summary_has_the_declared_keys(
    run: Path, routed_run: Path, comparison_folder: Path, day_folder: Path
) -> None:
    plan, routed, day = read(run), read(routed_run), read(day_folder)
    assert list(plan) == list(outputs.PLAN_SUMMARY.keys)
    assert list(plan["kpis"]) == list(outputs.PLAN_KPIS.keys)
    assert list(routed) == [*outputs.PLAN_SUMMARY.keys, *outputs.ROUTED_SUMMARY.keys]
    assert list(routed["rounds"][0]) == list(outputs.ROUNDS.keys)
    assert list(day) == list(outputs.DAY_SUMMARY.keys)
    assert list(day["kpis"]) == list(outputs.DAY_KPIS.keys)
    compared = read(comparison_folder)
    assert list(compared) == list(outputs.COMPARISON_SUMMARY.keys)
    assert list(compared["break_even"][0]) == list(outputs.BREAK_EVEN.keys)
    row = compared["dates"]["2026-11-01"]["mixed"]
    assert list(row) == [key for key in outputs.MODES.keys if key not in ("as_of", "mode")]


def test_a_service_target_of_other_days_adds_a_figure_with_words(planned: Run) -> None:
    found = optimize(planned.study.with_(service="4d=0.1")).plan
    added = set(found.kpis) - set(outputs.PLAN_KPIS.keys)
    assert added == set(found.zones) - set(outputs.ZONES.keys) == {"share_within_4_days"}
    assert figure("share_within_4_days").words == "within 4 days"
