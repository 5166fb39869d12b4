"""The toy as a plan, a comparison, a routed day and a plan with own vans, each with its folder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fulfill.analysis.compare.comparison import Comparison, compare
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network
from fulfill.report.comparison_folder import write_comparison
from fulfill.report.day_folder import write_day
from fulfill.report.run_folder import write_run
from fulfill.study.delivery_day import DayOptions, DayRoutes, route_day
from fulfill.study.integrated import optimize_with_routing
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load

HOSTILE = (
    '</script><script>document.documentElement.setAttribute("data-broken", "1")</script>'
    "<b>\"'{{7*7}}${title}[/x]"
)
"""A name that breaks a page, a template or the markup of a terminal, if anything does."""


@pytest.fixture(scope="session")
def planned() -> Run:
    """The toy: one site is opened, direct mail takes what it cannot."""
    return optimize(load("toy", "toy", gap=0.0))


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


@pytest.fixture(scope="session")
def hostile_plan(planned: Run) -> Run:
    """The toy's plan whose sites, zones, products, periods and titles have a hostile name."""
    plan, problem = planned.plan, planned.problem
    tables = dict(problem.network.tables)
    for name in ("sites", "gateways", "products", "origins", "calendar", "countries"):
        tables[name] = tables[name].assign(name=HOSTILE)
    zones = problem.demand.zones.assign(name=HOSTILE, state=HOSTILE)
    demand = replace(problem.demand.with_table("zones", zones), title=HOSTILE)
    outcome = replace(plan.outcome, bound_of=HOSTILE)
    plan = replace(
        plan,
        outcome=outcome,
        sites=plan.sites.assign(name=HOSTILE, state=HOSTILE),
        zones=plan.zones.assign(name=HOSTILE, state=HOSTILE, zone_class=HOSTILE),
    )
    network = replace(problem.network, title=HOSTILE, tables=tables)
    hostile = replace(problem, network=network, demand=demand)
    model = replace(planned.model, problem=hostile)
    return replace(planned, plan=plan, solved=(model, planned.decisions))


@pytest.fixture(scope="session")
def hostile_comparison(comparison: Comparison) -> Comparison:
    """The toy's comparison whose products, countries and folders have a hostile name."""
    study, source = comparison.study, comparison.study.provenance
    network = replace(source.network, folder=replace(source.network.folder, name=HOSTILE))
    return replace(
        comparison,
        products=comparison.products.assign(product=HOSTILE),
        zone_classes=comparison.zone_classes.assign(country=HOSTILE, zone_class=HOSTILE),
        break_even=comparison.break_even.assign(product=HOSTILE, country=HOSTILE),
        audit_faults=(HOSTILE,),
        study=replace(study, provenance=replace(source, network=network)),
    )


@pytest.fixture(scope="session")
def hostile_day(day: DayRoutes) -> DayRoutes:
    """The toy's day whose site, zones, vehicles, stops and period have a hostile name."""
    return replace(
        day,
        period=HOSTILE,
        depots=day.depots.assign(name=HOSTILE),
        zones=day.zones.assign(name=HOSTILE, state=HOSTILE),
        vehicles=day.vehicles.assign(vehicle=HOSTILE + day.vehicles["vehicle"]),
        visits=day.visits.assign(
            stop_id=HOSTILE + day.visits["stop_id"], vehicle=HOSTILE + day.visits["vehicle"]
        ),
        linehaul=day.linehaul.assign(**{"from": HOSTILE, "to": HOSTILE}),
    )
