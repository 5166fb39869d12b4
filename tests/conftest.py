"""Fixtures: a catalogue of named inputs, each with its story."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

# The plans are the same with any number of threads; on instances this small, more only wait.
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import pandas as pd
import pytest
from hypothesis import settings

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.problem import Problem
from fulfill.location.solve import COMPILERS, compile_method
from fulfill.model.kernel_cache import compile_once
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.study.executor import Executor
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import Study, ask, load

settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

TOY_NETWORK, TOY_DEMAND = locate("network", "toy"), locate("demand", "toy")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the kernels once, before the processes of the suite begin.

    Otherwise each of them compiles beside the clock of the first search that it tests.
    """
    if hasattr(config, "workerinput"):
        return
    for method in COMPILERS:
        compile_method(method)
    compile_once("routing", compile_kernels)


@pytest.fixture(autouse=True, scope="session")
def in_this_process() -> Iterator[None]:
    """Questions are answered by this process, unless a test asks for two or more of its own.

    Each process loads the packages anew, which takes longer than the questions of a test.
    """
    begin = Executor.__init__

    def begin_alone(executor: Executor, start: Run, workers: int | None = None) -> None:
        begin(executor, start, workers if workers and workers > 1 else 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "__init__", begin_alone)
        yield


@dataclass(frozen=True)
class Folders:
    """A network and a demand folder that a test may change, by paths like ``network/sites.csv``."""

    root: Path

    @property
    def network(self) -> Path:
        return self.root / "network"

    @property
    def demand(self) -> Path:
        return self.root / "demand"

    def text(self, file: str) -> str:
        return (self.root / file).read_text(encoding="utf-8")

    def write(self, file: str, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        (self.root / file).write_bytes(data)

    def edit(self, file: str, old: str, new: str) -> None:
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def set(self, file: str, row: int, column: str, value: str) -> None:
        """Write one cell; `row` counts as a spreadsheet does, the header being row 1."""
        frame = pd.read_csv(self.root / file, dtype=str, keep_default_na=False)
        frame.loc[row - 2, column] = value
        frame.to_csv(self.root / file, index=False)

    def figure(self, name: str, value: str) -> None:
        """Write a parameter of the network."""
        file = "network/parameters.csv"
        names = [line.split(",")[0] for line in self.text(file).splitlines()]
        self.set(file, names.index(name) + 1, "value", value)

    def add(self, file: str, **cells: str) -> None:
        """Append a row that repeats the last one but for the given cells."""
        frame = pd.read_csv(self.root / file, dtype=str, keep_default_na=False)
        row = frame.iloc[[-1]].assign(**cells)
        pd.concat([frame, row]).to_csv(self.root / file, index=False)

    def add_plant(self) -> None:
        """Add a plant in Mexico near the sites; it makes nothing and has no lanes yet."""
        place = {"country": "MX", "lat": "20.6", "lon": "-103.0"}
        self.add("network/origins.csv", origin_id="plant", name="Plant", **place)

    def delete(self, file: str) -> None:
        (self.root / file).unlink()

    def faults(
        self, as_of: date | None = None, channels: tuple[str, ...] | None = None
    ) -> list[Fault]:
        """Return every fault and warning that reading and joining the folders finds."""
        try:
            study = load(str(self.network), str(self.demand), as_of=as_of, channels=channels)
        except InputError as error:
            return list(error.faults)
        return list(study.warnings)

    def problem(
        self, as_of: date | None = None, channels: tuple[str, ...] | None = None
    ) -> Problem:
        """Return the problem of the folders, which must have no fault."""
        return self.study(as_of=as_of, channels=channels).problem

    def study(self, **asked: Any) -> Study:
        """Return the study of the folders, which must have no fault."""
        return load(str(self.network), str(self.demand), **asked)


@pytest.fixture
def toy(tmp_path: Path) -> Folders:
    """A copy of the toy to be changed: 3 zones, 2 sites, 1 port, 2 products, 2 periods."""
    shutil.copytree(TOY_NETWORK, tmp_path / "network")
    shutil.copytree(TOY_DEMAND, tmp_path / "demand")
    return Folders(tmp_path)


@pytest.fixture
def spread(toy: Folders) -> Folders:
    """The toy with orders from a yearly total, a product mix and seasonality, not orders.csv."""
    cited = "made up,,estimate,"
    head = ",source,source_date,status,range\n"
    toy.delete("demand/orders.csv")
    toy.write(
        "demand/mix.csv",
        f"country,product_id,share{head}MX,shirt,0.75,{cited}\nMX,gadget,0.25,{cited}\n",
    )
    toy.write(
        "demand/seasonality.csv",
        f"country,period_id,intensity{head}MX,normal,1,{cited}\nMX,peak,3,{cited}\n",
    )
    return toy


def study_of(problem: Problem, **options: Any) -> Study:
    """Return the study of a problem, its options by name."""
    return ask(
        problem.network,
        problem.demand,
        as_of=problem.regime.as_of,
        channels=problem.channels,
        **options,
    )


@pytest.fixture(scope="session")
def toy_problem() -> Problem:
    """The toy as it is, on its own date."""
    return load("toy", "toy").problem


@pytest.fixture(scope="session")
def embedded_problem() -> Problem:
    """The embedded network and demand: real places and dated rules, 1,216 zones."""
    return load().problem


@pytest.fixture(scope="session")
def planned() -> Run:
    """The toy: one site is opened, direct mail takes what it cannot."""
    return optimize(load("toy", "toy", gap=0.0))


@contextmanager
def without_drawings() -> Iterator[None]:
    """Write runs without layers, page and exposures, which are most of the work of a small run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fulfill.report.run_folder._draw", lambda *_: ())
        yield


@pytest.fixture
def undrawn() -> Iterator[None]:
    """What a test plans is written without drawings."""
    with without_drawings():
        yield
