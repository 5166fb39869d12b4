from __future__ import annotations

from pathlib import Path

import pytest

from fulfill.report.run_folder import write_run
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load


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
