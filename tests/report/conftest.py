from __future__ import annotations

from pathlib import Path

import pytest

from fulfill.inputs.demand import read_demand
from fulfill.inputs.network import locate, read_network
from fulfill.inputs.problem import build_problem
from fulfill.report.run_folder import write_run
from fulfill.study.optimize import Planned, PlanOptions, optimize


@pytest.fixture(scope="session")
def planned() -> Planned:
    """The toy: one site is opened, direct mail takes what it cannot."""
    network, _ = read_network(locate("networks", "toy"))
    demand, _ = read_demand(locate("demand", "toy"))
    assert network is not None
    assert demand is not None
    return optimize(build_problem(network, demand), PlanOptions(gap=0.0))


@pytest.fixture(scope="session")
def run(planned: Planned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the toy."""
    folder = tmp_path_factory.mktemp("run")
    write_run(planned, folder, {"gap": 0.0})
    return folder
