"""The toy as a plan, a comparison, a routed day and a plan with own vans, each with its folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from fulfill.analysis.compare.comparison import Comparison, compare
from fulfill.analysis.simulation.simulation import Simulation, simulate
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network
from fulfill.report.comparison_folder import write_comparison
from fulfill.report.day_folder import write_day
from fulfill.report.run_folder import write_run
from fulfill.report.simulation_folder import write_simulation
from fulfill.study.delivery_day import DayOptions, DayRoutes, route_day
from fulfill.study.integrated import optimize_with_routing
from fulfill.study.run import Run
from fulfill.study.study import load


@pytest.fixture(scope="session")
def run(planned: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the toy."""
    folder = tmp_path_factory.mktemp("run")
    write_run(planned, folder)
    return folder


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """The toy planned three ways."""
    return compare(load("toy", "toy", gap=0.0))


@pytest.fixture(scope="session")
def comparison_folder(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the comparison."""
    folder = tmp_path_factory.mktemp("comparison")
    write_comparison(comparison, folder)
    return folder


@pytest.fixture(scope="session")
def simulation(planned: Run) -> Simulation:
    """Two simulated years of the toy."""
    return simulate(planned, 2)


@pytest.fixture(scope="session")
def simulation_folder(
    simulation: Simulation, run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of the simulation."""
    folder = tmp_path_factory.mktemp("simulation")
    assert write_simulation(simulation, folder, run, 0.0) == ()
    return folder


@pytest.fixture(scope="session")
def cheap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy with vans that cost next to nothing: every zone within a shift is worth one."""
    folder = tmp_path_factory.mktemp("cheap") / "toy"
    shutil.copytree(locate("network", "toy"), folder)
    vehicles = pd.read_csv(folder / "vehicles.csv")
    vehicles = vehicles.assign(usd_km=0.01, usd_hour=0.01, usd_day=0.01)
    vehicles.to_csv(folder / "vehicles.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def day(planned: Run, cheap: Path) -> DayRoutes:
    """A routed day of the toy's run, by cheap vans."""
    return route_day(planned, DayOptions(), read_network(cheap))


@pytest.fixture(scope="session")
def day_folder(day: DayRoutes, run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the day."""
    folder = tmp_path_factory.mktemp("day")
    write_day(day, folder, run, {})
    return folder


@pytest.fixture(scope="session")
def routed(cheap: Path) -> Run:
    """The toy planned with routes in view."""
    return optimize_with_routing(load(str(cheap), "toy", method="monolith", gap=0.0))


@pytest.fixture(scope="session")
def routed_run(routed: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the toy with own vans."""
    folder = tmp_path_factory.mktemp("routed")
    write_run(routed, folder)
    return folder
